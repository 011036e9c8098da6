"""How much of the data passed, for the line at the end of the session."""

from __future__ import annotations

from collections import Counter

from .model import Condition, Request, Step

GROUPS = ("cases", "requests", "conditions", "changes", "validation rows")
RESULTS = {"passed": "passed", "failed": "failed", "dataplane": "need a data plane"}


def group_of(step: Step) -> str:
    if isinstance(step, Request):
        return "requests"
    return "conditions" if isinstance(step, Condition) else "changes"


class Tally:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, group: str, result: str) -> None:
        self.counts[group, result] += 1

    def lines(self) -> list[str]:
        """One line per group that was run."""
        lines = []
        for group in GROUPS:
            parts = [f"{self.counts[group, result]} {text}" for result, text in RESULTS.items() if self.counts[group, result]]
            if parts:
                lines.append(f"{group}: {', '.join(parts)}")
        return lines
