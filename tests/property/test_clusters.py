"""What holds for clusters with every kind of resource, valid or not."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import Graph, Options, ResourceSet
from gwmatch.lowering import lower
from gwmatch.testing.clusters import ROUTES, Mapping, bent, clusters

some = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
OPTIONS = st.sampled_from(
    (Options(), Options(assume=()), Options(grpc_http_exclusive=True, external_auth=True, tls_route_mode_mixed=False))
)


def facts(resources: ResourceSet, options: Options) -> tuple[Graph, Any, list[Any]]:
    graph = gwmatch.resolve(resources, options=options)
    return graph, graph.status(), [lower(graph, key) for key in graph.gateways]


@some
@given(clusters(), OPTIONS, st.randoms(use_true_random=False))
def test_order_of_objects_does_not_matter(
    counts: Counter[str], manifests: list[Mapping], options: Options, random: Any
) -> None:
    """P-1: the graph, the statuses, the tables."""
    shuffled = list(manifests)
    random.shuffle(shuffled)
    assert facts(gwmatch.load(shuffled), options) == facts(gwmatch.load(manifests), options)
    counts["clusters in two orders"] += 1


@some
@given(clusters(), OPTIONS, st.randoms(use_true_random=False), st.data())
def test_nothing_that_is_kept_makes_resolve_raise(
    counts: Counter[str], manifests: list[Mapping], options: Options, random: Any, data: st.DataObject
) -> None:
    """V-API-6, HI-X4: what an API server would have refused ends in conditions, in any order."""
    broken = data.draw(bent(manifests))
    shuffled = list(broken)
    random.shuffle(shuffled)
    resources = gwmatch.load(broken, invalid="keep")
    found = facts(resources, options)
    assert found == facts(gwmatch.load(shuffled, invalid="keep"), options)
    json.dumps(found[1])
    counts["bent clusters"] += 1
    counts["bent clusters that an API server would refuse"] += bool(resources.rejected)


def test_clusters_reach_something() -> None:
    """Lest everything above holds because no route of a kind is ever taken."""
    reached: set[str] = set()

    @settings(some, max_examples=150, database=None, derandomize=True, phases=[Phase.generate])
    @given(clusters())
    def look(manifests: list[Mapping]) -> None:
        table = gwmatch.compile(gwmatch.load(manifests)).table
        taken = {entry.rule for entry in table.entries}
        reached.update(table.rules[rule].route.kind for rule in taken if any(each.valid for each in table.rules[rule].backends))

    look()
    assert reached == set(ROUTES)
