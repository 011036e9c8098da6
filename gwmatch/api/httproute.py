"""HTTPRoute: its rules, matches and backends (resources.md 8). Its filters have a file of their own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .filters import HTTPRouteFilter
from .meta import Resource
from .model import Model
from .references import BackendRef, ParentReference
from .scalars import EXPERIMENTAL, INT64_MAX, Duration, Hostname, HTTPHeaderName, HTTPHeaderValue, SectionName
from .sessionpersistence import SessionPersistence

_Filters = Annotated[tuple[HTTPRouteFilter, ...], Meta(max_length=16)]


class HTTPPathMatch(Model, frozen=True, kw_only=True):
    type: str = "PathPrefix"
    """`Exact`, `PathPrefix` or `RegularExpression`."""
    value: Annotated[str, Meta(max_length=1024)] = "/"


class HTTPHeaderMatch(Model, frozen=True, kw_only=True):
    type: str = "Exact"
    """`Exact` or `RegularExpression`."""
    name: HTTPHeaderName
    value: HTTPHeaderValue


class HTTPQueryParamMatch(Model, frozen=True, kw_only=True):
    type: str = "Exact"
    """`Exact` or `RegularExpression`."""
    name: HTTPHeaderName
    value: Annotated[str, Meta(min_length=1, max_length=1024)]


class HTTPRouteMatch(Model, frozen=True, kw_only=True):
    """All conditions must hold."""

    path: HTTPPathMatch = HTTPPathMatch()
    headers: Annotated[tuple[HTTPHeaderMatch, ...], Meta(max_length=16)] = ()
    query_params: Annotated[tuple[HTTPQueryParamMatch, ...], Meta(max_length=16)] = ()
    method: str | None = None


class HTTPBackendRef(BackendRef, frozen=True, kw_only=True):
    filters: _Filters = ()


class HTTPRouteTimeouts(Model, frozen=True, kw_only=True):
    request: Duration | None = None
    backend_request: Duration | None = None


class HTTPRouteRetry(Model, frozen=True, kw_only=True):
    codes: tuple[Annotated[int, Meta(ge=400, le=599)], ...] = ()
    attempts: Annotated[int, Meta(ge=1, le=INT64_MAX)] | None = None
    backoff: Duration | None = None


class HTTPRouteRule(Model, frozen=True, kw_only=True):
    name: SectionName | None = None
    matches: Annotated[tuple[HTTPRouteMatch, ...], Meta(max_length=64)] = (HTTPRouteMatch(),)
    """Absent: one match of everything. An explicit empty list stays empty, and means the same."""
    filters: _Filters = ()
    backend_refs: Annotated[tuple[HTTPBackendRef, ...], Meta(max_length=16)] = ()
    timeouts: HTTPRouteTimeouts | None = None
    retry: Annotated[HTTPRouteRetry | None, EXPERIMENTAL] = None
    session_persistence: Annotated[SessionPersistence | None, EXPERIMENTAL] = None


class HTTPRouteSpec(Model, frozen=True, kw_only=True):
    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=16)] = ()
    rules: Annotated[tuple[HTTPRouteRule, ...], Meta(min_length=1, max_length=16)] = (HTTPRouteRule(),)
    use_default_gateways: Annotated[str | None, EXPERIMENTAL] = None
    """`All` or `None`, where it is given."""


class HTTPRoute(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "HTTPRoute"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "HTTPRoute"
    spec: HTTPRouteSpec
