"""What clients may speak at a port of a Service, and which routes a port can have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import Mesh, Request, UsageError, reference
from gwmatch.graph import resolve_mesh

from .builders import EVERY, Manifest, accepted, mesh, route, service, to

DNS = service(ports=[{"port": 53}, {"port": 53, "protocol": "UDP"}])
DNS_BACKEND = service(name="dns", ports=[{"port": 53, "protocol": "UDP"}])


def connected(found: Mesh, port: int = 80, *, sni: str | None = None) -> dict[str, tuple[str, str | None]]:
    """Outcome and kind of route, for everything that a client may speak; by both twins."""
    router = found.service("shop/cart")
    at, table = router.port(port), router.table
    decisions = {
        "http": at.match("GET", "x", "/", draw=0.5),
        "tls": at.match_tls(sni, draw=0.5),
        "tcp": at.match_tcp(draw=0.5),
        "udp": at.match_udp(draw=0.5),
    }
    assert {spoken: decision.verdict for spoken, decision in decisions.items()} == {
        "http": reference.match(table, port, Request.of("GET", "x", "/"), 0.5),
        "tls": reference.match_tls(table, port, None if sni is None else sni.encode(), 0.5),
        "tcp": reference.match_tcp(table, port, 0.5),
        "udp": reference.match_udp(table, port, 0.5),
    }
    return {spoken: (one.outcome, one.route and one.route.kind) for spoken, one in decisions.items()}


def test_a_port_without_routes_takes_whatever_its_clients_speak() -> None:
    to_it = ("forward", "Service")
    for sni in (None, "any.test"):
        assert connected(mesh(), sni=sni) == {"http": to_it, "tls": to_it, "tcp": to_it, "udp": ("drop", None)}
    assert connected(mesh(cart=DNS), 53) == {"http": to_it, "tls": to_it, "tcp": to_it, "udp": to_it}


def test_a_port_without_routes_says_nothing_of_how_to_speak() -> None:
    found = mesh(cart=service(ports=[{"port": 80, "appProtocol": "kubernetes.io/h2c"}]))
    backend = found.service("shop/cart").port(80).match("GET", "x", "/").backend
    assert backend is not None
    assert (backend.protocol, backend.port, backend.share) == (None, 80, 1.0)


@pytest.mark.parametrize(
    ("kind", "spoken"), [("HTTPRoute", "http"), ("GRPCRoute", "http"), ("TLSRoute", "tls"), ("TCPRoute", "tcp")]
)
def test_a_port_with_routes_takes_what_their_kind_is_for(kind: str, spoken: str) -> None:
    found = connected(mesh(route("r", to("v1"), kind=kind)), sni="elsewhere.test")
    assert found.pop(spoken) == ("forward", kind)
    assert {outcome for outcome, _ in found.values()} <= {"refuse", "drop"}


def test_tcp_and_udp_of_one_number_are_two_ports() -> None:
    found = connected(mesh(route("r", to("v1"), kind="TCPRoute"), cart=DNS), 53)
    assert (found["tcp"], found["udp"]) == (("forward", "TCPRoute"), ("forward", "Service"))
    flows = route("u", {"name": "dns", "port": 53}, kind="UDPRoute")
    found = connected(mesh(flows, DNS_BACKEND, cart=DNS), 53)
    assert (found["tcp"], found["udp"]) == (("forward", "Service"), ("forward", "UDPRoute"))


def test_routes_go_to_ports_of_their_protocol() -> None:
    flows = route("u", {"name": "dns", "port": 53}, kind="UDPRoute")
    assert accepted(flows, DNS_BACKEND, cart=DNS) == {"u": ("True", "Accepted")}
    assert accepted(flows, DNS_BACKEND) == {"u": ("False", "NotAllowedByListeners")}
    only_udp = service(ports=[{"port": 53, "protocol": "UDP"}])
    assert accepted(route("t", to("v1"), kind="TCPRoute"), cart=only_udp) == {"t": ("False", "NotAllowedByListeners")}


def test_ports_of_other_protocols_are_none_to_ask_about() -> None:
    found = mesh(cart=service(ports=[{"port": 36412, "protocol": "SCTP"}, {"name": "web", "port": 80}]))
    assert found.service("shop/cart").ports == (80,)
    with pytest.raises(UsageError, match="36412"):
        found.service("shop/cart").port(36412)


def test_a_section_name_is_the_name_of_a_port_and_not_its_number() -> None:
    nameless = service(ports=[{"port": 80}])
    assert accepted(route("r", to("v1"), parent={"sectionName": "80"}), cart=nameless) == {"r": ("False", "NoMatchingParent")}
    assert accepted(route("r", to("v1"), parent={"port": 80}), cart=nameless) == {"r": ("True", "Accepted")}
    listener = mesh(cart=nameless).service("shop/cart").table.listeners[0]
    assert (listener.name, listener.owner) == ("80", "Service shop/cart")


@pytest.mark.parametrize("spec", [{"clusterIP": "None"}, {"type": "ExternalName"}])
def test_a_service_without_an_address_has_no_routes(spec: Manifest) -> None:
    """Nothing that is sent to its Pods, or wherever it leads, passes it."""
    assert accepted(route("r", to("v1")), cart=service(**spec)) == {"r": ("False", "NoMatchingParent")}
    assert connected(mesh(route("r", to("v1")), cart=service(**spec)))["http"] == ("forward", "Service")


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "LoadBalancer"])
def test_every_other_service_has(kind: str) -> None:
    assert accepted(route("r", to("v1")), cart=service(type=kind)) == {"r": ("True", "Accepted")}


def test_of_several_connection_routes_the_first_by_age_and_name_has_the_port() -> None:
    for kind, spoken in (("TCPRoute", "match_tcp"), ("TLSRoute", "match_tls")):
        found = mesh(route("b", to("v1"), kind=kind), route("a", to("v2"), kind=kind)).service("shop/cart").port(80)
        decision = found.match_tcp() if spoken == "match_tcp" else found.match_tls("any.test")
        assert decision.backend is not None
        assert decision.backend.name == "v2"


def test_a_route_that_lost_one_port_keeps_the_other() -> None:
    """A consumer's route replaces the producer's port by port, and the same of kinds in one group."""
    found = mesh(route("p", to("v1")), route("c", to("v2", "shop"), namespace="pay", parent={"port": 80}), client="pay")
    ports = found.service("shop/cart")
    names = {port: ports.port(port).match("GET", "x", "/").backend for port in (80, 81)}
    assert {port: backend and backend.name for port, backend in names.items()} == {80: "v2", 81: "v1"}
    both = route("t", to("v1"), kind="TCPRoute"), route("h", to("v2"), parent={"port": 80})
    assert accepted(*both) == {"t": ("True", "Accepted"), "h": ("True", "Accepted")}
    assert connected(mesh(*both), 80)["tcp"] == ("refuse", None)
    assert connected(mesh(*both), 81)["tcp"] == ("forward", "TCPRoute")


drawn_routes = st.lists(
    st.tuples(
        st.sampled_from(("shop", "pay", "red")),
        st.sampled_from(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")),
        st.sampled_from(({}, {"port": 80}, {"sectionName": "admin"}, {"port": 80, "sectionName": "admin"})),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(drawn_routes, st.sampled_from(("shop", "pay", "none")), st.sampled_from((80, 81)))
def test_only_one_group_and_one_kind_decides(drawn: list[tuple[str, str, Manifest]], client: str, port: int) -> None:
    made = [
        route(f"r{at}", to("v1", "shop"), namespace, kind=kind, parent=parent)
        for at, (namespace, kind, parent) in enumerate(drawn)
    ]
    found = mesh(*made, client=client)
    table = found.service("shop/cart").table
    rules = {table.rule_of(entry).route for entry in table.entries if table.listeners[entry.listener].port == port}
    graph = resolve_mesh(gwmatch.load([service(), *EVERY, *made]))
    name = {80: "web", 81: "admin"}[port]
    attached = {
        node.key
        for node in graph.routes
        for parent in node.parents
        if parent.accepted and any(each.listener.name == name for each in parent.attachments)
    }
    namespaces = {key.namespace for key in attached}
    decides = client if client in namespaces else "shop"
    expected = {(key.kind, key.namespace, key.name) for key in attached if key.namespace == decides}
    assert {(each.kind, each.namespace, each.name) for each in rules} == (expected or {("Service", "shop", "cart")})
    assert len({each.kind for each in rules}) == 1
    connected(found, port)
