"""HTTPRoute: the route and its rules (V-HR), matches (V-HM) and timeouts (V-HT)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..httproute import HTTPPathMatch, HTTPRoute, HTTPRouteMatch, HTTPRouteRule, HTTPRouteTimeouts
from ..scalars import HEADER_VALUE, PATH_CHARACTERS
from ..timestamps import duration
from .filters import filter_duplicates, filter_list, replaces_prefix
from .references import backend_ref
from .routes import matches_in_all, rule_at, rule_names, shared_fields
from .sessionpersistence import persistence, persistence_words
from .violation import METHODS, Channel, Violation, distinct, one_of

_MATCH_TYPES: Final = ("Exact", "RegularExpression")
_PATH_TYPES: Final = ("Exact", "PathPrefix", "RegularExpression")
_PATH: Final = re.compile(PATH_CHARACTERS)
_PLAIN_PATH: Final = re.compile(r"\A/(?:[-A-Za-z0-9_~!$&'()*+,;=:@]+(?:/|\Z))*\Z")
"""What most values are, and none of what is refused: no dot, no escape, no empty segment, a slash at the beginning."""
_VALUE: Final = re.compile(HEADER_VALUE)
_NOT_IN_PATHS: Final = ("//", "/./", "/../", "%2f", "%2F", "#")
_NOT_AT_END: Final = ("/..", "/.")


def httproute(resource: HTTPRoute, channel: Channel) -> Iterator[Violation]:
    """Everything about a route."""
    spec = resource.spec
    yield from shared_fields(spec, channel)
    yield from matches_in_all([len(rule.matches) for rule in spec.rules])  # V-HR-1
    if channel == "experimental":  # V-HR-2
        yield from rule_names(spec.rules)
    for index, rule in enumerate(spec.rules):
        yield from invalid_rule(rule, rule_at(index), channel)
        yield from refused_rule(rule, rule_at(index), channel)


def invalid_rule(rule: HTTPRouteRule, at: FieldPath, channel: Channel = "experimental") -> Iterator[Violation]:
    """What makes a rule invalid (status.md 7): nobody could say what it should do."""
    for index, match in enumerate(rule.matches):
        if not _is_common(match):
            yield from _match(match, (at / "matches")[index])
    if rule.filters:
        yield from filter_list(rule.filters, at / "filters", channel)
    for index, backend in enumerate(rule.backend_refs):
        if backend.filters:
            yield from filter_list(backend.filters, (at / "backendRefs")[index] / "filters", channel)
    if rule.filters:
        yield from _redirect_with_backends(rule, at)
    yield from _prefix_replacement(rule, at)
    if rule.timeouts is not None:
        yield from _timeouts(rule.timeouts, at / "timeouts")
    if rule.session_persistence is not None:
        yield from persistence_words(rule.session_persistence, at / "sessionPersistence")


def refused_rule(rule: HTTPRouteRule, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """What an API server refuses besides; a rule that slipped past it can still be carried out."""
    for index, match in enumerate(rule.matches):
        if match.headers or match.query_params:
            yield from _conditions(match, (at / "matches")[index], channel)
    if rule.filters:
        yield from filter_duplicates(rule.filters, at / "filters", channel)
    for index, backend in enumerate(rule.backend_refs):
        if backend.filters or backend.port is None:
            where = (at / "backendRefs")[index]
            yield from backend_ref(backend, where)
            yield from filter_duplicates(backend.filters, where / "filters", channel)
    if rule.retry is not None:
        yield from distinct(rule.retry.codes, "codes must be unique", at, "retry", "codes")
    if rule.session_persistence is not None:
        yield from persistence(rule.session_persistence, at / "sessionPersistence")


def _is_common(match: HTTPRouteMatch) -> bool:
    """Whether a match is what most are, in which nothing can be wrong: a plain path, and a method if any."""
    path = match.path
    return (
        path.type in ("PathPrefix", "Exact")
        and not match.headers
        and not match.query_params
        and (match.method is None or match.method in METHODS)
        and _PLAIN_PATH.match(path.value) is not None
    )


def _match(match: HTTPRouteMatch, at: FieldPath) -> Iterator[Violation]:
    if match.path.type == "RegularExpression":
        pass  # any text is admitted; whether it compiles is found out when it is compiled
    elif match.path.type in _PATH_TYPES:
        yield from _path(match.path, at)
    else:  # V-HM-2
        yield from one_of(match.path.type, _PATH_TYPES, at, "path", "type")
    for index, header in enumerate(match.headers):
        yield from one_of(header.type, _MATCH_TYPES, at, "headers", index, "type")
    for index, param in enumerate(match.query_params):
        yield from one_of(param.type, _MATCH_TYPES, at, "queryParams", index, "type")
    yield from one_of(match.method, METHODS, at, "method")


def _path(path: HTTPPathMatch, at: FieldPath) -> Iterator[Violation]:
    """V-HM-1: values that a request's path can never have, or that could be read in two ways."""
    value = path.value
    if _PLAIN_PATH.match(value):
        return
    at = at / "path" / "value"
    if not value.startswith("/"):
        yield Violation(at=at, message=f"must start with '/'; is {shown(value)}")
    for part in _NOT_IN_PATHS:
        if part in value:
            yield Violation(at=at, message=f"must not contain '{part}'; is {shown(value)}")
    for end in _NOT_AT_END:
        if value.endswith(end):
            yield Violation(at=at, message=f"must not end with '{end}'; is {shown(value)}")
    if value and "#" not in value and _PATH.match(value) is None:
        message = f"must hold only the characters of a URL path, others as % and two hex digits; is {shown(value)}"
        yield Violation(at=at, message=message)


