"""Kinds that the caller registered: it knows what their objects mean, and gets them back by name.

Here is only asked whether an object may be referred to. A kind that nobody registered is no part of this: it gets the
standard's condition, and requests that need it an error (F-5).
"""

from __future__ import annotations

from collections.abc import Mapping

from ..api import Resource, ResourceKey, ResourceSet
from ..options import ExtensionKind, Options, Role


class Extensions:
    """The registered kinds, and the objects of the set that are of them."""

    __slots__ = ("_kinds", "_objects", "_resources")

    def __init__(self, resources: ResourceSet, options: Options) -> None:
        self._resources = resources
        self._kinds = {(kind.group, kind.kind): kind for kind in options.extensions}
        self._objects = {pair: _held(resources, kind) for pair, kind in self._kinds.items()}

    def __eq__(self, other: object) -> bool:
        """Whether the same is known of the same objects."""
        return isinstance(other, Extensions) and (self._objects, self.assumed) == (other._objects, other.assumed)

    __hash__ = None  # type: ignore[assignment]

    def over(self, resources: ResourceSet) -> Extensions:
        """The same for a set with the same objects of the registered kinds."""
        made = Extensions.__new__(Extensions)
        made._resources, made._kinds, made._objects = resources, self._kinds, self._objects
        return made

    def of(self, role: Role) -> tuple[ExtensionKind, ...]:
        """The kinds that play a role."""
        return tuple(kind for kind in self._kinds.values() if role in kind.roles)

    def plays(self, group: str, kind: str, role: Role) -> bool:
        found = self._kinds.get((group, kind))
        return found is not None and role in found.roles

    def key(self, group: str, kind: str, namespace: str | None, name: str) -> ResourceKey | None:
        """What names an object of a registered kind; None if it needs a namespace, and none is given."""
        if not self._kinds[group, kind].namespaced:
            return ResourceKey(group, kind, None, name)
        return None if namespace is None else ResourceKey(group, kind, namespace, name)

    def objects(self, kind: ExtensionKind) -> tuple[Resource, ...]:
        """Those that the set holds, by namespace and name."""
        return tuple(self._objects[kind.group, kind.kind].values())

    @property
    def assumed(self) -> frozenset[tuple[str, str]]:
        """The registered kinds of which no object is in sight, so that any is taken to exist."""
        return frozenset(pair for pair, kind in self._kinds.items() if self._assumes(kind))

    def lacks(self, key: ResourceKey) -> bool:
        """Whether an object of a registered kind is known not to exist."""
        held = self._objects.get((key.group, key.kind), {})
        if key in held or key in self._resources:
            return False
        # As with Options.assume: where no object of a kind is in sight, nobody can tell.
        kind = self._kinds.get((key.group, key.kind))
        return kind is None or not self._assumes(kind)

    def _assumes(self, kind: ExtensionKind) -> bool:
        return kind.assume and not self._objects[kind.group, kind.kind] and not self._resources.holds(kind.kind)


def _held(resources: ResourceSet, kind: ExtensionKind) -> Mapping[ResourceKey, Resource]:
    return {found.key: found for found in resources.others(kind.group, kind.kind)}
