"""Routes whose parents are Services (GEP-1294). In: a ResourceSet. Out: a Graph whose routes are attached to Service ports.

A Service port stands in the place of a listener: a parentRef's port and sectionName choose among them as they do among
listeners. Hostnames take no part, since traffic is known by the Service's address; ReferenceGrants are not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ..api import (
    AllowedRoutes,
    GRPCRoute,
    HTTPRoute,
    Listener,
    Namespace,
    ResourceKey,
    ResourceSet,
    RouteGroupKind,
    RouteNamespaces,
    Service,
    TCPRoute,
    TLSRoute,
)
from ..errors import FieldPath
from ..options import Options
from .grants import Target
from .nodes import Condition, Graph, ListenerKey, ListenerNode, ParentNode, Route, RouteNode
from .references import Fault
from .routes import Context, Parent, resolve_route
from .selectors import Namespaces
from .surroundings import Surroundings

MESH_KINDS: tuple[type[Route], ...] = (GRPCRoute, HTTPRoute, TLSRoute, TCPRoute)
"""The one that stands first has a Service port to itself; the others are refused there."""

_ANYBODY = AllowedRoutes(namespaces=RouteNamespaces(from_="All"))
_SUPPORTED = tuple(RouteGroupKind(kind=kind.KIND) for kind in MESH_KINDS)
_DEFAULTS = Options()


class _WithoutGrants(Surroundings):
    """Any client may send to any Service already, so that a route to it permits nothing new (A-55)."""

    __slots__ = ()

    def forbidden(self, source: ResourceKey, target: Target, at: FieldPath) -> Fault | None:
        return None


def resolve_mesh(resources: ResourceSet, *, controller: str | None = None, options: Options = _DEFAULTS) -> Graph:
    """What routes with Services for parents mean. `graph.status()` has their conditions, an entry for each such parentRef.

    The routes of one Service stand in three groups that never mix: those of its own namespace are for all clients, those of
    another namespace for the clients there (producer and consumer routes).
    """
    services = {service.key: service for service in resources.of(Service)}
    parents = {key: Parent(key, key, tuple(_ports(service))) for key, service in services.items()}
    context = Context(parents, (), _WithoutGrants(resources, options), Namespaces(resources.of(Namespace)), options)
    routes = [_resolved(route, context, services) for kind in MESH_KINDS for route in resources.of(kind)]
    settled = _settled([route for route in routes if route.parents])
    return Graph(
        controller=controller,
        options=options,
        gateway_classes=(),
        gateways={},
        listener_sets={},
        routes=settled,
        attached=_attached(settled),
    )


def _ports(service: Service) -> Iterable[ListenerNode]:
    for port in service.spec.ports:
        if port.protocol in (None, "TCP"):
            listener = Listener(name=port.name or str(port.port), port=port.port, protocol="TCP", allowed_routes=_ANYBODY)
            key = ListenerKey(service.key, listener.name)
            yield ListenerNode(key, service.key, listener, None, _SUPPORTED, (), serving=True)


def _resolved(route: Route, context: Context, services: Mapping[ResourceKey, Service]) -> RouteNode:
    nameless = route
    if isinstance(route, HTTPRoute | GRPCRoute | TLSRoute):
        nameless = msgspec.structs.replace(route, spec=msgspec.structs.replace(route.spec, hostnames=()))
    node = resolve_route(nameless, context)
    parents = tuple(_without_two_masters(route, parent, services[parent.parent]) for parent in node.parents)
    return msgspec.structs.replace(node, resource=route, parents=parents)


def _without_two_masters(route: Route, parent: ParentNode, service: Service) -> ParentNode:
    """S-7: sessions cannot be kept by the Service's address and by the route at once."""
    persistent = any(getattr(rule, "session_persistence", None) is not None for rule in route.spec.rules)
    if service.spec.session_affinity != "ClientIP" or not persistent or not parent.accepted:
        return parent
    message = f"{service.key} has sessionAffinity ClientIP, which does not go with a rule's sessionPersistence"
    return _refused(parent, "UnsupportedValue", message)


def _settled(routes: list[RouteNode]) -> tuple[RouteNode, ...]:
    """Of several kinds at one port, in one group, only the first of MESH_KINDS keeps it."""
    first: dict[tuple[ListenerKey, str | None], int] = {}
    ranks = {kind.KIND: rank for rank, kind in enumerate(MESH_KINDS)}
    for route in routes:
        for parent in route.parents:
            for attachment in parent.attachments:
                place = attachment.listener, group_of(route, attachment.listener)
                first[place] = min(first.get(place, len(ranks)), ranks[route.key.kind])
    return tuple(
        msgspec.structs.replace(route, parents=tuple(_kept(route, parent, first, ranks) for parent in route.parents))
        for route in routes
    )


def _kept(
    route: RouteNode, parent: ParentNode, first: Mapping[tuple[ListenerKey, str | None], int], ranks: Mapping[str, int]
) -> ParentNode:
    own = ranks[route.key.kind]
    kept = tuple(each for each in parent.attachments if first[each.listener, group_of(route, each.listener)] == own)
    if kept or not parent.attachments:
        return msgspec.structs.replace(parent, attachments=kept)
    taken = ", ".join(each.listener.name for each in parent.attachments)
    return _refused(parent, "Conflicted", f"routes of another kind have the ports {taken} of {parent.parent}")


def group_of(route: RouteNode, listener: ListenerKey) -> str | None:
    """None for a producer route; for a consumer route the namespace whose clients it is for."""
    return None if route.key.namespace == listener.owner.namespace else route.key.namespace


def _refused(parent: ParentNode, reason: str, message: str) -> ParentNode:
    others = (each for each in parent.conditions if each.type == "ResolvedRefs")
    conditions = (Condition("Accepted", "False", reason, message), *others)
    return msgspec.structs.replace(parent, attachments=(), conditions=conditions)


def _attached(routes: Iterable[RouteNode]) -> dict[ListenerKey, tuple[ResourceKey, ...]]:
    attached: dict[ListenerKey, dict[ResourceKey, None]] = {}
    for route in routes:
        for parent in route.parents:
            for attachment in parent.attachments:
                attached.setdefault(attachment.listener, {})[route.key] = None
    return {key: tuple(keys) for key, keys in attached.items()}
