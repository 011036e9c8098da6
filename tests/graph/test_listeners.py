"""Validity in order, kinds, conflicts as conditions, overlaps (attachment.md 3 to 5, 9)."""

from __future__ import annotations

import msgspec
import pytest

from gwmatch.api import Gateway, load
from gwmatch.graph import ListenerNode
from gwmatch.graph.gateways import resolve_gateway
from gwmatch.graph.surroundings import Surroundings
from gwmatch.graph.tls import TLSModes
from gwmatch.options import Options

from .builders import (
    Manifest,
    admitted_graph,
    gateway,
    gateway_of,
    graph_of,
    https,
    listener,
    listener_of,
    route,
    secret,
    verdict,
)

PASSTHROUGH = {"mode": "Passthrough"}
GROUP = "gateway.networking.k8s.io"


def verdicts(node: ListenerNode) -> dict[str, tuple[str, str]]:
    return {condition.type: (condition.status, condition.reason) for condition in node.conditions}


def kinds(node: ListenerNode) -> list[str]:
    assert all(kind.group == GROUP for kind in node.supported_kinds)
    return [kind.kind for kind in node.supported_kinds]


@pytest.mark.parametrize("protocol", ["invalid.test/odd", "http", "Https", "SCTP"])
def test_unknown_protocols_take_no_part(protocol: str) -> None:
    """HI-S7; not in conflicts either (OQ-9)."""
    graph = graph_of(gateway(listener(), listener("odd", protocol=protocol)))
    odd = listener_of(graph, "odd")
    assert verdicts(odd) == {
        "Accepted": ("False", "UnsupportedProtocol"),
        "Programmed": ("False", "Invalid"),
        "ResolvedRefs": ("True", "ResolvedRefs"),
    }
    assert kinds(odd) == []
    assert not odd.serving
    assert listener_of(graph).serving


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (listener("x"), ["HTTPRoute", "GRPCRoute"]),
        (https("x"), ["HTTPRoute", "GRPCRoute"]),
        (listener("x", 443, "TLS", tls={"mode": "Passthrough"}), ["TLSRoute"]),
        (listener("x", 443, "TLS", tls={"certificateRefs": [{"name": "cert"}]}), ["TLSRoute"]),
        (listener("x", 5432, "TCP"), ["TCPRoute"]),
        (listener("x", 53, "UDP"), ["UDPRoute"]),
    ],
)
def test_default_kinds_by_protocol(made: Manifest, expected: list[str]) -> None:
    node = listener_of(graph_of(gateway(made), secret()), "x")
    assert kinds(node) == expected
    assert node.serving


@pytest.mark.parametrize(
    ("named", "expected", "reason"),
    [
        ([{"kind": "GRPCRoute"}, {"kind": "HTTPRoute"}, {"kind": "GRPCRoute"}], ["GRPCRoute", "HTTPRoute"], "ResolvedRefs"),
        ([{"kind": "HTTPRoute"}, {"kind": "InvalidRoute"}], ["HTTPRoute"], "InvalidRouteKinds"),
        ([{"kind": "TCPRoute"}], [], "InvalidRouteKinds"),
        ([{"kind": "HTTPRoute", "group": "a.test"}], [], "InvalidRouteKinds"),
        ([{"kind": "httproute"}], [], "InvalidRouteKinds"),
        ([], ["HTTPRoute", "GRPCRoute"], "ResolvedRefs"),
    ],
)
def test_named_kinds(named: list[Manifest], expected: list[str], reason: str) -> None:
    """A-20, A-21, A-22."""
    node = listener_of(graph_of(gateway(listener(allowedRoutes={"kinds": named}))))
    assert kinds(node) == expected
    assert verdict(node, "ResolvedRefs")[1] == reason
    assert node.serving


def test_tls_without_a_certificate_is_accepted_but_not_programmed() -> None:
    """OQ-12."""
    for made in (listener("x", 443, "HTTPS"), listener("x", 443, "HTTPS", tls={"options": {"a.test/certificate": "1"}})):
        graph = graph_of(gateway(made))
        assert verdicts(listener_of(graph, "x")) == {
            "Accepted": ("True", "Accepted"),
            "Programmed": ("False", "Invalid"),
            "ResolvedRefs": ("True", "ResolvedRefs"),
        }
        assert verdict(gateway_of(graph), "Accepted") == ("True", "Accepted")
        assert verdict(gateway_of(graph), "Programmed") == ("False", "Invalid")


