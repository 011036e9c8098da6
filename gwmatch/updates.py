"""From one version of a Gateway's routing to the next: what a Router knows in order to be changed, and what a change costs.

Nothing is decided here that compile() would not decide. Whatever cannot be changed in its place is made anew (docs/updates.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
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
    Route,
    RouteNode,
    assemble,
    dependents,
    differing,
    has_room,
    prepare_again,
    resolve,
    resolve_prepared,
    resolve_route,
)
from .layered import Layered
from .lowering import Frame, Growing, Outline, Patched, Turnover, begin, frame_of, lower, lower_outlined, patch, relaid
from .options import Options

Upserts = Iterable[Mapping[str, Any] | Resource]
Deletes = Iterable[ResourceKey | Mapping[str, Any] | Resource]

_RECENT = 4096
"""Routes that are kept resolved after they have changed."""
_ROUTES = {(kind.GROUP, kind.KIND): kind for kind in ROUTE_TYPES}
_SERVED = frozenset(kind for _, kind in KINDS)


class Line:
    """All versions whose tables were patched from one."""

    __slots__ = ("_outline", "_start", "lock")

    def __init__(self, outline: Outline | None = None) -> None:
        """`outline`: of the table that they begin with; None where the line goes on from one that was patched."""
        self.lock = Lock()
        """Held by whoever makes a version of the line, or begins it."""
        self._outline = outline
        self._start: Patched | None = None

    def start(self) -> Patched | None:
        """The first table of the line. It is asked for again by whoever changes that one in two ways."""
        if self._start is None and self._outline is not None:
            self._start = begin(self._outline)
        return self._start


class Version(NamedTuple):
    """All that a Router was made of, in parts that the next one shares."""

    resources: ResourceSet
    gateway: ResourceKey
    prepared: Prepared
    recent: Layered[ResourceKey, RouteNode]
    """Routes that changed lately, resolved; the others are resolved again when they are asked for."""
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
        return resolved_again(self.prepared._replace(resources=self.resources))

    def node(self, key: ResourceKey) -> RouteNode | None:
        """The route, resolved by itself."""
        found: RouteNode | None = self.recent.get(key)
        return self.prepared.route(key) if found is None else found

    def routes(self) -> Iterator[Route]:
        for kind in ROUTE_TYPES:
            yield from self.resources.of(kind)


def resolved_again(prepared: Prepared) -> Graph:
    """The Graph of all that was prepared, by a context of its own: this one would remember what it was asked."""
    return resolve(prepared.resources, controller=prepared.controller, options=prepared.context.options)


class Compiled(NamedTuple):
    """What requests are decided by, and what is kept of the table that it was made of."""

    routes: RouteTable
    outline: Outline | None
    """None for a table that is kept as it is."""


def compiled(prepared: Prepared, graph: Graph, gateway: ResourceKey) -> Compiled:
    """The table of one Gateway, compiled and let go. `graph` is what was resolved against `prepared`."""
    resources, context = prepared.resources, prepared.context
    if graph.options.grpc_http_exclusive:  # a route depends on others, and cannot be lowered again by itself
        return Compiled(RouteTable(lower(graph, gateway)), None)
    found = [resources.of(kind) for kind in ROUTE_TYPES if resources.of(kind)]
    routes = found[0] if len(found) == 1 else tuple(chain.from_iterable(found))
    table, outline = lower_outlined(graph, gateway, lambda place: resolve_route(routes[place], context))
    made = RouteTable(table)
    made.let_go(
        outline.frame.listeners,
        Growing(outline.rules),
        Growing(outline.entries),
        lambda: lower(resolved_again(prepared), gateway),
    )
    context.references.forget()
    return Compiled(made, outline)


class Step(NamedTuple):
    """A version, and what requests are decided by."""

    version: Version
    routes: RouteTable


def first(prepared: Prepared, gateway: ResourceKey, outline: Outline | None) -> Version:
    """The version of a Router that was just compiled."""
    frame, named = _framed(prepared, gateway)
    return Version(prepared.resources, gateway, prepared, Layered(), frame, named, None, None, Line(outline))


def advance(before: Version, routes: RouteTable, upserts: Upserts, deletes: Deletes) -> Step:
    """The version without `deletes` and with `upserts`. `routes` decides for `before`.

    Raises:
        LoadError: an object is not well-formed.
        CompileError: the Gateway is gone or no longer ours, or a limit of the table is passed.
    """
    resources, touched = before.resources.update(upserts, deletes)
    if not touched:
        return Step(before._replace(resources=resources), routes)
    prepared = prepare_again(before.prepared, resources, touched)
    if before.gateway not in prepared.gateways:
        raise CompileError("the Gateway is gone, or its class is no longer ours", resource=str(before.gateway))
    own = [key for key in touched if (key.group, key.kind) in _ROUTES]
    stale, index = _stale(before, prepared, touched, own)
    changed, turnovers = _resolved(before, prepared, stale)
    recent = before.recent.changed({key: node for key, node in changed.items() if node is not None}, changed)
    frame, named = before.frame, before.named
    if len(own) < len(touched) or not named.isdisjoint(own):
        frame, named = _framed(prepared, before.gateway)
    after = before._replace(
        resources=resources,
        prepared=prepared,
        recent=recent if len(recent) <= _RECENT else Layered(),
        frame=frame,
        named=named,
        dependents=None if index is None else index.carried(own),
    )
    if frame is not None and (frame is before.frame or frame == before.frame):
        if not turnovers:
            return Step(after, routes)
        found = _patched(before, routes, turnovers)
        if found is not None:
            patched, made, line = found
            return Step(after._replace(patched=patched, line=line), made)
    return _anew(after)


def _anew(version: Version) -> Step:
    """The version with everything made as compile() makes it."""
    prepared = version.prepared
    made = compiled(prepared, resolve_prepared(prepared), version.gateway)
    return Step(version._replace(patched=None, line=Line(made.outline)), made.routes)


def _patched(before: Version, routes: RouteTable, turnovers: Collection[Turnover]) -> tuple[Patched, RouteTable, Line] | None:
    """The table with the routes changed: in its place; or, where that has no room left or was changed before, in a copy; or
    else compiled from its plain data. None where it has to be lowered anew."""
    with before.line.lock:
        start = before.patched or before.line.start()
        if start is None:
            return None
        found = _changed(start, routes, turnovers)
        if found is None:
            return None
        patched, made = found
        if made is not None:
            return patched, made, before.line
        own = start.apart()
    rules, entries, _ = own.counts
    copied = routes.apart(own.made.rules.first(rules), own.made.entries.first(entries))
    if copied is not None:
        found = _changed(own, copied, turnovers)
        if found is not None and found[1] is not None:
            return found[0], found[1], Line()
    again = patch(own, turnovers)
    if again is None:
        return None
    patched, table = relaid(again[0])
    return patched, RouteTable(table), Line()


def _changed(start: Patched, routes: RouteTable, turnovers: Collection[Turnover]) -> tuple[Patched, RouteTable | None] | None:
    """The table with the routes changed, which is compiled unless `routes` cannot take it; None where it cannot be told."""
    mark = start.made.mark()
    found = patch(start, turnovers)
    if found is None:
        start.made.back(mark)
        return None
    patched, change = found
    made = routes.changed(change)
    if made is None:
        start.made.back(mark)
    return patched, made


def _stale(
    before: Version, prepared: Prepared, touched: Collection[ResourceKey], own: Collection[ResourceKey]
) -> tuple[Iterable[ResourceKey], Dependents | None]:
    """The routes to resolve again, and the index if there is one."""
    index = before.dependents
    if _is_tangled(prepared.context.options):
        return _all(before, own), None
    if len(own) == len(touched):
        return own, index
    subjects = differing(before.prepared.context, prepared.context, [key for key in touched if key not in own])
    if subjects is None:
        return _all(before, own), index
    if not subjects:
        return own, index
    index = index or dependents(before.routes())
    return index.of(subjects).union(own), index


def _all(before: Version, own: Collection[ResourceKey]) -> set[ResourceKey]:
    return {*(route.key for route in before.routes()), *own}


def _resolved(
    before: Version, prepared: Prepared, stale: Iterable[ResourceKey]
) -> tuple[dict[ResourceKey, RouteNode | None], list[Turnover]]:
    """What has become of routes that may have changed: those that have, and of these the ones that a table can tell."""
    changed: dict[ResourceKey, RouteNode | None] = {}
    turnovers: list[Turnover] = []
    for key in stale:
        new = prepared.route(key)
        old = before.node(key)
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
