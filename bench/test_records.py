"""Records: what got slower is found, and the page shows what is recorded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .check import compared
from .report import LINES, table

RECORD: dict[str, Any] = {
    "date": "2026-01-01",
    "cpu": "some",
    "python": "cpython",
    "figures": {
        "bench_one_request": {"ratio": "3.0 (2.9 to 3.4)", "match_ns": "45.0"},
        "bench_growth[W1]": {"ratio_at_1000": "4.0", "ratio_at_2000": "5.0", "growth": "1.25"},
        "bench_memory[1]": {"block_bytes_per_route": "130.0", "routes": "2000"},
    },
    "instructions": {"instructions": {"floor": 310.0, "plain": 640.0}, "ratios": {"floor": 1.0, "plain": 2.1}},
}


def with_figure(name: str, quantity: str, value: str) -> dict[str, Any]:
    figures = {**RECORD["figures"], name: {**RECORD["figures"][name], quantity: value}}
    return {**RECORD, "figures": figures}


def worse(fresh: dict[str, Any]) -> list[str]:
    return [change.figure for change in compared(RECORD, fresh, 1.25) if change.is_worse]


def test_an_equal_run_is_not_worse() -> None:
    assert worse(RECORD) == []
    assert len(compared(RECORD, RECORD, 1.25)) == 7


def test_what_is_timed_has_a_tolerance() -> None:
    assert worse(with_figure("bench_one_request", "ratio", "3.7")) == []
    assert worse(with_figure("bench_one_request", "ratio", "3.8")) == ["bench_one_request: ratio"]


def test_nanoseconds_are_not_compared() -> None:
    assert worse(with_figure("bench_one_request", "match_ns", "900.0")) == []


def test_what_is_counted_has_next_to_none() -> None:
    assert worse(with_figure("bench_memory[1]", "block_bytes_per_route", "134.0")) == [
        "bench_memory[1] at 2000: block_bytes_per_route"
    ]
    dearer = {**RECORD, "instructions": {"instructions": {"floor": 310.0, "plain": 700.0}, "ratios": {}}}
    assert worse(dearer) == ["instructions: plain"]


def test_other_sizes_are_not_compared() -> None:
    assert worse(with_figure("bench_memory[1]", "routes", "100000")) == []


def test_the_page_has_a_row_for_every_goal() -> None:
    made = table(RECORD, "some.json")
    assert [row.split("|")[1].strip() for row in made.splitlines()[2:-2]] == list(LINES)
    assert "| 3.0 (2.9 to 3.4) x |" in made
    assert "plain 640 (2.1 x)" in made


def test_every_trick_names_a_benchmark_that_shows_it() -> None:
    bench = Path(__file__).parent
    named = [
        (source.name, module, function)
        for root in (bench.parent / "gwmatch", bench.parent / "src_native" / "src")
        for source in root.rglob("*")
        if source.suffix in {".py", ".pyx", ".pxd", ".h", ".rs"}
        for module, function in re.findall(r"PERF\((\w+)::(\w+)", source.read_text())
    ]
    assert len(named) > 30
    assert [each for each in named if f"\ndef {each[2]}(" not in (bench / f"{each[1]}.py").read_text()] == []
