"""One Service, as the clients of one namespace see it, as an ir.Table: a listener or several for each of its ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..api import ResourceKey, Service, ServicePort
from ..graph import ListenerKey, Policies, RouteNode, port_key
from ..ir import Backend, HostMatch, Listener, ListenerId, Route, Rule, Table
from ..options import Options
from .entries import Entries, reached
from .hosts import VirtualHosts
from .matches import Match
from .places import PortPlaces

_PROTOCOLS = {"GRPCRoute": "HTTP", "HTTPRoute": "HTTP", "TLSRoute": "TLS", "TCPRoute": "TCP", "UDPRoute": "UDP"}
_UNKNOWN = {"TCP": ("HTTP", "TLS", "TCP"), "UDP": ("UDP",)}
"""What clients may speak at a port that no route says anything of. Nothing else can be asked about."""
_ANY_HOST = (HostMatch(None, None),)


class _Plan(NamedTuple):
    """A listener to be."""

    key: ListenerKey
    port: ServicePort
    protocol: str
    routes: tuple[RouteNode, ...]
    """Those that count; none where the Service itself gets what arrives."""


def lower_service(service: Service, routes: Mapping[ListenerKey, tuple[RouteNode, ...]], options: Options) -> Table:
    """The table of one Service for the clients for whom `routes` count (graph.in_effect).

    A port that no route is for forwards to the Service itself, by a rule whose route is of kind `Service`. One whose routes
    cannot be used answers as if none of their rules had matched.
    """
    plans = tuple(_plans(service, routes))
    passed_through = {ListenerId(number) for number, plan in enumerate(plans) if plan.protocol == "TLS"}
    collected = Entries(len(plans), PortPlaces(passed_through), Policies())
    for route, ports in _ports_of_routes(plans):
        collected.add_route(route, reached(route, ports))
    for port in {plan.port.port: plan.port for plan in plans if not plan.routes}.values():
        here = [number for number, plan in enumerate(plans) if not plan.routes and plan.port.port == port.port]
        collected.add_rule(_untouched(service, port), (Match(),), {ListenerId(number): _ANY_HOST for number in here})
    hosts = VirtualHosts(collected.rules, options)
    name = f"{service.key.namespace}/{service.key.name}"
    listeners = tuple(
        Listener(
            id=ListenerId(number),
            gateway=name,
            owner=str(service.key),
            name=plan.port.name or str(plan.port.port),
            port=plan.port.port,
            protocol=plan.protocol,
            tls_mode="Passthrough" if plan.protocol == "TLS" else None,
            entries=tuple(entry.id for entry in collected.by_listener[number]),
            hosts=hosts.add(collected.by_listener[number]),
        )
        for number, plan in enumerate(plans)
    )
    return Table(name, listeners, tuple(collected.rules), tuple(collected.entries), tuple(hosts.made), options)


def _plans(service: Service, routes: Mapping[ListenerKey, tuple[RouteNode, ...]]) -> Iterator[_Plan]:
    # Two ports of one number and protocol are none that an API server admits; the first counts.
    ports = {(port.port, port.protocol): port for port in reversed(service.spec.ports)}
    for port in service.spec.ports:
        if ports[port.port, port.protocol] is not port:
            continue
        key = port_key(service.key, port)
        counting = routes.get(key, ())
        if counting:
            usable = [route for route in counting if reached(route, {key: ListenerId(0)})]
            yield _Plan(key, port, _PROTOCOLS[(usable or counting)[0].key.kind], counting)
        else:
            for protocol in _UNKNOWN.get(port.protocol, ()):
                yield _Plan(key, port, protocol, ())


def _ports_of_routes(plans: Sequence[_Plan]) -> Iterator[tuple[RouteNode, dict[ListenerKey, ListenerId]]]:
    """Each route with the ports where it counts: one that names two may have lost one of them to a consumer route."""
    found: dict[ResourceKey, tuple[RouteNode, dict[ListenerKey, ListenerId]]] = {}
    for number, plan in enumerate(plans):
        for route in plan.routes:
            found.setdefault(route.key, (route, {}))[1][plan.key] = ListenerId(number)
    yield from found.values()


def _untouched(service: Service, port: ServicePort) -> Rule:
    """Nothing is said of how to speak to it either: what arrives goes on as it came."""
    namespace, name = service.key.namespace or "", service.key.name
    return Rule(Route("Service", namespace, name), 0, backends=(Backend("", "Service", namespace, name, port.port, share=1.0),))
