"""Hypothesis strategies for whole clusters: every kind of resource, of two tenants who refer to one another.

Names, ports and hostnames come from small alphabets, so that references hit, listeners quarrel and routes compete. What is
drawn is valid; `bent` breaks some of it afterwards.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from .resources import GROUP, HOSTNAMES, Mapping, created, manifest, rules

PLATFORM = "infra"
TENANTS = ("red", "blue")
EXPERIMENTAL = "gateway.networking.x-k8s.io"
NAMES = ("one", "two")
ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
SERVICES = ("a", "a.b", "A")
"""Of gRPC."""
METHODS = ("b", "Get", "c")

_CERTIFICATE = {"certificateRefs": [{"name": "cert"}]}
_SPOTS: tuple[tuple[str, int, Mapping], ...] = (
    ("HTTP", 80, {}),
    ("HTTP", 80, {}),
    ("HTTPS", 443, {"tls": _CERTIFICATE}),
    ("HTTPS", 443, {"tls": {"certificateRefs": [{"name": "cert", "namespace": "red"}]}}),
    ("TLS", 443, {"tls": {"mode": "Passthrough"}}),
    ("TLS", 443, {"tls": {"mode": "Terminate", **_CERTIFICATE}}),
    ("TLS", 8443, {"tls": {"mode": "Passthrough"}}),
    ("TCP", 5432, {}),
    ("TCP", 8443, {}),
    ("UDP", 5432, {}),
    ("UDP", 443, {}),
)
_LABELS = {"matchLabels": {"team": "web"}}
_CONSENTS: tuple[Mapping, ...] = (
    *({"from": "All"},) * 8,
    {"from": "Same"},
    {"from": "Selector", "selector": _LABELS},
    {"from": "Selector", "selector": {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["web"]}]}},
    {"from": "Selector", "selector": {}},
)
_PARENTS: tuple[Mapping, ...] = (
    *({"namespace": PLATFORM, "name": "edge"},) * 6,
    {"namespace": PLATFORM, "name": "edge", "sectionName": "l0"},
    {"namespace": PLATFORM, "name": "edge", "port": 80},
    {"kind": "ListenerSet", "name": "one"},
    {"kind": "ListenerSet", "namespace": "red", "name": "one"},
)
_GRPC_CALLS = st.one_of(
    st.fixed_dictionaries({"service": st.sampled_from(SERVICES)}, optional={"method": st.sampled_from(METHODS)}),
    st.fixed_dictionaries({"method": st.sampled_from(METHODS)}),
    st.fixed_dictionaries(
        {"type": st.just("RegularExpression"), "service": st.sampled_from(("a.*", "[ab]")), "method": st.just(".*")}
    ),
)
_HEADERS = st.lists(
    st.sampled_from(({"name": "x-a", "value": "1"}, {"name": "x-b", "value": "2"})),
    max_size=2,
    unique_by=lambda each: each["name"],
)
_EDIT = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-e", "value": "1"}]}}
_HTTP_FILTERS: tuple[Mapping, ...] = (
    _EDIT,
    {"type": "RequestRedirect", "requestRedirect": {"hostname": "b.test"}},
    {"type": "CORS", "cors": {"allowOrigins": ["*"]}},
    {"type": "ExtensionRef", "extensionRef": {"group": "example.net", "kind": "Odd", "name": "x"}},
    {
        "type": "ExternalAuth",
        "externalAuth": {"protocol": "GRPC", "grpc": {}, "backendRef": {"name": "one", "port": 80, "namespace": "red"}},
    },
)
_TRUSTED: tuple[Mapping, ...] = (
    {"wellKnownCACertificates": "System"},
    {"wellKnownCACertificates": "example.net/x"},
    {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]},
)
_FROM = st.sampled_from(
    [
        {"group": GROUP, "kind": kind, "namespace": of}
        for kind in (*ROUTES, "Gateway", "ListenerSet")
        for of in (*TENANTS, PLATFORM)
    ]
)
_TO = st.sampled_from(
    ({"group": "", "kind": "Service"}, {"group": "", "kind": "Service", "name": "one"}, {"group": "", "kind": "Secret"})
)


@st.composite
def listeners(draw: st.DrawFn, *, least: int = 1) -> list[Mapping]:
    """Some listeners of one owner, without what the CRDs refuse."""
    found: list[Mapping] = []
    taken = set()
    for protocol, port, more in draw(st.lists(st.sampled_from(_SPOTS), min_size=least, max_size=least + 3)):
        hostname = draw(st.sampled_from((None, None, None, *HOSTNAMES))) if protocol in ("HTTP", "HTTPS", "TLS") else None
        if (port, protocol, hostname) in taken:  # V-LS-6
            continue
        taken.add((port, protocol, hostname))
        listener = {"name": f"l{len(found)}", "port": port, "protocol": protocol, **copy.deepcopy(more)}
        listener["allowedRoutes"] = {"namespaces": copy.deepcopy(draw(st.sampled_from(_CONSENTS)))}
        found.append(listener if hostname is None else {**listener, "hostname": hostname})
    return found


@st.composite
def backend_refs(draw: st.DrawFn, *, least: int = 0) -> list[Mapping]:
    """Up to three, of the own namespace and the other tenant's: Services, XBackends, and what is neither."""
    found: list[Mapping] = []
    for _ in range(draw(st.integers(least, 3))):
        ref: Mapping = {
            "name": draw(st.sampled_from((*NAMES, *NAMES, "gone"))),
            "port": draw(st.sampled_from((80, 80, 80, 81))),
        }
        ref["weight"] = draw(st.integers(0, 3))
        of = draw(st.sampled_from((None, None, *TENANTS)))
        if of is not None:
            ref["namespace"] = of
        ref.update(draw(st.sampled_from(({}, {}, {}, {}, {"group": EXPERIMENTAL, "kind": "XBackend"}, {"kind": "Odd"}))))
        found.append(ref)
    return found


