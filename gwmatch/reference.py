"""The slow twin: a matcher over ir.Table that reads like the standard. It walks no tree and knows no index.

`match` is the oracle of the tests; `trace` is what `explain` shows. The fast twin is `_core`, and the two agree on any input.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from . import actions, draws, spellings, wire
from .ir import Backend, Entry, Listener, MethodMatch, PathKind, Request, Rule, Table, ValueMatch, Verdict
from .lowering.precedence import covering, host_rank, rank
from .patterns import compile_pattern

TOO_LONG = "too_long"


class Facts(msgspec.Struct, frozen=True):
    """A request in the forms that are compared."""

    method: bytes
    host: tuple[str, str]
    path: bytes
    query: dict[bytes, bytes]
    headers: dict[bytes, bytes]
    is_grpc: bool


class Candidate(msgspec.Struct, frozen=True):
    """One entry whose hostname covers the request's, and how it fared."""

    entry: Entry
    hostname: str | None
    """The hostname that ranks it."""
    key: tuple[int | str, ...]
    lost: str | None
    """The first condition that does not hold, as a field of HTTPRouteMatch (`path`, `headers[x-user]`); None for a match."""


class Trace(msgspec.Struct, frozen=True):
    """Everything that led to a verdict. `candidates` is in rank order, and empty where none was looked for."""

    verdict: Verdict
    listener: Listener | None = None
    candidates: tuple[Candidate, ...] = ()
    readings: tuple[tuple[bytes, Candidate | None], ...] = ()
    """Under `guard`: the other readings of the path, and what each selects."""


def match(table: Table, port: int, request: Request, draw: float | int | None = None) -> Verdict:
    """What happens to an HTTP request that arrives at a port. `draw` as for PortTable.match; None counts as 0.0."""
    return trace(table, port, request, draw).verdict


def trace(table: Table, port: int, request: Request, draw: float | int | None = None) -> Trace:
    """The same with the way there."""
    facts = read(table, request)
    if isinstance(facts, str):
        return Trace(_refused(facts))
    found = select_listener(table, port, facts.host, request.sni)
    if isinstance(found, Verdict):
        listener = None if found.listener is None else table.listeners[found.listener]
        return Trace(found, listener)
    candidates = tuple(_candidates(table, found, facts))
    won = _winner(candidates)
    if won is None:
        return Trace(Verdict("respond", status=404, listener=found.id), found, candidates)
    if won.lost == TOO_LONG:
        return Trace(_refused(TOO_LONG, found), found, candidates)
    readings = tuple(_readings(table, found, facts))
    if any(other is None or other.lost or other.entry.rule != won.entry.rule for _, other in readings):
        return Trace(_refused("ambiguous_path", found), found, candidates, readings)
    verdict = _decide(table, won.entry, request, 0.0 if draw is None else draws.unit(draw))
    verdict = msgspec.structs.replace(verdict, path=_rewritten_target(table, request, facts))
    return Trace(verdict, found, candidates, readings)


def match_tls(table: Table, port: int, sni: bytes | None, draw: float | int | None = None) -> Verdict:
    """What happens to a TLS connection, by the TLSRoutes of the listener that its server name chooses (T-1, T-2)."""
    return trace_connection(table, port, "TLS", sni, draw).verdict


def match_tcp(table: Table, port: int, draw: float | int | None = None) -> Verdict:
    """What happens to a TCP connection: the oldest route of the listener has it (T-3)."""
    return trace_connection(table, port, "TCP", None, draw).verdict


def match_udp(table: Table, port: int, draw: float | int | None = None) -> Verdict:
    """What happens to a UDP flow."""
    return trace_connection(table, port, "UDP", None, draw).verdict


def trace_connection(table: Table, port: int, protocol: str, sni: bytes | None, draw: float | int | None = None) -> Trace:
    """What happens to a connection without HTTP, with the way there. `protocol` is TLS, TCP or UDP; only TLS has a name."""
    closed = "drop" if protocol == "UDP" else "refuse"
    here = [each for each in table.listeners if each.port == port]
    name = (wire.ABSENT, "")
    if protocol == "TLS":
        asked = wire.read_server_name(sni)
        if asked is None:
            return Trace(Verdict(closed, refusal="bad_sni"))
        name = asked
        listener = most_specific([each for each in here if each.protocol in ("HTTPS", "TLS")], name)
    else:
        listener = next((each for each in here if each.protocol == protocol), None)
    if listener is None:
        return Trace(Verdict(closed))
    if listener.protocol == "HTTPS":  # there, requests are decided one by one
        return Trace(Verdict(closed, listener=listener.id), listener)
    candidates = tuple(_candidates(table, listener, Facts(b"", name, b"", {}, {}, is_grpc=False)))
    won = _winner(candidates)
    if won is None:
        return Trace(Verdict(closed, listener=listener.id), listener, candidates)
    backends = table.rules[won.entry.rule].backends
    picked = actions.pick(backends, 0.0 if draw is None else draws.unit(draw))
    usable = picked is not None and backends[picked].failure is None
    verdict = Verdict("forward" if usable else closed, listener=listener.id, entry=won.entry.id, backend=picked)
    return Trace(verdict, listener, candidates)


