"""UDPRoute (resources.md 10)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .meta import Resource
from .model import Model
from .references import BackendRef, ParentReference
from .scalars import EXPERIMENTAL, SectionName


class UDPRouteRule(Model, frozen=True, kw_only=True):
    name: SectionName | None = None
    backend_refs: Annotated[tuple[BackendRef, ...], Meta(min_length=1, max_length=16)]


class UDPRouteSpec(Model, frozen=True, kw_only=True):
    """Holds what the loosest version admits; v1 needs exactly one rule (V-L4-1)."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    rules: Annotated[tuple[UDPRouteRule, ...], Meta(min_length=1, max_length=16)]
    use_default_gateways: Annotated[str | None, EXPERIMENTAL] = None
    """`All` or `None`, where it is given."""


class UDPRoute(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "UDPRoute"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "UDPRoute"
    spec: UDPRouteSpec
