"""Resources for tests: just the fields at stake, as the mappings that a manifest would hold."""

from __future__ import annotations

import base64
from typing import Any

from gwmatch.api import load
from gwmatch.graph import GatewayNode, Graph, ListenerNode, ListenerSetNode, ParentNode, RouteNode, resolve
from gwmatch.options import Options

Manifest = dict[str, Any]

CONTROLLER = "example.net/gwmatch"
CLASS = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "GatewayClass",
    "metadata": {"name": "ours", "generation": 2},
    "spec": {"controllerName": CONTROLLER},
}
SEES_EVERYTHING = Options(assume=())


def gateway_class(name: str = "ours", controller: str = CONTROLLER, **spec: Any) -> Manifest:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": name, "generation": 2},
        "spec": {"controllerName": controller, **spec},
    }


def listener(name: str = "web", port: int = 80, protocol: str = "HTTP", **fields: Any) -> Manifest:
    return {"name": name, "port": port, "protocol": protocol, **fields}


def https(name: str = "tls", port: int = 443, *, secret: str | Manifest = "cert", **fields: Any) -> Manifest:
    ref = {"name": secret} if isinstance(secret, str) else secret
    return listener(name, port, "HTTPS", tls={"certificateRefs": [ref]}, **fields)


def gateway(*listeners: Manifest, name: str = "public", namespace: str = "infra", of: str = "ours", **spec: Any) -> Manifest:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name, "namespace": namespace, "generation": 3},
        "spec": {"gatewayClassName": of, "listeners": list(listeners or (listener(),)), **spec},
    }


def route(
    *rules: Manifest,
    name: str = "shop",
    namespace: str = "infra",
    parents: list[Manifest] | None = None,
    hostnames: list[str] | None = None,
    **extra: Any,
) -> Manifest:
    spec: Manifest = {"parentRefs": parents if parents is not None else [{"name": "public", "namespace": "infra"}]}
    if rules:
        spec["rules"] = list(rules)
    if hostnames is not None:
        spec["hostnames"] = hostnames
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace, "generation": 5},
        "spec": spec,
        **extra,
    }


def listener_set(
    *listeners: Manifest,
    name: str = "extra",
    namespace: str = "infra",
    parent: Manifest | None = None,
    created: str | None = None,
    version: str = "gateway.networking.k8s.io/v1",
    kind: str = "ListenerSet",
) -> Manifest:
    metadata: Manifest = {"name": name, "namespace": namespace, "generation": 7}
    if created is not None:
        metadata["creationTimestamp"] = created
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata,
        "spec": {
            "parentRef": parent if parent is not None else {"name": "public", "namespace": "infra"},
            "listeners": list(listeners or (listener("more", 8080),)),
        },
    }


def admitting(from_: str = "All", **namespaces: Any) -> Manifest:
    """The field of a Gateway's spec that lets ListenerSets in."""
    return {"allowedListeners": {"namespaces": {"from": from_, **namespaces}}}


def everybody(**kinds: Any) -> Manifest:
    """The field of a listener that lets routes of all namespaces in."""
    return {"allowedRoutes": {"namespaces": {"from": "All"}, **kinds}}


def route_of_kind(kind: str, *rules: Manifest, version: str = "v1", created: str | None = None, **fields: Any) -> Manifest:
    """A route of any kind, with the backend and the hostname that its kind cannot do without."""
    if (kind, version) == ("TLSRoute", "v1"):
        fields["hostnames"] = fields.get("hostnames") or ["a.test"]
    made = route(*(rules or ((rule(backend()),) if kind not in ("HTTPRoute", "GRPCRoute") else ())), **fields)
    made.update(apiVersion=f"gateway.networking.k8s.io/{version}", kind=kind)
    if created is not None:
        made["metadata"]["creationTimestamp"] = created
    return made


def rule(*backends: Manifest, **fields: Any) -> Manifest:
    return {"backendRefs": list(backends), **fields} if backends else fields


def backend(name: str = "cart", port: int | None = 80, **fields: Any) -> Manifest:
    return {"name": name, **({} if port is None else {"port": port}), **fields}


def service(name: str = "cart", namespace: str = "infra", ports: list[Manifest] | None = None, **spec: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ports": ports if ports is not None else [{"port": 80}], **spec},
    }


def namespace(name: str, **labels: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def grant(
    to: list[Manifest], *, source: list[Manifest], namespace: str = "data", name: str = "allow", version: str = "v1"
) -> Manifest:
    return {
        "apiVersion": f"gateway.networking.k8s.io/{version}",
        "kind": "ReferenceGrant",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"from": source, "to": to},
    }


def from_(kind: str = "HTTPRoute", namespace: str = "infra", group: str = "gateway.networking.k8s.io") -> Manifest:
    return {"group": group, "kind": kind, "namespace": namespace}


def secret(name: str = "cert", namespace: str = "infra", **over: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": encoded(CERTIFICATE), "tls.key": encoded(KEY)},
        **over,
    }


def config_map(name: str = "ca", namespace: str = "infra", **data: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data or {"ca.crt": CERTIFICATE},
    }


