"""Routes whose parents are Services (GEP-1294). In: a ResourceSet. Out: a Graph whose routes are attached to Service ports.

A Service port stands in the place of a listener: a parentRef's port and sectionName choose among them as they do among
listeners. Hostnames take no part, since traffic is known by the Service's address; ReferenceGrants are not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from .. import collector
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
    ServicePort,
    TCPRoute,
    TLSRoute,
    UDPRoute,
    XMesh,
)
from ..errors import FieldPath, Problem
from ..options import Options
from .attachment import Visitor, attach
from .grants import Target
from .nodes import Attachment, Condition, Graph, ListenerKey, ListenerNode, MeshNode, ParentNode, Route, RouteNode
from .notices import assumption_notices
from .oddities import route_notices
from .parameters import Parameters, class_parameters
from .policy_nodes import Policies
from .references import Fault
from .routes import Context, Doors, Parent, resolve_route
from .selectors import Namespaces
from .surroundings import Surroundings

MESH_KINDS: tuple[type[Route], ...] = (GRPCRoute, HTTPRoute, TLSRoute, TCPRoute, UDPRoute)
"""The one that stands first has a Service port to itself; the others are refused there."""

_RANKS = {kind.KIND: rank for rank, kind in enumerate(MESH_KINDS)}
_KINDS = {kind: RouteGroupKind(kind=kind) for kind in _RANKS}
_CARRIED = {"TCP": tuple(_KINDS[kind] for kind in _KINDS if kind != "UDPRoute"), "UDP": (_KINDS["UDPRoute"],)}
"""What a port of a protocol can have routes of. GEP-1294 does not speak of UDPRoute; it meets none of the other kinds."""
_ANYBODY = AllowedRoutes(namespaces=RouteNamespaces(from_="All"))
_PARENT_REFS = FieldPath() / "spec" / "parentRefs"
_DEFAULTS = Options()


class _WithoutGrants(Surroundings):
    """Any client may send to any Service already, so that a route to it permits nothing new (A-55)."""

    __slots__ = ()

    def forbidden(self, source: ResourceKey, target: Target, at: FieldPath) -> Fault | None:
        # That is true of what routes send to. The Secret that an XBackend shows is another tenant's as everywhere.
        return None if source.kind in _KINDS else super().forbidden(source, target, at)


@collector.paused()
def resolve_mesh(resources: ResourceSet, *, controller: str | None = None, options: Options = _DEFAULTS) -> Graph:
    """What routes with Services for parents mean. `graph.status()` has their conditions, an entry for each such parentRef.

    The routes of one Service stand in groups that never mix: those of its own namespace are for all clients, those of
    another namespace for the clients there (producer and consumer routes). A parent that is refused for what its route says
    keeps its attachments: they are the ports that are closed by it.
    """
    services = {service.key: service for service in resources.of(Service)}
    references = _WithoutGrants(resources, options)
    parents = {key: _parent(service) for key, service in services.items()}
    namespaces = Namespaces(resources.of(Namespace))
    context = Context(parents, Doors(parents, namespaces), (), references, namespaces, options)
    written = [route for kind in MESH_KINDS for route in resources.of(kind)]
    routes = [_resolved(route, context, services) for route in written if any(_of_service(route))]
    settled = _settled([route for route in routes if route.parents])
    return Graph(
        controller=controller,
        options=options,
        gateway_classes=(),
        gateways={},
        listener_sets={},
        routes=settled,
        notices=(
            *_missing(written, services),
            *route_notices(settled),
            *assumption_notices((), (), settled, Policies(), references),
        ),
        meshes=tuple(
            _mesh_node(mesh, class_parameters(mesh, references.extensions, named=controller is not None))
            for mesh in resources.of(XMesh)
            if controller in (None, mesh.spec.controller_name)
        ),
    )


def _mesh_node(mesh: XMesh, parameters: Parameters) -> MeshNode:
    if parameters.fault is not None:
        accepted = Condition("Accepted", "False", *parameters.fault)
    else:
        accepted = Condition("Accepted", "True", "Accepted", "The mesh is accepted.")
    return MeshNode(mesh, mesh.key, (accepted,), parameters.key)


def in_effect(graph: Graph, client_namespace: str) -> dict[ListenerKey, tuple[RouteNode, ...]]:
    """The routes that count for clients of a namespace, by the port that they are for, the first of MESH_KINDS first.

    Its own namespace's routes for a port stand in the place of the Service's. Those that were refused for what they say are
    there too: what they were to decide must not be forwarded as if nobody had asked for anything.
    """
    producers: dict[ListenerKey, dict[ResourceKey, RouteNode]] = {}
    consumers: dict[ListenerKey, dict[ResourceKey, RouteNode]] = {}
    for route in graph.routes:
        for listener in _named(route):
            if route.key.namespace == listener.owner.namespace:
                producers.setdefault(listener, {})[route.key] = route
            elif route.key.namespace == client_namespace:
                consumers.setdefault(listener, {})[route.key] = route
    return {listener: tuple(routes.values()) for listener, routes in {**producers, **consumers}.items()}


def port_key(service: ResourceKey, port: ServicePort) -> ListenerKey:
    """Identity of a port. One without a name gets one that no sectionName can be."""
    return ListenerKey(service, port.name or f":{port.port}/{port.protocol}")


# ---------------------------------------------------------------------------------------------------------------- attachment


def _parent(service: Service) -> Parent:
    key = service.key
    if service.spec.type == "ExternalName" or service.spec.cluster_ip == "None":
        return Parent(key, key, (), "it has no ClusterIP that traffic to it could be known by")
    return Parent(key, key, tuple(_ports(service)))


def _ports(service: Service) -> Iterator[ListenerNode]:
    for port in service.spec.ports:
        key = port_key(service.key, port)
        listener = Listener(name=key.name, port=port.port, protocol=port.protocol, allowed_routes=_ANYBODY)
        yield ListenerNode(key, service.key, listener, None, _CARRIED.get(port.protocol, ()), (), serving=True)


def _of_service(route: Route) -> Iterator[tuple[FieldPath, ResourceKey]]:
    """The Services that a route names as parents, and where."""
    for index, ref in enumerate(route.spec.parent_refs):
        if (ref.group, ref.kind) == (Service.GROUP, Service.KIND):
            yield _PARENT_REFS[index], ResourceKey("", Service.KIND, ref.namespace or route.key.namespace, ref.name)


def _missing(routes: Iterable[Route], services: Mapping[ResourceKey, Service]) -> Iterator[Problem]:
    """Like Gateways, and unlike backends, parents are never assumed: nobody can guess what ports they have."""
    for route in routes:
        for at, key in _of_service(route):
            if key not in services:
                message = f"names {key}, which is not in the set, so that the route counts for nothing there"
                yield Problem(message=message, resource=str(route.key), at=at)


def _resolved(route: Route, context: Context, services: Mapping[ResourceKey, Service]) -> RouteNode:
    nameless = route
    if isinstance(route, HTTPRoute | GRPCRoute | TLSRoute):
        nameless = msgspec.structs.replace(route, spec=msgspec.structs.replace(route.spec, hostnames=()))
    node = resolve_route(nameless, context)
    parents = tuple(_judged(node, parent, services[parent.parent], context) for parent in node.parents)
    return msgspec.structs.replace(node, resource=route, parents=parents)


def _judged(node: RouteNode, parent: ParentNode, service: Service, context: Context) -> ParentNode:
    if parent.accepted and service.spec.session_affinity == "ClientIP" and _keeps_sessions(node):
        message = f"{service.key} has sessionAffinity ClientIP, which does not go with sessionPersistence"
        parent = _refused(parent, "UnsupportedValue", message)  # S-7; the reason is our choice
    if parent.accepted:
        return parent
    visitor = Visitor(_KINDS[node.key.kind], node.key.namespace or "", ())
    attachments = attach(visitor, parent.ref, context.parents[parent.parent].listeners, context.namespaces)
    return msgspec.structs.replace(parent, attachments=attachments)


def _keeps_sessions(node: RouteNode) -> bool:
    """S-7: whether a rule or the policy of a backend keeps sessions, which the Service's address keeps too."""
    return any(getattr(rule, "session_persistence", None) is not None for rule in node.resource.spec.rules) or any(
        backend.traffic is not None and backend.traffic.spec.session_persistence is not None
        for rule in node.rules
        for backend in rule.backends
    )


