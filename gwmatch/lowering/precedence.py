"""The order of matches, in one place: keys K1 to K11 of docs/semantics.md. Matches are ranked, not rules."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Entry, MethodMatch, PathKind, Rule
from ..options import Options

_KINDS = {
    "before_prefix": {PathKind.EXACT: 0, PathKind.REGULAR_EXPRESSION: 1, PathKind.PATH_PREFIX: 2},
    "after_prefix": {PathKind.EXACT: 0, PathKind.PATH_PREFIX: 1, PathKind.REGULAR_EXPRESSION: 2},
}

_HOST_KEYS = (
    ("K1", "characters of the exact hostname"),
    ("K2", "characters of the hostname"),
    ("M-9", "kind of route"),
)
_TIE_KEYS = (
    ("K8", "age of the route"),
    ("K9", "name of the route"),
    ("K10", "order of the rules"),
    ("K11", "order of the matches"),
)
HTTP_KEYS = (
    *_HOST_KEYS,
    ("K3", "kind of path match"),
    ("K4", "length of the path match"),
    ("K5", "a method condition"),
    ("K6", "number of header conditions"),
    ("K7", "number of query conditions"),
    *_TIE_KEYS,
)
"""What each element of a rank is, for people: its key in docs/semantics.md, and its name."""
GRPC_KEYS = (
    *_HOST_KEYS,
    ("G5", "kind of service match"),
    ("G5", "characters of the service"),
    ("G5", "kind of method match"),
    ("G5", "characters of the method"),
    ("K6", "number of header conditions"),
    *_TIE_KEYS,
)
"""The same for entries of GRPCRoutes."""


def rank(entry: Entry, hostname: str | None, rule: Rule, options: Options, *, is_grpc: bool = False) -> tuple[int | str, ...]:
    """Sort key of one match for one requested host, which `hostname` covers; the smallest is tried first.

    `is_grpc` says of the request whether it is a gRPC call: between an HTTPRoute and a GRPCRoute of equal hostnames the
    standard names no order, and ours prefers the kind that the request is of (docs/semantics.md, M-9).
    """
    return (
        *host_rank(hostname),
        (entry.grpc is not None) != is_grpc,
        *(_http_keys(entry, options) if entry.grpc is None else _grpc_keys(entry, entry.grpc)),
        # Ties across routes: the oldest by creation time, then the first by the joined text "namespace/name".
        rule.route.created,  # K8
        rule.route.full_name,  # K9
        # Ties within a route: the first matching rule in list order; the match is ours, and shows in reports only.
        rule.index,  # K10
        entry.match,  # K11
    )


def _http_keys(entry: Entry, options: Options) -> tuple[int, ...]:
    return (
        # HTTPRouteMatch: an Exact path before any prefix; the place of regular expressions is ours to choose (OQ-33).
        _KINDS[options.regex_precedence][entry.path.kind],  # K3
        -entry.path.length,  # K4: the prefix with the most characters
        entry.method is None,  # K5: a method match, before any number of headers
        -len(entry.headers),  # K6: the most header matches
        -len(entry.query_params),  # K7: the most query parameter matches
    )


def _grpc_keys(entry: Entry, match: MethodMatch) -> tuple[int, ...]:
    """GRPCRouteRule.matches: most characters of the service, then of the method, then the most header matches (G-5)."""
    return (
        *_name_keys(match.service, match.is_regex),
        *_name_keys(match.method, match.is_regex),
        -len(entry.headers),
    )


def _name_keys(name: bytes | None, is_regex: bool) -> tuple[int, int]:
    """Exact before a regular expression before none; characters."""
    return (2, 0) if name is None else (int(is_regex), -len(name.decode()))


def host_rank(hostname: str | None) -> tuple[int, int]:
    """K1 and K2. HTTPRouteSpec.hostnames: most characters in a matching hostname without a wildcard, then in any.

    >>> sorted(["*.example.com", None, "a.example.com", "*.com"], key=host_rank)
    ['a.example.com', '*.example.com', '*.com', None]
    """
    if hostname is None:
        return 0, 0
    return 0 if hostname.startswith("*.") else -len(hostname), -len(hostname)


def covering(hostname: str | None) -> Iterator[str | None]:
    """The less specific hostnames that cover everything `hostname` covers, most specific first.

    >>> list(covering("a.example.com")), list(covering("*.com"))
    (['*.example.com', '*.com', None], [None])
    """
    if hostname is None:
        return
    labels = hostname.removeprefix("*.").split(".")
    for start in range(1, len(labels)):
        yield "*." + ".".join(labels[start:])
    yield None
