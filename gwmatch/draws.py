"""Chance, as the caller hands it in: one number that decides a weighted pick and every mirror of a request.

`_core` computes the same, bit for bit.
"""

from __future__ import annotations

import struct

_MASK = (1 << 64) - 1


def splitmix64(x: int) -> int:
    """A well mixed 64-bit number from another."""
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def unit(draw: float | int) -> float:
    """A float in [0, 1): the draw itself, or the one that an int seed stands for.

    >>> unit(0.25), unit(7) == unit(7), 0.0 <= unit(7) < 1.0
    (0.25, True, True)
    """
    if isinstance(draw, float):
        if not 0.0 <= draw < 1.0:
            raise ValueError(f"draw must be in [0, 1) or an int seed, not {draw!r}")
        return draw
    return (splitmix64(draw & _MASK) >> 11) * 2.0**-53


def seed(draw: float | int) -> int:
    """The 64 bits from which mirrors are sampled: a seed itself, or the bits of the float."""
    if isinstance(draw, float):
        return int(struct.unpack("<Q", struct.pack("<d", draw))[0])
    return draw & _MASK
