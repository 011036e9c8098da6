"""From a ResourceSet to a Graph: classes, Gateways, then each route by itself."""

from __future__ import annotations

from collections.abc import Mapping

from ..api import Gateway, HTTPRoute, Namespace, ResourceKey, ResourceSet
from ..options import Options
from .gateways import class_notices, resolve_classes, resolve_gateway
from .nodes import GatewayNode, Graph, ListenerKey, ListenerNode, RouteNode
from .notices import assumption_notices
from .references import References
from .routes import Context, resolve_route
from .selectors import Namespaces

_DEFAULTS = Options()


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
    references = References(resources, options)
    classes = resolve_classes(resources, controller, references)
    gateways: dict[ResourceKey, GatewayNode] = {}
    for gateway in resources.of(Gateway):
        named = classes.controller(gateway)
        if named is not None:
            gateways[gateway.key] = resolve_gateway(gateway, named, references)
    context = Context(gateways, _by_owner(gateways), references, Namespaces(resources.of(Namespace)), options)
    routes = tuple(resolve_route(route, context) for route in resources.of(HTTPRoute))
    notices = (*class_notices(resources, classes, controller), *assumption_notices(gateways.values(), routes, references))
    return Graph(
        controller=controller,
        options=options,
        gateway_classes=classes.nodes,
        gateways=gateways,
        routes=routes,
        attached=_attached(gateways, routes),
        notices=notices,
    )


def _by_owner(gateways: Mapping[ResourceKey, GatewayNode]) -> dict[ResourceKey, tuple[ListenerNode, ...]]:
    owners: dict[ResourceKey, list[ListenerNode]] = {key: [] for key in gateways}
    for gateway in gateways.values():
        for listener in gateway.listeners:
            owners.setdefault(listener.key.owner, []).append(listener)
    return {key: tuple(listeners) for key, listeners in owners.items()}


def _attached(
    gateways: Mapping[ResourceKey, GatewayNode], routes: tuple[RouteNode, ...]
) -> dict[ListenerKey, tuple[ResourceKey, ...]]:
    """A-35: each listener with its routes, of which two parentRefs may lead to one listener (OQ-13)."""
    attached: dict[ListenerKey, dict[ResourceKey, None]] = {
        listener.key: {} for gateway in gateways.values() for listener in gateway.listeners
    }
    for route in routes:
        for parent in route.parents:
            for attachment in parent.attachments:
                attached[attachment.listener][route.key] = None
    return {key: tuple(keys) for key, keys in attached.items()}
