"""TLSRoute (resources.md 10)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .meta import Resource
from .model import Model
from .references import BackendRef, ParentReference
from .scalars import EXPERIMENTAL, Hostname, SectionName


class TLSRouteRule(Model, frozen=True, kw_only=True):
    name: SectionName | None = None
    backend_refs: Annotated[tuple[BackendRef, ...], Meta(min_length=1, max_length=16)]


class TLSRouteSpec(Model, frozen=True, kw_only=True):
    """Holds what the loosest version admits; v1 needs hostnames, and exactly one rule (V-TL)."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=1024)] = ()
    rules: Annotated[tuple[TLSRouteRule, ...], Meta(min_length=1, max_length=16)]
    use_default_gateways: Annotated[str | None, EXPERIMENTAL] = None
    """`All` or `None`, where it is given."""


class TLSRoute(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "TLSRoute"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "TLSRoute"
    spec: TLSRouteSpec
