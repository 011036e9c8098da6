"""From resources to a Router: the graph, its table, and the table compiled.

A Router never changes; `update` gives another. Swap whole Routers under load; whoever still holds the old one goes on
reading it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from . import collector
from ._core import Decision, PortTable, RouteTable
from .api import Resource, ResourceKey, ResourceSet
from .errors import CompileError, UsageError
from .graph import Graph, resolve
from .ir import Table, as_bytes
from .lowering import lower
from .options import Options
from .updates import Version, advance, first

_GROUP = "gateway.networking.k8s.io"
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "tls": 443, "tcp": None, "udp": None}
"""Where a URL of each scheme leads that names no port; None where it has to."""
_SECURE = ("https", "grpcs", "tls")
_GRPC = ("grpc", "grpcs")
_CONNECTIONS = ("tls", "tcp", "udp")


class Router:
    """What one Gateway does with requests. Made by compile()."""

    __slots__ = ("__weakref__", "_gateway", "_graph", "_lock", "_ports", "_resources", "_routes", "_table", "_version")

    def __init__(self, graph: Graph, table: Table, resources: ResourceSet | None = None) -> None:
        """`resources`: those that the graph is of; without them the Router cannot be updated."""
        self._resources = resources
        self._hold(table.gateway, RouteTable(table), graph, table, None)

    def _hold(
        self, gateway: str, routes: RouteTable, graph: Graph | None, table: Table | None, version: Version | None
    ) -> None:
        self._gateway = gateway
        self._routes = routes
        self._graph = graph
        self._table = table
        self._version = version
        self._lock = Lock()
        self._ports: dict[int, PortTable] = {number: routes.port(number) for number in routes.ports}

    @property
    def graph(self) -> Graph:
        """What the resources mean together. Of an updated Router it is put together when it is first asked for."""
        if self._graph is None:
            assert self._version is not None
            self._graph = self._version.graph()
        return self._graph

    @property
    def table(self) -> Table:
        """The same as plain data: listeners, rules, entries. Equal resources have equal tables, however a Router came to them;
        an updated one lowers it when it is first asked for, and numbers its own entries in another way."""
        if self._table is None:
            self._table = lower(self.graph, self._key())
        return self._table

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that something listens on, ascending."""
        return self._routes.ports

    @property
    def nbytes(self) -> int:
        """Size of the compiled table in bytes, names and paths included."""
        return self._routes.nbytes

    @property
    def content_hash(self) -> str:
        """SHA-256 of the compiled table, in hex. Equal resources in any order have equal tables; an updated Router compiles
        its own when it is first asked."""
        routes = self._routes if self._is_as_lowered else RouteTable(self.table)
        return sha256(routes.content()).hexdigest()

    def port(self, number: int) -> PortTable:
        """What happens at one port; bind it once per listening socket and call its `match` for every request.

        Raises:
            UsageError: nothing listens on this port.
        """
        return self._ports.get(number) or self._routes.port(number)

    def match(
        self,
        method: str | None,
        url: str,
        headers: Any = (),
        *,
        sni: str | None = None,
        draw: float | int | None = None,
    ) -> Decision:
        """The Decision for a request to an absolute URL, as curl would send it: port and Host come from the URL, and for
        https the server name too, unless `sni` says otherwise. For programs, `port(n).match` is the fast way.

        `grpc://` and `grpcs://` stand for the POST that a call of `/package.Service/Method` is. `tls://`, `tcp://` and
        `udp://` stand for a connection, which has neither method nor headers. `method=None` is what the scheme implies.

        Raises:
            UsageError: the URL is not absolute, or no request of its scheme is like this, or nothing listens on its port.
        """
        asked = parse_url(url)
        method, headers = asked.complete(method, headers)
        server_name = asked.server_name if sni is None else sni
        port = self.port(asked.port)
        match asked.scheme:
            case "tls":
                return port.match_tls(server_name, draw=draw)
            case "tcp":
                return port.match_tcp(draw=draw)
            case "udp":
                return port.match_udp(draw=draw)
        return port.match(method, asked.host, asked.target, headers, sni=server_name, draw=draw)

    def update(
        self,
        upserts: Iterable[Mapping[str, Any] | Resource] = (),
        deletes: Iterable[ResourceKey | Mapping[str, Any] | Resource] = (),
    ) -> Router:
        """The Router of the same resources without `deletes` and with `upserts`. This one stays as it is, and goes on serving.

        Upserts are objects as mappings, from YAML, JSON or an API server, or typed; they are judged as `load` judged the
        others. Deletes are keys, typed objects, or mappings with apiVersion, kind, and namespace and name in metadata; one
        that is not there is no error, and what is in both lists is put. Gateway, controller and options stay.

        What a change costs depends on what it reaches (docs/updates.md): one route takes well below a millisecond, whatever
        the number of routes. Decisions are those of a Router compiled from scratch, in all but `entry.id`.

        Raises:
            LoadError: an object is not well-formed; it names every problem of all of them, and nothing has changed.
            CompileError: the Gateway is gone, or its class is no longer ours, or a limit of the table is passed.
            UsageError: the Router was compiled from a Graph, whose resources it does not know.
        """
        before = self._known_version()
        step = advance(before, self._routes, self._table, upserts, deletes)
        made = Router.__new__(Router)
        made._resources = None
        is_same = step.version.prepared is before.prepared
        made._hold(self._gateway, step.routes, self._graph if is_same else step.graph, step.table, step.version)
        return made

    @property
    def resources(self) -> ResourceSet | None:
        """What the Router was made of; None for one that was compiled from a Graph."""
        return self._resources if self._version is None else self._version.resources

    @property
    def _is_as_lowered(self) -> bool:
        """Whether what decides was made of the table, and not patched since."""
        return self._version is None or self._version.patched is None

    def _known_version(self) -> Version:
        with self._lock:
            if self._version is None:
                if self._resources is None:
                    raise UsageError("a Router that was compiled from a Graph cannot be updated: compile a ResourceSet")
                self._version = first(self.graph, self._resources, self._key())
            return self._version

    def _key(self) -> ResourceKey:
        namespace, _, name = self._gateway.partition("/")
        return ResourceKey(_GROUP, "Gateway", namespace, name)

    def __repr__(self) -> str:
        rules = "" if self._table is None else f"{len(self._table.rules)} rules, "
        return f"<Router of {self._gateway}: {rules}ports {', '.join(map(str, self.ports))}>"


