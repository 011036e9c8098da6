"""Services, routes and what a mesh makes of them: just the fields at stake."""

from __future__ import annotations

from typing import Any

import gwmatch
from gwmatch import Mesh, Request, reference
from gwmatch.graph import resolve_mesh

GROUP = "gateway.networking.k8s.io"
Manifest = dict[str, Any]


def service(namespace: str = "shop", name: str = "cart", *, ip: str | None = None, **spec: Any) -> Manifest:
    ports = [{"name": "web", "port": 80}, {"name": "admin", "port": 81}]
    given = {"ports": ports, **({} if ip is None else {"clusterIP": ip}), **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace, "name": name}, "spec": given}


def to(name: str, namespace: str | None = None) -> Manifest:
    return {"name": name, "port": 80, **({} if namespace is None else {"namespace": namespace})}


def route(
    name: str, backend: Manifest, namespace: str = "shop", kind: str = "HTTPRoute", path: str | None = None, **fields: Any
) -> Manifest:
    rule: Manifest = {"backendRefs": [backend]}
    if path is not None:
        rule["matches"] = [{"path": {"type": "PathPrefix", "value": path}}]
    parent = {"group": "", "kind": "Service", "namespace": "shop", "name": "cart", **fields.pop("parent", {})}
    spec = {"parentRefs": [parent], "rules": [{**rule, **fields.pop("rule", {})}], **fields}
    if kind == "TLSRoute":
        spec["hostnames"] = ["any.test"]
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"namespace": namespace, "name": name}, "spec": spec}


EVERY = [service(name=name) for name in ("v1", "v2", "v3")] + [service("pay", "v1")]


def mesh(*manifests: Manifest, client: str = "shop", cart: Manifest | None = None) -> Mesh:
    return gwmatch.compile_mesh(gwmatch.load([cart or service(), *EVERY, *manifests]), client)


def goes_to(found: Mesh, path: str = "/", port: int = 80, **asked: Any) -> str | int | None:
    """The backend, or the status; by both twins."""
    router = found.service("shop/cart")
    headers = asked.get("headers", ())
    decision = router.port(port).match(asked.get("method", "GET"), asked.get("host", "x"), path, headers, draw=0.5)
    request = Request.of(asked.get("method", "GET"), asked.get("host", "x"), path, headers)
    assert decision.verdict == reference.match(router.table, port, request, draw=0.5)
    return decision.status if decision.backend is None else f"{decision.backend.namespace}/{decision.backend.name}"


def accepted(*manifests: Manifest, cart: Manifest | None = None) -> dict[str, tuple[str, str]]:
    graph = resolve_mesh(gwmatch.load([cart or service(), *EVERY, *manifests]))
    return {
        node.key.name: (parent.condition("Accepted").status, parent.condition("Accepted").reason)
        for node in graph.routes
        for parent in node.parents
    }
