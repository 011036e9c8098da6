"""One decision, called from Python: nanoseconds, and multiples of the floor.

Each round makes the calls anew, then times three passes over them, one after the other so that a slow moment of the machine
hits all: an empty loop, the floor, and the decision. What stands in `extra_info` is per call and without the loop. The ratio
is that of the fastest rounds: what else runs on the machine empties the caches, and can only add.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch

from .hostile import two_headers
from .hosts import hosted
from .subjects import SAMPLE, Subject, check, renewed, sized, subject
from .timing import idle, per_call, run, timed

ROUNDS = 400
NEW_HOSTS = 1200

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
    measure(benchmark, floor, Subject(few.router, [(*request[:3], [])] * SAMPLE))


def bench_two_headers(benchmark: BenchmarkFixture, floor: Any) -> None:
    """The same request again and again, with twelve header lines, at a rule that asks for two of them."""
    made = two_headers()
    measure(benchmark, floor, Subject(made.router, made.calls * SAMPLE))


def bench_many_with_two_headers(benchmark: BenchmarkFixture, floor: Any, rules: int) -> None:
    """Those requests of W3 whose rule asks for two headers or more."""
    mixed = subject("W3", rules)
    asking = []
    for call in mixed.calls:
        entry = mixed.port.match(*call).entry
        if entry is not None and len(entry.headers) >= 2:
            asking.append(call)
    assert asking, "W3 has no rule with two headers at this size"
    measure(benchmark, floor, Subject(mixed.router, asking))


def bench_new_hosts(benchmark: BenchmarkFixture, floor: Any) -> None:
    """Hosts in turns that are more than twice as many as a port keeps: nearly all are looked up anew. No header lines."""
    router = gwmatch.compile(gwmatch.load(hosted(NEW_HOSTS, 1)))
    calls = [("GET", f"h{number}.example.com", "/p0/x", []) for number in range(NEW_HOSTS)]
    measure(benchmark, floor, Subject(router, calls))


@pytest.mark.parametrize("name", ["W1", "W2", "W3", "W4", "W6"])
def bench_growth(benchmark: BenchmarkFixture, floor: Any, rules: int, many: int, name: str) -> None:
    """What a decision at --many costs, as a multiple of one at --rules: 1 is a table in which search does not count."""
    grown(benchmark, floor, sized(name, rules), sized(name, many), rules, many)


@pytest.mark.parametrize("patterns", [100, 1000])
def bench_patterns(benchmark: BenchmarkFixture, floor: Any, patterns: int) -> None:
    """W5: one host with so many regular expressions for its paths, as a multiple of one with ten."""
    grown(benchmark, floor, sized("W5", 10), sized("W5", patterns), 10, patterns)


@pytest.mark.parametrize("length", [64, 256, 1024])
def bench_pattern_length(benchmark: BenchmarkFixture, floor: Any, length: int) -> None:
    """A path of so many bytes that an expression of W5 takes to its end, among 100 of them."""
    made = sized("W5", 100)
    path = next(
        entry.path.written.removesuffix(".*")
        for entry in made.router.table.entries
        if entry.path is not None and entry.path.written.startswith("/svc/") and entry.path.written.endswith("/.*")
    )
    method, host, _, lines = made.calls[0]
    longer = Subject(made.router, [(method, host, f"{path}{number:04}".ljust(length, "x"), lines) for number in range(SAMPLE)])
    assert all(longer.port.match(*call).outcome == "forward" for call in longer.calls[:2])
    measure(benchmark, floor, longer)


def bench_rule(benchmark: BenchmarkFixture) -> None:
    """Not the decision, but the rule of one that was made, as most callers ask for: found again at first, and then kept."""
    subject = sized("W1", 100)
    found = [subject.port.match(*call) for call in subject.calls]
    taken = [each for each in found if each.entry is not None]

    def look() -> None:
        for each in taken:
            each.rule  # noqa: B018

    benchmark(look)
    benchmark.extra_info["rule_ns"] = round(benchmark.stats.stats.min / len(taken) * 1e9) if benchmark.enabled else 0


def grown(benchmark: BenchmarkFixture, floor: Any, few: Subject, more: Subject, small: int, large: int) -> None:
    """Times both in turns, and leaves the factor in `extra_info`. The larger one is what pytest-benchmark's table shows."""
    rounds = {small: Rounds(floor, few), large: Rounds(floor, more)}
    if not benchmark.enabled:
        benchmark.pedantic(run, args=(more.port.match, renewed(more.calls)), rounds=1)
        return

    def before() -> tuple[tuple[Any, ...], dict[str, Any]]:
        rounds[small].take()
        rounds[large].take()
        return (more.port.match, renewed(more.calls)), {}

    benchmark.pedantic(run, setup=before, rounds=ROUNDS // 4, iterations=1, warmup_rounds=10)
    for size, taken in rounds.items():
        benchmark.extra_info[f"ratio_at_{size}"] = round(taken.match_ns / taken.floor_ns, 1)
    benchmark.extra_info["growth"] = round(rounds[large].match_ns / rounds[small].match_ns, 2)


class Rounds:
    """The lowest times of a subject so far."""

    def __init__(self, floor: Any, subject: Subject) -> None:
        self.subject = subject
        self.match = subject.port.match  # bound once, as a proxy does, since a port keeps what it has found
        self.floor = floor.match
        self.idle_time = self.floor_time = self.match_time = float("inf")

    def take(self) -> None:
        calls = renewed(self.subject.calls)
        idle(None, calls)  # whoever comes first would pay for the cache misses of all
        self.idle_time = min(self.idle_time, timed(idle, None, calls))
        self.floor_time = min(self.floor_time, timed(run, self.floor, calls))
        self.match_time = min(self.match_time, timed(run, self.match, calls))

    @property
    def floor_ns(self) -> float:
        return per_call(self.floor_time, self.idle_time, len(self.subject.calls))

    @property
    def match_ns(self) -> float:
        return per_call(self.match_time, self.idle_time, len(self.subject.calls))


def measure(benchmark: BenchmarkFixture, floor: Any, subject: Subject) -> None:
    """Times the subject's calls, and leaves nanoseconds and the ratio in `extra_info`."""
    count = len(subject.calls)
    different = subject.calls[0] is not subject.calls[-1]
    for call in subject.calls if different else subject.calls[:1]:
        check(subject, call)
    match, nothing = subject.port.match, floor.match
    idle_times: list[float] = []
    floor_times: list[float] = []

    def before() -> tuple[tuple[Any, ...], dict[str, Any]]:
        calls = renewed(subject.calls) if different else renewed(subject.calls[:1]) * count
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