@st.composite
def routes(draw: st.DrawFn, kind: str, namespace: str, name: str) -> Mapping:
    """One route of a kind, with one or two parents that tell their listeners apart."""
    parents = draw(
        st.lists(
            st.sampled_from(_PARENTS),
            min_size=1,
            max_size=2,
            unique_by=lambda ref: (ref.get("kind"), ref.get("namespace", namespace)),
        )
    )
    spec: Mapping = {"parentRefs": copy.deepcopy(parents)}
    if kind in ("HTTPRoute", "GRPCRoute", "TLSRoute"):
        least = int(kind == "TLSRoute")
        hostnames = draw(st.lists(st.sampled_from(HOSTNAMES), min_size=least, max_size=2, unique=True))
        if hostnames:
            spec["hostnames"] = hostnames
    spec["rules"] = draw(_rules(kind))
    return draw(created(manifest(kind, namespace, name, spec=spec)))


@st.composite
def _rules(draw: st.DrawFn, kind: str) -> list[Mapping]:
    if kind not in ("HTTPRoute", "GRPCRoute"):
        return [{"backendRefs": draw(backend_refs(least=1))}]
    found = []
    for _ in range(draw(st.integers(1, 3))):
        rule: Mapping = dict(draw(rules)) if kind == "HTTPRoute" else draw(_grpc_rules())
        rule["backendRefs"] = draw(backend_refs())
        if draw(st.integers(0, 3)) == 0:
            rule["filters"] = [
                copy.deepcopy(draw(st.sampled_from(_HTTP_FILTERS if kind == "HTTPRoute" else (_EDIT, _HTTP_FILTERS[3]))))
            ]
            if rule["filters"][0]["type"] == "RequestRedirect":  # V-HR-3
                rule["backendRefs"] = []
        found.append(rule)
    return found


@st.composite
def _grpc_rules(draw: st.DrawFn) -> Mapping:
    matches = []
    for _ in range(draw(st.integers(0, 2))):
        match: Mapping = {"headers": copy.deepcopy(draw(_HEADERS))}
        if draw(st.booleans()):
            match["method"] = draw(_GRPC_CALLS)
        matches.append(match)
    return {"matches": matches}


@st.composite
def services(draw: st.DrawFn, namespace: str) -> list[Mapping]:
    found = []
    for name in NAMES:
        port: Mapping = {"name": "web", "port": 80}
        app = draw(st.sampled_from((None, None, None, "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss")))
        ports = [port if app is None else {**port, "appProtocol": app}]
        if draw(st.integers(0, 3)):
            ports.append({"name": "flows", "port": 80, "protocol": "UDP"})
        found.append(manifest("Service", namespace, name, "v1", spec={"ports": ports}))
        if draw(st.integers(0, 5)) == 0:
            ready = {"addresses": ["192.0.2.1"], "conditions": {"ready": draw(st.booleans())}}
            slice_ = manifest(
                "EndpointSlice", namespace, f"{name}-1", "discovery.k8s.io/v1", addressType="IPv4", endpoints=[ready]
            )
            slice_["ports"] = [{"name": "web", "port": 8080}]
            slice_["metadata"]["labels"] = {"kubernetes.io/service-name": name}
            found.append(slice_)
    return found


@st.composite
def policies(draw: st.DrawFn, namespace: str) -> list[Mapping]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        target: Mapping = {"group": "", "kind": "Service", "name": draw(st.sampled_from(NAMES))}
        section: Mapping = draw(st.sampled_from(({}, {}, {"sectionName": "web"}, {"sectionName": "gone"})))
        trusted = copy.deepcopy(draw(st.sampled_from(_TRUSTED)))
        spec = {"targetRefs": [{**target, **section}], "validation": {"hostname": "db.test", **trusted}}
        found.append(draw(created(manifest("BackendTLSPolicy", namespace, name, spec=spec))))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        spec = {"targetRefs": [{"group": "", "kind": "Service", "name": draw(st.sampled_from(NAMES))}], "retryConstraint": {}}
        if draw(st.booleans()):
            spec["sessionPersistence"] = {"sessionName": draw(st.sampled_from(NAMES)), "type": "Header"}
        found.append(draw(created(manifest("XBackendTrafficPolicy", namespace, name, f"{EXPERIMENTAL}/v1alpha1", spec=spec))))
    return found


