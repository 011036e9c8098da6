"""Bytes per route: those of the block, and of everything that a Router keeps alive, Python objects included."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch

from .hosts import hosted
from .memory import live_bytes

pytestmark = pytest.mark.benchmark(warmup=False)


@pytest.mark.parametrize("per_host", [1, 10])
def bench_memory(benchmark: BenchmarkFixture, many: int, per_host: int) -> None:
    """--many HTTPRoutes of one rule each, so many of them at each host."""

    def built() -> gwmatch.Router:
        return gwmatch.compile(gwmatch.load(hosted(many, per_host)))

    gwmatch.compile(gwmatch.load(hosted(10, per_host)))  # what is imported and cached at the first use is no route's
    before = live_bytes()
    router = benchmark.pedantic(built, rounds=1, iterations=1)
    kept = live_bytes() - before
    assert len(router.table.rules) == many
    assert router.port(80).match("GET", "h0.example.com", "/p0/x").route.name == "r0"
    benchmark.extra_info["block_bytes_per_route"] = round(router.nbytes / many, 1)
    benchmark.extra_info["all_bytes_per_route"] = round(kept / many)
    benchmark.extra_info["routes"] = many
