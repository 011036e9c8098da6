"""matching.md 9 with `grpc_http_exclusive`: who of an HTTPRoute and a GRPCRoute gives way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.graph import Graph
from gwmatch.graph.hostnames import covers
from gwmatch.options import Options

from .builders import (
    Manifest,
    counts,
    gateway,
    graph_of,
    listener,
    parent_of,
    route_of,
    route_of_kind,
    rule,
    verdict,
)

EXCLUSIVE = Options(assume=(), grpc_http_exclusive=True)
OLD, NEW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
CONFLICTED = ("False", "Conflicted")
ACCEPTED = ("True", "Accepted")


def http(name: str = "http", created: str | None = OLD, **fields: Any) -> Manifest:
    return route_of_kind("HTTPRoute", name=name, created=created, **fields)


def grpc(name: str = "grpc", created: str | None = NEW, **fields: Any) -> Manifest:
    return route_of_kind("GRPCRoute", name=name, created=created, **fields)


def accepted(graph: Graph) -> dict[str, tuple[str, str]]:
    return {node.key.name: verdict(parent, "Accepted") for node in graph.routes for parent in node.parents}


def test_both_stand_by_default() -> None:
    assert accepted(graph_of(gateway(), http(), grpc())) == {"http": ACCEPTED, "grpc": ACCEPTED}


@pytest.mark.parametrize(
    ("first", "second", "loser"),
    [
        (http(created=OLD), grpc(created=NEW), "grpc"),
        (http(created=NEW), grpc(created=OLD), "http"),
        (http("b"), grpc("a", created=OLD), "b"),
        (http("a"), grpc("b", created=OLD), "b"),
        (http(created=None), grpc(created=NEW), "http"),
    ],
)
def test_the_younger_gives_way(first: Manifest, second: Manifest, loser: str) -> None:
    graph = graph_of(gateway(), first, second, options=EXCLUSIVE)
    assert {name for name, found in accepted(graph).items() if found == CONFLICTED} == {loser}
    assert counts(graph) == {("public", "web"): 1}
    assert parent_of(graph, loser).attachments == ()


def test_of_one_age_and_name_the_grpc_route_stays() -> None:
    graph = graph_of(gateway(), http("same"), grpc("same", created=OLD), options=EXCLUSIVE)
    assert {node.key.kind: verdict(node.parents[0], "Accepted") for node in graph.routes} == {
        "HTTPRoute": CONFLICTED,
        "GRPCRoute": ACCEPTED,
    }


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (["a.test"], ["b.test"], True),
        (["a.test"], ["a.test"], False),
        (["*.test"], ["a.test"], False),
        (["a.test"], ["*.test"], False),
        (["*.a.test"], ["*.test"], False),
        (["*.a.test"], ["a.test"], True),
        (["a.test", "b.test"], ["b.test"], False),
        (None, ["a.test"], False),
        (["a.test"], None, False),
    ],
)
def test_hostnames_that_intersect(mine: list[str] | None, theirs: list[str] | None, both: bool) -> None:
    graph = graph_of(gateway(), http(hostnames=mine), grpc(hostnames=theirs), options=EXCLUSIVE)
    assert accepted(graph) == {"http": ACCEPTED, "grpc": ACCEPTED if both else CONFLICTED}


def test_what_counts_is_what_is_left_at_the_listener() -> None:
    public = gateway(listener("a", hostname="a.test"), listener("b", hostname="b.test"))
    graph = graph_of(public, http(hostnames=["a.test"]), grpc(), options=EXCLUSIVE)
    assert counts(graph) == {("public", "a"): 1, ("public", "b"): 1}
    assert verdict(parent_of(graph, "grpc"), "Accepted") == ACCEPTED
    assert [each.listener.name for each in parent_of(graph, "grpc").attachments] == ["b"]


def test_parents_are_judged_one_by_one() -> None:
    public = gateway(listener("a"), listener("b", 8080))
    to_both = [{"name": "public", "sectionName": "a"}, {"name": "public", "sectionName": "b"}]
    to_a = to_both[:1]
    graph = graph_of(public, http(parents=to_a), grpc(parents=to_both), options=EXCLUSIVE)
    assert [verdict(parent, "Accepted") for parent in route_of(graph, "grpc").parents] == [CONFLICTED, ACCEPTED]


def test_one_kind_is_no_rival_of_itself() -> None:
    graph = graph_of(gateway(), http("a"), http("b"), options=EXCLUSIVE)
    assert set(accepted(graph).values()) == {ACCEPTED}


def test_what_lost_keeps_nobody_out() -> None:
    """The GRPCRoute gives way to the first HTTPRoute, so that the second, with which only it shares a name, stays."""
    graph = graph_of(
        gateway(),
        http("first", OLD, hostnames=["a.test"]),
        grpc("lost", NEW, hostnames=["a.test", "b.test"]),
        http("third", None, hostnames=["b.test"]),
        grpc("last", None, hostnames=["c.test"]),
        options=EXCLUSIVE,
    )
    assert accepted(graph) == {"first": ACCEPTED, "lost": CONFLICTED, "third": ACCEPTED, "last": ACCEPTED}


def test_a_route_that_lost_is_not_partially_invalid() -> None:
    bad = rule(matches=[{"method": {"type": "RegularExpression", "service": "("}}])
    made = route_of_kind("GRPCRoute", bad, rule(), name="grpc", created=NEW)
    graph = graph_of(gateway(), http(), made, options=EXCLUSIVE)
    assert [each.type for each in parent_of(graph, "grpc").conditions] == ["Accepted", "ResolvedRefs"]
    assert "http" not in parent_of(graph, "grpc").condition("Accepted").message.replace("HTTPRoute", "")


def test_a_default_gateway_that_is_lost_is_no_parent() -> None:
    made = grpc(parents=[])
    made["spec"]["useDefaultGateways"] = "All"
    graph = graph_of(gateway(defaultScope="All"), http(), made, options=EXCLUSIVE)
    assert route_of(graph, "grpc").parents == ()


NAMES = st.sampled_from(["a.test", "b.a.test", "*.test", "*.a.test", "c.test", "*.b.a.test"])
ROUTES = st.lists(
    st.tuples(st.sampled_from([http, grpc]), st.sampled_from([OLD, NEW, None]), st.lists(NAMES, max_size=3, unique=True)),
    max_size=6,
)


@given(ROUTES)
def test_index_agrees_with_comparing_all_pairs(drawn: list[Any]) -> None:
    made = [make(f"r{index}", created, hostnames=names) for index, (make, created, names) in enumerate(drawn)]
    graph = graph_of(gateway(), *made, options=EXCLUSIVE)
    standing: list[Manifest] = []
    for each in sorted(made, key=lambda each: (each["metadata"].get("creationTimestamp", "x"), each["metadata"]["name"])):
        mine = each["spec"]["hostnames"] or [None]
        lost = any(
            other["kind"] != each["kind"] and (covers(one, two) or covers(two, one))
            for other in standing
            for one in mine
            for two in other["spec"]["hostnames"] or [None]
        )
        if not lost:
            standing.append(each)
    names = {each["metadata"]["name"] for each in standing}
    assert {name for name, found in accepted(graph).items() if found == ACCEPTED} == names
