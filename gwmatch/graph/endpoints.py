"""Whether a Service has an endpoint that takes requests, as far as EndpointSlices are in the set."""

from __future__ import annotations

from collections.abc import Iterable

from ..api import EndpointSlice, ServicePort

NO_READY_ENDPOINTS = "NoReadyEndpoints"
"""Not a reason of the standard, which asks for 503 here (HTTPBackendRef) and no condition."""

_ANY = ""
"""A slice that says nothing of ports, and the name of a Service's only port."""


class Endpoints:
    """The names of the ports that have a ready endpoint, Service by Service."""

    __slots__ = ("_ready",)

    def __init__(self, slices: Iterable[EndpointSlice] = ()) -> None:
        self._ready: dict[tuple[str | None, str], set[str]] = {}
        for each in slices:
            if each.service_name is None:
                continue
            ready = self._ready.setdefault((each.key.namespace, each.service_name), set())
            if any(endpoint.is_ready for endpoint in each.endpoints):
                ready.update((port.name or _ANY) for port in each.ports)
                if not each.ports:
                    ready.add(_ANY)

    def differing(self, other: Endpoints) -> set[tuple[str | None, str]]:
        """The Services, by namespace and name, of which the two know different things."""
        if self is other:
            return set()
        return {key for key in {*self._ready, *other._ready} if self._ready.get(key) != other._ready.get(key)}

    def ready(self, namespace: str, service: str, port: ServicePort | None) -> bool:
        """Whether requests to a port can be answered. Yes, where no slice tells of the Service."""
        ready = self._ready.get((namespace, service)) if self._ready else None
        if ready is None:
            return True
        return bool(ready) if port is None else (port.name or _ANY) in ready or _ANY in ready
