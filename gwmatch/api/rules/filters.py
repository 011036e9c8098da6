"""The filters of an HTTPRoute (V-HF, V-FR), and what must not be done to headers and paths (HI-W8 to HI-W10)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..filters import (
    HTTPCORSFilter,
    HTTPExternalAuthFilter,
    HTTPHeaderFilter,
    HTTPPathModifier,
    HTTPRequestMirrorFilter,
    HTTPRequestRedirectFilter,
    HTTPRouteFilter,
    HTTPURLRewriteFilter,
)
from ..findings import shown
from ..grpcroute import GRPCRouteFilter
from ..scalars import HEADER_VALUE, MEANING, TOKEN
from .references import backend_ref
from .violation import METHODS, Channel, Violation, distinct, one_of

MEMBERS: Final[dict[str, tuple[str, str]]] = {
    "RequestHeaderModifier": ("request_header_modifier", "requestHeaderModifier"),
    "ResponseHeaderModifier": ("response_header_modifier", "responseHeaderModifier"),
    "RequestMirror": ("request_mirror", "requestMirror"),
    "RequestRedirect": ("request_redirect", "requestRedirect"),
    "URLRewrite": ("url_rewrite", "urlRewrite"),
    "ExtensionRef": ("extension_ref", "extensionRef"),
    "CORS": ("cors", "cors"),
    "ExternalAuth": ("external_auth", "externalAuth"),
}
"""Each type, and the attribute and field of its member."""
_STANDARD_MEMBERS: Final = {name: member for name, member in MEMBERS.items() if name != "ExternalAuth"}

_ONCE: Final = ("CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite")
_FRAMING: Final = frozenset(
    ["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "proxy-connection"]
)
_TOKEN: Final = re.compile(TOKEN)
_VALUE: Final = re.compile(HEADER_VALUE)
_BREAKS: Final = re.compile(r"[\0\r\n]")
_NOT_IN_REPLACEMENT: Final = re.compile(r"[^!-~]|[?#]")


def filter_list(filters: tuple[HTTPRouteFilter, ...], at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """What makes the rule invalid that has this list."""
    types = [each.type for each in filters]
    if "RequestRedirect" in types and "URLRewrite" in types:  # V-HF-1
        message = "must not have both RequestRedirect and URLRewrite; a redirect can change the path itself"
        yield Violation(at=at, message=message, reason="IncompatibleFilters")
    counts = Counter(types)
    for name in _ONCE:  # V-HF-2
        if counts[name] > 1:
            yield Violation(at=at, message=f"must have at most one {name}, has {counts[name]}; merge them")
    for index, each in enumerate(filters):
        yield from _filter(each, at[index], channel)


def union(given: HTTPRouteFilter | GRPCRouteFilter, members: dict[str, tuple[str, str]], at: FieldPath) -> Iterator[Violation]:
    """V-HF-3, V-GF-2: the type is known, and names the one member that is given."""
    if given.type not in members:
        yield from one_of(given.type, members, at, "type")
        return
    for name, (attribute, field) in members.items():
        is_given = getattr(given, attribute) is not None
        if is_given and name != given.type:
            yield Violation(at=at / field, message=f"must not be given for type {given.type}")
        elif not is_given and name == given.type:
            yield Violation(at=at / field, message=f"is required for type {given.type}")


def _filter(given: HTTPRouteFilter, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    yield from union(given, MEMBERS if channel == "experimental" else _STANDARD_MEMBERS, at)
    for modifier, field in (
        (given.request_header_modifier, "requestHeaderModifier"),
        (given.response_header_modifier, "responseHeaderModifier"),
    ):
        if modifier is not None:
            yield from header_modifier(modifier, at / field, channel)
    if given.request_redirect is not None:
        yield from _redirect(given.request_redirect, at / "requestRedirect")
    if given.url_rewrite is not None:
        yield from _rewrite(given.url_rewrite, at / "urlRewrite")
    if given.request_mirror is not None:
        yield from mirror(given.request_mirror, at / "requestMirror")
    if given.cors is not None:
        yield from _cors(given.cors, at / "cors")
    if given.external_auth is not None:
        yield from _external_auth(given.external_auth, at / "externalAuth")


def header_modifier(given: HTTPHeaderFilter, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """HI-W8 to HI-W10."""
    for action, headers in (("set", given.set), ("add", given.add)):
        for index, header in enumerate(headers):
            if _BREAKS.search(header.value):  # HI-W8: another header, or another request, would follow
                # The CRDs of the experimental channel have a pattern against it, those of the standard channel none.
                where, refused = (at / action)[index] / "value", channel == "experimental"
                yield Violation(at=where, message="must not hold a line break or NUL", refused=refused)
    for index, name in enumerate(given.remove):
        if _TOKEN.match(name) is None:  # HI-W8
            yield Violation(at=(at / "remove")[index], message=f"{MEANING[TOKEN]}; is {shown(name)}", refused=False)
    seen: dict[str, str] = {}
    for where, name in _named(given, at):
        folded = name.lower()
        if folded in _FRAMING:  # HI-W9
            remedy = "; use urlRewrite.hostname instead" if folded == "host" else ""
            message = f"must not be {folded}, which belongs to the gateway{remedy}"
            yield Violation(at=where, message=message, refused=False)
        if folded in seen:  # HI-W10
            message = f"must not be changed twice; {shown(name)} stands under '{seen[folded]}' already"
            yield Violation(at=where, message=message, refused=False)
        seen.setdefault(folded, str(where.steps[-2] if where.steps[-1] != "name" else where.steps[-3]))


def _named(given: HTTPHeaderFilter, at: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    for action, headers in (("set", given.set), ("add", given.add)):
        for index, header in enumerate(headers):
            yield (at / action)[index] / "name", header.name
    for index, name in enumerate(given.remove):
        yield (at / "remove")[index], name


def _redirect(given: HTTPRequestRedirectFilter, at: FieldPath) -> Iterator[Violation]:
    yield from one_of(given.scheme, ("http", "https"), at, "scheme")
    yield from one_of(given.status_code, (301, 302, 303, 307, 308), at, "statusCode")
    if given.path is not None:
        yield from _path_modifier(given.path, at / "path")


def _rewrite(given: HTTPURLRewriteFilter, at: FieldPath) -> Iterator[Violation]:
    if given.path is not None:
        yield from _path_modifier(given.path, at / "path")


def _path_modifier(given: HTTPPathModifier, at: FieldPath) -> Iterator[Violation]:
    yield from one_of(given.type, ("ReplaceFullPath", "ReplacePrefixMatch"), at, "type")
    for name, field, value in (
        ("ReplaceFullPath", "replaceFullPath", given.replace_full_path),
        ("ReplacePrefixMatch", "replacePrefixMatch", given.replace_prefix_match),
    ):
        if value is None:
            if given.type == name:  # V-HF-4
                yield Violation(at=at / field, message=f"is required for type {name}")
            continue
        if given.type != name:  # V-HF-4
            yield Violation(at=at / field, message=f"must not be given for type {given.type}")
        # HI-W8: it becomes a path, and nothing else. The CRDs let anything in, even in their own examples.
        if not value.startswith("/") and (value or field == "replaceFullPath"):
            yield Violation(at=at / field, message=f"must start with '/'; is {shown(value)}", refused=False)
        if _NOT_IN_REPLACEMENT.search(value):
            message = f"must be a path without '?', '#', spaces or characters beyond ASCII; is {shown(value)}"
            yield Violation(at=at / field, message=message, refused=False)


def replaces_prefix(given: HTTPRouteFilter, member: str) -> bool:
    """Whether a filter's `request_redirect` or `url_rewrite` replaces the prefix that its rule matched."""
    holder: HTTPRequestRedirectFilter | HTTPURLRewriteFilter | None = getattr(given, member)
    path = None if holder is None else holder.path
    return path is not None and path.type == "ReplacePrefixMatch" and path.replace_prefix_match is not None


