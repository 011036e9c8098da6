"""attachment.md 7, row by row; the last column of each row is what the standard's table says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.graph.hostnames import covers, intersect, normal, overlapping
from gwmatch.ir import HostMatch


@pytest.mark.parametrize(
    ("listener", "own", "effective"),
    [
        ("a.test", "a.test", "a.test"),
        (None, "x.test", "x.test"),
        (None, "*.x.test", "*.x.test"),
        ("a.test", "b.test", None),
        ("a.b.test", "*.b.test", "a.b.test"),
        ("a.b.c.test", "*.c.test", "a.b.c.test"),
        ("a.test", "*.b.test", None),
        ("a.test", "*.a.test", None),
        ("*.b.test", "a.b.test", "a.b.test"),
        ("*.b.test", "c.a.b.test", "c.a.b.test"),
        ("*.b.test", "b.test", None),
        ("*.b.test", "ab.test", None),
        ("*.b.test", "*.b.test", "*.b.test"),
        ("*.b.test", "*.a.b.test", "*.a.b.test"),
        ("*.a.b.test", "*.b.test", "*.a.b.test"),
        ("*.example.com", "*.com", "*.example.com"),
        ("*.a.test", "*.b.test", None),
        ("*.b.test", "*.ab.test", None),
        ("*.longer.b.test", "b", None),
    ],
)
def test_table(listener: str | None, own: str, effective: str | None) -> None:
    assert intersect(listener, [own]) == (() if effective is None else (HostMatch(own, effective),))


@pytest.mark.parametrize(("listener", "effective"), [(None, None), ("a.test", "a.test"), ("*.a.test", "*.a.test")])
def test_route_without_hostnames_takes_the_listeners(listener: str | None, effective: str | None) -> None:
    assert intersect(listener, []) == (HostMatch(None, effective),)


@pytest.mark.parametrize("listener", [None, "*.test", "a.test"])
def test_a_name_that_a_route_states_twice_is_left_once(listener: str | None) -> None:
    assert intersect(listener, ["a.test", "a.test"]) == (HostMatch("a.test", "a.test"),)


def test_names_that_do_not_intersect_are_cut_off_and_the_others_keep_their_own_name() -> None:
    left = intersect("*.example.com", ["*.com", "example.com", "a.example.com", "a.example.com", "other.org"])
    assert left == (HostMatch("*.com", "*.example.com"), HostMatch("a.example.com", "a.example.com"))


def test_two_own_names_with_one_effective_name_are_both_kept() -> None:
    """A-41: precedence is by the own name."""
    assert [match.own for match in intersect("a.b.test", ["*.test", "*.b.test"])] == ["*.test", "*.b.test"]


def test_normal() -> None:
    assert (normal("Shop.Example.COM"), normal(""), normal(None)) == ("shop.example.com", None, None)


def test_overlapping() -> None:
    assert overlapping(["a.test", "b.test", "*.c.test"]) == {}
    assert overlapping(["a.c.test", "*.c.test", "c.test"]) == {"a.c.test": "*.c.test", "*.c.test": "a.c.test"}
    assert overlapping(["a.test", None]) == {"a.test": None, None: "a.test"}
    assert overlapping([None, None]) == {}


NAMES = st.none() | st.builds(
    lambda star, labels: ("*." if star else "") + ".".join(labels),
    st.booleans(),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3),
)


def _hosts() -> list[str]:
    labels = ["a", "b", "ab"]
    one = list(labels)
    two = [f"{x}.{y}" for x in labels for y in one]
    three = [f"{x}.{y}" for x in labels for y in two]
    four = [f"{x}.{y}" for x in labels for y in three]
    return one + two + three + four


HOSTS = _hosts()


def _stands_for(name: str | None) -> set[str]:
    """The hosts of a small world that a hostname stands for, by the standard's words."""
    if name is None:
        return set(HOSTS)
    return {host for host in HOSTS if host == name or (name.startswith("*.") and host.endswith(name[1:]))}


@given(NAMES, NAMES)
def test_intersection_is_that_of_the_sets_of_hosts(listener: str | None, own: str | None) -> None:
    left = intersect(listener, [own])
    assert set().union(*(_stands_for(match.effective) for match in left)) == _stands_for(listener) & _stands_for(own)


@given(NAMES, NAMES)
def test_covers_is_inclusion(pattern: str | None, name: str | None) -> None:
    assert covers(pattern, name) == (_stands_for(name) <= _stands_for(pattern))


@given(st.lists(NAMES, max_size=6))
def test_overlapping_finds_what_comparing_all_pairs_finds(names: list[str | None]) -> None:
    distinct = set(names)
    expected = {a for a in distinct for b in distinct if a != b and (covers(a, b) or covers(b, a))}
    assert set(overlapping(names)) == expected
