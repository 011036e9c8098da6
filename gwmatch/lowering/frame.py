"""What a table has from its Gateway alone: the listeners that take traffic, and where the rules of routes serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..api import ResourceKey
from ..graph import Graph, ListenerKey, ListenerNode, Policies
from ..ir import ClientValidation, Listener, ListenerId
from ..options import Options
from .places import GatewayPlaces


class Frame(NamedTuple):
    """Two equal frames make equal tables of equal routes."""

    gateway: str
    listeners: tuple[Listener, ...]
    """Without their entries."""
    numbers: Mapping[ListenerKey, ListenerId]
    places: GatewayPlaces
    policies: Policies
    """Those that hold; which Gateways they concern does not count here."""
    options: Options


def frame_of(graph: Graph, gateway: ResourceKey) -> Frame:
    """The frame of one Gateway. The routes of the graph are not looked at."""
    serving = [node for node in graph.gateways[gateway].listeners if node.serving]
    numbered = {ListenerId(index): node for index, node in enumerate(serving)}
    return Frame(
        gateway=f"{gateway.namespace}/{gateway.name}",
        listeners=tuple(_listener(number, node, gateway) for number, node in numbered.items()),
        numbers={node.key: number for number, node in numbered.items()},
        places=GatewayPlaces(graph, gateway, numbered),
        policies=Policies(effective=graph.policies.effective, direct=graph.policies.direct),
        options=graph.options,
    )


def _listener(number: ListenerId, node: ListenerNode, gateway: ResourceKey) -> Listener:
    return Listener(
        id=number,
        gateway=f"{gateway.namespace}/{gateway.name}",
        owner=str(node.key.owner),
        name=node.key.name,
        port=node.listener.port,
        protocol=node.listener.protocol,
        hostname=node.hostname,
        tls_mode=_tls_mode(node),
        certificates=tuple(_full_name(key) for key in node.certificates),
        client_validation=_client_validation(node),
    )


def _tls_mode(node: ListenerNode) -> str | None:
    if node.listener.protocol not in ("HTTPS", "TLS"):
        return None
    return (node.listener.tls.mode if node.listener.tls is not None else None) or "Terminate"


def _client_validation(node: ListenerNode) -> ClientValidation | None:
    found = node.client_validation
    return None if found is None else ClientValidation(found.mode, tuple(_full_name(key) for key in found.ca_bundles))


def _full_name(key: ResourceKey) -> str:
    return f"{key.namespace}/{key.name}"
