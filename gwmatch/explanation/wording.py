"""Matches, conditions and keys of the order, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from .. import wire
from ..ir import NEWEST, Entry, MethodMatch, Rule, Table, ValueMatch
from ..lowering.precedence import GRPC_KEYS, HTTP_KEYS
from ..reference import TOO_LONG, Candidate, Facts
from .account import Deciding

REFUSALS = {
    "bad_path": "its path is none that an HTTP request may have",
    "ambiguous_path": "another reading of its path selects another rule",
    "bad_query": "its query holds a control character, a space or a '#'",
    "bad_host": "its Host is malformed, or says two things",
    "bad_method": "its method is no token",
    "bad_sni": "the server name of its TLS handshake is malformed",
    "too_long": "its path, its query, or a header that a regular expression would have to read is too long",
}


UNCONDITIONAL = {"TLSRoute": "any connection", "TCPRoute": "any connection", "UDPRoute": "any datagram"}
"""What routes without matches ask: their listener and hostnames say all there is to say (T-1, T-3)."""


def text(value: bytes) -> str:
    """Bytes of a request for people: UTF-8, with everything that a terminal would act on escaped.

    >>> text(b"caf\\xc3\\xa9"), text(b"\\xff\\x1b[2J")
    ('café', '\\\\xff\\\\x1b[2J')
    """
    decoded = value.decode("utf-8", "backslashreplace")
    if decoded.isprintable():
        return decoded
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in decoded
    )


def conditions(entry: Entry) -> str:
    """What a match asks of a request, in one line.

    >>> from gwmatch.ir import PathKind, PathMatch
    >>> path = PathMatch(PathKind.PATH_PREFIX, b"/cart", "/cart/")
    >>> conditions(Entry(0, 0, 0, 0, (), path, b"GET", (ValueMatch(b"x-canary", b"always"),)))
    'PathPrefix /cart/, method GET, header x-canary=always'
    """
    parts = [path_condition(entry)] if entry.grpc is None else [call_condition(entry.grpc)]
    if entry.method is not None:
        parts.append(f"method {text(entry.method)}")
    parts += [f"header {value_condition(each)}" for each in entry.headers]
    parts += [f"query {value_condition(each)}" for each in entry.query_params]
    return ", ".join(parts)


def path_condition(entry: Entry) -> str:
    return f"{entry.path.kind.value} {text(entry.path.written.encode())}"


def call_condition(match: MethodMatch) -> str:
    """The gRPC method that is asked for.

    >>> call_condition(MethodMatch(b"shop.Cart", None)), call_condition(MethodMatch(b"shop.*", b"Get", True))
    ('gRPC shop.Cart/*', 'gRPC shop.*/Get (RegularExpression)')
    """
    if match.service is None and match.method is None:
        return "any gRPC method"
    named = "/".join("*" if part is None else text(part) for part in (match.service, match.method))
    return f"gRPC {named}{' (RegularExpression)' if match.is_regex else ''}"


def value_condition(condition: ValueMatch) -> str:
    """`name=value`, or `name~pattern`."""
    return f"{text(condition.name)}{'~' if condition.is_regex else '='}{text(condition.value)}"


def lost(candidate: Candidate, facts: Facts) -> tuple[str, str, str]:
    """The condition that does not hold, as its field, what it expects, and what the request has there."""
    entry, field = candidate.entry, candidate.lost
    if field == "path":
        return field, path_condition(entry), text(facts.path) or "an empty path"
    if field == "method" and entry.grpc is not None:
        return field, call_condition(entry.grpc), text(facts.path)
    if field == "method":
        assert entry.method is not None
        return field, text(entry.method), text(facts.method)
    for condition in entry.query_params:
        if field == f"queryParams[{condition.name.decode()}]":
            return field, _expected(condition), _got(facts.query.get(condition.name))
    for condition in entry.headers:
        if field == f"headers[{condition.name.decode()}]":
            return field, _expected(condition), _got(facts.headers.get(condition.name))
    assert field == TOO_LONG
    return field, f"values of at most {wire.MAX_REGEX_VALUE} bytes where a regular expression reads them", "a longer one"


def _expected(condition: ValueMatch) -> str:
    return f"{'all of it to match ' if condition.is_regex else ''}{_quoted(condition.value)}"


def _got(value: bytes | None) -> str:
    if value is None:
        return "none"
    return _quoted(value) if wire.is_field_value(value) else f"{_quoted(value)}, which holds NUL, CR or LF"


def _quoted(value: bytes) -> str:
    return f'"{text(value)}"'


def deciding(first: Candidate, second: Candidate, table: Table) -> Deciding:
    """The key by which one candidate comes before another."""
    at = next(index for index, (one, other) in enumerate(zip(first.key, second.key, strict=True)) if one != other)
    key, name = (HTTP_KEYS if first.entry.grpc is None else GRPC_KEYS)[at]
    words = [_value(name, at, each, table.rule_of(each.entry)) for each in (first, second)]
    return Deciding(key, name, *words)


def _value(name: str, at: int, candidate: Candidate, rule: Rule) -> str:
    """What a candidate has at one element of its rank, by the name of the element."""
    entry, key = candidate.entry, candidate.key[at]
    match name:
        case "characters of the exact hostname" | "characters of the hostname":
            return f"{-int(key)} ({candidate.hostname or 'no hostname'})"
        case "kind of route":
            return rule.route.kind
        case "kind of path match":
            return entry.path.kind.value
        case "kind of service match" | "kind of method match":
            return ("Exact", "RegularExpression", "none")[int(key)]
        case "a method condition":
            return "none" if entry.method is None else text(entry.method)
        case "age of the route":
            return age(rule.route.created)
        case "name of the route":
            return rule.route.full_name
        case "order of the rules":
            return f"rule {rule.index}"
        case "order of the matches":
            return f"match {entry.match}"
        case _:
            return str(-int(key))


def age(created: int) -> str:
    """When a route was created, as a timestamp.

    >>> age(1_700_000_000_000_000_000), age(NEWEST)
    ('2023-11-14T22:13:20Z', 'no creationTimestamp')
    """
    if created == NEWEST:
        return "no creationTimestamp"
    seconds, rest = divmod(created, 1_000_000_000)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"
    except (OverflowError, ValueError, OSError):
        return f"{created} ns after 1970"
