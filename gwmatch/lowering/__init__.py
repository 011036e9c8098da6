"""From meaning to matching. In: a Graph. Out: an ir.Table for one Gateway, in which everything is an id, a rank or a byte.

Rules that the graph found invalid are gone, listeners that take no traffic too; whatever is left is matched as it stands.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from .. import collector
from ..api import ResourceKey
from ..graph import Graph, RouteNode
from ..ir import Table
from .derived import Growing, Numbering, Outline, outline
from .entries import Entries, reached
from .frame import Frame, frame_of
from .hosts import VirtualHosts
from .mesh import lower_service
from .patched import Patched, begin, relaid
from .patching import Turnover, patch

__all__ = [
    "Frame",
    "Growing",
    "Outline",
    "Patched",
    "Turnover",
    "begin",
    "frame_of",
    "lower",
    "lower_outlined",
    "lower_service",
    "patch",
    "relaid",
]


@collector.paused()
def lower(graph: Graph, gateway: ResourceKey) -> Table:
    """The table of one Gateway of the graph. Equal graphs give equal tables."""
    return _lower(graph, frame_of(graph, gateway))[0]


@collector.paused()
def lower_outlined(graph: Graph, gateway: ResourceKey, node: Callable[[int], RouteNode]) -> tuple[Table, Outline]:
    """The same, and what is enough to keep of it as long as `node` gives the routes of the graph by their place."""
    frame = frame_of(graph, gateway)
    table, numbering = _lower(graph, frame)
    return table, outline(table, frame, numbering, node)


def _lower(graph: Graph, frame: Frame) -> tuple[Table, Numbering]:
    collected = Entries(len(frame.listeners), frame.places, frame.policies)
    numbering = Numbering()
    for route in graph.routes:
        numbering.begin(collected)
        collected.add_route(route, reached(route, frame.numbers))
    numbering.begin(collected)
    hosts = VirtualHosts(collected.rules, graph.options)
    listeners = tuple(
        structs.replace(listener, entries=tuple([entry.id for entry in entries]), hosts=hosts.add(entries))
        for listener, entries in zip(frame.listeners, collected.by_listener, strict=True)
    )
    table = Table(
        gateway=frame.gateway,
        listeners=listeners,
        rules=tuple(collected.rules),
        entries=tuple(collected.entries),
        virtual_hosts=tuple(hosts.made),
        options=graph.options,
    )
    return table, numbering
