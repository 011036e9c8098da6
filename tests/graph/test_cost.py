"""What a large cluster costs, in functions entered: the clock of a shared machine says less."""

from __future__ import annotations

import functools
import sys

import pytest

from gwmatch.api import ResourceSet, load
from gwmatch.graph import Graph, resolve
from gwmatch.options import Options

from .builders import (
    CLASS,
    CONTROLLER,
    Manifest,
    admitting,
    gateway,
    large_world,
    listener,
    listener_set,
    route_of_kind,
)

PLAIN = Options(assume=())
EXCLUSIVE = Options(assume=(), grpc_http_exclusive=True)


def counted(resources: ResourceSet, options: Options = PLAIN) -> tuple[int, Graph]:
    """How many functions `resolve` and `status` enter, those written in C too."""
    count = 0

    def entered(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(entered)
    try:
        graph = resolve(resources, controller=CONTROLLER, options=options)
        graph.status()
    finally:
        sys.setprofile(None)
    return count, graph


@functools.cache
def cluster(routes: int) -> ResourceSet:
    return load(large_world(routes))


@pytest.mark.parametrize("options", [PLAIN, EXCLUSIVE], ids=["side by side", "exclusive"])
def test_a_large_cluster_costs_per_route_what_a_small_one_does(options: Options) -> None:
    """10,000 routes, 500 Gateways, 500 ListenerSets, 2,000 namespaces, 5,000 grants, against a tenth of all."""
    per_route = {}
    for routes in (1_000, 10_000):
        calls, graph = counted(cluster(routes), options)
        assert len(graph.routes) == routes
        assert len(graph.gateways) == len(graph.listener_sets) == routes // 20
        parents = [parent for route in graph.routes for parent in route.parents]
        assert all(parent.accepted and parent.condition("ResolvedRefs").is_true for parent in parents)
        per_route[routes] = calls / routes
    assert per_route[10_000] <= 1.02 * per_route[1_000]


def sets_of_one_gateway(count: int) -> list[Manifest]:
    """Half of the listeners of each conflict with those of the set before."""
    sets = [
        listener_set(
            listener("mine", 8080, hostname=f"h{index}.test"),
            listener("contested", 9090, hostname=f"h{index // 2}.test"),
            name=f"s{index}",
        )
        for index in range(count)
    ]
    return [CLASS, gateway(**admitting()), *sets]


def routes_of_one_listener(count: int) -> list[Manifest]:
    """Of two kinds, each name claimed by both."""
    routes = [
        route_of_kind(kind, name=f"r{index}", hostnames=[f"h{index}.test", f"*.h{index // 2}.test"])
        for index in range(count // 2)
        for kind in ("HTTPRoute", "GRPCRoute")
    ]
    return [CLASS, gateway(), *routes]


def streams_of_one_listener(count: int) -> list[Manifest]:
    return [CLASS, gateway(listener("raw", 5432, "TCP")), *(route_of_kind("TCPRoute", name=f"r{n}") for n in range(count))]


@pytest.mark.parametrize("world", [sets_of_one_gateway, routes_of_one_listener, streams_of_one_listener])
def test_a_crowded_place_costs_in_line_with_the_crowd(world: object) -> None:
    assert callable(world)
    few, _ = counted(load(world(200)), EXCLUSIVE)
    many, _ = counted(load(world(2_000)), EXCLUSIVE)
    assert many <= 10.5 * few
