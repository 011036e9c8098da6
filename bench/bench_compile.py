"""From resources to a Router: microseconds per HTTPRoute, by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch
from gwmatch._core import RouteTable
from gwmatch.lowering import lower

from .subjects import Subject, call, check, documents
from .workloads import Workload, make

pytestmark = [pytest.mark.benchmark(timer=time.thread_time), pytest.mark.parametrize("routes", [100, 1000])]


@cache
def workload(routes: int) -> Workload:
    """W1: an HTTPRoute per hostname, each with 3 to 10 rules."""
    return make("W1", routes, n_requests=20)


@cache
def router(routes: int) -> gwmatch.Router:
    """What every step leads to; its decisions are right."""
    made = gwmatch.compile(gwmatch.load(documents(workload(routes))))
    for request in workload(routes).requests:
        check(Subject(made, []), call(request))
    return made


def bench_load(benchmark: BenchmarkFixture, routes: int) -> None:
    """Mappings to a ResourceSet."""
    given = documents(workload(routes))
    resources = measure(benchmark, routes, lambda: gwmatch.load(given))
    assert gwmatch.compile(resources).table == router(routes).table


def bench_resolve(benchmark: BenchmarkFixture, routes: int) -> None:
    """ResourceSet to Graph."""
    resources = gwmatch.load(documents(workload(routes)))
    graph = measure(benchmark, routes, lambda: gwmatch.resolve(resources))
    assert gwmatch.compile(graph).table == router(routes).table


def bench_lower(benchmark: BenchmarkFixture, routes: int) -> None:
    """Graph to ir.Table."""
    graph = router(routes).graph
    (gateway,) = graph.gateways
    assert measure(benchmark, routes, lambda: lower(graph, gateway)) == router(routes).table


def bench_build(benchmark: BenchmarkFixture, routes: int) -> None:
    """ir.Table to RouteTable."""
    table = router(routes).table
    built = measure(benchmark, routes, lambda: RouteTable(table))
    assert built.content() == RouteTable(table).content()
    benchmark.extra_info["bytes_per_rule"] = round(built.nbytes / len(table.rules), 1)


def measure(benchmark: BenchmarkFixture, routes: int, step: Callable[[], Any]) -> Any:
    """What the step gives; its time per route stands in `extra_info`."""
    result = benchmark.pedantic(step, rounds=9, iterations=1, warmup_rounds=1)
    if benchmark.stats is not None:
        taken = benchmark.stats.stats
        benchmark.extra_info["us_per_route"] = round(taken.min / routes * 1e6, 1)
        benchmark.extra_info["median_us_per_route"] = round(taken.median / routes * 1e6, 1)
    return result
