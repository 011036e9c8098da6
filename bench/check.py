"""Whether anything got slower than the newest record says: `python -m bench.check [--tolerance 1.25] [--record FILE]
[--fresh FILE]`.

Compares what survives another machine and another day: ratios to the floor, growth, bytes per route, instructions per call.
Prints what is worse by more than the tolerance, and ends with 1 if anything is.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from .record import middle, newest, recorded

TOLERANCE = 1.25
"""Ratios of one run on a busy machine swing by that much."""
STEADY = 1.02
"""What is counted and not timed: bytes and instructions."""


class Change(NamedTuple):
    figure: str
    before: float
    now: float
    tolerated: float

    @property
    def factor(self) -> float:
        return self.now / self.before if self.before else 1.0

    @property
    def is_worse(self) -> bool:
        return self.factor > self.tolerated


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.check", description=__doc__)
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="factor for what is timed (default: %(default)s)")
    parser.add_argument("--record", type=Path, help="default: the newest of bench/record/")
    parser.add_argument("--fresh", type=Path, help="a record to compare instead of a run made now")
    parser.add_argument("--many", type=int, default=2_000, help="the large tables; figures of other sizes are not compared")
    asked = parser.parse_args()
    record = asked.record or newest()
    fresh = json.loads(asked.fresh.read_text()) if asked.fresh else recorded(1, asked.many)
    changes = compared(json.loads(record.read_text()), fresh, asked.tolerance)
    if not changes:
        print(f"nothing in {record.name} can be compared with this run")
        return 1
    print(f"{len(changes)} figures against {record.name}")
    worse = [change for change in changes if change.is_worse]
    for change in sorted(worse, key=lambda change: -change.factor):
        moved = f"{change.before:>12,.2f} -> {change.now:>12,.2f}"
        print(f"{change.figure:<60}{moved}   x {change.factor:.2f} (up to {change.tolerated})")
    print(f"{len(worse)} worse than tolerated" if worse else "none is worse than tolerated")
    return int(bool(worse))


def compared(record: dict[str, Any], fresh: dict[str, Any], tolerance: float) -> list[Change]:
    """What both have; lower is better in all of it."""
    old, new = (dict(_comparable(each)) for each in (record, fresh))
    return [
        Change(name, old[name], new[name], STEADY if "bytes" in name or "instructions" in name else tolerance)
        for name in old
        if name in new
    ]


def _comparable(record: dict[str, Any]) -> Any:
    for name, quantities in record["figures"].items():
        size = middle(quantities.get("routes", 0))
        for quantity, value in quantities.items():
            if quantity == "ratio" or quantity == "growth" or quantity.startswith("ratio_at_") or "bytes" in quantity:
                large = max((int(each[9:]) for each in quantities if each.startswith("ratio_at_")), default=int(size))
                at = f" at {large}" if large else ""
                yield f"{name}{at}: {quantity}", middle(value)
    for name, count in record.get("instructions", {}).get("instructions", {}).items():
        yield f"instructions: {name}", float(count)


if __name__ == "__main__":
    sys.exit(main())
