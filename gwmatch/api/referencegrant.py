"""ReferenceGrant (resources.md 11)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, field

from .meta import Resource
from .model import Model
from .scalars import Group, Kind, NamespaceName, ObjectName


class ReferenceGrantFrom(Model, frozen=True, kw_only=True):
    group: Group
    kind: Kind
    namespace: NamespaceName


class ReferenceGrantTo(Model, frozen=True, kw_only=True):
    group: Group
    kind: Kind
    name: ObjectName | None = None
    """None: every object of the kind."""


class ReferenceGrantSpec(Model, frozen=True, kw_only=True):
    from_: Annotated[tuple[ReferenceGrantFrom, ...], Meta(min_length=1, max_length=16)] = field(name="from")
    to: Annotated[tuple[ReferenceGrantTo, ...], Meta(min_length=1, max_length=16)]


class ReferenceGrant(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "ReferenceGrant"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "ReferenceGrant"
    spec: ReferenceGrantSpec
