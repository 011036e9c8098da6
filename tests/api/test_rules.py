"""Every rule both ways: what it refuses, and the nearest neighbour that it does not (resources.md V-…, HI-…)."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import GatewayClass, HTTPRoute, invalid_rules, load, violations
from gwmatch.errors import LoadError

from .build import but, filters, gateway, gateway_class, grant, listener, route, rule, service

PARENT = {"name": "edge"}
BACKEND = {"name": "cart", "port": 80}
CERTIFICATE = {"certificateRefs": [{"name": "tls"}]}
REDIRECT = {"type": "RequestRedirect", "requestRedirect": {}}
REWRITE = {"type": "URLRewrite", "urlRewrite": {}}
PREFIX = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": BACKEND}}
REDIRECT_PREFIX = {"type": "RequestRedirect", "requestRedirect": {"path": PREFIX}}
REWRITE_PREFIX = {"type": "URLRewrite", "urlRewrite": {"path": PREFIX}}
HEADERS = {"set": [{"name": "x-a", "value": "1"}]}
VALIDATION = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}


def parents(*refs: dict[str, Any]) -> dict[str, Any]:
    return route({"parentRefs": [{**PARENT, **ref} for ref in refs]})


def match(**fields: Any) -> dict[str, Any]:
    return rule(matches=[fields])


def path(value: str, kind: str = "PathPrefix") -> dict[str, Any]:
    return match(path={"type": kind, "value": value})


def request_headers(**fields: Any) -> dict[str, Any]:
    return filters({"type": "RequestHeaderModifier", "requestHeaderModifier": fields})


def mirror(**fields: Any) -> dict[str, Any]:
    return filters({"type": "RequestMirror", "requestMirror": {"backendRef": BACKEND, **fields}})


def cors(**fields: Any) -> dict[str, Any]:
    return filters({"type": "CORS", "cors": fields})


def auth(**fields: Any) -> dict[str, Any]:
    return filters({"type": "ExternalAuth", "externalAuth": {"backendRef": BACKEND, **fields}})


def replace(kind: str, **fields: Any) -> dict[str, Any]:
    return filters({"type": "URLRewrite", "urlRewrite": {"path": {"type": kind, **fields}}})


def persistence(**fields: Any) -> dict[str, Any]:
    return rule(sessionPersistence=fields)


def matches(*counts: int) -> dict[str, Any]:
    return route({"rules": [{"matches": [{"method": "GET"}] * count} for count in counts]})


def address(kind: str, *values: str) -> dict[str, Any]:
    return gateway(addresses=[{"type": kind, "value": value} for value in values])


def frontend(**fields: Any) -> dict[str, Any]:
    return gateway(tls={"frontend": {"default": {}, **fields}})


RULE = "spec.rules[0]."
FILTER = "spec.rules[0].filters[0]."
LISTENER = "spec.listeners[0]."

# rule, where it is broken, the object that breaks it, its nearest neighbour that does not
REFUSED = [
    ("V-PR-1e", "spec.parentRefs[1]", parents({"sectionName": "a"}, {}), parents({"sectionName": "a"}, {"sectionName": "b"})),
    ("V-PR-1e", "spec.parentRefs[1]", parents({"port": 1}, {"sectionName": "a"}), parents({"port": 1}, {"port": 2})),
    ("V-PR-2e", "spec.parentRefs[1]", parents({}, {}), parents({}, {"namespace": "shop"})),
    ("V-PR-2e", "spec.parentRefs[1]", parents({"port": 1}, {"port": 1}), parents({}, {"kind": "ListenerSet"})),
    (
        "V-BR-1",
        RULE + "backendRefs[0].port",
        rule(backendRefs=[{"name": "a"}]),
        rule(backendRefs=[{"name": "a", "kind": "Foo", "group": "b.c"}]),
    ),
    ("V-BR-1", FILTER + "requestMirror.backendRef.port", mirror(backendRef={"name": "a"}), mirror()),
    (
        "V-BR-1",
        FILTER + "externalAuth.backendRef.port",
        auth(backendRef={"name": "a"}, protocol="HTTP", http={}),
        auth(protocol="HTTP", http={}),
    ),
    (
        "V-SP-1",
        RULE + "sessionPersistence.absoluteTimeout",
        persistence(cookieConfig={"lifetimeType": "Permanent"}),
        persistence(cookieConfig={"lifetimeType": "Permanent"}, absoluteTimeout="1h"),
    ),
    (
        "V-SP-2",
        RULE + "sessionPersistence.cookieConfig",
        persistence(type="Header", cookieConfig={}),
        persistence(type="Cookie", cookieConfig={}),
    ),
    ("enum", RULE + "sessionPersistence.type", persistence(type="cookie"), persistence(type="Header")),
    (
        "V-FR-1",
        FILTER + "requestMirror.fraction.numerator",
        mirror(fraction={"numerator": 101}),
        mirror(fraction={"numerator": 100}),
    ),
    # Gateway
    ("V-LS-1", LISTENER + "tls", gateway(listener(tls=CERTIFICATE)), gateway(listener(protocol="HTTPS", tls=CERTIFICATE))),
    ("V-LS-1", LISTENER + "tls", gateway(listener(protocol="UDP", tls=CERTIFICATE)), gateway(listener(protocol="UDP"))),
    (
        "V-LS-2",
        LISTENER + "tls.mode",
        gateway(listener(protocol="HTTPS", tls={"mode": "Passthrough"})),
        gateway(listener(protocol="TLS", tls={"mode": "Passthrough"})),
    ),
    ("V-LS-3", LISTENER + "tls", gateway(listener(protocol="TLS")), gateway(listener(protocol="HTTPS"))),
    (
        "V-LS-4",
        LISTENER + "hostname",
        gateway(listener(protocol="TCP", hostname="a.test")),
        gateway(listener(hostname="a.test")),
    ),
    (
        "V-LS-5",
        "spec.listeners[1].name",
        gateway(listener(), listener(port=81)),
        gateway(listener(), listener(name="b", port=81)),
    ),
    (
        "V-LS-6",
        "spec.listeners[1]",
        gateway(listener(), listener(name="b")),
        gateway(listener(), listener(name="b", hostname="a.test")),
    ),
    (
        "V-LS-7",
        LISTENER + "tls",
        gateway(listener(protocol="TLS", tls={})),
        gateway(listener(protocol="TLS", tls={"options": {"a": "b"}})),
    ),
    (
        "enum",
        LISTENER + "tls.mode",
        gateway(listener(protocol="TLS", tls={"mode": "x"})),
        gateway(listener(protocol="TLS", tls=CERTIFICATE)),
    ),
    (
        "enum",
        LISTENER + "allowedRoutes.namespaces.from",
        gateway(listener(allowedRoutes={"namespaces": {"from": "None"}})),
        gateway(allowedListeners={"namespaces": {"from": "None"}}),
    ),
    (
        "enum",
        "spec.allowedListeners.namespaces.from",
        gateway(allowedListeners={"namespaces": {"from": "none"}}),
        gateway(allowedListeners={"namespaces": {"from": "All"}}),
    ),
    ("enum", "spec.defaultScope", gateway(defaultScope="Some"), gateway(defaultScope="All")),
    (
        "V-GA-1",
        "spec.addresses[0].value",
        address("IPAddress", "192.0.2.256"),
        address("IPAddress", "192.0.2.255", "2001:db8::1"),
    ),
    ("V-GA-1", "spec.addresses[0].value", address("IPAddress", "fe80::1%eth0"), address("example.net/x", "fe80::1%eth0")),
    ("V-GA-1", "spec.addresses[0].value", gateway(addresses=[{"value": ""}]), gateway(addresses=[{}])),
    ("V-GA-2", "spec.addresses[0].value", address("Hostname", "A.test"), address("Hostname", "*.a.test")),
    ("V-GA-3", "spec.addresses[1].value", address("IPAddress", "192.0.2.1", "192.0.2.1"), address("NamedAddress", "a", "a")),
    ("V-GA-3", "spec.addresses[1].value", address("Hostname", "a.test", "a.test"), address("Hostname", "a.test", "b.test")),
    (
        "V-GI-1",
        "spec.infrastructure.labels.-a",
        gateway(infrastructure={"labels": {"-a": "b"}}),
        gateway(infrastructure={"labels": {"example.net/a_b.c": "b"}}),
    ),
    (
        "V-GI-1",
        "spec.infrastructure.annotations." + "a" * 64,
        gateway(infrastructure={"annotations": {"a" * 64: "b"}}),
        gateway(infrastructure={"annotations": {"a" * 63: "b"}}),
    ),
    (
        "V-GI-2",
        "spec.infrastructure.labels." + "a" * 253 + "/b",
        gateway(infrastructure={"labels": {"a" * 253 + "/b": "c"}}),
        gateway(infrastructure={"labels": {"a" * 252 + "/b": "c"}}),
    ),
    (
        "V-GF-1",
        "spec.tls.frontend.perPort[1].port",
        frontend(perPort=[{"port": 1, "tls": {}}, {"port": 1, "tls": {}}]),
        frontend(perPort=[{"port": 1, "tls": {}}, {"port": 2, "tls": {}}]),
    ),
    (
        "enum",
        "spec.tls.frontend.default.validation.mode",
        frontend(default={"validation": {**VALIDATION, "mode": "Any"}}),
        frontend(default={"validation": {**VALIDATION, "mode": "AllowInsecureFallback"}}),
    ),
    # HTTPRoute
    ("enum", "spec.useDefaultGateways", route({"useDefaultGateways": "Some"}), route({"useDefaultGateways": "None"})),
    ("V-HR-1", "spec.rules", matches(64, 64, 1), matches(64, 64)),
    (
        "V-HR-2",
        "spec.rules[1].name",
        route({"rules": [{"name": "a"}, {"name": "a"}]}),
        route({"rules": [{"name": "a"}, {}, {}]}),
    ),
    (
        "V-HR-3",
        FILTER + "requestRedirect",
        rule(filters=[REDIRECT], backendRefs=[BACKEND]),
        rule(filters=[REDIRECT], backendRefs=[]),
    ),
    (
        "V-HR-4",
        FILTER + "requestRedirect.path.replacePrefixMatch",
        rule(filters=[REDIRECT_PREFIX], matches=[{"path": {"type": "Exact", "value": "/a"}}]),
        rule(filters=[REDIRECT_PREFIX]),
    ),
    (
        "V-HR-4",
        FILTER + "urlRewrite.path.replacePrefixMatch",
        rule(filters=[REWRITE_PREFIX], matches=[]),
        rule(filters=[REWRITE_PREFIX], matches=[{"method": "GET"}]),
    ),
    (
        "V-HR-5",
        RULE + "backendRefs[0].filters[0].urlRewrite.path.replacePrefixMatch",
        rule(matches=[{}, {}], backendRefs=[{**BACKEND, "filters": [REWRITE_PREFIX]}]),
        rule(matches=[{}, {}], backendRefs=[{**BACKEND, "filters": [REWRITE_PREFIX]}] * 2),  # it counts to one
    ),
    ("V-HF-1", RULE + "filters", filters(REDIRECT, REWRITE), filters(REDIRECT)),
    ("V-HF-2", RULE + "filters", filters(REWRITE, REWRITE), filters(MIRROR, MIRROR)),
    ("V-HF-3", FILTER + "requestMirror", filters({"type": "RequestMirror"}), mirror()),
    ("V-HF-3", FILTER + "cors", filters({**REDIRECT, "cors": {}}), filters(REDIRECT)),
    (
        "V-HF-4",
        FILTER + "urlRewrite.path.replaceFullPath",
        replace("ReplaceFullPath"),
        replace("ReplaceFullPath", replaceFullPath="/"),
    ),
    (
        "V-HF-4",
        FILTER + "urlRewrite.path.replacePrefixMatch",
        replace("ReplaceFullPath", replaceFullPath="/", replacePrefixMatch="/"),
        replace("ReplacePrefixMatch", replacePrefixMatch=""),
    ),
    ("V-HF-5", FILTER + "requestMirror", mirror(percent=1, fraction={"numerator": 1}), mirror(percent=0)),
    ("V-HF-6", FILTER + "cors.allowOrigins", cors(allowOrigins=["*", "https://a.test"]), cors(allowOrigins=["*"])),
    ("V-HF-6", FILTER + "cors.allowHeaders", cors(allowHeaders=["*", "x"]), cors(exposeHeaders=["*", "x"])),
    ("V-HF-6", FILTER + "cors.allowMethods", cors(allowMethods=["*", "GET"]), cors(allowMethods=["PUT", "GET"])),
    ("V-HF-7", FILTER + "externalAuth.grpc", auth(protocol="GRPC"), auth(protocol="GRPC", grpc={})),
    ("V-HF-7", FILTER + "externalAuth.grpc", auth(protocol="HTTP", http={}, grpc={}), auth(protocol="HTTP", http={})),
    ("enum", FILTER + "type", filters({"type": "Teapot"}), filters(REDIRECT)),
    ("enum", FILTER + "externalAuth.protocol", auth(protocol="FTP"), auth(protocol="HTTP", http={})),
    (
        "enum",
        FILTER + "requestRedirect.scheme",
        filters(but(REDIRECT, "requestRedirect", "scheme", value="HTTP")),
        filters(but(REDIRECT, "requestRedirect", "scheme", value="http")),
    ),
    (
        "enum",
        FILTER + "requestRedirect.statusCode",
        filters(but(REDIRECT, "requestRedirect", "statusCode", value=304)),
        filters(but(REDIRECT, "requestRedirect", "statusCode", value=303)),
    ),
    ("enum", FILTER + "urlRewrite.path.type", replace("Full"), replace("ReplaceFullPath", replaceFullPath="/a")),
    ("enum", FILTER + "cors.allowMethods[0]", cors(allowMethods=["get"]), cors(allowMethods=["GET"])),
    *[
        ("V-HM-1", RULE + "matches[0].path.value", path(bad), path(good))
        for bad, good in (
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
            ("/ä", "/a"),
            ("/a\n", "/a"),
            ("", "/"),
        )
    ],
    ("V-HM-1", RULE + "matches[0].path.value", path("a//b", "Exact"), path("a//b#", "RegularExpression")),
    ("V-HM-2", RULE + "matches[0].path.type", path("/", "Prefix"), path("", "RegularExpression")),
    ("enum", RULE + "matches[0].method", match(method="get"), match(method="GET")),
    (
        "enum",
        RULE + "matches[0].headers[0].type",
        match(headers=[{"name": "a", "value": "b", "type": "Regex"}]),
        match(headers=[{"name": "a", "value": "b", "type": "RegularExpression"}]),
    ),
    (
        "enum",
        RULE + "matches[0].queryParams[0].type",
        match(queryParams=[{"name": "a", "value": "b", "type": "Prefix"}]),
        match(queryParams=[{"name": "a", "value": "b", "type": "Exact"}]),
    ),
    (
        "V-HT-1",
        RULE + "timeouts.backendRequest",
        rule(timeouts={"request": "1s", "backendRequest": "1001ms"}),
        rule(timeouts={"request": "1s", "backendRequest": "500ms500ms"}),
    ),
    (
        "V-HT-1",
        RULE + "timeouts.backendRequest",
        rule(timeouts={"request": "1ms", "backendRequest": "1s"}),
        rule(timeouts={"request": "0s", "backendRequest": "1s"}),
    ),
    # V-API-3
    (
        "V-API-3",
        RULE + "matches[0].headers[1].name",
        match(headers=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        match(headers=[{"name": "a", "value": "1"}, {"name": "A", "value": "2"}]),
    ),
    (
        "V-API-3",
        RULE + "matches[0].queryParams[1].name",
        match(queryParams=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        match(queryParams=[{"name": "a", "value": "1"}, {"name": "b", "value": "1"}]),
    ),
    (
        "V-API-3",
        FILTER + "requestHeaderModifier.set[1].name",
        request_headers(set=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        request_headers(set=[{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]),
    ),
    (
        "V-API-3",
        FILTER + "requestHeaderModifier.remove[1]",
        request_headers(remove=["a", "a"]),
        request_headers(remove=["a", "b"]),
    ),
    ("V-API-3", FILTER + "cors.exposeHeaders[1]", cors(exposeHeaders=["a", "a"]), cors(exposeHeaders=["a", "A"])),
    (
        "V-API-3",
        FILTER + "externalAuth.http.allowedResponseHeaders[1]",
        auth(protocol="HTTP", http={"allowedResponseHeaders": ["a", "a"]}),
        auth(protocol="HTTP", http={"allowedResponseHeaders": ["a"], "allowedHeaders": ["a"]}),
    ),
    ("V-API-3", RULE + "retry.codes[1]", rule(retry={"codes": [500, 500]}), rule(retry={"codes": [500, 502]})),
    # The experimental channel's pattern of header values
    (
        "E values",
        RULE + "matches[0].headers[0].value",
        match(headers=[{"name": "a", "value": "b  c"}]),
        match(headers=[{"name": "a", "value": "b c"}]),
    ),
    (
        "E values",
        FILTER + "requestHeaderModifier.set[0].value",
        request_headers(set=[{"name": "a", "value": "é"}]),
        request_headers(set=[{"name": "a", "value": "e\tf"}]),
    ),
    (
        "HI-W8",
        FILTER + "requestHeaderModifier.set[0].value",
        request_headers(set=[{"name": "x-team", "value": "a\nx-role: admin"}]),
        request_headers(set=[{"name": "x-team", "value": "a x-role: admin"}]),
    ),
    # Names and times
    ("HI-C9", "metadata.name", route(name="Cart"), route(name="cart.v1")),
    ("HI-C9", "metadata.name", route(name="a" * 254), route(name="a" * 253)),
    ("HI-C9", "metadata.name", route(name="cart\n"), route(name="cart")),
    ("HI-C9", "metadata.name", service("a.b"), service("a-b")),
    ("HI-C9", "metadata.namespace", route(namespace="a.b"), route(namespace="a-b")),
    (
        "HI-C8",
        "metadata.creationTimestamp",
        but(route(), "metadata", "creationTimestamp", value="2024-01-01"),
        but(route(), "metadata", "creationTimestamp", value="2024-01-01T00:00:00Z"),
    ),
]

# Admitted by an API server, but nobody can carry the rule out.
INVALID = [
    ("HI-W8", FILTER + "requestHeaderModifier.remove[0]", request_headers(remove=["a b"]), request_headers(remove=["a-b"])),
    (
        "HI-W8",
        FILTER + "urlRewrite.path.replaceFullPath",
        replace("ReplaceFullPath", replaceFullPath="a"),
        replace("ReplaceFullPath", replaceFullPath="/a"),
    ),
    (
        "HI-W8",
        FILTER + "urlRewrite.path.replaceFullPath",
        replace("ReplaceFullPath", replaceFullPath=""),
        replace("ReplacePrefixMatch", replacePrefixMatch=""),
    ),
    (
        "HI-W8",
        FILTER + "urlRewrite.path.replacePrefixMatch",
        replace("ReplacePrefixMatch", replacePrefixMatch="/a?b"),
        replace("ReplacePrefixMatch", replacePrefixMatch="/a%3Fb"),
    ),
    (
        "HI-W8",
        FILTER + "urlRewrite.path.replacePrefixMatch",
        replace("ReplacePrefixMatch", replacePrefixMatch="/a b"),
        replace("ReplacePrefixMatch", replacePrefixMatch="/a~b"),
    ),
    (
        "HI-W9",
        FILTER + "requestHeaderModifier.set[0].name",
        request_headers(set=[{"name": "Host", "value": "a"}]),
        request_headers(set=[{"name": "Hosts", "value": "a"}]),
    ),
    (
        "HI-W9",
        FILTER + "requestHeaderModifier.remove[0]",
        request_headers(remove=["content-length"]),
        request_headers(remove=["content-type"]),
    ),
    (
        "HI-W10",
        FILTER + "requestHeaderModifier.remove[0]",
        request_headers(**HEADERS, remove=["X-A"]),
        request_headers(**HEADERS, remove=["x-b"]),
    ),
]


def ids(rows: list[Any]) -> list[str]:
    return [f"{row[0]} {row[1]}" for row in rows]


def refusals(given: dict[str, Any]) -> list[str]:
    try:
        load(given)
    except LoadError as error:
        return [str(problem.at) for problem in error.problems]
    return []


@pytest.mark.parametrize(("name", "at", "bad", "good"), REFUSED, ids=ids(REFUSED))
def test_refused(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert at in refusals(bad)
    assert refusals(good) == []


@pytest.mark.parametrize(("name", "at", "bad", "good"), INVALID, ids=ids(INVALID))
def test_admitted_but_invalid(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    (made,) = load(bad).of(HTTPRoute)
    assert [str(each.at) for each in violations(made) if not each.refused] == [at]
    assert [str(each.at) for each in invalid_rules(made)[0]] == [at]
    assert [str(each.at) for each in load(bad).notices] == [at]
    assert load(good).notices == ()
    assert invalid_rules(load(good).of(HTTPRoute)[0]) == {}


def test_standard_channel_has_its_own_rules() -> None:
    only_ports_differ = parents({"port": 1}, {"port": 2})
    assert refusals(only_ports_differ) == []
    with pytest.raises(LoadError) as caught:  # V-PR-2
        load(only_ports_differ, channel="standard")
    assert [str(problem.at) for problem in caught.value.problems] == ["spec.parentRefs[1]"]
    for allowed in (
        route({"rules": [{"name": "a"}, {"name": "a"}]}),  # V-HR-2
        match(headers=[{"name": "a", "value": "b  c"}]),
        parents({"port": 1}, {"sectionName": "a"}, {"sectionName": "b"})
        and parents({"sectionName": "a"}, {"sectionName": "b"}),
    ):
        load(allowed, channel="standard")


def test_standard_channel_drops_experimental_fields() -> None:
    resources = load(rule(retry={"attempts": 0}), channel="standard")
    assert resources.of(HTTPRoute)[0].spec.rules[0].retry is None
    assert [str(each.at) for each in resources.notices] == ["spec.rules[0].retry"]
    with pytest.raises(LoadError) as caught:
        load(auth(protocol="HTTP", http={}), channel="standard")
    assert "spec.rules[0].filters[0].type" in [str(problem.at) for problem in caught.value.problems]


def test_line_breaks_in_header_values_are_a_standard_channel_matter_too() -> None:
    (made,) = load(request_headers(set=[{"name": "a", "value": "b\r\nc: d"}]), channel="standard").of(HTTPRoute)
    assert 0 in invalid_rules(made)


def test_controller_name_is_immutable() -> None:
    """V-GC-1."""
    (old,), (same,), (new,) = (
        load(each).of(GatewayClass)
        for each in (gateway_class(), gateway_class(description="x"), gateway_class(controllerName="example.net/b"))
    )
    assert violations(same, old=old) == ()
    assert [str(each.at) for each in violations(new, old=old)] == ["spec.controllerName"]


def test_incompatible_filters_have_their_own_reason() -> None:
    (made,) = load(filters(REDIRECT, REWRITE), invalid="keep").of(HTTPRoute)
    assert {each.reason for each in invalid_rules(made)[0]} == {"IncompatibleFilters"}
    (made,) = load(path("a"), invalid="keep").of(HTTPRoute)
    assert {each.reason for each in invalid_rules(made)[0]} == {"UnsupportedValue"}


@pytest.mark.parametrize(
    "given",
    [
        match(headers=[{"name": "a b", "value": "c"}]),
        match(queryParams=[{"name": "", "value": "c"}]),
        rule(backendRefs=[{**BACKEND, "weight": -1}]),
        mirror(fraction={"numerator": 1, "denominator": 0}),
        rule(timeouts={"request": "1"}),
    ],
)
def test_broken_limits_make_a_kept_rule_invalid(given: dict[str, Any]) -> None:
    (made,) = load(given, invalid="keep").of(HTTPRoute)
    assert list(invalid_rules(made)) == [0]


def test_longer_lists_do_not() -> None:
    """V-API-6: such limits may have been loosened since."""
    (made,) = load(rule(matches=[{}] * 65), invalid="keep").of(HTTPRoute)
    assert len(made.spec.rules[0].matches) == 65
    assert invalid_rules(made) == {}
    assert [str(each.at) for each in violations(made)] == ["spec.rules[0].matches"]


def test_only_the_broken_rules_are_invalid() -> None:
    (made,) = load(route({"rules": [{}, {"matches": [{"path": {"value": "a"}}]}, {}]}), invalid="keep").of(HTTPRoute)
    assert list(invalid_rules(made)) == [1]


def test_not_rejected() -> None:
    """resources.md 6, and what the spec says that no rule is about."""
    for fine in (
        gateway(listener(protocol="HTTPS")),
        gateway(listener(), listener(name="b", protocol="HTTPS")),
        gateway(listener(), listener(name="b", protocol="TCP")),
        gateway(listener(protocol="example.net/FOO")),
        gateway(listener(allowedRoutes={"kinds": [{"kind": "Teapot"}]})),
        gateway_class(),
        grant(),
    ):
        assert refusals(fine) == []
