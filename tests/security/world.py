"""Two tenants at one Gateway: `red` and `blue` write what they like, `infra` belongs to the platform team.

Everything goes in and comes out by public names: mappings through load(), conditions from Graph.status(), requests through
Port.match(). Each answer is asked of both twins, and of the command where a command line can say the request.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

import msgspec
from click.testing import CliRunner

import gwmatch
from gwmatch import ir
from gwmatch.cli import main

Manifest = dict[str, Any]

GROUP = "gateway.networking.k8s.io"
CONTROLLER = "example.net/gwmatch"
EVERYTHING_IS_SEEN = gwmatch.Options(assume=())
ALL = {"namespaces": {"from": "All"}}
COMMANDED = {
    "normalize", "hostname_fallthrough", "hostname_precedence", "regex_precedence", "grpc_http_exclusive", "external_auth",
    "detect_misdirected", "tls_route_mode_terminate", "tls_route_mode_mixed",
}  # fmt: skip
"""The options that the command takes."""


def made(kind: str, namespace: str | None, name: str, spec: Manifest, *, api: str = f"{GROUP}/v1", **metadata: Any) -> Manifest:
    where = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, **where, **metadata}, "spec": spec}


def listener(name: str = "web", port: int = 80, protocol: str = "HTTP", **fields: Any) -> Manifest:
    """One that lets routes of every namespace in."""
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": ALL, **fields}


def gateway(*listeners: Manifest, **spec: Any) -> Manifest:
    return made("Gateway", "infra", "edge", {"gatewayClassName": "ours", "listeners": list(listeners or (listener(),)), **spec})


def route(
    namespace: str, *rules: Manifest, name: str = "r", kind: str = "HTTPRoute", created: str | None = None, **spec: Any
) -> Manifest:
    """A route to infra/edge; without rules, everything goes to `app` of its own namespace."""
    metadata = {} if created is None else {"creationTimestamp": created}
    filled = {"parentRefs": [{"name": "edge", "namespace": "infra"}], "rules": list(rules or (rule(),)), **spec}
    return made(kind, namespace, name, filled, **metadata)


def rule(*backends: Manifest, path: str | None = None, kind: str = "PathPrefix", **fields: Any) -> Manifest:
    if path is not None:
        fields = {"matches": [{"path": {"type": kind, "value": path}}], **fields}
    return {"backendRefs": list(backends or (backend(),)), **fields}


def backend(name: str = "app", namespace: str | None = None, **fields: Any) -> Manifest:
    return {"name": name, "port": 80, **({} if namespace is None else {"namespace": namespace}), **fields}


def modifier(**fields: Any) -> Manifest:
    """A filter on request headers."""
    return {"type": "RequestHeaderModifier", "requestHeaderModifier": fields}


def service(namespace: str, name: str = "app", *, ports: list[Manifest] | None = None, **spec: Any) -> Manifest:
    return made("Service", namespace, name, {"ports": ports or [{"port": 80}], **spec}, api="v1")


def grant(
    namespace: str, *, source: str, kind: str = "HTTPRoute", to: str = "Service", name: str | None = None, called: str = "g"
) -> Manifest:
    """`namespace` lets objects of `source` refer to what it has, or to what has this `name`."""
    target = {"group": "", "kind": to, **({} if name is None else {"name": name})}
    trusted = {"group": GROUP, "kind": kind, "namespace": source}
    return made("ReferenceGrant", namespace, called, {"from": [trusted], "to": [target]})


def namespace(name: str, **labels: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


CLASS = made("GatewayClass", None, "ours", {"controllerName": CONTROLLER})
PLATFORM = (CLASS, namespace("infra"), namespace("red", team="red"), namespace("blue", team="blue"))
SERVICES = (service("red"), service("blue"), service("infra"))


class World:
    """The cluster as a controller sees it, and what gwmatch makes of it."""

    def __init__(
        self, resources: gwmatch.ResourceSet, options: gwmatch.Options = EVERYTHING_IS_SEEN, channel: str = "experimental"
    ) -> None:
        self.resources = resources
        self.options = options
        self.channel = channel
        self.graph = gwmatch.resolve(resources, controller=CONTROLLER, options=options)
        self.router = gwmatch.compile(self.graph, gateway="infra/edge")

    def changed(self, *upserts: Manifest, deletes: tuple[Manifest, ...] = ()) -> World:
        """A new one; this one stays as it is."""
        return World(self.resources.updated(upserts=upserts, deletes=deletes), self.options, self.channel)

    def match(
        self,
        host: str | None = "a.test",
        path: str = "/",
        headers: Any = (),
        *,
        port: int = 80,
        draw: float = 0.25,
        **asked: Any,
    ) -> gwmatch.Decision:
        method, sni = asked.get("method", "GET"), asked.get("sni")
        decision = self.router.port(port).match(method, host, path, headers, sni=sni, draw=draw)
        request = ir.Request.of(method, host, path, headers, sni)
        assert decision.verdict == gwmatch.reference.match(self.router.table, port, request, draw=draw)
        said = self.commanded(method, host, path, headers, port, sni, draw)
        assert said in (None, told(decision))
        return decision

    @cached_property
    def text(self) -> str:
        """The resources as one List, for the command."""
        return msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": list(self.resources)}).decode()

    def commanded(self, method: Any, host: Any, path: Any, headers: Any, port: int, sni: Any, draw: float) -> str | None:
        """What `gwmatch match` answers, as told() says it; None where no command line says this request or this world."""
        lines = list(headers)
        texts = (method, host, path, *(text for line in lines for text in line))
        if not all(isinstance(each, str) and re.fullmatch(r"[!-~]+", each) for each in texts):
            return None
        plain = re.fullmatch(r"[A-Za-z0-9._-]+(:[0-9]{1,4})?", host) and path.startswith("/") and "#" not in path
        if not plain or not all(re.fullmatch(r"[!-9;-~]+", name) for name, _ in lines) or self.resources.rejected:
            return None
        fields = self.options.__struct_fields__
        default = gwmatch.Options(assume=())
        chosen = {name: value for name in fields if (value := getattr(self.options, name)) != getattr(default, name)}
        if not set(chosen) <= COMMANDED:
            return None
        arguments = ["match", "-q", "-o", "json", "-f", "-", "--assume-nothing", "--controller", CONTROLLER, "-g", "infra/edge"]
        arguments += ["--channel", self.channel, "-X", method, "--port", str(port), "--sni", sni or "", "--draw", str(draw)]
        for name, value in chosen.items():
            dashed = name.replace("_", "-")
            switch = isinstance(value, bool)
            arguments += [f"--{dashed}" if value else f"--no-{dashed}"] if switch else [f"--{dashed}", value]
        arguments += [each for line in lines for each in ("-H", ": ".join(line))]
        result = CliRunner().invoke(main, [*arguments, f"http://{host}{path}"], input=self.text)
        assert result.exit_code in (0, 1), result.output
        shown = json.loads(result.stdout)
        if shown["outcome"] == "forward":
            return f"{shown['backend']['namespace']}/{shown['backend']['name']}"
        return shown["refusal"] or (shown["outcome"] if shown["status"] is None else str(shown["status"]))

    def ask(self, *args: Any, **asked: Any) -> str:
        """`namespace/name` of the backend that gets the request, or the refusal or status of the answer."""
        return told(self.match(*args, **asked))

    def connect(self, kind: str, port: int) -> str:
        """What comes of the simplest request or connection that a route of this kind could take."""
        there = self.router.port(port)
        if kind == "GRPCRoute":
            return self.ask(path="/p.S/M", headers=[("content-type", "application/grpc")], port=port, method="POST")
        if kind == "HTTPRoute":
            return self.ask(port=port)
        ways = {"TLSRoute": lambda: there.match_tls("a.test"), "TCPRoute": there.match_tcp, "UDPRoute": there.match_udp}
        return told(ways[kind]())

    def status(self, kind: str, namespace: str | None, name: str) -> Manifest | None:
        """What a controller would write, None for objects that it leaves alone."""
        for each in self.graph.status():
            if (each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) == (kind, namespace, name):
                return each["status"]
        return None

    def conditions(self, kind: str, namespace: str | None, name: str, at: str | int | None = None) -> Manifest:
        """Status and reason of each condition: the object's own, or of an entry of its parents, ancestors or listeners."""
        status = self.status(kind, namespace, name)
        assert status is not None, f"no status for {kind} {namespace}/{name}"
        holder = status
        if isinstance(at, int):
            holder = (status.get("parents") or status["ancestors"])[at]
        elif at is not None:
            (holder,) = (each for each in status["listeners"] if each["name"] == at)
        return {each["type"]: (each["status"], each["reason"]) for each in holder["conditions"]}

    def of_route(self, namespace: str, name: str = "r", kind: str = "HTTPRoute", parent: int = 0) -> Manifest:
        return self.conditions(kind, namespace, name, parent)

    def messages(self, kind: str, namespace: str, name: str) -> str:
        """All that the owner of an object can read about it, without times."""
        parents = (self.status(kind, namespace, name) or {}).get("parents", [])
        return repr([{**each, "lastTransitionTime": None} for parent in parents for each in parent["conditions"]])


