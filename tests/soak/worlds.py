"""Clusters of any size by a seeded generator: manifests that together reach every structure of a table."""

from __future__ import annotations

import random
from typing import Any

GROUP = "gateway.networking.k8s.io"
Manifest = dict[str, Any]

SHAPES = ("many hosts", "one host", "one path", "deep", "patterns", "mixed")
"""What most of a world's matches have in common; each shape reaches another structure of the core at the same size."""
_METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
_PATTERNS = ("/v[0-9]+(/.*)?", "/[a-z]+/{n}", "/a|/ab{n}", "/item-{n}/.*", "(?i)/CASE{n}")
_LISTENER_HOSTS = (None, "*.test", "*.a.test", "b.a.test")


def world(rng: random.Random, matches: int, shape: str) -> list[Manifest]:
    """Manifests of about so many matches, of one Gateway with an HTTP and an HTTPS port and of two tenants' routes."""
    made = [_gateway(rng)]
    number, left = 0, matches
    while left > 0:
        kind = "GRPCRoute" if shape == "mixed" and rng.random() < 0.15 else "HTTPRoute"
        rules: list[dict[str, Any]] = []
        for _ in range(min(left, rng.choice((1, 1, 2, 3)))):
            count = min(left, rng.choice((1, 1, 2, 4)))
            asked = [_grpc_match(rng) if kind == "GRPCRoute" else _match(rng, shape, left - each) for each in range(count)]
            left -= count
            rules.append({"matches": asked, **_does(rng, kind)})
            if left <= 0:
                break
        spec = {"parentRefs": [{"namespace": "infra", "name": "public"}], "rules": rules, **_hostnames(rng, shape, number)}
        created = {"creationTimestamp": f"2026-01-{rng.randint(1, 28):02}T00:00:00Z"} if rng.random() < 0.5 else {}
        made.append(_object(kind, f"tenant-{rng.randint(0, 1)}", f"r{number}", spec, **created))
        number += 1
    return made + [_connected(rng, kind) for kind in ("TLSRoute", "TCPRoute", "UDPRoute") if rng.random() < 0.7]


def _connected(rng: random.Random, kind: str) -> Manifest:
    """A route of connections or datagrams, in the Gateway's namespace."""
    spec = {"parentRefs": [{"namespace": "infra", "name": "public"}], "rules": [{"backendRefs": _backends(rng)}]}
    made = _object(kind, "infra", kind.lower(), {**spec, **({"hostnames": ["tls.test"]} if kind == "TLSRoute" else {})})
    return made if kind == "TLSRoute" else {**made, "apiVersion": f"{GROUP}/v1alpha2"}


def _gateway(rng: random.Random) -> Manifest:
    listeners: list[dict[str, Any]] = []
    for protocol, port in (("HTTP", 80), ("HTTPS", 443)):
        for hostname in rng.sample(_LISTENER_HOSTS, rng.randint(1, 3)):
            listener: dict[str, Any] = {
                "name": f"l{len(listeners)}",
                "port": port,
                "protocol": protocol,
                "allowedRoutes": {"namespaces": {"from": "All"}},
            }
            if hostname is not None:
                listener["hostname"] = hostname
            if protocol == "HTTPS":
                listener["tls"] = {"certificateRefs": [{"name": "cert"}]}
            listeners.append(listener)
    for protocol, port, more in (
        ("TLS", 443, {"hostname": "tls.test", "tls": {"mode": "Passthrough"}}),
        ("TCP", 90, {}),
        ("UDP", 90, {}),
    ):
        if rng.random() < 0.5:
            listeners.append({"name": f"l{len(listeners)}", "port": port, "protocol": protocol, **more})
    return _object("Gateway", "infra", "public", {"gatewayClassName": "any", "listeners": listeners})


