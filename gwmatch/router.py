"""From resources to a Router: the graph, its table, and the table compiled.

A Router never changes; `update` gives another. Swap whole Routers under load; whoever still holds the old one goes on
reading it.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from . import collector
from ._core import Decision, PortTable, RouteTable
from .addresses import parse_url
from .api import Resource, ResourceKey, ResourceSet
from .errors import CompileError, LoadError, Problem, UsageError
from .graph import Graph, Prepared, prepare, resolve_prepared
from .ir import Table
from .lowering import Outline, lower
from .options import Options
from .stored import Stored, damaged, packed
from .updates import Version, advance, compiled, first, resolved_again

_GROUP = "gateway.networking.k8s.io"


class Router:
    """What one Gateway does with requests. Made by compile()."""

    __slots__ = (
        "__weakref__",
        "_gateway",
        "_graph",
        "_lock",
        "_outline",
        "_ports",
        "_prepared",
        "_routes",
        "_stored",
        "_table",
        "_version",
    )

    def __init__(self, graph: Graph, table: Table) -> None:
        """A Router that keeps both, and cannot be updated."""
        self._hold(table.gateway, RouteTable(table), graph=graph, table=table)

    def _hold(
        self,
        gateway: str,
        routes: RouteTable,
        *,
        graph: Graph | None = None,
        table: Table | None = None,
        version: Version | None = None,
        prepared: Prepared | None = None,
        outline: Outline | None = None,
    ) -> None:
        """`prepared` and `outline` are what a Router has to be updated from that was not updated yet."""
        self._gateway = gateway
        self._routes = routes
        self._graph = graph
        self._table = table
        self._version = version
        self._prepared = prepared
        self._outline = outline
        self._stored: Stored | None = None
        self._lock = Lock()
        self._ports: dict[int, PortTable] = {number: routes.port(number) for number in routes.ports}

    @property
    def graph(self) -> Graph:
        """What the resources mean together. It is resolved again when it is first asked for, and then kept: who needs both the
        graph and the Router calls `resolve`, and compiles what that gives.

        Raises:
            UsageError: the Router was loaded: a stored table holds what it decides by, and not the resources.
        """
        if self._graph is None:
            self._graph = self._resolved()
        return self._graph

    def _resolved(self) -> Graph:
        if self._version is not None:
            return self._version.graph()
        if self._prepared is None:
            raise UsageError("a Router that was loaded has no graph: compile the resources")
        return resolved_again(self._prepared)

    @property
    def table(self) -> Table:
        """The same as plain data: listeners, rules, entries. Equal resources have equal tables, however a Router came to them.
        It is lowered again when it is first asked for, and then kept. An updated Router numbers its own entries otherwise."""
        if self._table is None:
            self._table = self._lowered()
        return self._table

    def _lowered(self) -> Table:
        if self._stored is not None:
            return self._stored.table()
        return lower(self._graph or self._resolved(), self._key())

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
        routes = RouteTable(self._table or self._lowered()) if self._is_patched else self._routes
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
            UsageError: the Router was compiled from a Graph or loaded, and does not know its resources.
        """
        before = self._known_version()
        step = advance(before, self._routes, upserts, deletes)
        made = Router.__new__(Router)
        made._hold(
            self._gateway,
            step.routes,
            graph=self._graph if step.version.prepared is before.prepared else None,
            table=self._table if step.routes is self._routes else None,
            version=step.version,
        )
        return made

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the compiled table to a file, for `load_table`. Equal resources give equal files.

        The file is complete or not there: it takes the place of an older one in one step, and whoever has that one open goes on
        reading it. It holds what decisions need, names and paths included, and neither certificates nor Secrets.

        Raises:
            OSError: the file cannot be written.
        """
        target = Path(path)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._packed())
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _packed(self) -> bytes:
        table = self._table or self._lowered()  # not kept for it
        routes = RouteTable(table) if self._is_patched else self._routes
        return packed(table, routes.content(), routes.patterns)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled it is what `save` writes: it decides, and has no graph any more."""
        return _restored, (self._packed(),)

    def as_lowered(self) -> Router:
        """A Router that decides alike, whose decisions have the numbers of `table`: this one, unless it was updated."""
        return Router(self.graph, self.table) if self._is_patched else self

    @property
    def resources(self) -> ResourceSet | None:
        """What the Router was made of; None for one that was compiled from a Graph, or loaded."""
        if self._version is not None:
            return self._version.resources
        return None if self._prepared is None else self._prepared.resources

    @property
    def _is_patched(self) -> bool:
        return self._version is not None and self._version.patched is not None

    def _known_version(self) -> Version:
        with self._lock:
            if self._version is None:
                if self._prepared is None:
                    origin = "compiled from a Graph" if self._stored is None else "loaded"
                    raise UsageError(f"a Router that was {origin} cannot be updated: compile a ResourceSet")
                self._version = first(self._prepared, self._key(), self._outline)
            return self._version

    def _key(self) -> ResourceKey:
        namespace, _, name = self._gateway.partition("/")
        return ResourceKey(_GROUP, "Gateway", namespace, name)

    def __repr__(self) -> str:
        known = self._table or self._outline
        rules = "" if known is None else f"{len(known.rules)} rules, "
        return f"<Router of {self._gateway}: {rules}ports {', '.join(map(str, self.ports))}>"


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
    prepared = prepare(resources, controller=controller, options=options or Options())
    graph = resolve_prepared(prepared)
    key = _chosen(graph, gateway)
    made = Router.__new__(Router)
    routes, outline = compiled(prepared, graph, key)
    made._hold(f"{key.namespace}/{key.name}", routes, prepared=prepared, outline=outline)
    return made


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


def load_table(path: str | os.PathLike[str]) -> Router:
    """The Router that `Router.save` wrote, decided by where the file lies: it is mapped into memory, not read.

    Processes that load one file share its memory. Every offset in it is checked before anything follows it, and what a match
    reads is checked against damage; rules and entries are when they are first looked at. The Router has `table`, and neither
    `graph` nor `update`. As long as it lives the file must not be written to; replace it as `save` does.

    Raises:
        LoadError: there is no such file, or it is no table, of another version of gwmatch, or damaged.
    """
    source = os.fspath(path)
    try:
        with open(source, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped, and a name with NUL names none
        reason = getattr(error, "strerror", None) or str(error)
        raise LoadError([Problem(message=f"cannot be read: {reason}", source=source)]) from None
    return _restored(mapped, source)


def _restored(data: bytes | mmap.mmap, source: str | None = None) -> Router:
    stored = Stored(memoryview(data), source)
    meta = stored.meta
    try:
        routes = RouteTable.restored(
            stored.block, meta.patterns, meta.options, meta.gateway, stored.listeners, stored.rules, stored.entries
        )
    except (ValueError, CompileError) as error:
        damaged(source, str(error))
    made = Router.__new__(Router)
    made._hold(meta.gateway, routes)
    made._stored = stored
    return made
