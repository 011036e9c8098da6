"""What a rule does, resolved: its filters, backends, timeouts, retry and session persistence as plain data."""

from __future__ import annotations

import re

from msgspec import structs

from ..actions import backend_shares
from ..api import HTTPHeaderFilter, HTTPPathModifier, HTTPRouteRule
from ..api import SessionPersistence as WrittenPersistence
from ..graph import BackendNode, FilterNode, RuleNode
from ..ir import (
    Backend,
    Cors,
    Filters,
    HeaderEdit,
    Mirror,
    PathEdit,
    Redirect,
    Retry,
    Rewrite,
    Route,
    Rule,
    SessionPersistence,
    Timeouts,
)

_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000}


def lower_rule(route: Route, written: HTTPRouteRule, node: RuleNode) -> Rule:
    """The rule as the table has it. `node` is valid."""
    prefix = _only_prefix(written)
    timeouts, retry = written.timeouts, written.retry
    return Rule(
        route=route,
        index=node.index,
        name=written.name,
        filters=lower_filters(node.filters, prefix),
        backends=_with_shares(tuple(lower_backend(backend, prefix) for backend in node.backends)),
        timeouts=Timeouts()
        if timeouts is None
        else Timeouts(nanoseconds(timeouts.request), nanoseconds(timeouts.backend_request)),
        retry=None
        if retry is None
        else Retry(tuple(retry.codes or ()), 1 if retry.attempts is None else retry.attempts, nanoseconds(retry.backoff)),
        session_persistence=_persistence(written.session_persistence),
    )


def _with_shares(backends: tuple[Backend, ...]) -> tuple[Backend, ...]:
    shares = backend_shares(backends)
    return tuple(structs.replace(backend, share=share) for backend, share in zip(backends, shares, strict=True))


def nanoseconds(duration: str | None) -> int | None:
    """A Duration of the standard (GEP-2257) as a number.

    >>> nanoseconds("1m30s"), nanoseconds("0s"), nanoseconds(None)
    (90000000000, 0, None)
    """
    if duration is None:
        return None
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"([0-9]+)(ms|h|m|s)", duration))


def _only_prefix(written: HTTPRouteRule) -> bytes:
    """The prefix that ReplacePrefixMatch replaces: such a rule has exactly one match, of type PathPrefix (V-HR-4)."""
    path = written.matches[0].path if written.matches else None
    return (path.value if path is not None else "/").encode().removesuffix(b"/")


def lower_backend(node: BackendNode, prefix: bytes) -> Backend:
    return Backend(
        group=node.group,
        kind=node.kind,
        namespace=node.namespace,
        name=node.name,
        port=node.port,
        weight=node.weight,
        failure=node.reason,
        protocol=node.app_protocol,
        filters=lower_filters(node.filters, prefix),
    )


def lower_filters(nodes: tuple[FilterNode, ...], prefix: bytes) -> Filters:
    """A list of filters in the form that actions.py carries out."""
    made: dict[str, object] = {}
    mirrors: list[Mirror] = []
    failure: str | None = None
    for node in nodes:
        written = node.filter
        if node.reason is not None:
            if written.type != "RequestMirror":  # a bad mirror is dropped and the request goes on
                failure = failure or node.reason
        elif written.request_header_modifier is not None:
            made["request_headers"] = _header_edit(written.request_header_modifier)
        elif written.response_header_modifier is not None:
            made["response_headers"] = _header_edit(written.response_header_modifier)
        elif (redirect := written.request_redirect) is not None:
            path = _path_edit(redirect.path, prefix)
            made["redirect"] = Redirect(redirect.scheme, redirect.hostname, redirect.port, path, redirect.status_code)
        elif (rewrite := written.url_rewrite) is not None:
            made["rewrite"] = Rewrite(rewrite.hostname, _path_edit(rewrite.path, prefix))
        elif (cors := written.cors) is not None:
            made["cors"] = Cors(
                tuple(cors.allow_origins or ()),
                tuple(cors.allow_methods or ()),
                tuple(cors.allow_headers or ()),
                tuple(cors.expose_headers or ()),
                bool(cors.allow_credentials),
                cors.max_age,
            )
        elif written.request_mirror is not None and node.backend is not None:
            mirrors.append(_mirror(node, node.backend))
        else:
            failure = failure or "UnsupportedValue"
    order = tuple(node.filter.type for node in nodes)
    return Filters(**made, mirrors=tuple(mirrors), failure=failure, order=order)  # type: ignore[arg-type]


def _mirror(node: FilterNode, backend: BackendNode) -> Mirror:
    written = node.filter.request_mirror
    assert written is not None
    numerator, denominator = 1, 1
    if written.fraction is not None:
        numerator, denominator = written.fraction.numerator, written.fraction.denominator
    elif written.percent is not None:
        numerator, denominator = written.percent, 100
    return Mirror(lower_backend(backend, b""), numerator, denominator)


def _header_edit(written: HTTPHeaderFilter) -> HeaderEdit:
    return HeaderEdit(
        tuple((header.name.encode(), header.value.encode()) for header in written.set or ()),
        tuple((header.name.encode(), header.value.encode()) for header in written.add or ()),
        tuple(name.encode() for name in written.remove or ()),
    )


def _path_edit(written: HTTPPathModifier | None, prefix: bytes) -> PathEdit | None:
    if written is None:
        return None
    if written.type == "ReplaceFullPath":
        return PathEdit((written.replace_full_path or "").encode())
    return PathEdit((written.replace_prefix_match or "").encode(), prefix)


def _persistence(written: WrittenPersistence | None) -> SessionPersistence | None:
    if written is None:
        return None
    lifetime = written.cookie_config.lifetime_type if written.cookie_config is not None else "Session"
    return SessionPersistence(
        written.session_name, written.type, nanoseconds(written.absolute_timeout), lifetime or "Session"
    )
