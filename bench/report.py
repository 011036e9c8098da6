"""Fills the table of docs/performance.md from the newest record, so that no figure is typed: `python -m bench.report
[--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from .machine import ROOT
from .record import newest

PAGE = ROOT / "docs" / "performance.md"
START, END = "<!-- figures: python -m bench.report -->", "<!-- end of figures -->"
Record = dict[str, Any]


class Line(NamedTuple):
    """One goal of the page."""

    goal: str
    figure: Callable[[Record], str]
    command: str


def one(benchmark: str, quantity: str, unit: str = "") -> Callable[[Record], str]:
    """A figure of the record, or that it has none."""

    def found(record: Record) -> str:
        value = record["figures"].get(benchmark, {}).get(quantity)
        return "not recorded" if value is None else f"{value}{unit}"

    return found


def each(benchmark: str, names: str, quantity: str, unit: str = "") -> Callable[[Record], str]:
    """The same of several, `W1 1.2, W2 1.1`."""

    def found(record: Record) -> str:
        parts = [(name, one(f"{benchmark}[{name}]", quantity, unit)(record)) for name in names.split()]
        known = [f"{name} {value}" for name, value in parts if value != "not recorded"]
        return ", ".join(known) or "not recorded"

    return found


def counted(*names: str) -> Callable[[Record], str]:
    """Instructions per call and their ratio to the floor's."""

    def found(record: Record) -> str:
        counts = record.get("instructions", {}).get("instructions", {})
        ratios = record.get("instructions", {}).get("ratios", {})
        return ", ".join(f"{name} {counts[name]:,.0f} ({ratios[name]} x)" for name in names if name in counts) or "not recorded"

    return found


def against(workloads: str, peer: str) -> Callable[[Record], str]:
    """How far a peer is behind, by workload and size."""

    def found(record: Record) -> str:
        parts = []
        for comparison in record.get("peers", {}).get("comparisons", ()):
            for row in comparison["rows"]:
                if comparison["workload"] in workloads.split() and row["peer"] == peer and row["ratio"] is not None:
                    parts.append(f"{comparison['workload']} {row['ratio']:.1f} x at {comparison['size']:,}")
        return ", ".join(parts) or "not recorded"

    return found


def steps(*names: str) -> Callable[[Record], str]:
    """Microseconds per route of one rule, by step."""
    return lambda record: ", ".join(f"{name} {one(f'bench_one_rule_{name}', 'us_per_route', ' µs')(record)}" for name in names)


def updates(*names: str) -> Callable[[Record], str]:
    """Microseconds of one update, by what changes."""

    def shown(record: Record, name: str) -> str:
        return f"{name.replace('_', ' ')} {one(f'bench_{name}', 'us_median', ' µs')(record)}"

    return lambda record: ", ".join(shown(record, name) for name in names)


MATCH = "pytest bench/bench_match.py"
COMPILE = "pytest bench/bench_compile.py -k one_rule --routes 100000"
BATCH = "pytest bench/bench_batch.py"
UPDATE = "pytest bench/bench_router_update.py --many 100000"
MEMORY = "pytest bench/bench_memory.py --many 100000"
COUNT = "python -m bench.instructions"
FEW_OF_W3 = one("bench_many_with_two_headers", "ratio", " x where the rule asks for two or more")
PEERS = "python -m bench.peers --workloads W1,W2,W3,W4,W5,W6 --sizes 1000,100000"