def _conditions(match: HTTPRouteMatch, at: FieldPath, channel: Channel) -> Iterator[Violation]:
    # V-API-3: by text, so that names that differ in case only may stand side by side
    yield from distinct(match.headers, "header names must be unique", at, "headers", field="name", key=lambda each: each.name)
    names = "query parameter names must be unique"
    yield from distinct(match.query_params, names, at, "queryParams", field="name", key=lambda each: each.name)
    if channel == "experimental":
        for index, header in enumerate(match.headers):
            if _VALUE.match(header.value) is None:
                yield Violation(at=(at / "headers")[index] / "value", message=VALUE_MEANING)


VALUE_MEANING: Final = "must be printable ASCII in words with one space or tab between them"


def _redirect_with_backends(rule: HTTPRouteRule, at: FieldPath) -> Iterator[Violation]:
    """V-HR-3."""
    if not rule.backend_refs:
        return
    for index, each in enumerate(rule.filters):
        if each.request_redirect is not None:
            message = "must not be used in a rule with backendRefs; remove one of the two"
            yield Violation(at=(at / "filters")[index] / "requestRedirect", message=message)


def _prefix_replacement(rule: HTTPRouteRule, at: FieldPath) -> Iterator[Violation]:
    """V-HR-4 and V-HR-5, which count to one: more than one of a kind is caught otherwise, or not at all."""
    one_prefix = len(rule.matches) == 1 and rule.matches[0].path.type == "PathPrefix"
    if one_prefix:
        return
    for member in ("request_redirect", "url_rewrite"):
        found = [index for index, each in enumerate(rule.filters) if replaces_prefix(each, member)]
        if len(found) == 1:
            yield _needs_prefix((at / "filters")[found[0]], member)
        inside = [
            (number, positions)
            for number, backend in enumerate(rule.backend_refs)
            if len(positions := [index for index, each in enumerate(backend.filters) if replaces_prefix(each, member)]) == 1
        ]
        if len(inside) == 1:
            number, positions = inside[0]
            yield _needs_prefix(((at / "backendRefs")[number] / "filters")[positions[0]], member)


def _needs_prefix(at: FieldPath, member: str) -> Violation:
    name = {"request_redirect": "requestRedirect", "url_rewrite": "urlRewrite"}[member]
    message = "needs a rule with exactly one match, and that of path type PathPrefix"
    return Violation(at=at / name / "path" / "replacePrefixMatch", message=message)


def _timeouts(timeouts: HTTPRouteTimeouts, at: FieldPath) -> Iterator[Violation]:
    """V-HT-1: a timeout of zero is none."""
    if timeouts.request is None or timeouts.backend_request is None:
        return
    whole, part = duration(timeouts.request), duration(timeouts.backend_request)
    if whole and part is not None and part > whole:
        message = f"must not be longer than the request timeout, which is {timeouts.request}"
        yield Violation(at=at / "backendRequest", message=message)
