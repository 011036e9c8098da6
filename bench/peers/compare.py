"""One workload at one size: every peer built, checked, and timed in turns with the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from types import MappingProxyType
from typing import Any

from ..timing import per_call
from ..workloads import make
from .child import Child, Refused, Times
from .linear import Linear
from .peer import Maker
from .rules import Asked, asked_of

TURN = 0.02
"""Seconds of CPU that a peer gets before the next has its turn."""
PATIENCE = 20
"""Wall seconds, the turns of others included, for each second of CPU that is wanted."""
FEW = 1000
"""Rules below which the growth of a process says nothing about them."""


@dataclass
class Settings:
    requests: int = 256
    seconds: float = 2.0
    """CPU for timing each peer, new strings and floor included."""
    limit: float = 300.0
    """Wall seconds that a peer may take for its build, for its answers, or for one pass."""
    reference_seconds: float = 20.0


@dataclass
class Row:
    """One peer's line. `status` is timed, wrong, not applicable, missing, cut off or failed."""

    peer: str
    does: str
    status: str = ""
    note: str = ""
    agreed: int | None = None
    """Answers that are right, of `Comparison.requests`."""
    build_seconds: float | None = None
    bytes_per_rule: float | None = None
    ns: float | None = None
    """Per decision, of the fastest pass, without the loop."""
    median_ns: float | None = None
    floor_ns: float | None = None
    """The floor in the same process."""
    ratio: float | None = None
    """To gwmatch of the same run."""
    floors: float | None = None
    """To the floor of the same run."""


@dataclass
class Comparison:
    workload: str
    size: int
    rules: int
    requests: int
    by_reference: int
    """How many of the expected answers were also asked of gwmatch.reference."""
    rows: list[Row]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Disagreement(Exception):
    """The oracle and gwmatch's reference differ: nothing can be checked against either."""


def compare(
    workload: str,
    size: int,
    makers: Iterable[Maker],
    floor: Any,
    settings: Settings,
    say: Callable[[str], None] = lambda _: None,
    given_up: Mapping[str, str] = MappingProxyType({}),
) -> Comparison:
    """Times of those peers whose every answer is right. Those that were given up, by name and why, are not asked.

    Raises:
        Disagreement: the reference does not say what the plain linear matcher says.
    """
    asked = asked_of(make(workload, size, n_requests=None if size < 100_000 else 2_000), settings.requests)
    expected = _expected(asked, floor)
    rows: list[Row] = []
    running: dict[str, tuple[Row, Child]] = {}
    by_reference = 0
    for maker in makers:
        peer = maker()
        row = Row(peer.name, peer.does)
        rows.append(row)
        if peer.name in given_up:
            row.status, row.note = "cut off", given_up[peer.name]
            continue
        child = Child(maker, asked, floor, settings.limit)
        try:
            built = child.ask("build")
            row.build_seconds = round(built.seconds, 4)
            row.bytes_per_rule = round(built.nbytes / len(asked.rules)) if len(asked.rules) >= FEW else None
            answers = child.ask("answers")
            row.agreed = sum(answer == right for answer, right in zip(answers, expected, strict=True))
            if hasattr(peer, "reference"):
                by_reference = _check_oracle(asked, expected, child.ask("reference", settings.reference_seconds))
            if row.agreed < len(expected):
                row.status, row.note = "wrong", _first_wrong(asked, answers, expected)
                child.end()
            else:
                row.status = "timed"
                running[row.peer] = row, child
        except Refused as refused:
            row.status, row.note = refused.status, str(refused)
        say(f"{workload} {size}: {row.peer} {row.status} {row.note}".rstrip())
    _time(running, len(asked.calls), settings.seconds)
    return Comparison(workload, size, len(asked.rules), len(asked.calls), by_reference, rows)


def too_slow(comparison: Comparison, ns: float) -> dict[str, str]:
    """Peers that take more than `ns` for a decision, or did not come to an end, and what to say of them at larger sizes."""
    size = f"{comparison.size:,}"
    peers = [row for row in comparison.rows if row.peer != "gwmatch"]
    took = {row.peer: f"{row.ns / 1000:,.0f} us at {size}" for row in peers if row.ns is not None and row.ns > ns}
    return took | {row.peer: f"so it was at {size}" for row in peers if row.status == "cut off"}


def _expected(asked: Asked, floor: Any) -> list[str | None]:
    """What the plain linear matcher says, in a process of its own so that nothing of it is left."""
    oracle = Child(Linear, asked, floor, limit=3600)
    oracle.ask("build")
    answers: list[str | None] = oracle.ask("answers")
    oracle.end()
    return answers


def _check_oracle(asked: Asked, expected: list[str | None], said: dict[int, str | None]) -> int:
    for number, rule in said.items():
        if rule != expected[number]:
            raise Disagreement(f"{asked.calls[number][:3]}: the reference says {rule}, the oracle {expected[number]}")
    return len(said)


def _first_wrong(asked: Asked, answers: list[str | None], expected: list[str | None]) -> str:
    number = next(number for number, right in enumerate(expected) if answers[number] != right)
    method, host, target, _ = asked.calls[number]
    return f"{method} {host}{target[:60]}: {answers[number]}, not {expected[number]}"


def _time(running: dict[str, tuple[Row, Child]], calls: int, seconds: float) -> None:
    """Fills in the rows. Peers take turns, so that a slow moment of the machine hits all."""
    times: dict[str, list[Times]] = {name: [] for name in running}
    began: dict[str, float] = {}
    waiting = dict(running)
    while waiting:
        for name, (row, child) in list(waiting.items()):
            began.setdefault(name, time.monotonic())
            try:
                times[name] += child.ask("round", TURN)
            except Refused as refused:
                row.status, row.note = refused.status, str(refused)
                del waiting[name]
                continue
            # By the clock, too: one that is timed elsewhere uses next to no CPU here.
            if sum(sum(each) for each in times[name]) >= seconds or time.monotonic() - began[name] >= PATIENCE * seconds:
                child.end()
                del waiting[name]
    for name, (row, _) in running.items():
        if row.status == "timed":
            loop, floor, best = (min(column) for column in zip(*times[name], strict=True))
            row.ns, row.floor_ns = per_call(best, loop, calls), per_call(floor, loop, calls)
            typical = [each.peer for each in times[name]]
            row.median_ns = per_call(median(typical), median(each.idle for each in times[name]), calls)
            row.floors = round(row.ns / row.floor_ns, 1)
    ours = next((row.ns for row, _ in running.values() if row.peer == "gwmatch"), None)
    for row, _ in running.values():
        row.ratio = None if ours is None or row.ns is None else round(row.ns / ours, 2)
