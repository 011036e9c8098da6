"""One Service, as the clients of one namespace see it, as an ir.Table: a listener or two for each of its ports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..api import Service, ServicePort
from ..graph import Graph, ListenerKey, RouteNode, group_of
from ..ir import Backend, HostMatch, HostNode, Listener, ListenerId, Route, Rule, Table
from .entries import Entries
from .hosts import VirtualHosts
from .matches import Match
from .places import Everywhere

_PROTOCOLS = {"GRPCRoute": "HTTP", "HTTPRoute": "HTTP", "TLSRoute": "TLS", "TCPRoute": "TCP"}
_ANY_HOST = (HostMatch(None, None),)


class _Plan(NamedTuple):
    """A listener to be."""

    key: ListenerKey
    port: ServicePort
    protocol: str
    routes: tuple[RouteNode, ...]
    """All of one kind; none where the Service itself gets what arrives."""


def lower_service(graph: Graph, service: Service, client_namespace: str) -> Table:
    """The table of one Service for clients of one namespace.

    A port that no route is for forwards to the Service itself, by a rule whose route is of kind `Service`.
    """
    plans = [plan for port in service.spec.ports for plan in _plans(graph, service, port, client_namespace)]
    collected = Entries(len(plans), Everywhere(), graph.policies)
    for number, plan in enumerate(plans):
        here = {ListenerId(number): _ANY_HOST}
        for route in plan.routes:
            collected.add_route(route, here)
        if not plan.routes:
            collected.add_rule(_untouched(service, plan.port), (Match(),), here)
    hosts = VirtualHosts(collected.rules, graph.options)
    name = f"{service.key.namespace}/{service.key.name}"
    listeners = tuple(
        Listener(
            id=ListenerId(number),
            gateway=name,
            owner=str(service.key),
            name=plan.key.name,
            port=plan.port.port,
            protocol=plan.protocol,
            tls_mode="Passthrough" if plan.protocol == "TLS" else None,
            entries=tuple(entry.id for entry in collected.by_listener[number]),
            hosts=hosts.add(collected.by_listener[number]) if collected.by_listener[number] else HostNode(),
        )
        for number, plan in enumerate(plans)
    )
    rules, entries = tuple(collected.rules), tuple(collected.entries)
    return Table(name, listeners, rules, entries, tuple(hosts.made), graph.options)


def _plans(graph: Graph, service: Service, port: ServicePort, client_namespace: str) -> Iterator[_Plan]:
    key = ListenerKey(service.key, port.name or str(port.port))
    if port.protocol == "UDP":
        yield _Plan(key, port, "UDP", ())
        return
    routes = [route for route in graph.routes if _is_attached(route, key)]
    # Rules of the two groups are never merged: who has consumer routes sees none of the producer's.
    consumers = tuple(route for route in routes if group_of(route, key) == client_namespace)
    chosen = consumers or tuple(route for route in routes if group_of(route, key) is None)
    if chosen:
        yield _Plan(key, port, _PROTOCOLS[chosen[0].key.kind], chosen)
        return
    # Nobody knows what the clients of such a port speak: requests and whole connections both find the Service.
    yield _Plan(key, port, "HTTP", ())
    yield _Plan(key, port, "TCP", ())


def _is_attached(route: RouteNode, key: ListenerKey) -> bool:
    return any(attachment.listener == key for parent in route.parents for attachment in parent.attachments)


def _untouched(service: Service, port: ServicePort) -> Rule:
    namespace, name = service.key.namespace or "", service.key.name
    backend = Backend("", "Service", namespace, name, port.port, protocol=port.app_protocol, share=1.0)
    return Rule(Route("Service", namespace, name), 0, backends=(backend,))
