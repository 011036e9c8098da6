"""Tables to store."""

from __future__ import annotations

from functools import cache
from typing import Any

import gwmatch

GROUP = "gateway.networking.k8s.io"


def routes(count: int) -> list[dict[str, Any]]:
    """A Gateway and so many HTTPRoutes, each with a hostname of its own, two paths, a header and now and then a pattern."""
    listener = {"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    made = [_object("Gateway", "infra", "public", {"gatewayClassName": "any", "listeners": [listener]})]
    for number in range(count):
        matches: list[dict[str, Any]] = [
            {"path": {"type": "PathPrefix", "value": f"/app{number % 7}"}},
            {"path": {"type": "Exact", "value": "/health"}, "headers": [{"name": "x-user", "value": str(number)}]},
        ]
        if number % 50 == 1:
            matches.append({"path": {"type": "RegularExpression", "value": "/v[0-9]+/.*"}})
        spec = {
            "parentRefs": [{"namespace": "infra", "name": "public"}],
            "hostnames": [f"r{number}.example.com"],
            "rules": [{"matches": matches, "backendRefs": [{"name": "svc", "port": 80}]}],
        }
        made.append(_object("HTTPRoute", f"n{number % 100}", f"r{number}", spec))
    return made


def crowded() -> list[dict[str, Any]]:
    """A Gateway and one HTTPRoute whose 80 matches stand at one path: some are found by shapes, some by bitsets."""
    gateway, route = routes(1)
    exact: list[dict[str, Any]] = [
        {"headers": [{"name": "x-user", "value": str(number)}, {"name": "x-b", "value": "1"}][: 1 + number % 2]}
        for number in range(70)
    ]
    odd: list[dict[str, Any]] = [
        {"headers": [{"name": f"x-{number}", "type": "RegularExpression", "value": f"[{number}a]+"}]} for number in range(10)
    ]
    rules = [{"matches": matches} for matches in (exact[:64], exact[64:], odd)]
    return [gateway, {**route, "spec": {"parentRefs": route["spec"]["parentRefs"], "rules": rules}}]


def nested() -> list[dict[str, Any]]:
    """A Gateway and one HTTPRoute with a dozen prefixes in each other, of which most ask for headers or parameters."""
    gateway, route = routes(1)
    asking: list[dict[str, Any]] = [
        {"headers": [{"name": "x-user", "value": "1"}, {"name": "x-team", "value": "1"}]},
        {"queryParams": [{"name": "q", "value": "1"}]},
        {},
    ]
    matches: list[dict[str, Any]] = [
        {"path": {"type": "PathPrefix", "value": "/app1" * depth}, **asking[depth % 3]} for depth in range(1, 13)
    ]
    return [
        gateway,
        {
            **route,
            "spec": {"parentRefs": route["spec"]["parentRefs"], "rules": [{"matches": matches[:8]}, {"matches": matches[8:]}]},
        },
    ]


@cache
def router(count: int) -> gwmatch.Router:
    return gwmatch.compile(gwmatch.load(routes(count)))


def small() -> gwmatch.ir.Table:
    return router(3).table


def _object(kind: str, namespace: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"namespace": namespace, "name": name}, "spec": spec}