def _hostnames(rng: random.Random, shape: str, number: int) -> dict[str, Any]:
    if shape in ("one host", "one path", "deep", "patterns"):
        return {"hostnames": ["b.a.test"]}
    if shape == "many hosts" and rng.random() < 0.9:
        return {"hostnames": [f"h{number}.a.test", *([f"*.h{number % 50}.test"] if rng.random() < 0.1 else [])]}
    chosen = rng.sample(("b.a.test", "*.a.test", "*.test", "c.b.a.test", "*.b.a.test", "other.example"), rng.randint(0, 3))
    return {"hostnames": chosen} if chosen else {}


def _match(rng: random.Random, shape: str, number: int) -> dict[str, Any]:
    made: dict[str, Any] = {"path": _path(rng, shape, number)}
    if shape == "one path":
        made["headers"] = [{"name": f"x-{rng.randint(0, 3)}", "value": str(number)}]
    if rng.random() < 0.2:
        made["method"] = rng.choice(_METHODS)
    if rng.random() < 0.2:
        made["headers"] = [_condition(rng, name) for name in rng.sample(("x-a", "X-B", "cookie", "x-c"), rng.randint(1, 3))]
    if rng.random() < 0.15:
        made["queryParams"] = [_condition(rng, name) for name in rng.sample(("q", "Q", "page"), rng.randint(1, 2))]
    return made


def _path(rng: random.Random, shape: str, number: int) -> dict[str, str]:
    if shape == "one path":
        return {"type": "PathPrefix", "value": "/api"}
    if shape == "patterns" or rng.random() < 0.04:
        return {"type": "RegularExpression", "value": rng.choice(_PATTERNS).replace("{n}", str(number % 200))}
    if shape == "deep":
        return {"type": "PathPrefix", "value": "/" + "/".join("s" for _ in range(1 + number % 80))}
    value = rng.choice((f"/app{number}", f"/team/app{number % 40}/v1", f"/app{number}/", "/", "/a/b", "/a/b;v=1", "/A/b"))
    return {"type": rng.choice(("PathPrefix", "PathPrefix", "Exact")), "value": value}


def _condition(rng: random.Random, name: str) -> dict[str, str]:
    if rng.random() < 0.15:
        return {"name": name, "type": "RegularExpression", "value": rng.choice(("[0-9]+", "a|ab", ".*x.*"))}
    return {"name": name, "value": rng.choice(("1", "2", "a b", "ab"))}


def _grpc_match(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.1:
        return {"headers": [_condition(rng, "x-a")]}
    method = {"service": rng.choice(("shop.Cart", "shop.Pay"))}
    if rng.random() < 0.2:
        method = {"type": "RegularExpression", "service": "shop[.](Cart|Pay)", "method": "[GP].*"}
    elif rng.random() < 0.5:
        method["method"] = rng.choice(("Get", "Put"))
    return {"method": method}


def _backends(rng: random.Random) -> list[dict[str, Any]]:
    names = rng.sample(("one", "two", "three"), rng.choice((1, 1, 1, 2, 3)))
    return [{"name": name, "port": 80, "weight": rng.choice((1, 1, 5, 0))} for name in names]


_REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"statusCode": 302, "hostname": "other.example"}}
_FILTERS: tuple[dict[str, Any], ...] = (
    {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": ["x-powered-by"]}},
    {"type": "CORS", "cors": {"allowOrigins": ["https://a.test"]}},
    {"type": "ExtensionRef", "extensionRef": {"group": "x.test", "kind": "Odd", "name": "a"}},
    _REDIRECT,
)


def _does(rng: random.Random, kind: str) -> dict[str, Any]:
    """Where a rule sends its requests, and what it does on the way."""
    if kind != "HTTPRoute" or rng.random() > 0.2:
        return {"backendRefs": _backends(rng)}
    chosen = rng.choice(_FILTERS)
    return {"filters": [chosen], **({} if chosen is _REDIRECT else {"backendRefs": _backends(rng)})}


def _object(kind: str, namespace: str, name: str, spec: Manifest, **metadata: Any) -> Manifest:
    metadata = {"namespace": namespace, "name": name, **metadata}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata, "spec": spec}
