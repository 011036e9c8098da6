"""Where a rule serves: what the listener, its Gateway and their policies add to what the rule itself says."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from ..api import GATEWAY_GROUP, ResourceKey
from ..graph import Graph, ListenerNode, PolicyTarget
from ..ir import ExtensionRef, ListenerId

T = TypeVar("T")


class Place(NamedTuple):
    """Two listeners with equal places share a rule; else the rule is in the table once for each."""

    secures: bool = True
    """Whether connections to backends are the gateway's own, and not the client's TLS passed through (L-1)."""
    client_certificate: ResourceKey | None = None
    """The Secret that the Gateway shows to backends (L-12)."""
    closed: frozenset[ResourceKey] = frozenset()
    """The BackendTLSPolicies whose status has no room for the Gateway: their backends are out of reach (L-11)."""
    policies: tuple[ResourceKey, ...] = ()
    """Those of registered kinds that hold at the listener, then of its Gateway, then of its GatewayClass."""


class Places(Protocol):
    """Which listeners share a place."""

    def divide(self, reached: dict[ListenerId, T]) -> Iterable[tuple[Place, dict[ListenerId, T]]]:
        """The listeners by their place, in the order of the first of each."""


class PortPlaces:
    """The places of the ports of a Service, where no Gateway stands between."""

    def __init__(self, passed_through: Container[ListenerId]) -> None:
        self._passed_through = passed_through

    def divide(self, reached: dict[ListenerId, T]) -> Iterable[tuple[Place, dict[ListenerId, T]]]:
        # All ports that a route reaches carry what its kind is for.
        return ((Place(secures=not any(listener in self._passed_through for listener in reached)), reached),)


class GatewayPlaces:
    """The places of the listeners of one Gateway."""

    def __init__(self, graph: Graph, gateway: ResourceKey, listeners: Mapping[ListenerId, ListenerNode]) -> None:
        node = graph.gateways[gateway]
        closed = frozenset(key for key, policy in graph.policies.tls.items() if gateway in policy.unreported)
        self._at = {
            listener: Place(_secures(found), node.client_certificate, closed, _policies(graph, gateway, found))
            for listener, found in listeners.items()
        }
        places = set(self._at.values())
        self._only = places.pop() if len(places) == 1 else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GatewayPlaces) and self._at == other._at

    __hash__ = None  # type: ignore[assignment]

    def divide(self, reached: dict[ListenerId, T]) -> Iterable[tuple[Place, dict[ListenerId, T]]]:
        if self._only is not None:
            return ((self._only, reached),)
        groups: dict[Place, dict[ListenerId, T]] = {}
        for listener, value in reached.items():
            groups.setdefault(self._at[listener], {})[listener] = value
        return groups.items()


def refs(keys: tuple[ResourceKey, ...]) -> tuple[ExtensionRef, ...]:
    return tuple(ExtensionRef(key.group, key.kind, key.namespace, key.name) for key in keys)


def _secures(node: ListenerNode) -> bool:
    return node.listener.protocol != "TLS" or node.listener.tls is None or node.listener.tls.mode != "Passthrough"


def _policies(graph: Graph, gateway: ResourceKey, node: ListenerNode) -> tuple[ResourceKey, ...]:
    """GEP-713: the closer to the request, the more specific."""
    policies = graph.policies
    class_name = graph.gateways[gateway].resource.spec.gateway_class_name
    own = policies.at(PolicyTarget(*node.key.owner, section=node.key.name))
    above = policies.at(PolicyTarget(*gateway)) if node.key.owner != gateway else ()
    return (*own, *above, *policies.at(PolicyTarget(GATEWAY_GROUP, "GatewayClass", None, class_name)))
