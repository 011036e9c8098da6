"""Weighted backends: their shares, and which one a draw picks.

A backend that cannot be used keeps its weight (HI-W2): its share of the requests fails, and the others get no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir import Backend


def backend_shares(backends: tuple[Backend, ...]) -> tuple[float, ...]:
    """The part of the requests that each backend gets (B-1); all zeros where nothing is forwarded (B-2).

    >>> backend_shares((Backend("", "Service", "shop", "old", weight=3), Backend("", "Service", "shop", "new")))
    (0.75, 0.25)
    """
    return shares([backend.weight for backend in backends])


def shares(weights: Sequence[int]) -> tuple[float, ...]:
    """The same by their weights."""
    total = sum([max(weight, 0) for weight in weights])
    return tuple([max(weight, 0) / total if total else 0.0 for weight in weights])


def pick(backends: tuple[Backend, ...], draw: float) -> int | None:
    """The index of the backend that a draw from [0, 1) falls on; None where the weights add up to nothing.

    >>> backends = (Backend("", "Service", "shop", "off", weight=0), Backend("", "Service", "shop", "on"))
    >>> pick(backends, 0.0), pick(backends, 0.999), pick(backends[:1], 0.5)
    (1, 1, None)
    """
    total = _total(backends)
    # HI-W1: draw * total may round up to total, and a last backend of weight 0 must not win by that.
    left = max(min(int(draw * total), total - 1), 0)
    for index, backend in enumerate(backends):
        left -= max(backend.weight, 0)
        if left < 0:
            return index
    return None


def _total(backends: tuple[Backend, ...]) -> int:
    return sum(max(backend.weight, 0) for backend in backends)