def test_passthrough_ignores_certificate_refs() -> None:
    tls = {"mode": "Passthrough", "certificateRefs": [{"name": "gone"}]}
    node = listener_of(graph_of(gateway(listener("x", 443, "TLS", tls=tls))), "x")
    assert node.serving
    assert verdict(node, "ResolvedRefs") == ("True", "ResolvedRefs")


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (listener("a", hostname="x.test"), listener("b", 80, "TCP"), "ProtocolConflict"),
        (https("a"), listener("b", 443, "TCP"), "ProtocolConflict"),
        (https("a", hostname="x.test"), listener("b", 443, "TLS", hostname="x.test", tls=PASSTHROUGH), "HostnameConflict"),
        (https("a"), listener("b", 443, "TLS", tls=PASSTHROUGH), "HostnameConflict"),
    ],
)
def test_conflicted_listeners_say_so_three_times(a: Manifest, b: Manifest, reason: str) -> None:
    """A-14, A-11."""
    graph = graph_of(gateway(a, b, listener("c", 81)), secret())
    for name in ("a", "b"):
        node = listener_of(graph, name)
        assert verdicts(node) == {
            "Accepted": ("False", reason),
            "Programmed": ("False", reason),
            "ResolvedRefs": ("True", "ResolvedRefs"),
            "Conflicted": ("True", reason),
        }
        assert not node.serving
    assert listener_of(graph, "c").serving
    assert verdict(gateway_of(graph), "Accepted") == ("True", "ListenersNotValid")


def test_what_the_crds_should_have_refused_conflicts_or_is_not_supported() -> None:
    """V-API-6: whatever was admitted gets its conditions, and nothing fails."""
    made = [
        listener("web", 80, hostname="x.test"),
        listener("web", 80, hostname="x.test"),
        listener("dns", 53, "UDP"),
        listener("more", 53, "UDP", hostname="x.test"),
        listener("odd", 443, "HTTPS", tls=PASSTHROUGH),
        listener("bare", 8443, "TLS"),
        listener("new", 8444, "TLS", tls={"mode": "Mutual"}),
    ]
    graph = admitted_graph(gateway(*made), route())
    assert [verdict(node, "Accepted")[1] for node in gateway_of(graph).listeners] == [
        "HostnameConflict",
        "HostnameConflict",
        "ProtocolConflict",
        "ProtocolConflict",
        "UnsupportedValue",
        "Accepted",
        "UnsupportedValue",
    ]
    assert not any(node.serving for node in gateway_of(graph).listeners)
    assert len(graph.status()) == 3


def test_conflicts_name_the_rival() -> None:
    graph = graph_of(gateway(listener("a"), listener("b", protocol="TCP")))
    assert "listener b of protocol TCP" in listener_of(graph, "a").condition("Conflicted").message


def test_overlapping_tls_hostnames_are_marked_on_both() -> None:
    made = [
        https("wild", hostname="*.x.test"),
        https("one", hostname="a.x.test"),
        https("far", hostname="y.test"),
        https("elsewhere", 8443, hostname="a.x.test"),
        listener("plain", 80, hostname="a.x.test"),
        listener("through", 443, "TLS", hostname="b.x.test", tls={"mode": "Passthrough"}),
    ]
    graph = graph_of(gateway(*made), secret())
    marked = {
        node.key.name
        for node in gateway_of(graph).listeners
        if verdict(node, "OverlappingTLSConfig") == ("True", "OverlappingHostnames")
    }
    assert marked == {"wild", "one", "through"}
    assert all(node.serving for node in gateway_of(graph).listeners)


def test_hostname_is_compared_in_lower_case_and_kept_as_written() -> None:
    """A-42. The CRDs admit lower case only; whoever makes objects without them is not held to that."""
    made = msgspec.convert(gateway(listener()), Gateway)
    shouted = msgspec.structs.replace(made.spec.listeners[0], hostname="Shop.Test")
    public = msgspec.structs.replace(made, spec=msgspec.structs.replace(made.spec, listeners=(shouted,)))
    found, _ = resolve_gateway(public, "example.net/gwmatch", (), Surroundings(load([secret()]), Options()), TLSModes())
    (node,) = found.listeners
    assert (node.hostname, node.listener.hostname) == ("shop.test", "Shop.Test")


def test_order_of_conditions() -> None:
    """ST-8."""
    quarrel = listener("b", 443, "TLS", hostname="x.test", tls=PASSTHROUGH)
    public = gateway(https("a"), quarrel, https("c", hostname="x.test"))
    graph = graph_of(public, secret())
    assert list(verdicts(listener_of(graph, "c"))) == ["Accepted", "Programmed", "ResolvedRefs", "Conflicted"]
    assert list(verdicts(listener_of(graph, "a"))) == ["Accepted", "Programmed", "ResolvedRefs"]
