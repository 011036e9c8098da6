"""The order of matches, in one place: keys K1 to K11 of docs/semantics.md. Matches are ranked, not rules."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Entry, PathKind, Rule
from ..options import Options

_KINDS = {
    "before_prefix": {PathKind.EXACT: 0, PathKind.REGULAR_EXPRESSION: 1, PathKind.PATH_PREFIX: 2},
    "after_prefix": {PathKind.EXACT: 0, PathKind.PATH_PREFIX: 1, PathKind.REGULAR_EXPRESSION: 2},
}

KEY_NAMES = (
    "characters of the exact hostname",
    "characters of the hostname",
    "kind of path match",
    "length of the path match",
    "a method condition",
    "number of header conditions",
    "number of query conditions",
    "age of the route",
    "name of the route",
    "order of the rules",
    "order of the matches",
)
"""What each element of a rank is, for people; parallel to rank()."""


def rank(entry: Entry, hostname: str | None, rule: Rule, options: Options) -> tuple[int | str, ...]:
    """Sort key of one match for one requested host, which `hostname` covers; the smallest is tried first."""
    return (
        *host_rank(hostname),
        # HTTPRouteMatch: an Exact path before any prefix; the place of regular expressions is ours to choose (OQ-33).
        _KINDS[options.regex_precedence][entry.path.kind],  # K3
        -entry.path.length,  # K4: the prefix with the most characters
        entry.method is None,  # K5: a method match, before any number of headers
        -len(entry.headers),  # K6: the most header matches
        -len(entry.query_params),  # K7: the most query parameter matches
        # Ties across routes: the oldest by creation time, then the first by the joined text "namespace/name".
        rule.route.created,  # K8
        rule.route.full_name,  # K9
        # Ties within a route: the first matching rule in list order; the match is ours, and shows in reports only.
        rule.index,  # K10
        entry.match,  # K11
    )


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
