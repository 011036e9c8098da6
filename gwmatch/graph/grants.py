"""Who may refer to what in another namespace (attachment.md 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from typing import NamedTuple

from ..api import ReferenceGrant, ResourceKey


class Target(NamedTuple):
    """What a reference points at, as the reference spells it; the namespace is filled in."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}"


_Pair = tuple[str, str, str | None, str, str, str | None]
_NONE: Set[_Pair] = frozenset()


class Grants:
    """The ReferenceGrants of a set, ready to be asked.

    Text is compared exactly: no wildcard, no case folding, and `core` is not the core group (A-52, HI-R1).
    """

    __slots__ = ("_permitted",)

    def __init__(self, grants: Iterable[ReferenceGrant] = ()) -> None:
        # By target namespace, then source, then target; a name of None is every name. Within one grant each `from` goes
        # with each `to`, while entries of two grants never combine, so pairs are all there is to remember.
        self._permitted: dict[str | None, set[_Pair]] = {}
        for grant in grants:
            pairs = self._permitted.setdefault(grant.key.namespace, set())
            pairs.update(
                (source.group, source.kind, source.namespace, target.group, target.kind, target.name)
                for source in grant.spec.from_
                for target in grant.spec.to
                if target.name != ""  # matches nothing (OQ-17)
            )

    def differing(self, other: Grants, sources: Collection[str] = ()) -> set[str | None]:
        """The namespaces into which others may refer by one of the two, and not by the other; objects of kinds in `sources`,
        if there are any."""
        if self is other:
            return set()
        found = set()
        for key in {*self._permitted, *other._permitted}:
            mine, theirs = self._permitted.get(key, _NONE), other._permitted.get(key, _NONE)
            if mine != theirs and (not sources or any(pair[1] in sources for pair in mine ^ theirs)):
                found.add(key)
        return found

    def permit(self, source: ResourceKey, target: Target) -> bool:
        """Whether the object `source` may refer to `target`. In its own namespace it always may (A-50)."""
        if source.namespace == target.namespace:
            return True
        pairs = self._permitted.get(target.namespace)
        if pairs is None:
            return False
        asked = (source.group, source.kind, source.namespace, target.group, target.kind)
        return (*asked, None) in pairs or (*asked, target.name) in pairs
