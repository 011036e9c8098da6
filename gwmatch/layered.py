"""A mapping that never changes and of which another version, with a few keys changed, is made without a copy of the whole.

A large dict that all versions share lies below a small one that each version has for itself. The small one is copied for
each version, and folded into a new large one when that costs as little as the copies did, so that a change among N keys takes
about the square root of N on average (0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

_GONE: Final = object()
_SMALL: Final = 64
"""Changes that are never folded before there are so many."""


class Layered(Mapping[K, V], Generic[K, V]):
    """What a dict holds, in versions. No value is None.

    >>> old = Layered({"a": 1, "b": 2})
    >>> new = old.changed({"c": 3}, takes=["a"])
    >>> sorted(new.items()), old["a"], len(new), "a" in new
    ([('b', 2), ('c', 3)], 1, 2, False)
    """

    __slots__ = ("_base", "_patch", "_size")

    def __init__(self, held: Mapping[K, V] | None = None) -> None:
        """`held` must not change afterwards."""
        self._base: Mapping[K, V] = {} if held is None else held
        self._patch: dict[K, object] = {}
        self._size = len(self._base)

    def changed(self, puts: Mapping[K, V], takes: Iterable[K] = ()) -> Layered[K, V]:
        """A version with `puts`, and without those of `takes` that are not put."""
        patch, base = self._patch.copy(), self._base
        size = self._size
        for key in takes:
            if key not in puts and key in self:
                patch[key] = _GONE
                size -= 1
        for key, value in puts.items():
            held = patch.get(key)
            if held is _GONE or (held is None and key not in base):
                size += 1
            patch[key] = value
        made: Layered[K, V] = Layered.__new__(Layered)
        made._size = size
        # PERF(bench_update::one_route): P changes between two folds cost P copies of P/2 keys and one of N, least at P² = 2 N.
        if len(patch) > _SMALL and len(patch) ** 2 > 2 * len(base):
            made._base, made._patch = _folded(base, patch), {}
        else:
            made._base, made._patch = base, patch
        return made

    def flat(self) -> Mapping[K, V]:
        """The same as one dict, for who walks over all of it. Not to be changed."""
        return _folded(self._base, self._patch) if self._patch else self._base

    def get(self, key: K, default: object = None) -> Any:
        """The value, or else the default."""
        found = self._patch.get(key)
        if found is None:
            return self._base.get(key, default)
        return default if found is _GONE else found

    def __getitem__(self, key: K) -> V:
        found = self._patch.get(key)
        if found is None:
            return self._base[key]
        if found is _GONE:
            raise KeyError(key)
        return cast(V, found)

    def __contains__(self, key: object) -> bool:
        found = self._patch.get(key)  # type: ignore[arg-type]
        return key in self._base if found is None else found is not _GONE

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        return iter(self.flat())


def _folded(base: Mapping[K, V], patch: Mapping[K, object]) -> dict[K, V]:
    made = dict(base)
    for key, value in patch.items():
        if value is _GONE:
            made.pop(key, None)
        else:
            made[key] = cast(V, value)
    return made
