"""Lists of filters, resolved, in the form that actions carries out."""

from __future__ import annotations

from collections.abc import Callable

from ..api import GRPCRouteFilter, HTTPExternalAuthFilter, HTTPHeaderFilter, HTTPPathModifier, HTTPRouteFilter
from ..graph import BackendNode, FilterNode
from ..ir import Backend, Cors, ExternalAuth, Filters, HeaderEdit, Mirror, PathEdit, Redirect, Rewrite
from .places import refs

_ALWAYS_SHOWN = ("host", "content-length", "authorization")
"""X-2: what an HTTP authorizer sees besides method and path."""


UNFILTERED = Filters()
"""What an empty list is."""


def lower_filters(nodes: tuple[FilterNode, ...], prefix: bytes, lower_backend: Callable[[BackendNode], Backend]) -> Filters:
    """A list of filters. `prefix` is what ReplacePrefixMatch replaces."""
    made: dict[str, object] = {}
    mirrors: list[Mirror] = []
    asked: list[ExternalAuth] = []
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
        elif written.request_mirror is not None and node.backend is not None:
            mirrors.append(_mirror(node, lower_backend(node.backend)))
        elif node.extension is not None:
            pass  # told by name below
        elif _external_auth(written) is not None and node.backend is not None:
            auth = _lower_auth(_external_auth(written), lower_backend(node.backend))
            failure = failure or auth.backend.failure  # the question cannot be put, so nobody passes
            asked.append(auth)
        elif (edit := _http_edit(written, prefix)) is not None:
            made.update(edit)
        else:
            failure = failure or "UnsupportedValue"
    return Filters(
        **made,  # type: ignore[arg-type]
        mirrors=tuple(mirrors),
        failure=failure,
        order=tuple(node.filter.type for node in nodes),
        external_auth=tuple(asked),
        extensions=refs(tuple(node.extension for node in nodes if node.extension is not None)),
    )


def _http_edit(written: HTTPRouteFilter | GRPCRouteFilter, prefix: bytes) -> dict[str, object] | None:
    """The filters that only HTTPRoutes have."""
    if isinstance(written, GRPCRouteFilter):
        return None
    if (redirect := written.request_redirect) is not None:
        path = _path_edit(redirect.path, prefix)
        return {"redirect": Redirect(redirect.scheme, redirect.hostname, redirect.port, path, redirect.status_code)}
    if (rewrite := written.url_rewrite) is not None:
        return {"rewrite": Rewrite(rewrite.hostname, _path_edit(rewrite.path, prefix))}
    if (cors := written.cors) is not None:
        lists = (cors.allow_origins, cors.allow_methods, cors.allow_headers, cors.expose_headers)
        return {"cors": Cors(*lists, bool(cors.allow_credentials), cors.max_age)}
    return None


def _external_auth(written: HTTPRouteFilter | GRPCRouteFilter) -> HTTPExternalAuthFilter | None:
    return written.external_auth if isinstance(written, HTTPRouteFilter) else None


def _lower_auth(written: HTTPExternalAuthFilter | None, backend: Backend) -> ExternalAuth:
    assert written is not None
    body = written.forward_body.max_size if written.forward_body is not None else None
    max_body = max(body or 0, 0)
    if written.protocol == "GRPC":
        shown = _folded(written.grpc.allowed_headers) if written.grpc is not None else ()
        return ExternalAuth(written.protocol, backend, "", shown or None, None, max_body)
    http = written.http
    shown = _folded((*_ALWAYS_SHOWN, *(() if http is None else http.allowed_headers)))
    copied = () if http is None else _folded(http.allowed_response_headers)
    path = "" if http is None else http.path or ""
    return ExternalAuth(written.protocol, backend, path, shown, copied or None, max_body)


def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.lower() for name in names))


def _mirror(node: FilterNode, backend: Backend) -> Mirror:
    written = node.filter.request_mirror
    assert written is not None
    numerator, denominator = 1, 1
    if written.fraction is not None:
        numerator, denominator = written.fraction.numerator, written.fraction.denominator
    elif written.percent is not None:
        numerator, denominator = written.percent, 100
    return Mirror(backend, numerator, denominator)


def _header_edit(written: HTTPHeaderFilter) -> HeaderEdit:
    return HeaderEdit(
        tuple((header.name.encode(), header.value.encode()) for header in written.set),
        tuple((header.name.encode(), header.value.encode()) for header in written.add),
        tuple(name.encode() for name in written.remove),
    )


def _path_edit(written: HTTPPathModifier | None, prefix: bytes) -> PathEdit | None:
    if written is None:
        return None
    if written.type == "ReplaceFullPath":
        return PathEdit((written.replace_full_path or "").encode())
    return PathEdit((written.replace_prefix_match or "").encode(), prefix)
