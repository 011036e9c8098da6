"""From resources to a Router: microseconds per HTTPRoute, by step."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch
from gwmatch._core import RouteTable
from gwmatch.api.documents import read
from gwmatch.lowering import lower

from . import world
from .subjects import Subject, call, check, documents
from .workloads import Workload, make

pytestmark = pytest.mark.benchmark(timer=time.thread_time)
sizes = pytest.mark.parametrize("routes", [100, 1000])


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


@sizes
def bench_load(benchmark: BenchmarkFixture, routes: int) -> None:
    """Mappings to a ResourceSet."""
    given = documents(workload(routes))
    resources = measure(benchmark, routes, lambda: gwmatch.load(given))
    assert gwmatch.compile(resources).table == router(routes).table


@sizes
def bench_resolve(benchmark: BenchmarkFixture, routes: int) -> None:
    """ResourceSet to Graph."""
    resources = gwmatch.load(documents(workload(routes)))
    graph = measure(benchmark, routes, lambda: gwmatch.resolve(resources))
    assert gwmatch.compile(graph).table == router(routes).table


@sizes
def bench_lower(benchmark: BenchmarkFixture, routes: int) -> None:
    """Graph to ir.Table."""
    graph = router(routes).graph
    (gateway,) = graph.gateways
    assert measure(benchmark, routes, lambda: lower(graph, gateway)) == router(routes).table


@sizes
def bench_build(benchmark: BenchmarkFixture, routes: int) -> None:
    """ir.Table to RouteTable."""
    table = router(routes).table
    built = measure(benchmark, routes, lambda: RouteTable(table))
    assert built.content() == RouteTable(table).content()
    benchmark.extra_info["bytes_per_rule"] = round(built.nbytes / len(table.rules), 1)


# ------------------------------------------------------------------------------------ routes of one rule: `--routes 100000`


@cache
def one_rule(routes: int) -> gwmatch.ResourceSet:
    return gwmatch.load(world.one_rule_routes(routes))


@cache
def one_rule_graph(routes: int) -> gwmatch.Graph:
    return gwmatch.resolve(one_rule(routes))


def bench_one_rule_load(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """Mappings to a ResourceSet."""
    given = world.one_rule_routes(one_rule_routes)
    assert len(measure(benchmark, one_rule_routes, lambda: gwmatch.load(given))) == one_rule_routes + 1


def bench_one_rule_json(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """The bytes of a List in JSON to a Router, in one step."""
    listed = {"apiVersion": "v1", "kind": "List", "items": world.one_rule_routes(one_rule_routes)}
    text = json.dumps(listed).encode()
    router = measure(benchmark, one_rule_routes, lambda: gwmatch.compile(gwmatch.load(io.BytesIO(text))))
    assert len(router.table.rules) == one_rule_routes


@pytest.fixture
def yaml_routes(one_rule_routes: int) -> int:
    """YAML costs the same per route however many there are, and takes minutes for many."""
    return min(one_rule_routes, 1000)


def bench_yaml_events(benchmark: BenchmarkFixture, yaml_routes: int) -> None:
    """The text of YAML documents to the events of libyaml, which nobody looks at: the first part of `bench_yaml_load`."""
    text = yaml_text(yaml_routes)
    assert measure(benchmark, yaml_routes, lambda: sum(1 for _ in yaml.parse(text, yaml.CLoader))) > yaml_routes


def bench_yaml_documents(benchmark: BenchmarkFixture, yaml_routes: int) -> None:
    """The same to mappings with their lines: the first two parts."""
    text = yaml_text(yaml_routes)
    assert len(measure(benchmark, yaml_routes, lambda: list(read(text)))) == yaml_routes + 1


def bench_yaml_load(benchmark: BenchmarkFixture, yaml_routes: int) -> None:
    """The same to a ResourceSet."""
    text = io.StringIO(yaml_text(yaml_routes))

    def load() -> gwmatch.ResourceSet:
        text.seek(0)
        return gwmatch.load(text)

    assert len(measure(benchmark, yaml_routes, load)) == yaml_routes + 1


def bench_yaml_elsewhere(benchmark: BenchmarkFixture, yaml_routes: int) -> None:
    """The same text to mappings without lines, by PyYAML's fastest loader."""
    text = yaml_text(yaml_routes)
    found = measure(benchmark, yaml_routes, lambda: list(yaml.load_all(text, yaml.CSafeLoader)))
    assert len(found) == yaml_routes + 1


@cache
def yaml_text(routes: int) -> str:
    made: str = yaml.dump_all(world.one_rule_routes(routes), Dumper=yaml.CSafeDumper)
    return made


def bench_one_rule_resolve(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """ResourceSet to Graph."""
    resources = one_rule(one_rule_routes)
    graph = measure(benchmark, one_rule_routes, lambda: gwmatch.resolve(resources))
    assert sum(map(len, graph.attached.values())) == one_rule_routes


def bench_one_rule_lower(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """Graph to ir.Table."""
    graph = one_rule_graph(one_rule_routes)
    (gateway,) = graph.gateways
    assert len(measure(benchmark, one_rule_routes, lambda: lower(graph, gateway)).entries) == one_rule_routes


def bench_one_rule_build(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """ir.Table to RouteTable."""
    graph = one_rule_graph(one_rule_routes)
    (gateway,) = graph.gateways
    table = lower(graph, gateway)
    built = measure(benchmark, one_rule_routes, lambda: RouteTable(table))
    benchmark.extra_info["bytes_per_route"] = round(built.nbytes / one_rule_routes, 1)


def bench_one_rule_kept(benchmark: BenchmarkFixture, one_rule_routes: int) -> None:
    """What a Router keeps alive beside its block: bytes of Python objects per route."""
    listed = {"apiVersion": "v1", "kind": "List", "items": world.one_rule_routes(one_rule_routes)}
    text = json.dumps(listed).encode()
    gwmatch.compile(gwmatch.load(io.BytesIO(text)))  # whatever is made but once has been made
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        router = benchmark.pedantic(lambda: gwmatch.compile(gwmatch.load(io.BytesIO(text))), rounds=1, iterations=1)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(router.table.rules) == one_rule_routes
    benchmark.extra_info["python_bytes_per_route"] = round((after - before) / one_rule_routes)


def measure(benchmark: BenchmarkFixture, routes: int, step: Callable[[], Any]) -> Any:
    """What the step gives; its time per route stands in `extra_info`, in microseconds and in yards."""
    yards = [yard()]
    result = benchmark.pedantic(
        step, rounds=9 if routes <= 1000 else 3, iterations=1, warmup_rounds=1, teardown=lambda: yards.append(yard())
    )
    if benchmark.stats is not None:
        taken = benchmark.stats.stats
        benchmark.extra_info["yards_per_route"] = round(taken.min / routes * 1e6 / min(yards), 1)
        benchmark.extra_info["us_per_route"] = round(taken.min / routes * 1e6, 1)
        benchmark.extra_info["median_us_per_route"] = round(taken.median / routes * 1e6, 1)
    return result


def yard() -> float:
    """A fixed piece of plain Python in microseconds, timed between the rounds: what a busy machine does to it, it does to the
    steps too, so that their ratio says more than their times."""
    turns = 20_000
    started = time.thread_time()
    for turn in range(turns):
        made: dict[str, object] = {}
        made["a"] = (1, "b")
        made.get("c")
        len(str(turn))
    return (time.thread_time() - started) / turns * 1e6
