"""From a ResourceSet to a Graph: what all routes share, each route by itself, and what becomes of them together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from .. import collector
from ..api import (
    GATEWAY_GROUP,
    BackendTLSPolicy,
    EndpointSlice,
    Gateway,
    ListenerSet,
    Namespace,
    ReferenceGrant,
    ResourceKey,
    ResourceSet,
    Service,
    ServiceImport,
    XBackend,
    XBackendTrafficPolicy,
    XMesh,
)
from ..errors import Problem
from ..options import Options
from .ancestors import place_policies
from .exclusivity import settle
from .features import tls_modes
from .gateways import Classes, class_notices, resolve_classes, resolve_gateway
from .listenersets import by_gateway, judge_sets
from .nodes import ROUTE_TYPES, GatewayNode, Graph, ListenerSetNode, RouteNode
from .notices import assumption_notices
from .oddities import listener_notices, oddities, route_notices
from .routes import Context, context_of, resolve_route
from .selectors import Namespaces
from .surroundings import Surroundings

_DEFAULTS = Options()


@collector.paused()
def resolve(resources: ResourceSet, *, controller: str | None = None, options: Options = _DEFAULTS) -> Graph:
    """What the resources mean together, for the Gateways of one controller; without `controller`, for all.

    The same resources in any order give an equal Graph.

    >>> from gwmatch.api import load
    >>> graph = resolve(load({
    ...     "apiVersion": "gateway.networking.k8s.io/v1",
    ...     "kind": "Gateway",
    ...     "metadata": {"namespace": "infra", "name": "public"},
    ...     "spec": {"gatewayClassName": "any", "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]},
    ... }))
    >>> [(listener.key.name, listener.serving) for gateway in graph.gateways.values() for listener in gateway.listeners]
    [('web', True)]
    """
    return resolve_prepared(prepare(resources, controller=controller, options=options))


def resolve_prepared(prepared: Prepared) -> Graph:
    """The Graph of all routes of what was prepared."""
    nodes: list[RouteNode] = []
    odd: list[Problem] = []
    for kind in ROUTE_TYPES:
        for route in prepared.resources.of(kind):
            node = resolve_route(route, prepared.context)
            nodes.append(node)
            odd += oddities(node)  # PERF(bench_compile::bench_one_rule_resolve): now that the route is in the processor's cache
    return assemble(prepared, nodes, odd)


class Prepared(NamedTuple):
    """What is known before any route is looked at."""

    resources: ResourceSet
    controller: str | None
    classes: Classes
    gateways: Mapping[ResourceKey, GatewayNode]
    listener_sets: Mapping[ResourceKey, ListenerSetNode]
    context: Context

    def route(self, key: ResourceKey) -> RouteNode | None:
        """The route with this key, resolved by itself; None if there is none."""
        kind = _KINDS.get((key.group, key.kind))
        found = None if kind is None else self.resources.get(kind, key.namespace, key.name)
        return None if found is None else resolve_route(found, self.context)


def prepare(resources: ResourceSet, *, controller: str | None = None, options: Options = _DEFAULTS) -> Prepared:
    """The classes, Gateways and ListenerSets of one controller, and the context that routes are resolved in."""
    references = Surroundings(resources, options)
    classes = resolve_classes(resources, controller, references)
    namespaces = Namespaces(resources.of(Namespace))
    gateways, listener_sets = _resolve_gateways(resources, classes, references, namespaces, options)
    context = context_of(gateways, listener_sets, references, namespaces, options)
    return Prepared(resources, controller, classes, gateways, listener_sets, context)


def prepare_again(before: Prepared, resources: ResourceSet, touched: Collection[ResourceKey]) -> Prepared:
    """What `prepare` gives for a set of which only some objects are not what they were, with all that stays used again."""
    options, known = before.context.options, before.context.references
    if all(key.group == GATEWAY_GROUP and key.kind in _ROUTES for key in touched):
        context = msgspec.structs.replace(before.context, references=known.over(resources))
        _, controller, classes, gateways, listener_sets, _ = before
        return Prepared(resources, controller, classes, gateways, listener_sets, context)
    kinds = {key.kind for key in touched}
    references = Surroundings(resources, options, known, kinds)
    namespaces = Namespaces(resources.of(Namespace)) if Namespace.KIND in kinds else before.context.namespaces
    if _concern_no_gateway(kinds, known, references):
        context = msgspec.structs.replace(before.context, references=references, namespaces=namespaces)
        return before._replace(resources=resources, context=context)
    classes = resolve_classes(resources, before.controller, references)
    gateways, listener_sets = _resolve_gateways(resources, classes, references, namespaces, options)
    context = context_of(gateways, listener_sets, references, namespaces, options)
    return Prepared(resources, before.controller, classes, gateways, listener_sets, context)


_KINDS = {(kind.GROUP, kind.KIND): kind for kind in ROUTE_TYPES}
_ROUTES = frozenset(kind.KIND for kind in ROUTE_TYPES)
_OF_ROUTES = frozenset(
    kind.KIND
    for kind in (*ROUTE_TYPES, Service, ServiceImport, EndpointSlice, BackendTLSPolicy, XBackend, XBackendTrafficPolicy, XMesh)
)
"""Kinds that no Gateway or ListenerSet depends on."""


def _concern_no_gateway(kinds: Collection[str], before: Surroundings, after: Surroundings) -> bool:
    """Whether Gateways and ListenerSets are the same for two surroundings, where objects of some kinds were touched."""
    if before.assumed != after.assumed or before.extensions != after.extensions:
        return False
    others = set(kinds) - _OF_ROUTES
    if others == {ReferenceGrant.KIND}:
        return not before.grants.differing(after.grants, sources=("Gateway", "ListenerSet"))
    return not others


def assemble(prepared: Prepared, routes: Sequence[RouteNode], odd: Sequence[Problem] | None = None) -> Graph:
    """The Graph of routes that were resolved one by one, kind by kind, each by namespace and name. `odd`: what their
    `oddities` are, if they are known."""
    resources, controller, classes, gateways, listener_sets, context = prepared
    options, references = context.options, context.references
    nodes = settle(tuple(routes)) if options.grpc_http_exclusive else tuple(routes)
    policies = place_policies(resources, references, gateways, listener_sets.values(), nodes)
    notices = (
        *class_notices(resources, classes, controller),
        *listener_notices(gateways.values()),
        *(route_notices(nodes) if odd is None else odd),
        *assumption_notices(gateways.values(), listener_sets.values(), nodes, policies, references),
    )
    return Graph(
        controller=controller,
        options=options,
        gateway_classes=classes.nodes,
        gateways=gateways,
        listener_sets=listener_sets,
        routes=nodes,
        notices=notices,
        policies=policies,
    )


def _resolve_gateways(
    resources: ResourceSet, classes: Classes, references: Surroundings, namespaces: Namespaces, options: Options
) -> tuple[dict[ResourceKey, GatewayNode], dict[ResourceKey, ListenerSetNode]]:
    gateways: dict[ResourceKey, GatewayNode] = {}
    listener_sets: dict[ResourceKey, ListenerSetNode] = {}
    naming = by_gateway(resources.of(ListenerSet))
    modes = tls_modes(options)
    for gateway in resources.of(Gateway):
        controller = classes.controller(gateway)
        if controller is not None:
            candidates = judge_sets(gateway, naming.get(gateway.key, ()), namespaces)
            node, sets = resolve_gateway(gateway, controller, candidates, references, modes)
            gateways[gateway.key] = node
            listener_sets.update((each.key, each) for each in sets)
    return gateways, dict(sorted(listener_sets.items()))
