"""The comparison itself: it checks before it times, and says what it did not do."""

from __future__ import annotations

from typing import Any

import pytest

from .peers.compare import Disagreement, Settings, compare, too_slow
from .peers.linear import Linear
from .peers.ours import Gwmatch
from .peers.peer import NotApplicable
from .peers.rules import Asked
from .peers.table import shown
from .peers.trie import Trie
from .timing import Decide

QUICK = Settings(requests=64, seconds=0.01, limit=60, reference_seconds=60)


class Wrong(Linear):
    """Right but for one rule."""

    name = "planted"

    def build(self, asked: Asked) -> Decide:
        right = super().build(asked)
        unlucky = next(rule for call in asked.calls if (rule := right(*call)) is not None)
        return lambda *call: None if right(*call) == unlucky else right(*call)


class Unable(Linear):
    name = "unable"

    def build(self, asked: Asked) -> Decide:
        raise NotApplicable("too hard")


class Absent(Linear):
    name = "absent"
    needs = "no-such-peer"

    def build(self, asked: Asked) -> Decide:
        raise ModuleNotFoundError("No module named 'no_such_peer'")


class Slow(Linear):
    name = "slow"

    def build(self, asked: Asked) -> Decide:
        if len(asked.rules) > 10:  # all but the trial
            while True:
                pass
        return super().build(asked)


class WrongReference(Gwmatch):
    def reference(self, call: Any) -> str | None:
        return "another"


@pytest.mark.parametrize("workload", ["W1", "W4"])
def test_peers_that_agree_are_timed(floor: Any, workload: str) -> None:
    made = compare(workload, 100, [Gwmatch, Trie, Linear], floor.match, QUICK)
    assert [(row.peer, row.status, row.agreed) for row in made.rows] == [
        (name, "timed", 64) for name in ("gwmatch", "dict-and-trie", "linear")
    ]
    assert made.by_reference == 64
    assert made.rows[0].ratio == 1
    table = shown(made).splitlines()
    assert [line.split()[0] for line in table[1:]] == ["peer", "gwmatch", "dict-and-trie", "linear"]
    assert all("100.0%" in line for line in table[2:])


def test_a_wrong_peer_is_reported_and_not_timed(floor: Any) -> None:
    _, planted = compare("W1", 100, [Gwmatch, Wrong], floor.match, QUICK).rows
    assert planted.status == "wrong"
    assert planted.agreed is not None
    assert 0 < planted.agreed < 64
    assert planted.ns is planted.ratio is planted.floors is None
    assert ": None, not r" in planted.note


@pytest.mark.parametrize(
    ("maker", "status", "note"),
    [
        (Unable, "not applicable", "too hard"),
        (Absent, "missing", "pip install no-such-peer"),
        (Slow, "cut off", "build takes over 5 s"),
    ],
)
def test_who_does_not_take_part_says_why(floor: Any, maker: type[Linear], status: str, note: str) -> None:
    (row,) = compare("W1", 20, [maker], floor.match, Settings(requests=8, limit=5)).rows
    assert (row.status, row.note, row.ns) == (status, note, None)


def test_an_oracle_that_the_reference_does_not_share_ends_the_run(floor: Any) -> None:
    with pytest.raises(Disagreement):
        compare("W1", 20, [WrongReference], floor.match, QUICK)


def test_a_peer_that_is_too_slow_is_not_asked_again(floor: Any) -> None:
    few = compare("W2", 10, [Gwmatch, Trie, Linear], floor.match, QUICK, given_up={"linear": "1,000 us at 1"})
    assert {row.peer: (row.status, row.note) for row in few.rows} == {
        "gwmatch": ("timed", ""),
        "dict-and-trie": ("timed", ""),
        "linear": ("cut off", "1,000 us at 1"),
    }
    assert too_slow(few, ns=1e9) == {"linear": "so it was at 10"}
    assert set(too_slow(few, ns=0)) == {"dict-and-trie", "linear"}
