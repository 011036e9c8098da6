"""From resources to a Router: the graph, its table, and the table compiled.

A Router never changes. Swap whole Routers under load; whoever still holds the old one goes on reading it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from . import collector
from ._core import Decision, PortTable, RouteTable
from .api import ResourceKey, ResourceSet
from .errors import CompileError, UsageError
from .graph import Graph, resolve
from .ir import Table, as_bytes
from .lowering import lower
from .options import Options

_GROUP = "gateway.networking.k8s.io"
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "tls": 443, "tcp": None, "udp": None}
"""Where a URL of each scheme leads that names no port; None where it has to."""
_SECURE = ("https", "grpcs", "tls")
_GRPC = ("grpc", "grpcs")
_CONNECTIONS = ("tls", "tcp", "udp")


class Router:
    """What one Gateway does with requests. Made by compile()."""

    __slots__ = ("_ports", "_routes", "graph", "table")

    graph: Graph
    """What the resources mean together."""
    table: Table
    """The same as plain data: listeners, rules, entries."""

    def __init__(self, graph: Graph, table: Table) -> None:
        self.graph = graph
        self.table = table
        self._routes = RouteTable(table)
        self._ports: dict[int, PortTable] = {number: self._routes.port(number) for number in self._routes.ports}

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
        """SHA-256 of the compiled table, in hex. Equal resources in any order have equal tables."""
        return sha256(self._routes.content()).hexdigest()

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

    def __repr__(self) -> str:
        return f"<Router of {self.table.gateway}: {len(self.table.rules)} rules, ports {', '.join(map(str, self.ports))}>"


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
    else:
        graph = resolve(resources, controller=controller, options=options or Options())
    return Router(graph, lower(graph, _chosen(graph, gateway)))


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