def mirror(given: HTTPRequestMirrorFilter, at: FieldPath) -> Iterator[Violation]:
    if given.percent is not None and given.fraction is not None:  # V-HF-5
        yield Violation(at=at, message="must not have both percent and fraction; remove one")


def _cors(given: HTTPCORSFilter, at: FieldPath) -> Iterator[Violation]:
    for field, values in (
        ("allowOrigins", given.allow_origins),
        ("allowMethods", given.allow_methods),
        ("allowHeaders", given.allow_headers),
    ):
        if "*" in values and len(values) > 1:  # V-HF-6
            yield Violation(at=at / field, message="must not have '*' beside other entries")
    for index, method in enumerate(given.allow_methods):
        yield from one_of(method, (*METHODS, "*"), at, "allowMethods", index)


def _external_auth(given: HTTPExternalAuthFilter, at: FieldPath) -> Iterator[Violation]:
    yield from one_of(given.protocol, ("HTTP", "GRPC"), at, "protocol")
    for name, field, member in (("GRPC", "grpc", given.grpc), ("HTTP", "http", given.http)):  # V-HF-7
        if given.protocol == name and member is None:
            yield Violation(at=at / field, message=f"is required for protocol {name}")
        elif given.protocol != name and member is not None:
            yield Violation(at=at / field, message=f"must not be given for protocol {given.protocol}")


