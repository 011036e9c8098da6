"""Hypothesis strategies for tables and for requests near a table: what the twins must agree on.

The alphabets are small on purpose, so that hosts overlap, paths nest, conditions collide and ranks tie.
"""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import structs

from ..graph.hostnames import intersect
from ..ir import (
    Backend,
    Cors,
    Entry,
    EntryId,
    Filters,
    Listener,
    ListenerId,
    MethodMatch,
    PathKind,
    PathMatch,
    Redirect,
    Route,
    Rule,
    RuleId,
    Table,
    ValueMatch,
)
from ..lowering.hosts import VirtualHosts
from ..options import Options

HOSTNAMES = ("a.test", "b.a.test", "c.b.a.test", "xa.test", "*.test", "*.a.test", "*.b.a.test", "org", "*.org", None)
PATHS = ("/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/b", "/a%2Fb", "/a/%41", "/a;v", "/a/a/a/a", "/B", "/a/b/c/d/e/f/g/h/i/j")
PATTERNS = ("/a.*", "/(a|b)+", "/.*", "/a/[^/]*", "(?i)/A(/b)?", "/b{1,3}", "a", "/[a-z/]*c", "(?s).*", "/a|/a/b", "")
VALUES = ("1", "2", "1,2", "a", "ab", "")
VALUE_PATTERNS = (".*", "[0-9]+", "a|ab", "1,2", "(?s)[^b]*", "")
HEADER_NAMES = (b"x-a", b"x-b", b"cookie", b"host", b"accept")
QUERY_NAMES = (b"a", b"A", b"a b", b"", b"b[]")
SERVICES = (b"a", b"a.b", b"A", None)
CALLED = (b"b", b"Get", None)
METHODS = (b"GET", b"POST", b"OPTIONS", b"PATCH")

options = st.builds(
    Options,
    hostname_fallthrough=st.sampled_from(("ordered", "ordered", "isolated")),
    hostname_precedence=st.sampled_from(("own", "own", "intersected")),
    regex_precedence=st.sampled_from(("before_prefix", "after_prefix")),
    normalize=st.sampled_from(("guard", "guard", "none", "rewrite")),
    detect_misdirected=st.booleans(),
)

_filters = st.one_of(
    st.just(Filters()),
    st.just(Filters()),
    st.just(Filters()),
    st.builds(Filters, redirect=st.builds(Redirect, status=st.sampled_from((301, 302, 308)))),
    st.builds(Filters, cors=st.just(Cors(("*",)))),
    st.just(Filters(failure="BackendNotFound")),
    st.just(Filters(cors=Cors(("*",)), redirect=Redirect())),
)
_backends = st.lists(
    st.builds(
        Backend,
        group=st.just(""),
        kind=st.just("Service"),
        namespace=st.just("ns"),
        name=st.sampled_from(("one", "two", "three")),
        port=st.just(80),
        weight=st.sampled_from((0, 1, 1, 2, 1_000_000)),
        failure=st.sampled_from((None, None, None, "RefNotPermitted")),
        failure_status=st.sampled_from((500, 503)),
        filters=_filters,
    ),
    max_size=3,
).map(tuple)
_routes = st.builds(
    Route,
    kind=st.just("HTTPRoute"),
    namespace=st.sampled_from(("a", "a-b", "b")),
    name=st.sampled_from(("x", "y")),
    created=st.sampled_from((0, 1, 2)),
)


def _conditions(names: tuple[bytes, ...]) -> st.SearchStrategy[tuple[ValueMatch, ...]]:
    condition = st.one_of(
        st.builds(ValueMatch, st.sampled_from(names), st.sampled_from(VALUES).map(str.encode), st.just(False)),
        st.builds(ValueMatch, st.sampled_from(names), st.sampled_from(VALUE_PATTERNS).map(str.encode), st.just(True)),
    )
    return st.lists(condition, max_size=2, unique_by=lambda match: match.name).map(tuple)


def _path(kind: PathKind, written: str) -> PathMatch:
    value = written.removesuffix("/") if kind is PathKind.PATH_PREFIX else written
    return PathMatch(kind, value.encode(), written)


_paths = st.one_of(
    st.builds(_path, st.sampled_from((PathKind.EXACT, PathKind.PATH_PREFIX)), st.sampled_from(PATHS)),
    st.builds(_path, st.just(PathKind.PATH_PREFIX), st.sampled_from(PATHS)),
    st.builds(_path, st.just(PathKind.REGULAR_EXPRESSION), st.sampled_from(PATTERNS)),
)
_matches = st.tuples(
    _paths,
    st.sampled_from((None, None, *METHODS)),
    st.one_of(st.just(()), _conditions(HEADER_NAMES)),
    st.one_of(st.just(()), st.just(()), _conditions(QUERY_NAMES)),
)
_CATCH_ALL = PathMatch(PathKind.PATH_PREFIX, b"", "/")
_calls = st.one_of(
    st.builds(MethodMatch, st.sampled_from(SERVICES), st.sampled_from(CALLED)),
    st.builds(MethodMatch, st.sampled_from((b"a.*", b"[ab]", None)), st.sampled_from((b".*", b"b|G.t", None)), st.just(True)),
)
_grpc_headers = st.one_of(st.just(()), _conditions(HEADER_NAMES))
_grpc_matches = st.tuples(st.just(_CATCH_ALL), st.none(), _grpc_headers, st.just(()), _calls)
_ruled = st.tuples(_routes, st.lists(st.sampled_from(HOSTNAMES), min_size=1, max_size=3, unique=True), _filters, _backends)

