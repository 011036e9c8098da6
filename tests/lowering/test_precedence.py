"""What the order of hostnames is built of, where no table comes."""

from __future__ import annotations

from gwmatch.lowering.precedence import covering


def test_nothing_covers_any_host() -> None:
    assert list(covering(None)) == []
    assert list(covering("*.test")) == [None]
