"""From one version of a Gateway's routing to the next: what a Router knows in order to be changed, and what a change costs.

Nothing is decided here that compile() would not decide. Whatever cannot be changed in its place is made anew (docs/updates.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple

from ._core import RouteTable
from .api import Resource, ResourceKey, ResourceSet
from .api.kinds import KINDS
from .errors import CompileError
from .graph import (
    ROUTE_TYPES,
    Dependents,
    Graph,
    Prepared,
    RouteNode,
    assemble,
    dependents,
    differing,
    has_room,
    prepare,
    prepare_again,
    resolve_route,
)
from .ir import Table
from .layered import Layered
from .lowering import Frame, Patched, Turnover, begin, frame_of, lower, patch, relaid
from .options import Options

Upserts = Iterable[Mapping[str, Any] | Resource]
Deletes = Iterable[ResourceKey | Mapping[str, Any] | Resource]

_ROUTES = {(kind.GROUP, kind.KIND): kind for kind in ROUTE_TYPES}
_SERVED = frozenset(kind for _, kind in KINDS)


class Line:
    """All versions whose tables were patched from one."""

    __slots__ = ("_start", "lock")

    def __init__(self) -> None:
        self.lock = Lock()
        """Held by whoever makes a version of the line, or begins it."""
        self._start: Patched | None = None

    def start(self, table: Table, frame: Frame) -> Patched | None:
        """The first table of the line. It is asked for again by whoever changes that one in two ways."""
        if self._start is None:
            self._start = begin(table, frame)
        return self._start


class Version(NamedTuple):
    """All that a Router was made of, in parts that the next one shares."""

    resources: ResourceSet
    gateway: ResourceKey
    prepared: Prepared
    nodes: Layered[ResourceKey, RouteNode]
    """The routes, each resolved by itself."""
    frame: Frame | None
    """None where routes depend on each other, so that the table is lowered from all of them."""
    named: frozenset[ResourceKey]
    """Routes that a policy of a registered kind names: whether it holds depends on them."""
    patched: Patched | None
    """None for a table as it was lowered, which is patched when there is something to patch."""
    dependents: Dependents | None
    """Made when it is first asked for."""
    line: Line

    def graph(self) -> Graph:
        """What resolve() gives for the resources."""
        kinds: dict[str, list[tuple[str, str, RouteNode]]] = {kind.KIND: [] for kind in ROUTE_TYPES}
        for key, node in self.nodes.flat().items():
            kinds[key.kind].append((key.namespace or "", key.name, node))
        return assemble(self.prepared, [node for found in kinds.values() for *_, node in sorted(found, key=_by_name)])


class Step(NamedTuple):
    """A version, and what requests are decided by."""

    version: Version
    routes: RouteTable
    graph: Graph | None
    """None where it is not known yet."""
    table: Table | None


def first(graph: Graph, resources: ResourceSet, gateway: ResourceKey) -> Version:
    """The version of a Router that was just compiled."""
    prepared = prepare(resources, controller=graph.controller, options=graph.options)
    nodes = {node.key: node for node in graph.routes}
    if graph.options.grpc_http_exclusive:  # those of the graph are what is left of them
        nodes = {key: resolve_route(node.resource, prepared.context) for key, node in nodes.items()}
    frame, named = _framed(prepared, gateway)
    return Version(resources, gateway, prepared, Layered(nodes), frame, named, None, None, Line())


def advance(before: Version, routes: RouteTable, table: Table | None, upserts: Upserts, deletes: Deletes) -> Step:
    """The version without `deletes` and with `upserts`. `routes` decides for `before`; `table` is what it was made of, or None
    for one that was patched.

    Raises:
        LoadError: an object is not well-formed.
        CompileError: the Gateway is gone or no longer ours, or a limit of the table is passed.
    """
    resources, touched = before.resources.update(upserts, deletes)
    if not touched:
        return Step(before._replace(resources=resources), routes, None, table)
    prepared = prepare_again(before.prepared, resources, touched)
    if before.gateway not in prepared.gateways:
        raise CompileError("the Gateway is gone, or its class is no longer ours", resource=str(before.gateway))
    own = [key for key in touched if (key.group, key.kind) in _ROUTES]
    stale, index = _stale(before, prepared, touched, own)
    changed, turnovers = _resolved(before, prepared, stale)
    nodes = before.nodes.changed({key: node for key, node in changed.items() if node is not None}, changed)
    frame, named = before.frame, before.named
    if len(own) < len(touched) or not named.isdisjoint(own):
        frame, named = _framed(prepared, before.gateway)
    carried = None if index is None else index.carried(own)
    found: tuple[Patched | None, RouteTable, Line] | None = None
    if frame is not None and (frame is before.frame or frame == before.frame):
        found = _patched(before, routes, table, turnovers) if turnovers else (before.patched, routes, before.line)
    patched, made, line = found or (None, routes, before.line)
    after = Version(resources, before.gateway, prepared, nodes, frame, named, patched, carried, line)
    if found is None:
        return _anew(after)
    return Step(after, made, None, None if turnovers else table)


def _anew(version: Version) -> Step:
    """The version with everything made as compile() makes it."""
    graph = version.graph()
    table = lower(graph, version.gateway)
    return Step(version._replace(patched=None, line=Line()), RouteTable(table), graph, table)


def _patched(
    before: Version, routes: RouteTable, table: Table | None, turnovers: Collection[Turnover]
) -> tuple[Patched, RouteTable, Line] | None:
    """The table with the routes changed: in its place, or else, where that has no room left or was changed before, in another;
    None where it has to be lowered anew."""
    assert before.frame is not None
    with before.line.lock:
        start = before.patched
        if start is None and table is not None:
            start = before.line.start(table, before.frame)
        if start is None:
            return None
        mark = start.made.mark()
        found = patch(start, turnovers)
        if found is None:
            start.made.back(mark)
            return None
        patched, change = found
        made = routes.changed(change)
        if made is not None:
            return patched, made, before.line
        patched, table = relaid(patched)
        start.made.back(mark)
    return patched, RouteTable(table), Line()


def _stale(
    before: Version, prepared: Prepared, touched: Collection[ResourceKey], own: Collection[ResourceKey]
) -> tuple[Iterable[ResourceKey], Dependents | None]:
    """The routes to resolve again, and the index if there is one."""
    index = before.dependents
    if _is_tangled(prepared.context.options):
        return {*before.nodes, *own}, None
    if len(own) == len(touched):
        return own, index
    subjects = differing(before.prepared.context, prepared.context, [key for key in touched if key not in own])
    if subjects is None:
        return {*before.nodes, *own}, index
    if not subjects:
        return own, index
    index = index or dependents(before.nodes.flat().values())
    return index.of(subjects).union(own), index


def _resolved(
    before: Version, prepared: Prepared, stale: Iterable[ResourceKey]
) -> tuple[dict[ResourceKey, RouteNode | None], list[Turnover]]:
    """What has become of routes that may have changed: those that have, and of these the ones that a table can tell."""
    changed: dict[ResourceKey, RouteNode | None] = {}
    turnovers: list[Turnover] = []
    for key in stale:
        resource = prepared.resources.get(_ROUTES[key.group, key.kind], key.namespace, key.name)
        new = None if resource is None else resolve_route(resource, prepared.context)
        old: RouteNode | None = before.nodes.get(key)
        if new != old:
            changed[key] = new
            turnover = Turnover(old, new)
            if not turnover.is_idle:
                turnovers.append(turnover)
    return changed, turnovers


def _framed(prepared: Prepared, gateway: ResourceKey) -> tuple[Frame | None, frozenset[ResourceKey]]:
    """The frame for routes that can come and go one by one, and the routes that policies name."""
    graph = assemble(prepared, ())
    named = {ResourceKey(*target[:4]) for policy in graph.policies.registered.values() for target in policy.targets}
    options = graph.options
    is_free = not (options.grpc_http_exclusive or _is_tangled(options)) and has_room(
        prepared.context.references, prepared.gateways
    )
    return frame_of(graph, gateway) if is_free else None, frozenset(key for key in named if key[:2] in _ROUTES)


def _is_tangled(options: Options) -> bool:
    """Whether a kind that the caller registered has the name of one that is read: then anything may depend on any object."""
    return any(kind.kind in _SERVED for kind in options.extensions)


def _by_name(found: tuple[str, str, RouteNode]) -> tuple[str, str]:
    return found[:2]
