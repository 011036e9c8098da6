"""Objects of kinds that are not ours: what a caller who understands a kind needs of them to find them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .conversion import convert
from .meta import ObjectMeta, Resource, ResourceKey

_TARGETS = ("targetRef", "targetRefs")


class ForeignResource(Resource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An object of a kind that is not read. Of its spec only what a policy targets is kept.

    Its namespace is as written: whether an absent one means `default` is for those to say who know the kind.
    """

    spec: Mapping[str, Any] = {}

    @property
    def key(self) -> ResourceKey:
        group = self.api_version.rpartition("/")[0]
        return ResourceKey(group, self.kind, self.metadata.namespace, self.metadata.name)


def foreign(value: Mapping[str, Any]) -> ForeignResource | None:
    """The object, or None if not even its metadata can be read."""
    spec = value.get("spec")
    targets = {name: spec[name] for name in _TARGETS if name in spec} if isinstance(spec, Mapping) else {}
    try:
        metadata = convert(value["metadata"], ObjectMeta)
    except msgspec.ValidationError:
        return None
    return ForeignResource(api_version=value["apiVersion"], kind=value["kind"], metadata=metadata, spec=targets)