def world(
    *manifests: Manifest, options: gwmatch.Options = EVERYTHING_IS_SEEN, edge: Manifest | None = None, **load: Any
) -> World:
    """These manifests beside the platform's: the Gateway (or `edge`), the Namespaces, and a Service `app` for each tenant."""
    there = {(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in manifests}
    given = [each for each in SERVICES if ("Service", each["metadata"]["namespace"], "app") not in there]
    loaded = gwmatch.load([*PLATFORM, edge or gateway(), *given, *manifests], **load)
    return World(loaded, options, load.get("channel", "experimental"))


def told(decision: gwmatch.Decision) -> str:
    if decision.outcome == "forward":
        assert decision.backend is not None
        return f"{decision.backend.namespace}/{decision.backend.name}"
    return decision.refusal or (decision.outcome if decision.status is None else str(decision.status))


def rejected(*manifests: Manifest, **load: Any) -> list[tuple[str | None, str]]:
    """Resource and field of each problem that keeps these from being loaded."""
    try:
        gwmatch.load([*manifests], **load)
    except gwmatch.LoadError as error:
        return [(problem.resource, str(problem.at)) for problem in error.problems]
    return []


ACCEPTED = ("True", "Accepted")
RESOLVED = ("True", "ResolvedRefs")
NOT_PERMITTED = ("False", "RefNotPermitted")