# ------------------------------------------------------------------------------------------------------- reading the request


def read(table: Table, request: Request) -> Facts | str:
    """The request in comparable form, or the name of its refusal (docs/semantics.md, "Requests")."""
    if not wire.is_token(request.method):
        return "bad_method"
    host = wire.read_host(request.host)
    if host is None or any(wire.read_host(value) != host for value in _host_headers(request)):
        return "bad_host"
    unchecked = table.options.normalize == "none"
    path, query = wire.split_target(request.path, cut_fragment=unchecked)
    if len(path) > spellings.MAX_PATH or len(query) > spellings.MAX_QUERY:
        return TOO_LONG
    if not unchecked:
        normal = _admitted(table.options.normalize, request.method, path)
        if normal is None:
            return "bad_path"
        if not spellings.is_query(query):
            return "bad_query"
        path = normal
    headers = wire.join_headers(request.headers)
    is_grpc = wire.is_grpc(request.method, headers)
    return Facts(request.method, host, path, wire.read_query(query), headers, is_grpc)


def _host_headers(request: Request) -> list[bytes]:
    return [value.strip(b" \t") for name, value in request.headers if wire.lower(name) == b"host"]


def _admitted(policy: str, method: bytes, path: bytes) -> bytes | None:
    if not spellings.is_path(method, path):
        return None
    return spellings.rewritten(path) if policy == "rewrite" else path


def _rewritten_target(table: Table, request: Request, facts: Facts) -> bytes | None:
    path = request.path.partition(b"?")[0]
    if table.options.normalize != "rewrite" or facts.path == path:
        return None
    return facts.path + request.path[len(path) :]


# ------------------------------------------------------------------------------------------------------ choosing the listener


def select_listener(table: Table, port: int, host: tuple[str, str], sni: bytes | None) -> Listener | Verdict:
    """The listener whose routes are tried; no other is, even if none of them matches (listener isolation)."""
    here = [listener for listener in table.listeners if listener.port == port]
    if any(listener.protocol == "HTTP" for listener in here):
        named = most_specific([listener for listener in here if listener.protocol == "HTTP"], host)
        return named or Verdict("respond", status=404)
    https = [listener for listener in here if listener.protocol == "HTTPS"]
    server_name = wire.read_server_name(sni)
    if not https:
        return Verdict("refuse")
    if server_name is None:
        return _refused("bad_sni")
    shaken = most_specific([listener for listener in here if listener.protocol in ("HTTPS", "TLS")], server_name)
    if shaken is None or shaken.protocol == "TLS":
        return Verdict("refuse")
    if not table.options.detect_misdirected:
        return shaken if covers(shaken.hostname, host) else Verdict("respond", status=404, listener=shaken.id)
    named = most_specific(https, host)
    if named is None:
        return Verdict("respond", status=404, listener=shaken.id)
    return shaken if named is shaken else Verdict("respond", status=421, listener=shaken.id)


def most_specific(listeners: list[Listener], host: tuple[str, str]) -> Listener | None:
    """Exact before wildcard, longer wildcards first, then no hostname."""
    fitting = [listener for listener in listeners if covers(listener.hostname, host)]
    return min(fitting, key=lambda listener: host_rank(listener.hostname), default=None)


def covers(hostname: str | None, host: tuple[str, str]) -> bool:
    """Whether a configured hostname covers a requested one (HI-H4, HI-H7, HI-H8)."""
    kind, name = host
    return hostname is None or (kind == wire.NAME and (hostname == name or hostname in covering(name)))


# -------------------------------------------------------------------------------------------------------------- the candidates


def _candidates(table: Table, listener: Listener, facts: Facts) -> Iterator[Candidate]:
    found = []
    for entry in (table.entries[entry_id] for entry_id in listener.entries):
        hostname = _ranking_hostname(table, entry, facts.host)
        if hostname is not _UNCOVERED:
            assert hostname is None or isinstance(hostname, str)
            key = rank(entry, hostname, table.rules[entry.rule], table.options, is_grpc=facts.is_grpc)
            found.append(Candidate(entry, hostname, key, _lost(table, entry, facts)))
    if table.options.hostname_fallthrough == "isolated":
        found = _only_most_specific(found, facts.host)
    return iter(sorted(found, key=lambda candidate: candidate.key))


_UNCOVERED = object()


def _ranking_hostname(table: Table, entry: Entry, host: tuple[str, str]) -> object:
    """The best of the route's hostnames that cover the requested one; a hostname None covers everything."""
    own = table.options.hostname_precedence == "own"
    fitting = [match.own if own else match.effective for match in entry.hosts if covers(match.effective, host)]
    return min(fitting, key=host_rank) if fitting else _UNCOVERED


