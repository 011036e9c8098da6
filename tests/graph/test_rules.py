"""Rules, their filters and backends (actions.md 1 and 9, status.md 6 and 7)."""

from __future__ import annotations

import pytest

from gwmatch.graph import BackendNode
from gwmatch.options import Options

from .builders import Manifest, admitted_graph, backend, gateway, graph_of, parent_of, route, route_of, rule, service, verdict

GOOD = ("True", "ResolvedRefs")
BAD_PATTERN = {"path": {"type": "RegularExpression", "value": "/(a"}}


def resolved(*manifests: Manifest) -> tuple[str, str]:
    return verdict(parent_of(graph_of(gateway(), *manifests)), "ResolvedRefs")


def backend_of(*manifests: Manifest) -> BackendNode:
    return route_of(graph_of(gateway(), *manifests)).rules[0].backends[0]


# ---------------------------------------------------------------------------------------------------------------- backends


@pytest.mark.parametrize(
    ("ref", "held", "reason"),
    [
        (backend(), service(), None),
        (backend(port=8080), service(ports=[{"port": 80}, {"port": 8080}]), None),
        (backend(kind="ServiceImport", group="multicluster.x-k8s.io"), service(), "BackendNotFound"),
        (backend(kind="Odd"), service(), "InvalidKind"),
        (backend(kind="service", port=None), service(), "InvalidKind"),
        (backend(group="core"), service(), "InvalidKind"),
        (backend(kind="Odd", namespace="far"), service(), "InvalidKind"),
        (backend(namespace="far"), service(), "RefNotPermitted"),
        (backend("gone"), service(), "BackendNotFound"),
        (backend(port=81), service(), "BackendNotFound"),
        (backend(), service(type="ExternalName"), "InvalidKind"),
        (backend(), service(type="ExternalName", ports=[]), "InvalidKind"),
        (backend(), service(ports=[{"port": 80, "protocol": "UDP"}]), "UnsupportedProtocol"),
        (backend(), service(ports=[{"port": 80, "protocol": "UDP"}, {"port": 80, "protocol": "TCP"}]), None),
        (backend(), service(ports=[{"port": 80, "appProtocol": "kubernetes.io/wss"}]), "UnsupportedProtocol"),
        (backend(), service(clusterIP="None"), None),
    ],
)
def test_reasons(ref: Manifest, held: Manifest, reason: str | None) -> None:
    """The order in which reasons are looked for: kind, permission, existence, protocol."""
    assert resolved(route(rule(ref)), held) == (GOOD if reason is None else ("False", reason))
    assert backend_of(route(rule(ref)), held).reason == reason
    # RT-1: the route is accepted whatever its backends are.
    assert verdict(parent_of(graph_of(gateway(), route(rule(ref)), held)), "Accepted") == ("True", "Accepted")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, None),
        ("kubernetes.io/h2c", "kubernetes.io/h2c"),
        ("kubernetes.io/ws", "kubernetes.io/ws"),
        ("http", None),
        ("a.test/odd", None),
    ],
)
def test_app_protocol(written: str | None, read: str | None) -> None:
    port = {"port": 80} if written is None else {"port": 80, "appProtocol": written}
    assert backend_of(route(rule(backend())), service(ports=[port])).app_protocol == read


def test_no_backends_at_all_is_resolved() -> None:
    assert resolved(route()) == GOOD
    assert resolved(route(rule(matches=[{"path": {"value": "/x"}}]))) == GOOD


def test_zero_weight_is_validated_too() -> None:
    """B-3."""
    assert resolved(route(rule(backend(), backend("gone", weight=0))), service()) == ("False", "BackendNotFound")


def test_first_reason_in_document_order_all_messages() -> None:
    """ST-11."""
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": backend("lost")}}
    made = route(rule(backend("x", kind="Odd"), filters=[mirror]), rule(backend("gone")))
    condition = parent_of(graph_of(gateway(), made, service())).condition("ResolvedRefs")
    assert condition.reason == "BackendNotFound"
    assert [part.split(" ")[0] for part in condition.message.split("; ")] == [
        "spec.rules[0].filters[0].requestMirror.backendRef",
        "spec.rules[0].backendRefs[0]",
        "spec.rules[1].backendRefs[0]",
    ]


def test_messages_name_the_culprit() -> None:
    found = backend_of(route(rule(backend(port=81))), service())
    assert found.message == "spec.rules[0].backendRefs[0] refers to Service infra/cart, which has no port 81"


# ----------------------------------------------------------------------------------------------------------------- filters


def test_a_bad_mirror_is_told_but_leaves_the_backends_alone() -> None:
    """R-3."""
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": backend("gone")}}
    graph = graph_of(gateway(), route(rule(backend(), filters=[mirror])), service())
    (node,) = route_of(graph).rules[0].filters
    assert node.backend is not None
    assert (node.reason, node.backend.reason) == ("BackendNotFound", "BackendNotFound")
    assert route_of(graph).rules[0].backends[0].reason is None
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "BackendNotFound")


def test_filters_of_backends_are_resolved_too() -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": backend("gone")}}
    found = backend_of(route(rule(backend(filters=[mirror]))), service())
    assert found.reason is None
    assert [node.reason for node in found.filters] == ["BackendNotFound"]
    assert resolved(route(rule(backend(filters=[mirror]))), service()) == ("False", "BackendNotFound")