_HTTP = st.lists(st.sampled_from(HOSTNAMES), min_size=1, max_size=4, unique=True)
BULK = (0, 0, 0, 0, 0, 7, 9, 70, 1100)
"""Further entries at one place, one of each size that a structure of `_core` starts or ends at."""


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any ir.Table of HTTP listeners on port 80, and of HTTPS, TLS, TCP and UDP listeners on port 443."""
    chosen = draw(options)
    rules: list[Rule] = []
    drawn: list[tuple[int, list[str | None], list[tuple[object, ...]]]] = []
    for number in range(draw(st.integers(1, 5))):
        route, hostnames, filters, backends = draw(_ruled)
        is_grpc = number > 0 and draw(st.integers(0, 3)) == 0
        rules.append(Rule(structs.replace(route, kind="GRPCRoute") if is_grpc else route, number, None, filters, backends))
        matches: list[tuple[object, ...]] = list(draw(st.lists(_grpc_matches if is_grpc else _matches, min_size=1, max_size=4)))
        drawn.append((number, hostnames, matches))
    drawn[0][2].extend(_bulk(draw(st.sampled_from(BULK)), draw(_paths), draw(st.sampled_from(("headers", "query", "paths")))))
    listeners: list[Listener] = []
    entries: list[Entry] = []
    hosts = VirtualHosts(rules, chosen)
    for protocol, port in (("HTTP", 80), ("HTTPS", 443)):
        for hostname in draw(_HTTP):
            index = ListenerId(len(listeners))
            added = _entries(index, hostname, drawn, len(entries))
            entries.extend(added)
            listeners.append(
                Listener(
                    id=index,
                    gateway="ns/gw",
                    owner="Gateway ns/gw",
                    name=f"l{index}",
                    port=port,
                    protocol=protocol,
                    hostname=hostname,
                    entries=tuple(entry.id for entry in added),
                    hosts=hosts.add(added),
                )
            )
    _add_connections(draw, listeners, rules, entries, hosts)
    return Table("ns/gw", tuple(listeners), tuple(rules), tuple(entries), tuple(hosts.made), chosen)


def _add_connections(
    draw: st.DrawFn, listeners: list[Listener], rules: list[Rule], entries: list[Entry], hosts: VirtualHosts
) -> None:
    """Listeners that decide no HTTP, with routes of their own. TLS shares port 443 with HTTPS, by other names."""
    taken = {listener.hostname for listener in listeners if listener.port == 443}
    named = draw(st.lists(st.sampled_from(HOSTNAMES), max_size=2, unique=True))
    wanted: list[tuple[str, str | None]] = [("TLS", name) for name in named]
    wanted += [(protocol, None) for protocol in draw(st.lists(st.sampled_from(("TCP", "UDP")), max_size=2, unique=True))]
    for protocol, hostname in wanted:
        if protocol == "TLS" and hostname in taken:
            continue
        index = ListenerId(len(listeners))
        drawn: list[tuple[int, list[str | None], list[tuple[object, ...]]]] = []
        for _ in range(draw(st.integers(0, 3))):
            route, names, _, backends = draw(_ruled)
            plain = tuple(structs.replace(backend, filters=Filters()) for backend in backends)
            drawn.append((len(rules), names if protocol == "TLS" else [None], [(_CATCH_ALL, None, (), ())]))
            rules.append(Rule(structs.replace(route, kind=f"{protocol}Route"), len(rules), None, Filters(), plain))
        added = _entries(index, hostname, drawn, len(entries))
        entries.extend(added)
        ids = tuple(entry.id for entry in added)
        found = hosts.add(added)
        listeners.append(Listener(index, "ns/gw", "Gateway ns/gw", f"l{index}", 443, protocol, hostname, None, ids, found))


def _bulk(count: int, path: PathMatch, what: str) -> list[tuple[object, ...]]:
    """Matches at one path that differ in a condition, or at paths of their own."""
    if what == "headers":
        return [(path, None, (ValueMatch(b"x-a", b"%d" % number),), ()) for number in range(count)]
    if what == "query":
        return [(path, None, (), (ValueMatch(b"a", b"%d" % number, number % 3 == 0),)) for number in range(count)]
    return [(_path(PathKind.PATH_PREFIX, f"/p{number}/q"), None, (), ()) for number in range(count)]


def _entries(
    listener: ListenerId, hostname: str | None, drawn: list[tuple[int, list[str | None], list[tuple[object, ...]]]], start: int
) -> list[Entry]:
    made: list[Entry] = []
    for rule, hostnames, matches in drawn:
        hosts = intersect(hostname, hostnames)
        for index, (path, method, headers, query, *grpc) in enumerate(matches):
            if hosts:
                entry_id = EntryId(start + len(made))
                made.append(Entry(entry_id, listener, RuleId(rule), index, hosts, path, method, headers, query, *grpc))  # type: ignore[arg-type]
    return made
