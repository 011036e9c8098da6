"""Bends: one field of a valid object made such that exactly one rule of the CRDs rejects it, each with the nearest neighbour
that no rule rejects. The rules are those of docs/semantics.md; `pattern`, `limit` and `enum` are the schema's own.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

Mapping = dict[str, Any]

_TWO = [{"name": "edge"}, {"name": "edge"}]
_TOLD_APART = [{"name": "edge", "sectionName": "a"}, {"name": "edge", "sectionName": "b"}]
_MIXED = [{"name": "edge", "sectionName": "a"}, {"name": "edge"}]
_BACKEND = {"name": "one", "port": 80}
_PREFIX = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}
_REDIRECT = {"type": "RequestRedirect", "requestRedirect": {}}
_REWRITE = {"type": "URLRewrite", "urlRewrite": {"path": _PREFIX}}
_SET = {"set": [{"name": "x-a", "value": "1"}]}
_ON_REQUEST = {"type": "RequestHeaderModifier", "requestHeaderModifier": _SET}
_ON_RESPONSE = {"type": "ResponseHeaderModifier", "responseHeaderModifier": _SET}
_CERTIFICATE = {"certificateRefs": [{"name": "cert"}]}
_TARGET = {"group": "", "kind": "Service", "name": "one"}
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_WITH_FILTERS = ("HTTPRoute", "GRPCRoute")
_WITH_LISTENERS = ("Gateway", "ListenerSet")
_TLS = {"hostname": "a.test", "wellKnownCACertificates": "System"}
_EXTERNAL = {"hostname": "a.test"}


class Bend(NamedTuple):
    """One way to break one rule."""

    rule: str
    kinds: tuple[str, ...]
    at: str
    """The field that is found fault with, and no other."""
    field: str
    """What is replaced. With `[0]` at its end: a list, before whose items others are put."""
    bad: Any
    good: Any


def _mirror(**fields: Any) -> list[Mapping]:
    return [{"filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": _BACKEND, **fields}}]}]


def _listener(*items: Mapping) -> list[Mapping]:
    return [{"name": f"bent{at}", "port": 9000 + at, "protocol": "HTTP", **each} for at, each in enumerate(items)]


def _path(value: str, kind: str = "PathPrefix") -> list[Mapping]:
    return [{"matches": [{"path": {"type": kind, "value": value}}]}]


def _match(**fields: Any) -> list[Mapping]:
    return [{"matches": [fields]}]


_RULE = "spec.rules[0]"
_FILTER = f"{_RULE}.filters[0]"
_LISTENER = "spec.listeners[0]"
_HTTP, _GRPC = ("HTTPRoute",), ("GRPCRoute",)
_PATHS = (
    ("a", "/a"),
    ("/a//b", "/a/b"),
    ("/a/./b", "/a/.b"),
    ("/a/../b", "/a/..b"),
    ("/a%2fb", "/a%2eb"),
    ("/a%2Fb", "/a%2Eb"),
    ("/a#b", "/a@b"),
    ("/a/..", "/a/..."),
    ("/a/.", "/a."),
    ("/a b", "/a+b"),
    ("/a%2", "/a%20"),
    ("/\u00e4", "/a"),
)
BENDS: tuple[Bend, ...] = (
    Bend("V-PR-1", _ROUTES, "spec.parentRefs[1]", "spec.parentRefs", _MIXED, _TOLD_APART),
    Bend("V-PR-2", _ROUTES, "spec.parentRefs[1]", "spec.parentRefs", _TWO, _TOLD_APART),
    # Listeners
    Bend("V-LS-1", _WITH_LISTENERS, f"{_LISTENER}.tls", _LISTENER, _listener({"tls": _CERTIFICATE}), _listener({})),
    Bend(
        "V-LS-2",
        _WITH_LISTENERS,
        f"{_LISTENER}.tls.mode",
        _LISTENER,
        _listener({"protocol": "HTTPS", "tls": {"mode": "Passthrough"}}),
        _listener({"protocol": "HTTPS", "tls": _CERTIFICATE}),
    ),
    Bend(
        "V-LS-3",
        _WITH_LISTENERS,
        f"{_LISTENER}.tls",
        _LISTENER,
        _listener({"protocol": "TLS"}),
        _listener({"protocol": "HTTPS"}),
    ),
    Bend(
        "V-LS-4",
        _WITH_LISTENERS,
        f"{_LISTENER}.hostname",
        _LISTENER,
        _listener({"protocol": "TCP", "hostname": "a.test"}),
        _listener({"hostname": "a.test"}),
    ),
    Bend("V-LS-5", _WITH_LISTENERS, "spec.listeners[1].name", _LISTENER, _listener({}, {"name": "bent0"}), _listener({}, {})),
    Bend(
        "V-LS-6",
        _WITH_LISTENERS,
        "spec.listeners[1]",
        _LISTENER,
        _listener({}, {"port": 9000}),
        _listener({}, {"port": 9000, "hostname": "a.test"}),
    ),
    Bend(
        "V-LS-7",
        _WITH_LISTENERS,
        f"{_LISTENER}.tls",
        _LISTENER,
        _listener({"protocol": "TLS", "tls": {}}),
        _listener({"protocol": "TLS", "tls": {"options": {"a": "b"}}}),
    ),
    Bend(
        "enum",
        _WITH_LISTENERS,
        f"{_LISTENER}.allowedRoutes.namespaces.from",
        _LISTENER,
        _listener({"allowedRoutes": {"namespaces": {"from": "all"}}}),
        _listener({"allowedRoutes": {"namespaces": {"from": "All"}}}),
    ),
    Bend(
        "V-GA-1",
        ("Gateway",),
        "spec.addresses[0].value",
        "spec.addresses",
        [{"value": "192.0.2.256"}],
        [{"value": "192.0.2.255"}],
    ),
    Bend(
        "V-GA-2",
        ("Gateway",),
        "spec.addresses[0].value",
        "spec.addresses",
        [{"type": "Hostname", "value": "A.test"}],
        [{"type": "Hostname", "value": "a.test"}],
    ),
    Bend(
        "V-GA-3",
        ("Gateway",),
        "spec.addresses[1].value",
        "spec.addresses",
        [{"value": "192.0.2.1"}] * 2,
        [{"value": "192.0.2.1"}, {"value": "192.0.2.2"}],
    ),
    Bend(
        "V-GI-1",
        ("Gateway",),
        "spec.infrastructure.labels.-a",
        "spec.infrastructure",
        {"labels": {"-a": "b"}},
        {"labels": {"a": "b"}},
    ),
    Bend(
        "V-GF-1",
        ("Gateway",),
        "spec.tls.frontend.perPort[1].port",
        "spec.tls",
        {"frontend": {"default": {}, "perPort": [{"port": 1, "tls": {}}] * 2}},
        {"frontend": {"default": {}, "perPort": [{"port": 1, "tls": {}}, {"port": 2, "tls": {}}]}},
    ),
    # HTTPRoute
    *(Bend("V-HM-1", _HTTP, f"{_RULE}.matches[0].path.value", _RULE, _path(bad), _path(good)) for bad, good in _PATHS),
    Bend("V-HM-2", _HTTP, f"{_RULE}.matches[0].path.type", _RULE, _path("/", "Prefix"), _path("/", "Exact")),
    Bend("V-HR-1", _HTTP, "spec.rules", "spec.rules", [{"matches": [{}] * 64}] * 2 + [{}], [{"matches": [{}] * 64}] * 2),
    Bend("V-HR-2", _HTTP, "spec.rules[1].name", _RULE, [{"name": "a"}, {"name": "a"}], [{"name": "a"}, {"name": "b"}]),
    Bend(
        "V-HR-3",
        _HTTP,
        f"{_FILTER}.requestRedirect",
        _RULE,
        [{"filters": [_REDIRECT], "backendRefs": [_BACKEND]}],
        [{"filters": [_REDIRECT]}],
    ),
    Bend(
        "V-HR-4",
        _HTTP,
        f"{_FILTER}.urlRewrite.path.replacePrefixMatch",
        _RULE,
        [{"filters": [_REWRITE], "matches": [{"path": {"type": "Exact", "value": "/a"}}]}],
        [{"filters": [_REWRITE]}],
    ),
    Bend(
        "V-HR-5",
        _HTTP,
        f"{_RULE}.backendRefs[0].filters[0].urlRewrite.path.replacePrefixMatch",
        _RULE,
        [{"matches": [{}, {}], "backendRefs": [{**_BACKEND, "filters": [_REWRITE]}]}],
        [{"matches": [{}], "backendRefs": [{**_BACKEND, "filters": [_REWRITE]}]}],
    ),
    Bend(
        "V-HF-1",
        _HTTP,
        f"{_RULE}.filters",
        _RULE,
        [{"filters": [_REDIRECT, {"type": "URLRewrite", "urlRewrite": {}}]}],
        [{"filters": [_REDIRECT]}],
    ),
    Bend(
        "V-HF-2", _HTTP, f"{_RULE}.filters", _RULE, [{"filters": [_ON_REQUEST] * 2}], [{"filters": [_ON_REQUEST, _ON_RESPONSE]}]
    ),
    Bend("V-HF-3", _HTTP, f"{_FILTER}.cors", _RULE, [{"filters": [{**_REDIRECT, "cors": {}}]}], [{"filters": [_REDIRECT]}]),
    Bend(
        "V-HF-4",
        _HTTP,
        f"{_FILTER}.urlRewrite.path.replaceFullPath",
        _RULE,
        [{"filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath"}}}]}],
        [{"filters": [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/"}}}]}],
    ),
    Bend(
        "V-HF-6",
        _HTTP,
        f"{_FILTER}.cors.allowOrigins",
        _RULE,
        [{"filters": [{"type": "CORS", "cors": {"allowOrigins": ["*", "https://a.test"]}}]}],
        [{"filters": [{"type": "CORS", "cors": {"allowOrigins": ["*"]}}]}],
    ),
    Bend(
        "V-HF-7",
        _HTTP,
        f"{_FILTER}.externalAuth.grpc",
        _RULE,
        [{"filters": [{"type": "ExternalAuth", "externalAuth": {"protocol": "GRPC", "backendRef": _BACKEND}}]}],
        [{"filters": [{"type": "ExternalAuth", "externalAuth": {"protocol": "GRPC", "grpc": {}, "backendRef": _BACKEND}}]}],
    ),
    Bend(
        "V-HT-1",
        _HTTP,
        f"{_RULE}.timeouts.backendRequest",
        _RULE,
        [{"timeouts": {"request": "1s", "backendRequest": "1001ms"}}],
        [{"timeouts": {"request": "1s", "backendRequest": "500ms500ms"}}],
    ),
    Bend(
        "V-API-3",
        _HTTP,
        f"{_RULE}.matches[0].headers[1].name",
        _RULE,
        _match(headers=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        _match(headers=[{"name": "a", "value": "1"}, {"name": "A", "value": "2"}]),
    ),
    Bend("enum", _HTTP, f"{_RULE}.matches[0].method", _RULE, _match(method="get"), _match(method="GET")),
    # What HTTPRoutes and GRPCRoutes share
    Bend(
        "V-BR-1",
        _WITH_FILTERS,
        f"{_RULE}.backendRefs[0].port",
        _RULE,
        [{"backendRefs": [{"name": "one"}]}],
        [{"backendRefs": [_BACKEND]}],
    ),
    Bend(
        "V-HF-5",
        _WITH_FILTERS,
        f"{_FILTER}.requestMirror",
        _RULE,
        _mirror(percent=1, fraction={"numerator": 1}),
        _mirror(percent=1),
    ),
    Bend(
        "V-FR-1",
        _WITH_FILTERS,
        f"{_FILTER}.requestMirror.fraction.numerator",
        _RULE,
        _mirror(fraction={"numerator": 101}),
        _mirror(fraction={"numerator": 100}),
    ),
    Bend(
        "V-SP-1",
        _WITH_FILTERS,
        f"{_RULE}.sessionPersistence.absoluteTimeout",
        _RULE,
        [{"sessionPersistence": {"cookieConfig": {"lifetimeType": "Permanent"}}}],
        [{"sessionPersistence": {"cookieConfig": {"lifetimeType": "Permanent"}, "absoluteTimeout": "1h"}}],
    ),
    Bend(
        "V-SP-2",
        _WITH_FILTERS,
        f"{_RULE}.sessionPersistence.cookieConfig",
        _RULE,
        [{"sessionPersistence": {"type": "Header", "cookieConfig": {}}}],
        [{"sessionPersistence": {"type": "Cookie", "cookieConfig": {}}}],
    ),
    # GRPCRoute
    Bend("V-GM-1", _GRPC, f"{_RULE}.matches[0].method", _RULE, _match(method={}), _match(method={"service": "a.B"})),
    Bend(
        "V-GM-2",
        _GRPC,
        f"{_RULE}.matches[0].method.service",
        _RULE,
        _match(method={"service": "a/B"}),
        _match(method={"service": "a.B"}),
    ),
    Bend(
        "V-GM-3",
        _GRPC,
        f"{_RULE}.matches[0].method.method",
        _RULE,
        _match(method={"method": "a.b"}),
        _match(method={"method": "a_b"}),
    ),
    Bend(
        "V-GF-2", _GRPC, f"{_RULE}.filters", _RULE, [{"filters": [_ON_REQUEST] * 2}], [{"filters": [_ON_REQUEST, _ON_RESPONSE]}]
    ),
    Bend("V-GR-2", _GRPC, "spec.rules[1].name", _RULE, [{"name": "a"}, {"name": "a"}], [{"name": "a"}, {"name": "b"}]),
    # The other routes
    Bend("V-TL-1", ("TLSRoute",), "spec.hostnames[0]", "spec.hostnames", ["192.0.2.1"], ["192.0.2.1.a"]),
    *(
        Bend(
            "V-BR-1",
            (kind,),
            f"{_RULE}.backendRefs[0].port",
            "spec.rules",
            [{"backendRefs": [{"name": "one"}]}],
            [{"backendRefs": [_BACKEND]}],
        )
        for kind in _ROUTES[2:]
    ),
    # Policies and what else has rules
    Bend(
        "V-BT-1",
        ("BackendTLSPolicy",),
        "spec.targetRefs[1]",
        "spec.targetRefs",
        [_TARGET, {**_TARGET, "sectionName": "a"}],
        [{**_TARGET, "sectionName": "b"}, {**_TARGET, "sectionName": "a"}],
    ),
    Bend(
        "V-BT-2",
        ("BackendTLSPolicy",),
        "spec.targetRefs[1]",
        "spec.targetRefs",
        [_TARGET, _TARGET],
        [_TARGET, {**_TARGET, "name": "two"}],
    ),
    Bend("V-BT-3", ("BackendTLSPolicy",), "spec.validation", "spec.validation", {"hostname": "a.test"}, _TLS),
    Bend(
        "V-BT-4",
        ("BackendTLSPolicy",),
        "spec.validation.subjectAltNames[0].uri",
        "spec.validation",
        {**_TLS, "subjectAltNames": [{"type": "URI"}]},
        {**_TLS, "subjectAltNames": [{"type": "URI", "uri": "spiffe://a.test/b"}]},
    ),
    Bend(
        "V-XP-1",
        ("XBackendTrafficPolicy",),
        "spec.retryConstraint.budget.interval",
        "spec.retryConstraint",
        {"budget": {"interval": "999ms"}},
        {"budget": {"interval": "1s"}},
    ),
    Bend(
        "V-XP-2",
        ("XBackendTrafficPolicy",),
        "spec.retryConstraint.minRetryRate.interval",
        "spec.retryConstraint",
        {"minRetryRate": {"interval": "0s"}},
        {"minRetryRate": {"interval": "1ms"}},
    ),
    Bend("V-XB-1", ("XBackend",), "spec.externalHostname", "spec.externalHostname", None, _EXTERNAL),
    Bend(
        "V-XB-2",
        ("XBackend",),
        "spec.externalHostname.hostname",
        "spec.externalHostname",
        {"hostname": "a.cluster.local"},
        _EXTERNAL,
    ),
    Bend("V-XB-3", ("XBackend",), "spec.port.name", "spec.port", {"port": 1, "name": "A"}, {"port": 1, "name": "a"}),
    Bend(
        "V-XB-4",
        ("XBackend",),
        "spec.tls.clientCertificateRef",
        "spec.tls",
        {"mode": "ClientAndServer"},
        {"mode": "ServerOnly"},
    ),
    Bend(
        "limit",
        ("ReferenceGrant",),
        "spec.from",
        "spec.from",
        [],
        [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "red"}],
    ),
    Bend("pattern", ("GatewayClass", "XMesh"), "spec.controllerName", "spec.controllerName", "gwmatch", "example.net/gwmatch"),
    Bend("limit", ("Service", "ServiceImport"), "spec.ports[0].port", "spec.ports", [{"port": 0}], [{"port": 1}]),
    Bend("limit", ("EndpointSlice",), "ports[0].port", "ports", [{"port": 65536}], [{"port": 65535}]),
)
"""At least one for every kind that has rules of its own."""
NAMED: tuple[Bend, ...] = (
    Bend("HI-C9", (), "metadata.name", "metadata.name", "not a name", "a-name"),
    Bend("HI-C8", (), "metadata.creationTimestamp", "metadata.creationTimestamp", "2026-01-01", "2026-01-01T00:00:00Z"),
)
"""Those for every kind."""


def bends(kind: str) -> tuple[Bend, ...]:
    """All ways to break one rule of a kind.

    >>> sorted({bend.rule for bend in bends("TCPRoute")})
    ['HI-C8', 'HI-C9', 'V-BR-1', 'V-PR-1', 'V-PR-2']
    """
    return tuple(bend for bend in BENDS if kind in bend.kinds) + NAMED


def applied(manifest: Mapping, bend: Bend, value: Any) -> Mapping:
    """The manifest with a value at the bend's field."""
    made = copy.deepcopy(manifest)
    inserts = bend.field.endswith("[0]")
    *steps, last = bend.field.removesuffix("[0]").split(".")
    holder = made
    for step in steps:
        holder = holder.setdefault(step, {})
    if inserts:
        holder[last] = [*copy.deepcopy(value), *holder.get(last, ())]
    elif value is None:
        holder.pop(last, None)
    else:
        holder[last] = copy.deepcopy(value)
    return made