def test_unknown_extensions_fail_closed() -> None:
    """HI-W5."""
    extension = {"type": "ExtensionRef", "extensionRef": {"group": "a.test", "kind": "Odd", "name": "x"}}
    graph = graph_of(gateway(), route(rule(backend(), filters=[extension])), service())
    assert [node.reason for node in route_of(graph).rules[0].filters] == ["InvalidKind"]
    assert route_of(graph).rules[0].invalid == ()
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "InvalidKind")
    assert verdict(parent_of(graph), "Accepted") == ("True", "Accepted")


@pytest.mark.parametrize(("name", "reason"), [("cart", "UnsupportedValue"), ("gone", "BackendNotFound")])
def test_external_auth_fails_closed(name: str, reason: str) -> None:
    """HI-W4."""
    ask = {"type": "ExternalAuth", "externalAuth": {"protocol": "GRPC", "grpc": {}, "backendRef": backend(name)}}
    graph = graph_of(gateway(), route(rule(backend(), filters=[ask])), service())
    (node,) = route_of(graph).rules[0].filters
    assert node.reason == reason
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", reason)


def test_other_filters_have_no_reason() -> None:
    headers = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": "x", "value": "1"}]}}
    graph = graph_of(gateway(), route(rule(backend(), filters=[headers])), service())
    assert [(node.reason, node.backend) for node in route_of(graph).rules[0].filters] == [(None, None)]


# ----------------------------------------------------------------------------------------------------------- invalid rules

INVALID = rule(matches=[BAD_PATTERN])
VALID = rule(matches=[{"path": {"value": "/ok"}}])


def conditions(*rules: Manifest) -> dict[str, tuple[str, str]]:
    found = parent_of(admitted_graph(gateway(), route(*rules)))
    return {condition.type: (condition.status, condition.reason) for condition in found.conditions}


def test_all_valid() -> None:
    assert conditions(VALID, VALID) == {"Accepted": ("True", "Accepted"), "ResolvedRefs": GOOD}


def test_all_invalid() -> None:
    assert conditions(INVALID, INVALID) == {"Accepted": ("False", "UnsupportedValue"), "ResolvedRefs": GOOD}


def test_some_invalid() -> None:
    assert conditions(VALID, INVALID) == {
        "Accepted": ("True", "Accepted"),
        "ResolvedRefs": GOOD,
        "PartiallyInvalid": ("True", "UnsupportedValue"),
    }
    found = parent_of(graph_of(gateway(), route(VALID, INVALID, INVALID))).condition("PartiallyInvalid")
    assert found.message.startswith("Dropped Rule rules[1], rules[2]: spec.rules[1].matches[0].path.value: ")


def test_partially_invalid_only_where_accepted() -> None:
    parents = [{"name": "public", "sectionName": "web"}, {"name": "public", "sectionName": "gone"}]
    graph = graph_of(gateway(), route(VALID, INVALID, parents=parents))
    assert [[condition.type for condition in parent.conditions] for parent in route_of(graph).parents] == [
        ["Accepted", "ResolvedRefs", "PartiallyInvalid"],
        ["Accepted", "ResolvedRefs"],
    ]


@pytest.mark.parametrize(
    "match",
    [
        BAD_PATTERN,
        {"headers": [{"name": "ok", "value": "x"}, {"name": "x", "type": "RegularExpression", "value": "(a"}]},
        {"queryParams": [{"name": "x", "type": "RegularExpression", "value": "(a"}]},
    ],
)
def test_bad_regular_expressions_drop_their_rule(match: Manifest) -> None:
    graph = graph_of(gateway(), route(VALID, rule(matches=[{"path": {"value": "/"}}, match])))
    assert [bool(node.invalid) for node in route_of(graph).rules] == [False, True]
    (problem,) = route_of(graph).rules[1].invalid
    assert str(problem.at).startswith("spec.rules[1].matches[1].")
    assert problem.resource == "HTTPRoute infra/shop"


def test_regular_expressions_have_a_limit() -> None:
    wide = rule(matches=[{"path": {"type": "RegularExpression", "value": "/" + "[a-z]{1,200}" * 40}}])
    graph = graph_of(gateway(), route(wide), options=Options(assume=(), regex_automaton_limit=1024))
    assert verdict(parent_of(graph), "Accepted") == ("False", "UnsupportedValue")


def test_what_the_crds_would_refuse_drops_the_rule() -> None:
    both = [
        {"type": "RequestRedirect", "requestRedirect": {"port": 8080}},
        {"type": "URLRewrite", "urlRewrite": {"hostname": "a.test"}},
    ]
    assert conditions(VALID, rule(filters=both)) == {
        "Accepted": ("True", "Accepted"),
        "ResolvedRefs": GOOD,
        "PartiallyInvalid": ("True", "IncompatibleFilters"),
    }
    assert conditions(rule(filters=both))["Accepted"] == ("False", "IncompatibleFilters")


def test_what_only_we_refuse_drops_the_rule() -> None:
    """HI-W9: the CRDs let a filter set the Host header."""
    host = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "Host", "value": "a.test"}]}}
    assert conditions(VALID, rule(filters=[host]))["PartiallyInvalid"] == ("True", "UnsupportedValue")


def test_references_of_dropped_rules_are_told_too() -> None:
    """A-31."""
    gone = rule(backend("gone"), matches=[BAD_PATTERN])
    assert conditions(gone) == {"Accepted": ("False", "UnsupportedValue"), "ResolvedRefs": ("False", "BackendNotFound")}