def graph_of(*manifests: Manifest, controller: str | None = CONTROLLER, options: Options = SEES_EVERYTHING) -> Graph:
    """The graph of these manifests as a controller has it: nothing is assumed, and the GatewayClass `ours` is its own."""
    return resolve(load([CLASS, *manifests]), controller=controller, options=options)


def admitted_graph(*manifests: Manifest) -> Graph:
    """The same of objects that only an API server with other CRDs than ours would admit (V-API-6)."""
    return resolve(load([CLASS, *manifests], invalid="keep"), controller=CONTROLLER, options=SEES_EVERYTHING)


def gateway_of(graph: Graph, name: str = "public") -> GatewayNode:
    (found,) = (node for key, node in graph.gateways.items() if key.name == name)
    return found


def listener_of(graph: Graph, name: str = "web", gateway: str = "public") -> ListenerNode:
    (found,) = (node for node in gateway_of(graph, gateway).listeners if node.key.name == name)
    return found


def set_of(graph: Graph, name: str = "extra") -> ListenerSetNode:
    (found,) = (node for key, node in graph.listener_sets.items() if key.name == name)
    return found


def entry_of(graph: Graph, name: str = "more", owner: str = "extra") -> ListenerNode:
    (found,) = (node for node in set_of(graph, owner).listeners if node.key.name == name)
    return found


def counts(graph: Graph) -> dict[tuple[str, str], int]:
    """How many routes each listener has, by the names of its owner and its own."""
    return {(key.owner.name, key.name): len(routes) for key, routes in graph.attached.items()}


def route_of(graph: Graph, name: str = "shop") -> RouteNode:
    (found,) = (node for node in graph.routes if node.key.name == name)
    return found


def parent_of(graph: Graph, name: str = "shop") -> ParentNode:
    (found,) = route_of(graph, name).parents
    return found


def verdict(node: GatewayNode | ListenerNode | ListenerSetNode | ParentNode, type_: str) -> tuple[str, str]:
    """Status and reason of a condition."""
    found = node.condition(type_)
    return found.status, found.reason


def large_world(routes: int) -> list[Manifest]:
    """A cluster of tenants in fixed proportions: for 10,000 routes 500 Gateways, 500 ListenerSets, 2,000 namespaces and 5,000
    ReferenceGrants. Each route attaches by selector and refers to a Service of another namespace."""
    gateways, namespaces, grants = max(routes // 20, 1), max(routes // 5, 5), routes // 2
    selected = {"allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}}
    kinds = ("HTTPRoute", "HTTPRoute", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
    passed = {"tls": {"mode": "Passthrough"}}
    world = [CLASS]
    for index in range(gateways):
        listeners = [
            listener("web", **selected),
            https(hostname="*.test", **selected),
            listener("through", 8443, "TLS", **passed, **selected),
            listener("raw", 5432, "TCP", **selected),
            listener("dns", 53, "UDP", **selected),
        ]
        world.append(gateway(*listeners, name=f"g{index}", **admitting()))
        more = listener("more", 8080, hostname=f"*.s{index}.test", **selected)
        parent = {"name": f"g{index}", "namespace": "infra"}
        world.append(listener_set(more, name=f"s{index}", namespace=f"n{index % namespaces}", parent=parent))
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 80, "protocol": "UDP"}]
    for index in range(namespaces):
        world += [namespace(f"n{index}", team="web"), service("cart", f"n{index}", ports=ports)]
    to = [{"group": "", "kind": "Service", "name": "cart"}]
    for index in range(grants):
        here, there = index % namespaces, (index + 1 + index // namespaces) % namespaces
        sources = [from_(kind, f"n{there}") for kind in dict.fromkeys(kinds)]
        world.append(grant(to, source=sources, namespace=f"n{here}", name=f"from-{there}"))
    for index in range(routes):
        kind, at, where = kinds[index % len(kinds)], index % gateways, index % namespaces
        parents = [{"name": f"g{at}", "namespace": "infra"}]
        if kind in ("HTTPRoute", "GRPCRoute"):
            parents.append({"kind": "ListenerSet", "name": f"s{at}", "namespace": f"n{at % namespaces}"})
        named = {} if kind in ("TCPRoute", "UDPRoute") else {"hostnames": [f"r{index}.s{at}.test"]}
        to_neighbour = rule(backend(namespace=f"n{(where - 1) % namespaces}"))
        made = route_of_kind(kind, to_neighbour, name=f"r{index}", namespace=f"n{where}", parents=parents, **named)
        world.append(made)
    return [*world, secret()]


# ------------------------------------------------------------------------------------------------------------ certificates


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def pem(label: str, octets: bytes) -> str:
    body = base64.encodebytes(octets).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


CERTIFICATE_DER = der(0x30, der(0x30, b"\x02\x01\x01" * 60) + der(0x30, b"\x05\x00") + der(0x03, b"\x00" * 40))
CERTIFICATE = pem("CERTIFICATE", CERTIFICATE_DER)
KEY = pem("PRIVATE KEY", der(0x30, der(0x02, b"\x00") + der(0x30, b"") + der(0x04, b"\x01" * 32)))
