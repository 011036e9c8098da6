"""Starlette's routes, tried one after the other as its Router does: a Host for each hostname, two Routes for each prefix."""

from __future__ import annotations

from typing import Any

from ..timing import Decide
from .peer import NotApplicable, installed
from .rules import Asked, split


class Starlette:
    name = "starlette"
    does = "hosts and paths"
    needs = "starlette"
    version = installed("starlette")

    def build(self, asked: Asked) -> Decide:
        from starlette.routing import Host, Match, Route, Router

        inside: dict[str, list[Any]] = {}
        for rule in asked.rules:
            if not rule.is_plain or rule.kind == "RegularExpression":
                raise NotApplicable("no conditions on header values, no whole-path expressions")
            routes = inside.setdefault(f"{{sub:path}}{rule.host[1:]}" if rule.host.startswith("*") else rule.host, [])
            routes.append(Route(rule.path or "/", _Endpoint, name=rule.name))
            if rule.kind == "PathPrefix":
                routes.append(Route(f"{rule.path}/{{rest:path}}", _Endpoint, name=rule.name))
        hosts = [Host(host, app=Router(routes)) for host, routes in inside.items()]

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> Any:
            path, _ = split(target)
            scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", host.encode())]}
            for outer in hosts:
                if outer.matches(scope)[0] is Match.FULL:
                    for route in outer.app.routes:
                        if route.matches(scope)[0] is Match.FULL:
                            return route
            return None

        return decide

    def rule(self, result: Any) -> str | None:
        return None if result is None else result.name


class _Endpoint:
    """Something to route to; a class, so that any method will do."""
