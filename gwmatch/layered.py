"""A mapping that never changes and of which another version, with a few keys changed, is made without a copy of the whole.

Three dicts lie above one another. A version has the uppermost for itself, some tens of keys, and shares the two below with
others: what was changed before, some thousands at most, and all the rest. The upper is folded into the middle when it is full,
and the middle into the lowest when that costs as little as the copies of the middle did (0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

_GONE: Final = object()
_SMALL: Final = 32
"""Keys of the uppermost dict before it is folded."""


class Layered(Mapping[K, V], Generic[K, V]):
    """What a dict holds, in versions. No value is None.

    >>> old = Layered({"a": 1, "b": 2})
    >>> new = old.changed({"c": 3}, takes=["a"])
    >>> sorted(new.items()), old["a"], len(new), "a" in new
    ([('b', 2), ('c', 3)], 1, 2, False)
    """

    __slots__ = ("_base", "_middle", "_patch", "_size")

    def __init__(self, held: Mapping[K, V] | None = None) -> None:
        """`held` must not change afterwards."""
        self._base: Mapping[K, V] = {} if held is None else held
        self._middle: dict[K, object] = {}
        self._patch: dict[K, object] = {}
        self._size = len(self._base)

    def changed(self, puts: Mapping[K, V], takes: Iterable[K] = ()) -> Layered[K, V]:
        """A version with `puts`, and without those of `takes` that are not put."""
        made: Layered[K, V] = Layered.__new__(Layered)
        made._base, made._middle, made._size = self._base, self._middle, self._size
        made._patch = patch = self._patch.copy()
        for key in takes:
            if key not in puts and key in self and patch.get(key) is not _GONE:
                patch[key] = _GONE
                made._size -= 1
        for key, value in puts.items():
            made._size += key not in self
            patch[key] = value
        # PERF(bench_router_update::bench_one_route): of N keys, M in the middle and S above, a change costs a copy of S/2 keys,
        # one of M/2 every S times and one of N every M times, least at M² = 2 S N: 2,500 for 100,000.
        if len(patch) > _SMALL:
            made._patch = {}
            made._middle = middle = self._middle | patch
            if len(middle) ** 2 > 2 * _SMALL * len(self._base):
                made._base, made._middle = _folded(self._base, middle), {}
        return made

    def flat(self) -> Mapping[K, V]:
        """The same as one dict, for who walks over all of it. Not to be changed."""
        return _folded(self._base, self._middle | self._patch) if self._middle or self._patch else self._base

    def get(self, key: K, default: object = None) -> Any:
        """The value, or else the default."""
        # PERF(bench_compile::bench_one_rule_resolve): a tuple is hashed by each dict that it is looked up in.
        found = self._patch.get(key) if self._patch else None
        if found is None and self._middle:
            found = self._middle.get(key)
        if found is None:
            return self._base.get(key, default)
        return default if found is _GONE else found

    def __getitem__(self, key: K) -> V:
        found = self._patch.get(key)
        if found is None:
            found = self._middle.get(key)
        if found is None:
            return self._base[key]
        if found is _GONE:
            raise KeyError(key)
        return cast(V, found)

    def __contains__(self, key: object) -> bool:
        found = self._patch.get(key)  # type: ignore[arg-type]
        if found is None:
            found = self._middle.get(key)  # type: ignore[arg-type]
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
