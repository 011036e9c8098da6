"""How resolving grows with the cluster: the time per route at 10,000 routes, as a ratio to that at 1,000."""

from __future__ import annotations

import gc
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch

from .world import world

SMALL, LARGE = 1_000, 10_000


@pytest.mark.benchmark(timer=time.thread_time)
def bench_resolve_is_linear(benchmark: BenchmarkFixture) -> None:
    """500 Gateways, 2,000 namespaces and 5,000 ReferenceGrants beside the 10,000 routes, a tenth of all beside the 1,000."""
    small, large = (gwmatch.load(world(routes)) for routes in (SMALL, LARGE))
    for resources, routes in ((small, SMALL), (large, LARGE)):
        graph = gwmatch.resolve(resources, controller="example.net/gwmatch")
        resolved = [
            route for route in graph.routes if route.parents[0].accepted and route.parents[0].condition("ResolvedRefs").is_true
        ]
        assert len(resolved) >= routes // 2
        assert len(graph.routes) == routes
    if not benchmark.enabled:
        benchmark.pedantic(gwmatch.resolve, args=(small,), kwargs={"controller": "example.net/gwmatch"})
        return
    best = {SMALL: float("inf"), LARGE: float("inf")}

    def both() -> None:
        """Interleaved, so that a busy machine is busy for both."""
        for resources, routes, times in ((small, SMALL, 5), (large, LARGE, 1)):
            for _ in range(times):
                gc.collect()
                start = time.thread_time()
                gwmatch.resolve(resources, controller="example.net/gwmatch")
                best[routes] = min(best[routes], (time.thread_time() - start) / routes)

    benchmark.pedantic(both, rounds=3, iterations=1)
    benchmark.extra_info["us_per_route_at_1000"] = round(best[SMALL] * 1e6, 1)
    benchmark.extra_info["us_per_route_at_10000"] = round(best[LARGE] * 1e6, 1)
    benchmark.extra_info["ratio"] = round(best[LARGE] / best[SMALL], 2)
