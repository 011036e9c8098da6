"""Equal parts of resources as one object. Most of what the routes of a cluster say, others say too: their parents, their
namespaces, many paths and backends. Nothing of a resource ever changes, so that nobody can tell."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from msgspec.structs import force_setattr

from .meta import Resource

Part = TypeVar("Part")

_NOTHING: Final[dict[str, str]] = {}
"""The labels and annotations of an object without any."""


class Shared:
    """The parts of the objects that were taken in together."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: dict[Any, Any] = {}

    def settle(self, resource: Resource) -> None:
        """Makes a resource, which nobody else has seen yet, use the parts of earlier ones where they are equal."""
        meta = resource.metadata
        force_setattr(resource, "api_version", self._same(resource.api_version))
        force_setattr(resource, "kind", self._same(resource.kind))
        force_setattr(meta, "namespace", self._same(meta.namespace))
        if not meta.labels:
            force_setattr(meta, "labels", _NOTHING)
        if not meta.annotations:
            force_setattr(meta, "annotations", _NOTHING)
        spec: Any = getattr(resource, "spec", None)
        for field in ("parent_refs", "rules"):
            value = getattr(spec, field, None)
            if value:
                force_setattr(spec, field, self._all_of(value))

    def _all_of(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        """A list; if nobody has an equal one, at least the lists inside its items are shared."""
        try:
            found: tuple[Any, ...] | None = self._parts.get(items)
        except TypeError:  # a mapping inside
            return items
        if found is None:
            for item in items:
                for field in ("matches", "backend_refs"):
                    inner = getattr(item, field, None)
                    if inner:
                        force_setattr(item, field, self._same(inner))
            found = self._parts[items] = items
        return found

    def _same(self, value: Part) -> Part:
        same: Part = self._parts.setdefault(value, value)
        return same
