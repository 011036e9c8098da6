"""From resources to a Router: the graph, its table, and the table compiled.

A Router never changes. Swap whole Routers under load; whoever still holds the old one goes on reading it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from ._core import Decision, PortTable, RouteTable
from .api import ResourceKey, ResourceSet
from .errors import CompileError, UsageError
from .graph import Graph, resolve
from .ir import Table
from .lowering import lower
from .options import Options

_GROUP = "gateway.networking.k8s.io"
_PORTS = {"http": 80, "https": 443}


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
        method: str,
        url: str,
        headers: Any = (),
        *,
        sni: str | None = None,
        draw: float | int | None = None,
    ) -> Decision:
        """The Decision for a request to an absolute URL, as curl would send it: port and Host come from the URL, and for
        https the server name too, unless `sni` says otherwise. For programs, `port(n).match` is the fast way.

        Raises:
            UsageError: the URL is not absolute http or https, or nothing listens on its port.
        """
        port, host, target, server_name = parse_url(url)
        return self.port(port).match(method, host, target, headers, sni=server_name if sni is None else sni, draw=draw)

    def __repr__(self) -> str:
        return f"<Router of {self.table.gateway}: {len(self.table.rules)} rules, ports {', '.join(map(str, self.ports))}>"


def parse_url(url: str) -> tuple[int, str, str, str | None]:
    """Port, Host, request target and server name (None for http and for addresses) of an absolute http or https URL.

    The target is kept to the letter; only a missing path becomes `/`, and a fragment is not sent.

    >>> parse_url("https://shop.example.com/cart/../x?v=2#top")
    (443, 'shop.example.com', '/cart/../x?v=2', 'shop.example.com')
    >>> parse_url("http://[::1]:8080")
    (8080, '[::1]:8080', '/', None)
    """
    scheme, mark, rest = url.partition("://")
    default = _PORTS.get(scheme.lower())
    if not mark or default is None:
        raise UsageError(f"{url!r} is no absolute http or https URL, such as https://shop.example.com/cart")
    rest = rest.partition("#")[0]
    end = min((rest.index(stop) for stop in "/?" if stop in rest), default=len(rest))
    authority, target = rest[:end], rest[end:]
    try:
        parsed = urlsplit(f"//{authority}")
        port, hostname = parsed.port or default, parsed.hostname
    except ValueError as error:
        raise UsageError(f"{url!r}: {error}") from None
    if not hostname:
        raise UsageError(f"{url!r} names no host")
    is_address = ":" in hostname or hostname.replace(".", "").isdigit()
    server_name = hostname if scheme.lower() == "https" and not is_address else None
    return port, authority, target if target.startswith("/") else f"/{target}", server_name


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
