"""Versions of a mapping are the dicts that they would be, and leave each other alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gwmatch.layered import Layered

KEYS = st.integers(0, 300)
STEPS = st.lists(
    st.tuples(st.integers(0, 100), st.dictionaries(KEYS, st.integers(), max_size=40), st.lists(KEYS, max_size=40)), max_size=40
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, st.integers()), STEPS)
def test_versions_are_dicts(first: dict[int, int], steps: list[tuple[int, dict[int, int], list[int]]]) -> None:
    versions = [(Layered(first), first)]
    for of, puts, takes in steps:
        layered, plain = versions[of % len(versions)]
        versions.append((layered.changed(puts, takes), {key: value for key, value in plain.items() if key not in takes} | puts))
    for layered, plain in versions:
        assert (len(layered), dict(layered), layered.flat()) == (len(plain), plain, plain)
        assert [layered.get(key, "none") for key in range(301)] == [plain.get(key, "none") for key in range(301)]
        assert [key in layered for key in range(301)] == [key in plain for key in range(301)]