@st.composite
def xbackends(draw: st.DrawFn, namespace: str) -> list[Mapping]:
    spec: Mapping = {"type": "ExternalHostname", "externalHostname": {"hostname": "db.example.org"}, "port": {"port": 80}}
    protocol = draw(st.sampled_from((None, None, "HTTP", "HTTP2", "H2C", "TCP")))
    if protocol is not None:
        spec["protocol"] = protocol
    if draw(st.booleans()):
        spec["tls"] = {"mode": "ServerOnly", "validation": {"wellKnownCACertificates": "System", "hostname": "db.example.org"}}
    return [manifest("XBackend", namespace, draw(st.sampled_from(NAMES)), f"{EXPERIMENTAL}/v1alpha1", spec=spec)]


@st.composite
def grants(draw: st.DrawFn, namespace: str) -> list[Mapping]:
    found = []
    for number in range(draw(st.integers(0, 2))):
        spec = {"from": draw(st.lists(_FROM, min_size=1, max_size=6)), "to": draw(st.lists(_TO, min_size=1, max_size=2))}
        found.append(manifest("ReferenceGrant", namespace, f"g{number}", spec=copy.deepcopy(spec)))
    return found


PARTS = (services, policies, xbackends, grants)
"""What one tenant has beside routes, part by part."""


@st.composite
def clusters(draw: st.DrawFn, *, gateways: int = 1) -> list[Mapping]:
    """Manifests of one Gateway `infra/edge`, ListenerSets, and routes of every kind by two tenants, with all they refer to.

    The Gateway is shared by the namespaces, some of which it does not let in; grants permit some references and not others;
    listeners, routes and policies quarrel. With `gateways=2` the tenant `red` has one of its own, `red/own`, too.
    """
    gateway: Mapping = {"gatewayClassName": "any", "listeners": draw(listeners(least=4))}
    consent = draw(
        st.sampled_from((None, {"from": "All"}, {"from": "All"}, {"from": "Same"}, {"from": "Selector", "selector": _LABELS}))
    )
    if consent is not None:
        gateway["allowedListeners"] = {"namespaces": copy.deepcopy(consent)}
    found = [manifest("Gateway", PLATFORM, "edge", spec=gateway)]
    if gateways > 1:
        own: Mapping = {"gatewayClassName": "any", "listeners": draw(listeners(least=2))}
        found.append(manifest("Gateway", TENANTS[0], "own", spec=own))
    if draw(st.booleans()):
        found.append(manifest("GatewayClass", None, "any", spec={"controllerName": "example.net/gwmatch"}))
    if draw(st.booleans()):
        for name in (PLATFORM, *TENANTS):
            namespace = manifest("Namespace", None, name, "v1")
            namespace["metadata"]["labels"] = draw(st.sampled_from(({}, {"team": "web"}, {"team": "db"})))
            found.append(namespace)
    for tenant in TENANTS:
        found += [each for part in PARTS for each in draw(part(tenant))]
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
            parent = {"namespace": PLATFORM, "name": "edge"}
            found.append(
                draw(created(manifest("ListenerSet", tenant, name, spec={"parentRef": parent, "listeners": draw(listeners())})))
            )
    named = st.tuples(st.sampled_from(ROUTES), st.sampled_from(TENANTS), st.sampled_from(NAMES))
    for which in draw(st.lists(named, min_size=3, max_size=10, unique=True)):
        route = draw(routes(*which))
        if gateways > 1 and draw(st.booleans()):
            route["spec"]["parentRefs"].append({"namespace": TENANTS[0], "name": "own"})
        found.append(route)
    return found


_ODD: tuple[Any, ...] = (
    "",
    "x" * 300,
    -1,
    0,
    65536,
    True,
    [],
    [{}],
    {},
    {"name": "x"},
    "*",
    "*.",
    "a b",
    "\u212a.test",
    "(",
    "None",
    "Service",
)
_BENDS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda value, odd: odd,
    lambda value, odd: [value, value],
    lambda value, odd: None,
)


@st.composite
def bent(draw: st.DrawFn, manifests: list[Mapping]) -> list[Mapping]:
    """The same cluster with some fields of specs replaced by what does not belong there, doubled or taken away."""
    found = copy.deepcopy(manifests)
    for _ in range(draw(st.integers(1, 6))):
        places = [place for each in found if "spec" in each for place in _places(each["spec"])]
        holder, at = draw(st.sampled_from(places))
        holder[at] = draw(st.sampled_from(_BENDS))(holder[at], copy.deepcopy(draw(st.sampled_from(_ODD))))
    return found


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every field and item, with what holds it."""
    for at, inner in list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()):
        yield value, at
        yield from _places(inner)