def filter_duplicates(filters: tuple[HTTPRouteFilter, ...], at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """What an API server refuses besides: repeated entries (V-API-3), references (V-BR-1), fractions (V-FR-1)."""
    for index, each in enumerate(filters):
        where = at[index]
        if each.request_header_modifier is not None:
            yield from header_lists(each.request_header_modifier, where / "requestHeaderModifier", channel)
        if each.response_header_modifier is not None:
            yield from header_lists(each.response_header_modifier, where / "responseHeaderModifier", channel)
        if each.cors is not None:
            yield from _cors_sets(each.cors, where / "cors")
        if each.request_mirror is not None:
            yield from mirror_limits(each.request_mirror, where / "requestMirror")
        auth = each.external_auth
        if auth is not None:
            yield from backend_ref(auth.backend_ref, where / "externalAuth" / "backendRef")
            yield from _auth_lists(auth, where / "externalAuth")


def mirror_limits(given: HTTPRequestMirrorFilter, at: FieldPath) -> Iterator[Violation]:
    yield from backend_ref(given.backend_ref, at / "backendRef")
    if given.fraction is not None and given.fraction.numerator > given.fraction.denominator:  # V-FR-1
        message = f"must not be larger than the denominator, which is {given.fraction.denominator}"
        yield Violation(at=at / "fraction" / "numerator", message=message)


def header_lists(given: HTTPHeaderFilter, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    for action, headers in (("set", given.set), ("add", given.add)):
        yield from distinct(headers, "header names must be unique", at, action, field="name", key=lambda each: each.name)
        for index, header in enumerate(headers):
            if channel == "experimental" and not _BREAKS.search(header.value) and _VALUE.match(header.value) is None:
                message = "must be printable ASCII in words with one space or tab between them"
                yield Violation(at=(at / action)[index] / "value", message=message)
    yield from distinct(given.remove, "names must be unique", at, "remove")


def _cors_sets(given: HTTPCORSFilter, at: FieldPath) -> Iterator[Violation]:
    for field, values in (
        ("allowOrigins", given.allow_origins),
        ("allowMethods", given.allow_methods),
        ("allowHeaders", given.allow_headers),
        ("exposeHeaders", given.expose_headers),
    ):
        yield from distinct(values, "entries must be unique", at, field)


def _auth_lists(given: HTTPExternalAuthFilter, at: FieldPath) -> Iterator[Violation]:
    if given.grpc is not None:
        yield from distinct(given.grpc.allowed_headers, "names must be unique", at, "grpc", "allowedHeaders")
    if given.http is not None:
        yield from distinct(given.http.allowed_headers, "names must be unique", at, "http", "allowedHeaders")
        names = given.http.allowed_response_headers
        yield from distinct(names, "names must be unique", at, "http", "allowedResponseHeaders")
