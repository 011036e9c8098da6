"""junction-python: routes in the shape of Gateway API, resolved by its client. The routes are static; the control plane that
it insists on is a socket that never answers, and nothing waits for it. Each answer is the whole route as Python dicts, which
is part of the time."""

from __future__ import annotations

import socket
from typing import Any

from ..timing import Decide
from .peer import installed
from .rules import Asked, Condition, Rule


class Junction:
    name = "junction"
    does = ""
    needs = "junction-python"
    version = installed("junction-python")

    def build(self, asked: Asked) -> Decide:
        import junction

        by_host: dict[str, list[dict[str, Any]]] = {}
        for rule in asked.rules:
            conditions: dict[str, Any] = {}
            if rule.method is not None:
                conditions["method"] = rule.method
            if rule.headers:
                conditions["headers"] = [_condition(each) for each in rule.headers]
            if rule.query:
                conditions["query_params"] = [_condition(each) for each in rule.query]
            matches = [{"path": path, **conditions} for path in _paths(rule)]
            backend = {"type": "dns", "hostname": "svc.example.com", "port": 80}
            by_host.setdefault(rule.host, []).append({"name": rule.name, "matches": matches, "backends": [backend]})
        routes = [
            {"id": f"r{number}", "hostnames": [host], "rules": rules, "tags": {}}
            for number, (host, rules) in enumerate(by_host.items())
        ]
        self.silent = socket.create_server(("127.0.0.1", 0))
        address = f"grpc://127.0.0.1:{self.silent.getsockname()[1]}"
        client = junction.Junction(static_routes=routes, static_backends=[], ads_server=address)
        resolve = client.resolve_route

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> Any:
            headers = {name.decode(): value.decode() for name, value in lines}
            try:
                return resolve(f"http://{host}{target}", method=method, headers=headers, timeout=0)
            except RuntimeError:  # no route matched
                return None

        return decide

    def rule(self, result: Any) -> str | None:
        return None if result is None else result[0]["rules"][result[1]]["name"]


def _paths(rule: Rule) -> list[dict[str, str]]:
    """Its prefixes are of text, not of segments, and its expressions match anywhere; said so that it means the same."""
    if rule.kind == "RegularExpression":
        return [{"type": "RegularExpression", "value": f"^(?:{rule.path})$"}]
    exact = {"type": "Exact", "value": rule.path or "/"}
    return [exact] if rule.kind == "Exact" else [exact, {"type": "Prefix", "value": f"{rule.path}/"}]


def _condition(condition: Condition) -> dict[str, str]:
    if condition.is_regex:
        return {"type": "RegularExpression", "name": condition.name, "value": f"^(?:{condition.value})$"}
    return {"name": condition.name, "value": condition.value}
