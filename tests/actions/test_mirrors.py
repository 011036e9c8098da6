"""RequestMirror: R-2 and R-3 of section 6."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gwmatch.actions import mirrors as drawing
from gwmatch.actions import sampled
from gwmatch.ir import Backend, Mirror

AUDIT = Backend("", "Service", "shop", "audit", 80)
SEEDS = st.integers(0, (1 << 64) - 1)
TRIES = 20_000


def rate(mirrors, place, seeds=range(TRIES)):
    """How often the mirror at `place` takes a request."""
    named = tuple(Mirror(Backend("", "Service", "shop", str(at)), m.numerator, m.denominator) for at, m in enumerate(mirrors))
    return sum(named[place] in sampled(named, seed) for seed in seeds) / len(seeds)


@given(SEEDS)
def test_r_2_without_percent_and_fraction_always(seed):
    assert sampled((Mirror(AUDIT),), seed) == (Mirror(AUDIT),)


@given(SEEDS, st.integers(1, 1 << 31))
@example(0x97F1B1BDCE4FF6E, 100)  # its first draw is 0
def test_r_2_zero_is_never_and_the_whole_is_always(seed, denominator):
    never, always = Mirror(AUDIT, 0, denominator), Mirror(AUDIT, denominator, denominator)
    assert sampled((never, always, never), seed) == (always,)


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 100), (25, 100), (1, 2), (99, 100), (5, 1000), (2, 3)])
def test_r_2_percent_and_fraction(numerator, denominator):
    share = numerator / denominator
    # Six standard deviations.
    margin = 6 * (share * (1 - share) / TRIES) ** 0.5
    assert rate([Mirror(AUDIT, numerator, denominator)], 0) == pytest.approx(share, abs=margin)


@pytest.mark.parametrize("step", [1, 0x9E3779B97F4A7C15, 1 << 32, 1 << 63 | 1])
def test_r_2_mirrors_decide_independently_whatever_the_seeds(step):
    first, second = (Mirror(Backend("", "Service", "shop", name), 1, 2) for name in "ab")
    counts = {}
    for seed in range(0, TRIES * step, step):
        taken = sampled((first, second), seed)
        key = (first in taken, second in taken)
        counts[key] = counts.get(key, 0) + 1
    assert all(
        counts[key] / TRIES == pytest.approx(0.25, abs=0.02) for key in [(a, b) for a in (True, False) for b in (True, False)]
    )


def test_r_2_a_mirror_does_not_go_with_the_backend_that_the_same_seed_picks():
    counts = {}
    for seed in range(TRIES):
        key = (splitmix64(seed) >> 63, bool(sampled((Mirror(AUDIT, 1, 2),), seed)))
        counts[key] = counts.get(key, 0) + 1
    assert [count / TRIES for count in counts.values()] == pytest.approx([0.25] * 4, abs=0.02)


def splitmix64(seed):
    """The first number of the stream as published, which a caller may well draw the backend with."""
    word = (seed + 0x9E3779B97F4A7C15) & (1 << 64) - 1
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    word = (word ^ word >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
    return word ^ word >> 31


def test_r_2_one_request_after_another_is_independent_too():
    taken = [bool(sampled((Mirror(AUDIT, 1, 2),), seed)) for seed in range(TRIES)]
    assert sum(a != b for a, b in pairwise(taken)) / TRIES == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("reason", ["BackendNotFound", "RefNotPermitted", "InvalidKind"])
def test_r_3_a_bad_mirror_is_dropped_and_disturbs_no_other(reason):
    bad = Mirror(Backend("", "Service", "shop", "gone", failure=reason), 1, 2)
    good, half = Mirror(AUDIT, 1, 2), Mirror(Backend("", "Service", "shop", "half"), 1, 2)
    for seed in range(200):
        assert sampled((good, bad, half), seed) == sampled((good, Mirror(AUDIT, 0), half), seed)


@given(st.lists(st.builds(Mirror, st.just(AUDIT), st.integers(-1, 5), st.integers(0, 5)), max_size=4).map(tuple), st.integers())
def test_any_mirrors_and_any_seed(mirrors, seed):
    taken = sampled(mirrors, seed)
    assert taken == sampled(mirrors, seed & (1 << 64) - 1)
    remaining = iter(mirrors)
    assert all(mirror in remaining for mirror in taken)


def test_draws_are_those_of_splitmix64():
    """The first three outputs for the seed 0, as published for the generator."""
    words = [drawing._mixed(place * drawing._GOLDEN & drawing._WORD) for place in (1, 2, 3)]
    assert words == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
