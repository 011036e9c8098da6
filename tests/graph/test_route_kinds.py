"""GRPCRoute, TLSRoute, TCPRoute and UDPRoute: where they attach, what their rules are worth, what they lead to."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.ir import HostMatch

from .builders import (
    Manifest,
    admitted_graph,
    backend,
    counts,
    everybody,
    from_,
    gateway,
    gateway_of,
    grant,
    graph_of,
    https,
    listener,
    listener_of,
    parent_of,
    route_of,
    route_of_kind,
    rule,
    secret,
    service,
    verdict,
)

KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
STREAMS = ("TLSRoute", "TCPRoute", "UDPRoute")
ACCEPTED = ("True", "Accepted")
RESOLVED = ("True", "ResolvedRefs")
LISTENERS = {
    "HTTP": listener("http"),
    "HTTPS": https("https"),
    "passthrough": listener("passthrough", 8443, "TLS", tls={"mode": "Passthrough"}),
    "terminate": listener("terminate", 9443, "TLS", tls={"certificateRefs": [{"name": "cert"}]}),
    "TCP": listener("tcp", 5432, "TCP"),
    "UDP": listener("udp", 53, "UDP"),
}
TAKES = {
    "HTTPRoute": {"HTTP", "HTTPS"},
    "GRPCRoute": {"HTTP", "HTTPS"},
    "TLSRoute": {"passthrough", "terminate"},
    "TCPRoute": {"TCP"},
    "UDPRoute": {"UDP"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", LISTENERS)
def test_kinds_of_each_protocol(kind: str, protocol: str) -> None:
    """attachment.md 5, and A-30 for the rest."""
    graph = graph_of(gateway(LISTENERS[protocol]), secret(), route_of_kind(kind))
    taken = protocol in TAKES[kind]
    assert verdict(parent_of(graph), "Accepted") == (ACCEPTED if taken else ("False", "NotAllowedByListeners"))
    assert list(counts(graph).values()) == [int(taken)]


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_that_a_listener_names(kind: str) -> None:
    asked = [{"kind": kind}, {"kind": "OddRoute"}]
    made = [{**each, "allowedRoutes": {"kinds": asked}} for each in LISTENERS.values()]
    graph = graph_of(gateway(*made), secret())
    taking = {node.key.name for node in gateway_of(graph).listeners if node.supported_kinds}
    assert taking == {LISTENERS[protocol]["name"] for protocol in TAKES[kind]}
    assert {verdict(node, "ResolvedRefs") for node in gateway_of(graph).listeners} == {("False", "InvalidRouteKinds")}


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [("GRPCRoute", "HTTP"), ("GRPCRoute", "HTTPS"), ("TLSRoute", "passthrough"), ("TLSRoute", "terminate")],
)
def test_hostnames(kind: str, protocol: str) -> None:
    """A-40, A-41 hold for all kinds that have hostnames."""
    public = gateway({**LISTENERS[protocol], "hostname": "*.example.com"})
    graph = graph_of(public, secret(), route_of_kind(kind, hostnames=["*.com", "a.example.com", "b.org"]))
    (attachment,) = parent_of(graph).attachments
    assert attachment.hostnames == (HostMatch("*.com", "*.example.com"), HostMatch("a.example.com", "a.example.com"))
    graph = graph_of(public, secret(), route_of_kind(kind, hostnames=["b.org"]))
    assert verdict(parent_of(graph), "Accepted") == ("False", "NoMatchingListenerHostname")


def test_tls_routes_of_old_versions_may_have_no_hostname() -> None:
    graph = graph_of(gateway(LISTENERS["passthrough"]), route_of_kind("TLSRoute", version="v1alpha2"))
    (attachment,) = parent_of(graph).attachments
    assert attachment.hostnames == (HostMatch(None, None),)


@pytest.mark.parametrize(("kind", "protocol"), [("TCPRoute", "TCP"), ("UDPRoute", "UDP")])
def test_several_routes_on_one_listener_are_all_accepted(kind: str, protocol: str) -> None:
    """A-36: who of them gets traffic is a question of rank."""
    graph = graph_of(gateway(LISTENERS[protocol]), *(route_of_kind(kind, name=f"r{index}") for index in range(3)))
    assert [verdict(parent_of(graph, f"r{index}"), "Accepted") for index in range(3)] == [ACCEPTED] * 3
    assert list(counts(graph).values()) == [3]


def test_routes_of_all_kinds_are_counted_together() -> None:
    """A-35. Two routes of different kinds may have one name."""
    graph = graph_of(gateway(), route_of_kind("HTTPRoute"), route_of_kind("GRPCRoute"))
    assert counts(graph) == {("public", "web"): 2}
    assert [node.key.kind for node in graph.routes] == ["HTTPRoute", "GRPCRoute"]


# ------------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(("kind", "protocol"), [("TLSRoute", "passthrough"), ("TCPRoute", "TCP"), ("UDPRoute", "UDP")])
def test_only_the_first_rule_of_a_stream_counts(kind: str, protocol: str) -> None:
    """OQ-24."""
    rules = (rule(backend("a")), rule(backend("b")), rule(backend("c")))
    graph = graph_of(gateway(LISTENERS[protocol]), route_of_kind(kind, *rules, version="v1alpha2"))
    assert [bool(node.invalid) for node in route_of(graph).rules] == [False, True, True]
    assert verdict(parent_of(graph), "Accepted") == ACCEPTED
    found = parent_of(graph).condition("PartiallyInvalid")
    assert (found.status, found.reason) == ("True", "UnsupportedValue")
    assert found.message.startswith("Dropped Rule rules[1], rules[2]: ")


def test_grpc_route_without_rules() -> None:
    """OQ-22."""
    empty = route_of_kind("GRPCRoute")
    empty["spec"]["rules"] = []
    for made in (route_of_kind("GRPCRoute"), empty):
        graph = graph_of(gateway(), made)
        assert verdict(parent_of(graph), "Accepted") == ACCEPTED
        assert verdict(parent_of(graph), "ResolvedRefs") == RESOLVED
        assert route_of(graph).rules == ()


@pytest.mark.parametrize("kind", STREAMS)
def test_streams_without_rules(kind: str) -> None:
    protocol = {"TLSRoute": "passthrough", "TCPRoute": "TCP", "UDPRoute": "UDP"}[kind]
    made = route_of_kind(kind)
    made["spec"]["rules"] = []
    assert verdict(parent_of(admitted_graph(gateway(LISTENERS[protocol]), made)), "Accepted") == ("False", "UnsupportedValue")


def calls(**match: Any) -> Manifest:
    return {"matches": [match]}


BAD: list[Manifest] = [
    calls(method={"type": "RegularExpression", "service": "("}),
    calls(method={"type": "RegularExpression", "service": "a.*", "method": "x{5000}{5000}"}),
    calls(method={"type": "RegularExpression", "method": "(?=a)"}),
    calls(headers=[{"type": "RegularExpression", "name": "x", "value": "["}]),
]


@pytest.mark.parametrize("bad", BAD)
def test_regular_expressions_of_grpc_routes(bad: Manifest) -> None:
    """G-3, HI-X2 to HI-X4."""
    graph = graph_of(gateway(), route_of_kind("GRPCRoute", bad))
    assert verdict(parent_of(graph), "Accepted") == ("False", "UnsupportedValue")
    assert counts(graph) == {("public", "web"): 0}
    graph = graph_of(gateway(), route_of_kind("GRPCRoute", bad, calls(method={"service": "a.B"})))
    assert verdict(parent_of(graph), "Accepted") == ACCEPTED
    assert parent_of(graph).condition("PartiallyInvalid").message.startswith("Dropped Rule rules[0]: spec.rules[0].matches[0].")


def test_exact_texts_are_no_patterns() -> None:
    good = calls(method={"service": "a.B", "method": "C"}, headers=[{"name": "x", "value": "("}])
    assert verdict(parent_of(graph_of(gateway(), route_of_kind("GRPCRoute", good))), "Accepted") == ACCEPTED


def test_unknown_words_in_grpc_rules() -> None:
    """V-API-6, for objects that another API server admitted."""
    odd: list[Manifest] = [
        calls(method={"type": "Glob", "service": "a"}),
        {"filters": [{"type": "URLRewrite"}]},
        {"filters": [{"type": "ExternalAuth"}]},
    ]
    for each in odd:
        graph = admitted_graph(gateway(), route_of_kind("GRPCRoute", each, calls()))
        assert verdict(parent_of(graph), "Accepted") == ACCEPTED
        assert parent_of(graph).condition("PartiallyInvalid").is_true


def test_leading_dot_of_a_service() -> None:
    """OQ-36: a word of warning, no condition."""
    graph = graph_of(gateway(), route_of_kind("GRPCRoute", calls(), calls(method={"service": ".a.B"})))
    assert verdict(parent_of(graph), "Accepted") == ACCEPTED
    (notice,) = graph.notices
    assert (notice.resource, str(notice.at)) == ("GRPCRoute infra/shop", "spec.rules[1].matches[0].method.service")


# ---------------------------------------------------------------------------------------------------------------- backends

PLACES = {"HTTPRoute": "HTTP", "GRPCRoute": "HTTP", "TLSRoute": "passthrough", "TCPRoute": "TCP", "UDPRoute": "UDP"}


def resolved(kind: str, *others: Manifest, to: Manifest | None = None) -> tuple[str, str]:
    graph = graph_of(gateway(LISTENERS[PLACES[kind]]), route_of_kind(kind, rule(to or backend())), *others)
    assert verdict(parent_of(graph), "Accepted") == ACCEPTED  # RT-1
    return verdict(parent_of(graph), "ResolvedRefs")


@pytest.mark.parametrize("kind", KINDS)
def test_protocol_of_the_port(kind: str) -> None:
    """actions.md 9: of two ports with one number, that which fits."""
    mine, others = ("UDP", "TCP") if kind == "UDPRoute" else ("TCP", "UDP")
    assert resolved(kind, service(ports=[{"port": 80, "protocol": mine}])) == RESOLVED
    assert resolved(kind, service(ports=[{"port": 80, "protocol": others}])) == ("False", "UnsupportedProtocol")
    both = [{"name": "a", "port": 80, "protocol": others}, {"name": "b", "port": 80, "protocol": mine}]
    assert resolved(kind, service(ports=both)) == RESOLVED


APP_PROTOCOLS = [
    ("kubernetes.io/h2c", set(), {"HTTPRoute", "GRPCRoute"}),
    ("kubernetes.io/ws", {"GRPCRoute", "TLSRoute"}, {"HTTPRoute"}),
    ("kubernetes.io/wss", {"HTTPRoute", "GRPCRoute"}, set()),
    ("a.test/else", set(), set()),
]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "UDPRoute"])
@pytest.mark.parametrize(("value", "unfit", "heeded"), APP_PROTOCOLS)
def test_app_protocol(kind: str, value: str, unfit: set[str], heeded: set[str]) -> None:
    carried = service(ports=[{"port": 80, "appProtocol": value}])
    assert resolved(kind, carried) == (("False", "UnsupportedProtocol") if kind in unfit else RESOLVED)
    graph = graph_of(gateway(LISTENERS[PLACES[kind]]), route_of_kind(kind, rule(backend())), carried)
    assert route_of(graph).rules[0].backends[0].app_protocol == (value if kind in heeded else None)


@pytest.mark.parametrize("kind", KINDS)
def test_references_of_each_kind(kind: str) -> None:
    """A-53: a grant is for the kind that holds the reference; RT-1, worked vectors of status.md 9."""
    protocol = "UDP" if kind == "UDPRoute" else "TCP"
    far = service("db", "data", ports=[{"port": 80, "protocol": protocol}])
    there = backend("db", namespace="data")
    to = [{"group": "", "kind": "Service"}]
    assert resolved(kind, to=backend("gone")) == ("False", "BackendNotFound")
    assert resolved(kind, to=backend(kind="Odd")) == ("False", "InvalidKind")
    assert resolved(kind, far, to=there) == ("False", "RefNotPermitted")
    assert resolved(kind, far, grant(to, source=[from_(kind)]), to=there) == RESOLVED
    wrong = [from_(other) for other in KINDS if other != kind]
    assert resolved(kind, far, grant(to, source=wrong), to=there) == ("False", "RefNotPermitted")


def test_filters_of_grpc_routes_are_followed() -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "gone", "port": 80}}}
    graph = graph_of(gateway(), service(), route_of_kind("GRPCRoute", rule(backend(filters=[mirror]), filters=[mirror])))
    (node,) = route_of(graph).rules
    assert [each.reason for each in (*node.filters, *node.backends[0].filters)] == ["BackendNotFound"] * 2
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "BackendNotFound")


# ------------------------------------------------------------------------------------------------------------------ status


@pytest.mark.parametrize("kind", KINDS)
def test_status_of_each_kind(kind: str) -> None:
    graph = graph_of(gateway({**LISTENERS[PLACES[kind]], **everybody()}), route_of_kind(kind, namespace="far"))
    (found,) = (each for each in graph.status() if each["kind"] == kind)
    assert (found["apiVersion"], found["metadata"]) == (
        "gateway.networking.k8s.io/v1",
        {"namespace": "far", "name": "shop"},
    )
    (parent,) = found["status"]["parents"]
    assert {each["type"]: each["observedGeneration"] for each in parent["conditions"]} == {"Accepted": 5, "ResolvedRefs": 5}


@pytest.mark.parametrize("kind", KINDS)
def test_two_controllers_stay_apart(kind: str) -> None:
    """ST-7: who is not asked does not answer, and what the other wrote stays word for word."""
    theirs = {
        "parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "theirs"},
        "controllerName": "else.test/controller",
        "conditions": [{"type": "Accepted", "status": "Unknown", "reason": "Odd", "message": "", "observedGeneration": 4}],
    }
    made = LISTENERS[PLACES[kind]]
    refs = [{"name": "theirs"}, {"name": "public"}]
    both = route_of_kind(kind, name="both", parents=refs)
    both["status"] = {"parents": [theirs]}
    foreign = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "foreign"},
        "spec": {"controllerName": "else.test/controller"},
    }
    graph = graph_of(
        foreign,
        gateway(made),
        gateway(made, name="theirs", of="foreign"),
        both,
        route_of_kind(kind, name="foreign", parents=[{"name": "theirs"}]),
    )
    found = {(each["kind"], each["metadata"]["name"]): each["status"] for each in graph.status()}
    assert set(found) == {("GatewayClass", "ours"), ("Gateway", "public"), (kind, "both")}
    mine, kept = found[kind, "both"]["parents"]
    assert mine["parentRef"]["name"] == "public"
    assert kept == theirs
    assert listener_of(graph, made["name"]).key in graph.attached
