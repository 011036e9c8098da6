"""The filters of an HTTPRoute (resources.md 8)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .model import Model
from .references import BackendObjectReference, LocalObjectReference
from .scalars import (
    EXPERIMENTAL,
    INT32_MAX,
    INT64_MAX,
    PATH_CHARACTERS,
    CORSOrigin,
    HTTPHeaderName,
    HTTPHeaderValue,
    PortNumber,
    PreciseHostname,
)

_HeaderNames = Annotated[tuple[HTTPHeaderName, ...], Meta(max_length=64)]
_AuthHeaders = Annotated[tuple[str, ...], Meta(max_length=64)]
_Path = Annotated[str, Meta(max_length=1024)]


class HTTPHeader(Model, frozen=True, kw_only=True):
    name: HTTPHeaderName
    value: HTTPHeaderValue


class HTTPHeaderFilter(Model, frozen=True, kw_only=True):
    set: Annotated[tuple[HTTPHeader, ...], Meta(max_length=16)] = ()
    add: Annotated[tuple[HTTPHeader, ...], Meta(max_length=16)] = ()
    remove: Annotated[tuple[str, ...], Meta(max_length=16)] = ()


class Fraction(Model, frozen=True, kw_only=True):
    numerator: Annotated[int, Meta(ge=0, le=INT32_MAX)]
    denominator: Annotated[int, Meta(ge=1, le=INT32_MAX)] = 100


class HTTPRequestMirrorFilter(Model, frozen=True, kw_only=True):
    """Without percent and fraction every request is mirrored."""

    backend_ref: BackendObjectReference
    percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    fraction: Fraction | None = None


class HTTPPathModifier(Model, frozen=True, kw_only=True):
    type: str
    """`ReplaceFullPath` or `ReplacePrefixMatch`."""
    replace_full_path: _Path | None = None
    replace_prefix_match: _Path | None = None


class HTTPRequestRedirectFilter(Model, frozen=True, kw_only=True):
    scheme: str | None = None
    """`http` or `https`; None keeps the request's."""
    hostname: PreciseHostname | None = None
    path: HTTPPathModifier | None = None
    port: PortNumber | None = None
    status_code: Annotated[int, Meta(ge=-INT64_MAX, le=INT64_MAX)] = 302


class HTTPURLRewriteFilter(Model, frozen=True, kw_only=True):
    hostname: PreciseHostname | None = None
    path: HTTPPathModifier | None = None


class HTTPCORSFilter(Model, frozen=True, kw_only=True):
    allow_origins: Annotated[tuple[CORSOrigin, ...], Meta(max_length=64)] = ()
    allow_credentials: bool | None = None
    allow_methods: Annotated[tuple[str, ...], Meta(max_length=9)] = ()
    allow_headers: _HeaderNames = ()
    expose_headers: _HeaderNames = ()
    max_age: Annotated[int, Meta(ge=1, le=INT32_MAX)] = 5


class GRPCAuthConfig(Model, frozen=True, kw_only=True):
    allowed_headers: _AuthHeaders = ()


class HTTPAuthConfig(Model, frozen=True, kw_only=True):
    path: Annotated[str, Meta(max_length=1024, pattern=PATH_CHARACTERS)] | None = None
    allowed_headers: _AuthHeaders = ()
    allowed_response_headers: _AuthHeaders = ()


class ForwardBodyConfig(Model, frozen=True, kw_only=True):
    max_size: Annotated[int, Meta(ge=-INT64_MAX, le=INT64_MAX)] | None = None


class HTTPExternalAuthFilter(Model, frozen=True, kw_only=True):
    protocol: str
    """`HTTP` or `GRPC`."""
    backend_ref: BackendObjectReference
    grpc: GRPCAuthConfig | None = None
    http: HTTPAuthConfig | None = None
    forward_body: ForwardBodyConfig | None = None


class HTTPRouteFilter(Model, frozen=True, kw_only=True):
    """A union: `type` names the one member that is given (V-HF-3)."""

    type: str
    request_header_modifier: HTTPHeaderFilter | None = None
    response_header_modifier: HTTPHeaderFilter | None = None
    request_mirror: HTTPRequestMirrorFilter | None = None
    request_redirect: HTTPRequestRedirectFilter | None = None
    url_rewrite: HTTPURLRewriteFilter | None = None
    cors: HTTPCORSFilter | None = None
    external_auth: Annotated[HTTPExternalAuthFilter | None, EXPERIMENTAL] = None
    extension_ref: LocalObjectReference | None = None