def _only_most_specific(found: list[Candidate], host: tuple[str, str]) -> list[Candidate]:
    """`isolated`: the routes of the most specific intersected hostname only."""

    def best(candidate: Candidate) -> tuple[int, int]:
        return min(host_rank(match.effective) for match in candidate.entry.hosts if covers(match.effective, host))

    closest = min(map(best, found), default=None)
    return [candidate for candidate in found if best(candidate) == closest]


def _winner(candidates: tuple[Candidate, ...]) -> Candidate | None:
    return next((candidate for candidate in candidates if candidate.lost in (None, TOO_LONG)), None)


def _readings(table: Table, listener: Listener, facts: Facts) -> Iterator[tuple[bytes, Candidate | None]]:
    if table.options.normalize != "none":
        for path in spellings.readings(facts.path):
            other = msgspec.structs.replace(facts, path=path)
            yield path, _winner(tuple(_candidates(table, listener, other)))


def _lost(table: Table, entry: Entry, facts: Facts) -> str | None:
    """HTTPRouteMatch, GRPCRouteMatch: all the parts that are present must hold."""
    limit = table.options.regex_automaton_limit
    if not _path_holds(entry, facts.path, limit):
        return "path"
    if entry.grpc is not None and not _call_holds(entry.grpc, facts.path, limit):
        return "method"
    if entry.method is not None and entry.method != facts.method:
        return "method"
    for query in entry.query_params:
        if not _value_holds(query, facts.query.get(query.name), limit):
            return f"queryParams[{query.name.decode()}]"
    too_long = None
    for header in entry.headers:
        value = facts.headers.get(header.name)
        if value is None or not wire.is_field_value(value):
            return f"headers[{header.name.decode()}]"
        if header.is_regex and len(value) > wire.MAX_REGEX_VALUE:
            too_long = TOO_LONG  # HI-X5: only if everything else holds would the value have to be read
        elif not _value_holds(header, value, limit):
            return f"headers[{header.name.decode()}]"
    return too_long


def _path_holds(entry: Entry, path: bytes, limit: int) -> bool:
    value = entry.path.value
    if not path.startswith(b"/"):  # `OPTIONS *`, an empty CONNECT, and anything under `none` (HI-P1, HI-P8)
        return entry.path.kind is PathKind.PATH_PREFIX and value == b""
    if entry.path.kind is PathKind.EXACT:
        return path == value
    if entry.path.kind is PathKind.PATH_PREFIX:
        return path == value or path.startswith(value + b"/")
    return compile_pattern(value, limit).matches(path)


def _call_holds(match: MethodMatch, path: bytes, limit: int) -> bool:
    """Service and method are compared apart, so that no expression for one runs over the `/` (G-2, G-3, HI-N3)."""
    if match.service is None and match.method is None:
        return True
    called = wire.called_method(path)
    wanted = (match.service, match.method)
    return called is not None and all(
        want is None or _value_holds(ValueMatch(b"", want, match.is_regex), part, limit)
        for want, part in zip(wanted, called, strict=True)
    )


def _value_holds(condition: ValueMatch, value: bytes | None, limit: int) -> bool:
    if value is None:
        return False
    if condition.is_regex:
        return compile_pattern(condition.value, limit).matches(value)
    return value == condition.value


# ---------------------------------------------------------------------------------------------------------------- the outcome


def _decide(table: Table, entry: Entry, request: Request, draw: float) -> Verdict:
    """What the winning rule does (docs/semantics.md, "Results"): a filter that cannot be carried out, a preflight, a redirect,
    then the backends."""
    rule = table.rules[entry.rule]
    answer = _answer(500 if rule.filters.failure else 0, rule, request, entry)
    if answer is not None:
        return answer
    picked = actions.pick(rule.backends, draw)
    if picked is None:
        return _responded(500, entry)
    backend = rule.backends[picked]
    failure = backend.failure_status if backend.failure else 500 if backend.filters.failure else 0
    answer = _answer(failure, backend, request, entry, picked)
    return answer or Verdict("forward", listener=entry.listener, entry=entry.id, backend=picked)


def _answer(failure: int, holder: Rule | Backend, request: Request, entry: Entry, picked: int | None = None) -> Verdict | None:
    filters = holder.filters
    if failure:
        return _responded(failure, entry, picked)
    if filters.cors is not None and actions.is_preflight(request):
        return _responded(204, entry, picked)
    if filters.redirect is not None:
        return Verdict("redirect", filters.redirect.status, None, entry.listener, entry.id, picked)
    return None


def _responded(status: int, entry: Entry, picked: int | None = None) -> Verdict:
    return Verdict("respond", status, None, entry.listener, entry.id, picked)


def _refused(why: str, listener: Listener | None = None) -> Verdict:
    return Verdict("respond", 400, why, None if listener is None else listener.id)