# ------------------------------------------------------------------------------------------------------- kinds at one port

_Place = tuple[ListenerKey, str | None]
"""A port, and the namespace whose routes compete for it."""


def _settled(routes: list[RouteNode]) -> tuple[RouteNode, ...]:
    """Of several kinds at one port, in one group, only the first of MESH_KINDS keeps it. What is refused keeps nobody out."""
    first: dict[_Place, int] = {}
    for route in routes:
        for attachment in _accepted(route):
            place = attachment.listener, route.key.namespace
            first[place] = min(first.get(place, len(_RANKS)), _RANKS[route.key.kind])
    return tuple(
        msgspec.structs.replace(route, parents=tuple(_kept(route, parent, first) for parent in route.parents))
        for route in routes
    )


def _kept(route: RouteNode, parent: ParentNode, first: Mapping[_Place, int]) -> ParentNode:
    if not parent.accepted:
        return parent
    own, namespace = _RANKS[route.key.kind], route.key.namespace
    kept = tuple(each for each in parent.attachments if first[each.listener, namespace] == own)
    if kept:
        return msgspec.structs.replace(parent, attachments=kept)
    taken = ", ".join(each.listener.name for each in parent.attachments)
    return _refused(parent, "Conflicted", f"routes of another kind have the ports {taken} of {parent.parent}")


def _refused(parent: ParentNode, reason: str, message: str) -> ParentNode:
    others = (each for each in parent.conditions if each.type == "ResolvedRefs")
    conditions = (Condition("Accepted", "False", reason, message), *others)
    return msgspec.structs.replace(parent, attachments=(), conditions=conditions)


def _accepted(route: RouteNode) -> Iterator[Attachment]:
    return (attachment for parent in route.parents if parent.accepted for attachment in parent.attachments)


def _named(route: RouteNode) -> Iterator[ListenerKey]:
    return (attachment.listener for parent in route.parents for attachment in parent.attachments)
