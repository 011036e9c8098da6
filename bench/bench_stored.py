"""Opening a stored table: milliseconds of CPU until the first match, for --many routes of one rule at a host each."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch

from .hosts import hosted

pytestmark = pytest.mark.benchmark(timer=time.thread_time, warmup=False)


def bench_open(benchmark: BenchmarkFixture, many: int, tmp_path: Path) -> None:
    """The file is in the page cache, as it is for every process but the first."""
    target = tmp_path / "routes.gwm"
    gwmatch.compile(gwmatch.load(hosted(many, 1))).save(target)
    gwmatch.load_table(target)  # what is imported and cached at the first use
    loaded = benchmark.pedantic(lambda: gwmatch.load_table(target), rounds=9, iterations=1)
    decision = loaded.port(80).match("GET", "h0.example.com", "/p0/x")
    assert (decision.outcome, decision.route.name) == ("forward", "r0")
    if benchmark.stats is not None:
        benchmark.extra_info["open_ms"] = round(benchmark.stats.stats.min * 1000, 2)
        benchmark.extra_info["file_bytes_per_route"] = round(target.stat().st_size / many, 1)
        benchmark.extra_info["routes"] = many
