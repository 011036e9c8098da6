"""attachment.md 6: where a route attaches, and which reason it gets where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import ParentReference, RouteGroupKind
from gwmatch.graph import Graph, ListenerKey
from gwmatch.graph.attachment import let_in
from gwmatch.graph.selectors import Namespaces
from gwmatch.ir import HostMatch

from .builders import (
    Manifest,
    gateway,
    gateway_of,
    graph_of,
    https,
    listener,
    namespace,
    parent_of,
    route,
    route_of,
    rule,
    verdict,
)

ACCEPTED = ("True", "Accepted")


def everybody(**kinds: Any) -> Manifest:
    return {"allowedRoutes": {"namespaces": {"from": "All"}, **kinds}}


def reached(graph: Graph, name: str = "shop") -> list[str]:
    return [attachment.listener.name for parent in route_of(graph, name).parents for attachment in parent.attachments]


def counts(graph: Graph) -> dict[str, int]:
    return {key.name: len(routes) for key, routes in graph.attached.items()}


TWO = gateway(listener("a", 80), listener("b", 8080))


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ({}, ["a", "b"]),
        ({"sectionName": "b"}, ["b"]),
        ({"port": 80}, ["a"]),
        ({"sectionName": "a", "port": 80}, ["a"]),
        ({"sectionName": "a", "port": 8080}, []),
        ({"sectionName": "c"}, []),
        ({"port": 81}, []),
    ],
)
def test_section_name_and_port(ref: Manifest, expected: list[str]) -> None:
    graph = graph_of(TWO, route(parents=[{"name": "public", **ref}]))
    assert reached(graph) == expected
    assert verdict(parent_of(graph), "Accepted") == (ACCEPTED if expected else ("False", "NoMatchingParent"))


@pytest.mark.parametrize(
    ("ref", "entries"),
    [
        ({"name": "public"}, 1),
        ({"name": "public", "namespace": "infra"}, 1),
        ({"name": "gone"}, 0),
        ({"name": "public", "namespace": "far"}, 0),
        ({"name": "public", "kind": "Service", "group": ""}, 0),
        ({"name": "public", "kind": "gateway"}, 0),
        ({"name": "public", "group": "a.test"}, 0),
        ({"name": "public", "kind": "ListenerSet"}, 0),
    ],
)
def test_parents_that_are_not_there_or_no_parents_get_no_entry(ref: Manifest, entries: int) -> None:
    """RT-3."""
    assert len(route_of(graph_of(gateway(), route(parents=[ref]))).parents) == entries


@pytest.mark.parametrize(
    ("allowed", "where", "expected"),
    [
        ({}, "infra", True),
        ({}, "shop", False),
        ({"from": "Same"}, "shop", False),
        ({"from": "All"}, "shop", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}, "shop", True),
        ({"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}, "infra", False),
        ({"from": "Selector"}, "shop", False),
    ],
)
def test_namespaces(allowed: Manifest, where: str, expected: bool) -> None:
    public = gateway(listener(allowedRoutes={"namespaces": allowed}))
    graph = graph_of(public, route(namespace=where), namespace("shop", team="web"), namespace("infra"))
    assert verdict(parent_of(graph), "Accepted") == (ACCEPTED if expected else ("False", "NotAllowedByListeners"))


@pytest.mark.parametrize(
    "made",
    [
        listener(port=5432, protocol="TCP"),
        listener(port=443, protocol="TLS", tls={"mode": "Passthrough"}),
        listener(allowedRoutes={"kinds": [{"kind": "GRPCRoute"}]}),
        listener(allowedRoutes={"kinds": [{"kind": "HTTPRoute", "group": "a.test"}]}),
        listener(protocol="a.test/odd"),
    ],
)
def test_kinds(made: Manifest) -> None:
    assert verdict(parent_of(graph_of(gateway(made), route())), "Accepted") == ("False", "NotAllowedByListeners")


def test_every_listener_is_judged_alone() -> None:
    """HI-R6: one lets the namespace in, another has the hostname; neither has both."""
    public = gateway(
        listener("open", 80, hostname="open.test", **everybody()),
        listener("same", 8080, hostname="shop.test"),
    )
    graph = graph_of(public, route(namespace="far", hostnames=["shop.test"]))
    assert verdict(parent_of(graph), "Accepted") == ("False", "NoMatchingListenerHostname")
    assert reached(graph) == []


def test_reason_is_of_the_furthest_step() -> None:
    """A-30."""
    public = gateway(
        listener("same", 80),
        listener("hosted", 8080, hostname="a.test", **everybody()),
        listener("raw", 5432, "TCP", **everybody()),
    )
    far: Manifest = {"namespace": "far", "hostnames": ["b.test"]}
    for ref, reason in (
        ({"port": 9}, "NoMatchingParent"),
        ({"sectionName": "raw"}, "NotAllowedByListeners"),
        ({"sectionName": "same"}, "NotAllowedByListeners"),
        ({"sectionName": "hosted"}, "NoMatchingListenerHostname"),
        ({}, "NoMatchingListenerHostname"),
    ):
        graph = graph_of(public, route(parents=[{"name": "public", "namespace": "infra", **ref}], **far))
        assert verdict(parent_of(graph), "Accepted") == ("False", reason)


def test_hostnames_are_cut_to_the_listener_and_keep_their_own() -> None:
    """A-40, A-41."""
    public = gateway(listener("a", hostname="*.example.com"), listener("b", 8080), listener("c", 81, hostname="other.org"))
    graph = graph_of(public, route(hostnames=["*.com", "example.com", "shop.example.com"]))
    assert {attachment.listener.name: attachment.hostnames for attachment in parent_of(graph).attachments} == {
        "a": (HostMatch("*.com", "*.example.com"), HostMatch("shop.example.com", "shop.example.com")),
        "b": tuple(HostMatch(name, name) for name in ("*.com", "example.com", "shop.example.com")),
    }


def test_attachment_ignores_the_listeners_own_conditions() -> None:
    """A-33, OQ-37: conflicted, or without its certificate, it has routes all the same."""
    public = gateway(listener("web"), listener("raw", 80, "TCP"), https(secret="gone"))
    graph = graph_of(public, route())
    assert verdict(parent_of(graph), "Accepted") == ACCEPTED
    assert counts(graph) == {"web": 1, "raw": 0, "tls": 1}
    assert not any(node.serving for node in gateway_of(graph).listeners)


def test_attached_counts_distinct_routes_per_listener() -> None:
    """A-35, OQ-13; upstream's httproute-hostname-intersection counts the same way."""
    public = gateway(listener("a", hostname="a.test"), listener("b", hostname="b.test"), listener("c", hostname="c.test"))
    twice = [{"name": "public"}, {"name": "public", "namespace": "infra"}]
    graph = graph_of(
        public,
        route(name="one", hostnames=["a.test", "b.test"], parents=twice),
        route(name="two", hostnames=["a.test"]),
        route(name="none", hostnames=["d.test"]),
    )
    assert counts(graph) == {"a": 2, "b": 1, "c": 0}
    assert [key.name for key in graph.attached[ListenerKey(gateway_of(graph).key, "a")]] == ["one", "two"]


