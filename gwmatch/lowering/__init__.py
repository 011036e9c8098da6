"""From meaning to matching. In: a Graph. Out: an ir.Table for one Gateway, in which everything is an id, a rank or a byte.

Rules that the graph found invalid are gone, listeners that take no traffic too; whatever is left is matched as it stands.
"""

from __future__ import annotations

from .. import collector
from ..api import ResourceKey
from ..graph import Graph, ListenerNode
from ..ir import ClientValidation, Listener, ListenerId, Table
from .entries import Entries, reached
from .hosts import VirtualHosts
from .mesh import lower_service
from .places import GatewayPlaces

__all__ = ["lower", "lower_service"]


@collector.paused()
def lower(graph: Graph, gateway: ResourceKey) -> Table:
    """The table of one Gateway of the graph. Equal graphs give equal tables."""
    serving = [node for node in graph.gateways[gateway].listeners if node.serving]
    numbered = {ListenerId(index): node for index, node in enumerate(serving)}
    collected = Entries(len(serving), GatewayPlaces(graph, gateway, numbered), graph.policies)
    numbers = {node.key: number for number, node in numbered.items()}
    for route in graph.routes:
        collected.add_route(route, reached(route, numbers))
    hosts = VirtualHosts(collected.rules, graph.options)
    listeners = []
    for index, node in enumerate(serving):
        entries = collected.by_listener[index]
        listeners.append(
            Listener(
                id=ListenerId(index),
                gateway=f"{gateway.namespace}/{gateway.name}",
                owner=str(node.key.owner),
                name=node.key.name,
                port=node.listener.port,
                protocol=node.listener.protocol,
                hostname=node.hostname,
                tls_mode=_tls_mode(node),
                certificates=tuple(_full_name(key) for key in node.certificates),
                client_validation=_client_validation(node),
                entries=tuple(entry.id for entry in entries),
                hosts=hosts.add(entries),
            )
        )
    return Table(
        gateway=f"{gateway.namespace}/{gateway.name}",
        listeners=tuple(listeners),
        rules=tuple(collected.rules),
        entries=tuple(collected.entries),
        virtual_hosts=tuple(hosts.made),
        options=graph.options,
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
