"""A mesh as its clients see it: routes whose parents are Services, decided where a request leaves its namespace."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from ._core import PortTable, RouteTable
from .api import ResourceKey, ResourceSet, Service
from .errors import UsageError
from .graph import Graph, in_effect, resolve_mesh
from .ir import Table
from .lowering import lower_service
from .options import Options

_DEFAULTS = Options()


class ServiceRouter:
    """What happens to what clients of one namespace send to one Service. Comes from Mesh.service()."""

    __slots__ = ("_routes", "table")

    table: Table
    """A listener for each port of the Service; a port that no route is for has one for each thing that clients may speak."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._routes = RouteTable(table)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of the Service, ascending; those of protocols that nobody can ask about are left out."""
        return self._routes.ports

    def port(self, number: int) -> PortTable:
        """What happens at one port of the Service: `match`, `match_tls`, `match_tcp`, `match_udp`.

        Raises:
            UsageError: the Service has no such port.
        """
        return self._routes.port(number)

    def __repr__(self) -> str:
        ports = ", ".join(map(str, self.ports))
        return f"<ServiceRouter of {self.table.gateway}: {len(self.table.rules)} rules, ports {ports}>"


class Mesh:
    """All Services, for the clients of one namespace. Made by compile_mesh(); never changes."""

    __slots__ = ("_by_address", "_in_effect", "_routers", "_services", "client_namespace", "graph")

    client_namespace: str
    graph: Graph
    """The routes with Services for parents. `graph.status()` has their conditions, `graph.notices` what looks unintended."""

    def __init__(self, graph: Graph, services: Mapping[str, Service], client_namespace: str) -> None:
        self.graph = graph
        self.client_namespace = client_namespace
        self._services = services
        self._in_effect = in_effect(graph, client_namespace)
        self._by_address: dict[str, str] = {}
        for name, service in services.items():
            for text in (service.spec.cluster_ip, *service.spec.cluster_ips):
                address = _address(text)
                if address is not None:
                    self._by_address.setdefault(address, name)
        self._routers: dict[str, ServiceRouter] = {}

    @property
    def services(self) -> tuple[str, ...]:
        """`namespace/name` of every Service, in order."""
        return tuple(sorted(self._services))

    def service(self, name: str) -> ServiceRouter:
        """What clients meet at the Service `namespace/name`. Its table is made when it is first asked for.

        Raises:
            UsageError: the resources hold no such Service.
        """
        found = self._routers.get(name)
        if found is None:
            service = self._services.get(name)
            if service is None:
                raise UsageError(f"there is no Service {name!r}; a Service is named as namespace/name")
            # Two threads may both make it, and then both get the one that was first.
            made = ServiceRouter(lower_service(service, self._in_effect, self.graph.options))
            found = self._routers.setdefault(name, made)
        return found

    def by_address(self, cluster_ip: str) -> ServiceRouter | None:
        """The same by the Service's ClusterIP, which is what a connection knows, in any spelling. None for an address of no
        Service, such as a Pod's: what is sent there no route touches."""
        name = self._by_address.get(_address(cluster_ip) or "")
        return None if name is None else self.service(name)

    def for_clients(self, namespace: str) -> Mesh:
        """The same resources as clients of another namespace see them, without resolving them anew."""
        return Mesh(self.graph, self._services, namespace)

    def __repr__(self) -> str:
        return f"<Mesh of {len(self._services)} Services for clients of {self.client_namespace}>"


def compile_mesh(
    resources: ResourceSet, client_namespace: str, *, controller: str | None = None, options: Options = _DEFAULTS
) -> Mesh:
    """A Mesh as clients of one namespace see it: for each Service their namespace's own routes, else those of the Service's.

    >>> from gwmatch.api import load
    >>> cart = {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop", "name": "cart"},
    ...         "spec": {"clusterIP": "10.0.0.7", "ports": [{"port": 80}]}}
    >>> mesh = compile_mesh(load(cart), "shop")
    >>> mesh.by_address("10.0.0.7").port(80).match("GET", "anything", "/").backend.name
    'cart'
    """
    graph = resolve_mesh(resources, controller=controller, options=options)
    return Mesh(graph, {_name(service.key): service for service in resources.of(Service)}, client_namespace)


def _name(key: ResourceKey) -> str:
    return f"{key.namespace}/{key.name}"


def _address(text: str | None) -> str | None:
    """An address in the one spelling that is compared; None for what is none, as the `None` of a headless Service.

    >>> _address("FD00:0::7"), _address("::ffff:10.0.0.7"), _address("None")
    ('fd00::7', '10.0.0.7', None)
    """
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)  # how a socket for both families spells a client's IPv4 destination
    return str(address)
