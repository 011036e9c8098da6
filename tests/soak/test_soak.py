"""The short form of `make soak`: a few tables of every size that compiles at once."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from tests.soak.__main__ import Disagreement, _same, soak
from tests.soak.engines import Answer
from tests.soak.versions import digests


@pytest.mark.parametrize("size", [1, 8, 9, 100, 1_000])
def test_all_ways_agree(size: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(3):
        soak(1_000 * size + seed, size, 60, counts)
    assert counts["tables"] == 3
    assert counts["pairs with the reference"] > 100
    assert counts["decisions, loaded"] == counts["decisions, updated"] > 300


def test_answers_are_the_same_in_every_process() -> None:
    """The short form of `make soak-versions`: one Python, two orders of its sets."""
    one, other = digests([sys.executable] * 2, 2, 7, requests=40, size=9)
    assert one == other
    assert [each.split()[0] for each in one] == ["7", "8"]
    assert len({each.split()[1] for each in one}) == 2


def test_a_disagreement_is_one() -> None:
    one = Answer("forward", None, None, "web", "HTTPRoute a/b", 0, 0, 0, None)
    with pytest.raises(Disagreement, match=r"^loaded: .*rule=1.* and not .*rule=0"):
        _same("loaded", [None], [one], [one._replace(rule=1)])  # type: ignore[list-item]