def test_one_entry_per_ref_as_written() -> None:
    """A-37."""
    graph = graph_of(gateway(), route(parents=[{"name": "public"}, {"name": "public", "namespace": "infra"}]))
    assert [parent.ref.namespace for parent in route_of(graph).parents] == [None, "infra"]
    assert len({parent.parent for parent in route_of(graph).parents}) == 1


def test_a_route_without_a_usable_rule_attaches_nowhere() -> None:
    bad = rule(matches=[{"path": {"type": "RegularExpression", "value": "("}}])
    graph = graph_of(gateway(), route(bad))
    assert reached(graph) == []
    assert counts(graph) == {"web": 0}


@pytest.mark.parametrize(
    ("made", "visitor", "part"),
    [
        (listener(), route(parents=[{"name": "public", "sectionName": "x", "port": 9}]), "no listener with name x and port 9"),
        (listener(), route(namespace="far"), "namespace far is not among those"),
        (listener(port=5432, protocol="TCP"), route(), "no kind HTTPRoute on listeners: web"),
        (listener(hostname="a.test"), route(hostnames=["b.test"]), "b.test is one of a listener"),
    ],
)
def test_messages_name_the_culprit(made: Manifest, visitor: Manifest, part: str) -> None:
    assert part in parent_of(graph_of(gateway(made), visitor)).condition("Accepted").message


