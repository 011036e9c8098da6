"""Weighted backends: B-1 to B-3, HI-W1 and HI-W2."""

from collections import Counter
from math import nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.actions import backend_shares, pick
from gwmatch.ir import Backend

LAST = nextafter(1, 0)
WEIGHTS = st.lists(st.just(0) | st.integers(0, 5) | st.integers(0, 1_000_000), max_size=16)
DRAWS = st.floats(0, 1, exclude_max=True) | st.sampled_from([0.0, LAST, 5e-324])


def weighted(*weights):
    return tuple(Backend("", "Service", "shop", f"v{at}", 80, weight) for at, weight in enumerate(weights))


@pytest.mark.parametrize(
    ("weights", "shares"),
    [((), ()), ((0,), (0.0,)), ((0, 0), (0.0, 0.0)), ((7,), (1.0,)), ((70, 30, 0), (0.7, 0.3, 0.0)), ((1, 1), (0.5, 0.5))],
)
def test_b_1_shares(weights, shares):
    assert backend_shares(weighted(*weights)) == pytest.approx(shares)


def test_hi_w2_an_invalid_backend_keeps_its_share():
    good, bad = Backend("", "Service", "shop", "a"), Backend("", "Service", "shop", "b", failure="BackendNotFound")
    assert backend_shares((good, bad)) == (0.5, 0.5)
    assert [pick((good, bad), draw) for draw in (0.0, 0.49, 0.5, LAST)] == [0, 0, 1, 1]


@pytest.mark.parametrize("weights", [(), (0,), (0, 0, 0)])
def test_b_2_a_total_of_nothing(weights):
    assert pick(weighted(*weights), 0.5) is None


@pytest.mark.parametrize(
    ("weights", "draw", "index"),
    [
        ((0, 1, 0), 0.0, 1),
        ((0, 1, 0), LAST, 1),
        ((1, 0), LAST, 0),
        ((0, 0, 1), 0.0, 2),
        ((70, 30), 0.6999, 0),
        ((70, 30), 0.7, 1),
        ((1_000_000,) * 16, LAST, 15),
        ((999_999, 1), LAST, 1),
        ((999_999, 1), 0.9999985, 0),
        ((1, 999_999), 0.0, 0),
        ((1, 999_999), 0.0000015, 1),
        # What no draw should be still picks nothing of weight 0.
        ((0, 1, 0), 1.0, 1),
        ((0, 1, 0), -3.0, 1),
    ],
)
def test_hi_w1_the_edges(weights, draw, index):
    assert pick(weighted(*weights), draw) == index


@given(WEIGHTS, DRAWS)
def test_hi_w1_weight_zero_is_never_picked(weights, draw):
    index = pick(weighted(*weights), draw)
    assert (index is None) == (sum(weights) == 0)
    assert index is None or weights[index] > 0


@given(WEIGHTS, DRAWS, DRAWS)
def test_a_larger_draw_never_picks_an_earlier_backend(weights, one, other):
    indexes = [pick(weighted(*weights), draw) for draw in sorted((one, other))]
    assert indexes == [None, None] or indexes == sorted(indexes)


@given(WEIGHTS)
def test_shares_add_up(weights):
    assert sum(backend_shares(weighted(*weights))) == pytest.approx(1.0 if sum(weights) else 0.0)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5))
def test_picks_converge_to_the_shares(weights):
    backends = weighted(*weights)
    # Draws spread evenly: each share comes out within one draw of its edges.
    counts = Counter(pick(backends, at / 1000) for at in range(1000))
    if sum(weights):
        for at, share in enumerate(backend_shares(backends)):
            assert counts[at] / 1000 == pytest.approx(share, abs=0.0021)
