"""GRPCRoute: its rules, matches, filters and backends (resources.md 9)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .filters import HTTPHeaderFilter, HTTPRequestMirrorFilter
from .meta import Resource
from .model import Model
from .references import BackendRef, LocalObjectReference, ParentReference
from .scalars import EXPERIMENTAL, Hostname, HTTPHeaderName, HTTPHeaderValue, SectionName
from .sessionpersistence import SessionPersistence

_Name = Annotated[str, Meta(max_length=1024)]


class GRPCMethodMatch(Model, frozen=True, kw_only=True):
    """A service, a method, or both (V-GM-1)."""

    type: str = "Exact"
    """`Exact` or `RegularExpression`."""
    service: _Name | None = None
    method: _Name | None = None


class GRPCHeaderMatch(Model, frozen=True, kw_only=True):
    type: str = "Exact"
    """`Exact` or `RegularExpression`."""
    name: HTTPHeaderName
    value: HTTPHeaderValue


class GRPCRouteMatch(Model, frozen=True, kw_only=True):
    """All conditions must hold; without any it takes every call."""

    method: GRPCMethodMatch | None = None
    headers: Annotated[tuple[GRPCHeaderMatch, ...], Meta(max_length=16)] = ()


class GRPCRouteFilter(Model, frozen=True, kw_only=True):
    """A union: `type` names the one member that is given (V-GF-2)."""

    type: str
    request_header_modifier: HTTPHeaderFilter | None = None
    response_header_modifier: HTTPHeaderFilter | None = None
    request_mirror: HTTPRequestMirrorFilter | None = None
    extension_ref: LocalObjectReference | None = None


_Filters = Annotated[tuple[GRPCRouteFilter, ...], Meta(max_length=16)]


class GRPCBackendRef(BackendRef, frozen=True, kw_only=True):
    filters: _Filters = ()


class GRPCRouteRule(Model, frozen=True, kw_only=True):
    name: SectionName | None = None
    matches: Annotated[tuple[GRPCRouteMatch, ...], Meta(max_length=64)] = ()
    """Empty: every call."""
    filters: _Filters = ()
    backend_refs: Annotated[tuple[GRPCBackendRef, ...], Meta(max_length=16)] = ()
    session_persistence: Annotated[SessionPersistence | None, EXPERIMENTAL] = None


class GRPCRouteSpec(Model, frozen=True, kw_only=True):
    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=16)] = ()
    rules: Annotated[tuple[GRPCRouteRule, ...], Meta(max_length=16)] = ()
    """Unlike an HTTPRoute's they may be missing, and then there are none."""
    use_default_gateways: Annotated[str | None, EXPERIMENTAL] = None
    """`All` or `None`, where it is given."""


class GRPCRoute(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "GRPCRoute"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "GRPCRoute"
    spec: GRPCRouteSpec