LINES: dict[str, Line] = {
    "1a": Line("no header rules: at most 3 x floor", one("bench_one_request", "ratio", " x"), f"{MATCH} -k one_request"),
    "1b": Line("two headers of 12 lines: at most 5 x floor", one("bench_two_headers", "ratio", " x"), f"{MATCH} -k two"),
    "1c": Line("256 different requests: at most 4 x", each("bench_workload", "W1 W2 W4 W6", "ratio", " x"), MATCH),
    "1c, two headers": Line(
        "256 different requests: at most 6 x",
        lambda record: f"W3 {one('bench_workload[W3]', 'ratio', ' x')(record)}, {FEW_OF_W3(record)}",
        MATCH,
    ),
    "1c, new hosts": Line(
        "hosts that the port has not kept, no header lines: for comparison with 1a",
        one("bench_new_hosts", "ratio", " x"),
        f"{MATCH} -k new",
    ),
    "1d": Line("instructions per call", counted("floor", "plain", "two_headers", "mix"), COUNT),
    "2a": Line(
        "from 1,000 to 100,000 at most 3 x",
        each("bench_growth", "W1 W2 W3 W4 W6", "growth", " x"),
        f"{MATCH} -k growth --many 100000",
    ),
    "2b": Line(
        "expressions: not with their number, but with the path's length",
        lambda record: "; ".join(
            (
                each("bench_patterns", "100 1000", "growth", " x of 10 patterns")(record),
                each("bench_pattern_length", "64 256 1024", "ratio", " x floor")(record),
            )
        ),
        f"{MATCH} -k pattern",
    ),
    "2c": Line(
        "hostile requests: at most 200 x floor",
        counted("longest_host", "deepest_path", "many_headers", "long_query", "every_reading"),
        COUNT,
    ),
    "3a": Line("batch: 2.5 x a Python loop", each("bench_columns", "W1 W2 W3 W4 W6", "speedup", " x"), f"{BATCH} -k columns"),
    "3b": Line(
        "batch, up to 4 paths a host: at most 3.3 x floor, 20 M/s where the floor is 15 ns",
        lambda record: "; ".join(
            (
                each("bench_few_paths", "arrow numpy list", "ratio", " x floor")(record),
                each("bench_few_paths", "arrow numpy list", "decision_ns", " ns")(record),
            )
        ),
        f"{BATCH} -k few_paths",
    ),
    "3c": Line("two threads: 1.8 x of one", one("bench_two_threads", "times_as_many", " x"), f"{BATCH} -k two_threads"),
    "4": Line(
        "native: at most 60 % of Python's",
        lambda record: ", ".join(
            (
                "up to 4 paths " + one("bench_native_few_paths", "of_match")(record),
                each("bench_native", "W1 W2 W3 W4 W6", "of_match")(record),
            )
        ),
        f"{BATCH} -k native",
    ),
    "5a": Line(
        "block per route: at most 130 bytes at one per host, 80 at ten",
        each("bench_memory", "1 10", "block_bytes_per_route"),
        MEMORY,
    ),
    "5b": Line("everything: at most 1,000 bytes per route", each("bench_memory", "1 10", "all_bytes_per_route"), MEMORY),
    "6a": Line("resources to Router: at most 15 µs per route", steps("resolve", "lower", "build"), COMPILE),
    "6b": Line("native build: at most 1 µs per route", steps("build"), COMPILE),
    "6c": Line("manifests and JSON", steps("load", "json"), COMPILE),
    "7a": Line("one changed route among 100,000: at most 100 µs", updates("one_route", "one_route_of_a_new_host"), UPDATE),
    "7b": Line(
        "what depends on another object, and no more",
        updates("service", "endpoints", "grant", "policy", "namespace", "gateway_annotation", "gateway_listener"),
        UPDATE,
    ),
    "8": Line(
        "open 100,000 routes: under 5 ms",
        one("bench_open", "open_ms", " ms"),
        "pytest bench/bench_stored.py --many 100000",
    ),
    "9a": Line("best complete peer, plain paths: 5 x behind", against("W1 W2", "dict-and-trie"), PEERS),
    "9b": Line("where conditions count: 10 x behind", against("W3 W4 W6", "dict-and-trie"), PEERS),
    "9c": Line("regular expressions: 100 x behind", against("W5", "dict-and-trie"), PEERS),
    "9d": Line("Envoy's table", against("W1 W2 W3 W4 W5 W6", "envoy"), PEERS),
    "10": Line("free-threaded CPython: scales", lambda _: "see [reliability.md](reliability.md)", "make freethreaded"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if the page does not show the newest record")
    parser.add_argument("--record", type=Path, help="default: the newest of bench/record/")
    asked = parser.parse_args()
    path = asked.record or newest()
    text = PAGE.read_text()
    head, _, rest = text.partition(START)
    _, _, tail = rest.partition(END)
    made = f"{head}{START}\n{table(json.loads(path.read_text()), path.name)}\n{END}{tail}"
    if asked.check:
        return int(made != text)
    PAGE.write_text(made)
    return 0


def table(record: Record, name: str) -> str:
    """The table in Markdown, with where its figures come from."""
    rows = ["| # | goal | figure | command |", "|---|---|---|---|"]
    for number, line in LINES.items():
        command = f"`{line.command}`" if line.command else ""
        rows.append(f"| {number} | {line.goal} | {line.figure(record)} | {command} |")
    source = f"From [bench/record/{name}](../bench/record/{name}): {record['date']}, {record['cpu']}, {record['python']}."
    return "\n".join([*rows, "", source])


if __name__ == "__main__":
    sys.exit(main())
