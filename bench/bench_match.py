"""One decision, called from Python: nanoseconds, and multiples of the floor.

Each round makes the calls anew, then times three passes over them, one after the other so that a slow moment of the machine
hits all: an empty loop, the floor, and the decision. What stands in `extra_info` is per call and without the loop. The ratio
is that of the fastest rounds: what else runs on the machine empties the caches, and can only add.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from .subjects import Call, Subject, check, renewed, subject

ROUNDS = 400

# Thread CPU time: other processes on the same CPU double wall time for minutes and do not move this.
pytestmark = pytest.mark.benchmark(timer=time.thread_time, warmup=False)


@pytest.mark.parametrize("name", ["W1", "W2", "W3", "W4", "W6"])
def bench_workload(benchmark: BenchmarkFixture, floor: Any, rules: int, name: str) -> None:
    """256 different requests at a table of --rules rules."""
    measure(benchmark, floor, subject(name, rules))


def bench_one_request(benchmark: BenchmarkFixture, floor: Any) -> None:
    """The same request again and again, no header lines, at a host with a few paths: the least a decision can cost."""
    few = subject("W1", 65)
    request = next(call for call in few.calls if few.port.match(*call).outcome == "forward")
    measure(benchmark, floor, Subject(few.router, [(*request[:3], [])] * 256))


def bench_two_headers(benchmark: BenchmarkFixture, floor: Any, rules: int) -> None:
    """Those requests of W3 whose rule asks for two headers or more."""
    mixed = subject("W3", rules)
    asking = []
    for call in mixed.calls:
        entry = mixed.port.match(*call).entry
        if entry is not None and len(entry.headers) >= 2:
            asking.append(call)
    assert asking, "W3 has no rule with two headers at this size"
    measure(benchmark, floor, Subject(mixed.router, asking))


def measure(benchmark: BenchmarkFixture, floor: Any, subject: Subject) -> None:
    """Times the subject's calls, and leaves nanoseconds and the ratio in `extra_info`."""
    for call in subject.calls[:1] if subject.calls[0] is subject.calls[-1] else subject.calls:
        check(subject, call)
    count = len(subject.calls)
    match, nothing = subject.port.match, floor.match
    idle_times: list[float] = []
    floor_times: list[float] = []

    def before() -> tuple[tuple[Any, ...], dict[str, Any]]:
        calls = renewed(subject.calls)
        idle(None, calls)  # whoever comes first would pay for the cache misses of all
        idle_times.append(timed(idle, None, calls))
        floor_times.append(timed(run, nothing, calls))
        return (match, calls), {}

    benchmark.pedantic(run, setup=before, rounds=ROUNDS, iterations=1, warmup_rounds=10)
    if benchmark.stats is None:  # --benchmark-disable
        return
    taken = benchmark.stats.stats
    lowest = per_call(min(floor_times), min(idle_times), count)
    best = per_call(taken.min, min(idle_times), count)
    typical = per_call(taken.median, median(idle_times), count)
    benchmark.extra_info |= {"calls": count, "floor_ns": lowest, "match_ns": best, "median_ns": typical}
    benchmark.extra_info["ratio"] = round(best / lowest, 1)


def per_call(seconds: float, loop: float, count: int) -> float:
    return round((seconds - loop) / count * 1e9, 1)


def run(match: Callable[..., object], calls: list[Call]) -> None:
    for method, host, target, lines in calls:
        match(method, host, target, lines)


def idle(_: None, calls: list[Call]) -> None:
    for _method, _host, _target, _lines in calls:
        pass


def timed(function: Callable[..., None], *arguments: object) -> float:
    start = time.thread_time()
    function(*arguments)
    return time.thread_time() - start