class Address(NamedTuple):
    """What an absolute URL says of a request or a connection."""

    scheme: str
    """In lower case: http, https, grpc, grpcs, tls, tcp or udp."""
    port: int
    host: str
    """As Host has it: with the port, where the URL names one."""
    target: str
    """Path and query, to the letter."""
    server_name: str | None
    """What a client would send in its TLS handshake; None for addresses, and where there is no TLS."""

    @property
    def is_connection(self) -> bool:
        return self.scheme in _CONNECTIONS

    def complete(self, method: str | None, headers: Any) -> tuple[str, Any]:
        """Method and headers of the request, with what the scheme implies.

        Raises:
            UsageError: no request of this scheme has such a method or such headers.
        """
        if self.is_connection and (method is not None or headers):
            raise UsageError(f"a connection ({self.scheme}://) has no method and no headers")
        if self.scheme not in _GRPC:
            return "GET" if method is None else method, headers
        if method not in (None, "POST"):
            raise UsageError(f"a gRPC call ({self.scheme}://) is a POST, not a {method}")
        lines = tuple(headers.items() if hasattr(headers, "items") else headers or ())
        return "POST", lines if _has_type(lines) else (*lines, ("content-type", "application/grpc"))


def _has_type(lines: Iterable[tuple[str | bytes, Any]]) -> bool:
    return any(as_bytes(name).lower() == b"content-type" for name, _ in lines)


def parse_url(url: str) -> Address:
    """The parts of an absolute URL.

    The target is kept to the letter; only a missing path becomes `/`, and a fragment is not sent.

    >>> parse_url("https://shop.example.com/cart/../x?v=2#top")
    Address(scheme='https', port=443, host='shop.example.com', target='/cart/../x?v=2', server_name='shop.example.com')
    >>> parse_url("http://[::1]:8080")[1:]
    (8080, '[::1]:8080', '/', None)
    >>> parse_url("grpc://api.example.com/shop.Cart/Get")[1:4], parse_url("tls://db.example.com").server_name
    ((80, 'api.example.com', '/shop.Cart/Get'), 'db.example.com')

    Raises:
        UsageError: it is not absolute, of another scheme, or lacks its host or the port of tcp and udp.
    """
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in _PORTS:
        known = ", ".join(_PORTS)
        raise UsageError(f"{url!r} is no absolute URL such as https://shop.example.com/cart; schemes are {known}")
    rest = rest.partition("#")[0]
    end = min((rest.index(stop) for stop in "/?" if stop in rest), default=len(rest))
    authority, target = rest[:end], rest[end:]
    try:
        parsed = urlsplit(f"//{authority}")
        port, hostname = parsed.port or _PORTS[scheme], parsed.hostname
    except ValueError as error:
        raise UsageError(f"{url!r}: {error}") from None
    if not hostname:
        raise UsageError(f"{url!r} names no host")
    if port is None:
        raise UsageError(f"{url!r} names no port, and {scheme} has none by default")
    if scheme in _CONNECTIONS and target not in ("", "/"):
        raise UsageError(f"{url!r}: a connection has no path, only host and port")
    is_address = ":" in hostname or hostname.replace(".", "").isdigit()
    server_name = hostname if scheme in _SECURE and not is_address else None
    return Address(scheme, port, authority, target if target.startswith("/") else f"/{target}", server_name)


@collector.paused()
def compile(
    resources: ResourceSet | Graph, gateway: str | None = None, *, controller: str | None = None, options: Options | None = None
) -> Router:
    """A Router for one Gateway. `gateway` is `namespace/name`, and may be left out if there is exactly one.

    `controller` and `options` say how a ResourceSet is resolved; a Graph brings its own.

    Raises:
        CompileError: there is no such Gateway, it is not ours, or a limit of the table is passed.
    """
    if isinstance(resources, Graph):
        if controller is not None or options is not None:
            raise UsageError("a Graph is resolved already: pass controller and options to resolve()")
        graph = resources
        return Router(graph, lower(graph, _chosen(graph, gateway)))
    graph = resolve(resources, controller=controller, options=options or Options())
    return Router(graph, lower(graph, _chosen(graph, gateway)), resources)


def _chosen(graph: Graph, gateway: str | None) -> ResourceKey:
    known = sorted(f"{key.namespace}/{key.name}" for key in graph.gateways)
    listed = ", ".join(known[:5]) + (f" and {len(known) - 5} more" if len(known) > 5 else "")
    if gateway is None:
        if len(known) == 1:
            return next(iter(graph.gateways))
        if not known:
            raise CompileError("there is no Gateway whose GatewayClass is ours")
        raise CompileError(f"there are {len(known)} Gateways, say which: {listed}")
    namespace, slash, name = gateway.partition("/")
    if not slash:
        raise CompileError(f"a Gateway is named as namespace/name, not {gateway!r}")
    key = ResourceKey(_GROUP, "Gateway", namespace, name)
    if key not in graph.gateways:
        raise CompileError(f"there is no such Gateway, or its class is not ours; known: {listed or 'none'}", resource=str(key))
    return key