SELECTS = {"allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}}


@pytest.mark.parametrize(
    ("listeners", "ref", "seen", "assumed"),
    [
        ([SELECTS], {}, (), True),
        ([SELECTS], {}, ("shop",), False),
        ([SELECTS], {"sectionName": "c"}, (), False),
        ([SELECTS, everybody()], {}, (), True),
        ([everybody()], {}, (), False),
        ([SELECTS, everybody(kinds=[{"kind": "GRPCRoute"}])], {"sectionName": "b"}, (), False),
    ],
)
def test_a_namespace_that_a_selector_asked_about_is_assumed_where_nobody_has_seen_it(
    listeners: list[Manifest], ref: Manifest, seen: tuple[str, ...], assumed: bool
) -> None:
    public = gateway(*(listener(name, port, **made) for name, port, made in zip("ab", (80, 81), listeners, strict=False)))
    made = route(namespace="shop", parents=[{"name": "public", "namespace": "infra", **ref}])
    graph = graph_of(public, made, *(namespace(name, team="web") for name in seen))
    assert any(key.kind == "Namespace" for key in route_of(graph).assumed) is assumed


@pytest.mark.parametrize(
    ("listeners", "ref", "spec", "message"),
    [
        ([everybody(), everybody()], {"sectionName": "c", "port": 9}, {}, "has no listener with name c and port 9"),
        ([everybody(), everybody()], {"port": 9}, {}, "Gateway public has no listener with port 9"),
        (
            [{"hostname": "a.test"}, {"hostname": "b.test"}],
            {},
            {"hostnames": ["x.test", "y.test"]},
            "hostnames x.test, y.test is",
        ),
        ([{"hostname": "a.test"}, {"hostname": "b.test"}], {}, {"hostnames": ["x.test"]}, ": a (a.test), b (b.test)"),
        ([everybody(kinds=[{"kind": "GRPCRoute"}])] * 2, {}, {}, "no kind HTTPRoute on listeners: a, b"),
        ([{}, {}], {"namespace": "infra"}, {"namespace": "shop"}, "allow routes from: a, b"),
    ],
)
def test_what_is_said_of_a_route_that_attaches_nowhere(
    listeners: list[Manifest], ref: Manifest, spec: Manifest, message: str
) -> None:
    public = gateway(*(listener(name, port, **made) for name, port, made in zip("ab", (80, 81), listeners, strict=True)))
    graph = graph_of(public, route(parents=[{"name": "public", **ref}], **spec))
    (condition,) = [each for each in parent_of(graph).conditions if each.type == "Accepted"]
    assert message in condition.message


def test_what_was_not_asked_for_is_not_named() -> None:
    (condition,) = [
        each
        for each in parent_of(graph_of(TWO, route(parents=[{"name": "public", "sectionName": "c"}]))).conditions
        if each.type == "Accepted"
    ]
    assert condition.message == "Gateway public has no listener with name c"


def test_a_parent_that_states_no_listener_of_its_own() -> None:
    """None that was loaded is without one; one that a program made may be."""
    kind = RouteGroupKind(kind="HTTPRoute")
    fault = let_in(kind, "shop", ParentReference(name="public"), (), Namespaces()).fault
    assert fault is not None
    assert (fault.reason, fault.message) == ("NoMatchingParent", "Gateway public has no listener")
