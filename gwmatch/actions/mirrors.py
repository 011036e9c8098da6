"""RequestMirror: which of a rule's mirrors get a copy of this request."""

from __future__ import annotations

from ..ir import Mirror

_WORD = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_PURPOSE = int.from_bytes(b"mirrored")


def sampled(mirrors: tuple[Mirror, ...], seed: int) -> tuple[Mirror, ...]:
    """The mirrors that get a copy, in their order: each decides by its own draw (R-2). Only 64 bits of the seed count.

    One seed gives one answer. A mirror that cannot be reached takes nothing and disturbs no other (R-3).

    >>> from gwmatch.ir import Backend
    >>> audit, half = Backend("", "Service", "shop", "audit"), Backend("", "Service", "shop", "half")
    >>> mirrors = (Mirror(audit), Mirror(half, 1, 2), Mirror(audit, 0, 100))
    >>> [[mirror.backend.name for mirror in sampled(mirrors, seed)] for seed in range(3)]
    [['audit', 'half'], ['audit'], ['audit']]
    """
    # The seed is mixed before the stream starts, so that seeds which are counted up, or stepped by the stream's own constant,
    # give streams that share nothing; and with a word of ours, lest a backend picked by the same seed goes with a mirror.
    state = _mixed((seed ^ _PURPOSE) & _WORD)
    return tuple(
        mirror for place, mirror in enumerate(mirrors, 1) if mirror.backend.failure is None and _takes(mirror, state, place)
    )


def _takes(mirror: Mirror, state: int, place: int) -> bool:
    draw = _mixed((state + place * _GOLDEN) & _WORD)
    # draw / 2**64 < numerator / denominator in whole numbers: exact at 0 and at 1, and off by less than 2**-64 between.
    return draw * mirror.denominator < mirror.numerator << 64


def _mixed(word: int) -> int:
    """The output function of splitmix64."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)
