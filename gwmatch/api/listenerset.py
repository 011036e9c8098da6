"""ListenerSet: listeners that somebody else adds to a Gateway (resources.md 7)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .gateway import Listener
from .meta import Resource
from .model import Model
from .references import ParentGatewayReference


class ListenerEntry(Listener, frozen=True, kw_only=True):
    """A listener like those of a Gateway; its allowed routes are seen from the set's namespace."""


class ListenerSetSpec(Model, frozen=True, kw_only=True):
    parent_ref: ParentGatewayReference
    listeners: Annotated[tuple[ListenerEntry, ...], Meta(min_length=1, max_length=64)]


class ListenerSet(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "ListenerSet"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "ListenerSet"
    spec: ListenerSetSpec
