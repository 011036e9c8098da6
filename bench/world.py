"""A cluster of tenants in fixed proportions, to see how resolving grows: for 10,000 routes 500 Gateways, 2,000 namespaces and
5,000 ReferenceGrants. Every route is admitted by a label and sends to a Service of another namespace."""

from __future__ import annotations

from typing import Any

GROUP = "gateway.networking.k8s.io"
Manifest = dict[str, Any]


def world(routes: int) -> list[Manifest]:
    """The manifests, HTTPRoutes last."""
    gateways, namespaces = routes // 20, routes // 5
    made = [_object("GatewayClass", None, "edge", spec={"controllerName": "example.net/gwmatch"})]
    made += [_gateway(f"g{index}") for index in range(gateways)]
    for index in range(namespaces):
        made.append(_object("Namespace", None, f"n{index}", "v1", labels={"team": "web"}))
        made.append(_object("Service", f"n{index}", "cart", "v1", spec={"ports": [{"port": 80}]}))
    for index in range(routes // 2):
        here, there = index % namespaces, (index + 1 + index // namespaces) % namespaces
        source = {"group": GROUP, "kind": "HTTPRoute", "namespace": f"n{there}"}
        target = {"group": "", "kind": "Service", "name": "cart"}
        made.append(_object("ReferenceGrant", f"n{here}", f"from-{there}", spec={"from": [source], "to": [target]}))
    for index in range(routes):
        home = index % namespaces
        spec = {
            "parentRefs": [{"namespace": "infra", "name": f"g{index % gateways}"}],
            "hostnames": [f"r{index}.example.com"],
            "rules": [{"backendRefs": [{"namespace": f"n{(home - 1) % namespaces}", "name": "cart", "port": 80}]}],
        }
        made.append(_object("HTTPRoute", f"n{home}", f"r{index}", spec=spec))
    return made


def one_rule_routes(routes: int) -> list[Manifest]:
    """A Gateway, and routes of one rule each, every one under a hostname of its own, from 100 namespaces."""
    listener = {"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    made = [_object("Gateway", "infra", "public", spec={"gatewayClassName": "any", "listeners": [listener]})]
    for index in range(routes):
        path = {"type": "PathPrefix", "value": f"/app{index % 7}"}
        spec = {
            "parentRefs": [{"namespace": "infra", "name": "public"}],
            "hostnames": [f"r{index}.example.com"],
            "rules": [{"matches": [{"path": path}], "backendRefs": [{"name": f"svc{index % 997}", "port": 80}]}],
        }
        made.append(_object("HTTPRoute", f"n{index % 100}", f"r{index}", spec=spec))
    return made


def _gateway(name: str) -> Manifest:
    admitted = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}
    listeners = [
        {"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": admitted},
        {"name": "other", "port": 8080, "protocol": "HTTP", "hostname": "*.example.com", "allowedRoutes": admitted},
    ]
    return _object("Gateway", "infra", name, spec={"gatewayClassName": "edge", "listeners": listeners})


def _object(kind: str, namespace: str | None, name: str, version: str = f"{GROUP}/v1", **fields: Any) -> Manifest:
    metadata: Manifest = {"name": name} if namespace is None else {"namespace": namespace, "name": name}
    if "labels" in fields:
        metadata["labels"] = fields.pop("labels")
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}
