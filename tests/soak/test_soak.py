"""The short form of `make soak`: a few tables of every size that compiles at once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.soak.__main__ import Disagreement, _same, soak
from tests.soak.engines import Answer


@pytest.mark.parametrize("size", [1, 8, 9, 100, 1_000])
def test_all_ways_agree(size: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(3):
        soak(1_000 * size + seed, size, 60, counts)
    assert counts["tables"] == 3
    assert counts["pairs with the reference"] > 100
    assert counts["decisions, loaded"] == counts["decisions, updated"] > 300


def test_a_disagreement_is_one() -> None:
    one = Answer("forward", None, None, "web", "HTTPRoute a/b", 0, 0, 0, None)
    with pytest.raises(Disagreement, match=r"^loaded: .*rule=1.* and not .*rule=0"):
        _same("loaded", [None], [one], [one._replace(rule=1)])  # type: ignore[list-item]
