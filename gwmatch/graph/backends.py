"""Whether requests can be sent where a reference to a backend leads, and how (actions.md 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..api import (
    BackendObjectReference,
    ResourceKey,
    Service,
    ServiceImport,
    ServicePort,
    XBackend,
    XBackendTrafficPolicy,
)
from ..errors import FieldPath
from .grants import Target
from .nodes import BackendNode, FilterNode
from .policy_nodes import BackendTLSNode
from .references import REF_NOT_PERMITTED, Fault
from .surroundings import Surroundings
from .tls_policies import KINDS

H2C, WS, WSS = "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"

_HEEDED = {"HTTPRoute": frozenset({H2C, WS, WSS}), "GRPCRoute": frozenset({H2C})}
"""The values of appProtocol that say how to speak to a backend, by kind of route; the others carry bytes and do not care."""
_UNFIT = {"GRPCRoute": frozenset({WS, WSS, "HTTP", "HTTP11"}), "TLSRoute": frozenset({WS})}
"""Those that a kind of route cannot speak; the last two are an XBackend's, and gRPC needs HTTP/2."""


class Backend(NamedTuple):
    """A reference to a backend, followed."""

    target: Target
    port: int | None
    fault: Fault | None
    app_protocol: str | None = None
    assumed: bool = False
    tls: BackendTLSNode | None = None
    traffic: XBackendTrafficPolicy | None = None
    address: str | None = None
    section: str | None = None
    ready: bool = True

    def node(self, weight: int = 1, filters: tuple[FilterNode, ...] = ()) -> BackendNode:
        group, kind, namespace, name = self.target
        reason, message = (None, "") if self.fault is None else self.fault
        return BackendNode(
            group=group,
            kind=kind,
            namespace=namespace,
            name=name,
            port=self.port,
            weight=weight,
            reason=reason,
            message=message,
            app_protocol=self.app_protocol,
            filters=filters,
            tls=self.tls,
            traffic=self.traffic,
            address=self.address,
            section=self.section,
            ready=self.ready,
        )


def follow(route: ResourceKey, ref: BackendObjectReference, at: FieldPath, surroundings: Surroundings) -> Backend:
    """What a route's reference to a backend leads to. The checks stand in the order in which one is reported."""
    target = Target(ref.group, ref.kind, ref.namespace or route.namespace or "", ref.name)
    kind = target.group, target.kind
    if kind == (XBackend.GROUP, XBackend.KIND):
        return _external(route, ref, target, at, surroundings)
    for known in KINDS:
        if kind == (known.GROUP, known.KIND):
            forbidden = surroundings.forbidden(route, target, at)
            if forbidden is not None:
                return Backend(target, ref.port, forbidden)
            found = surroundings.find(known, target.namespace, target.name)
            return _published(route, ref, target, found, at, surroundings)
    if not surroundings.extensions.plays(*kind, "backend"):
        message = f"{at} refers to {target}, but of this kind no backend is known"
        return Backend(target, ref.port, Fault("InvalidKind", message))
    forbidden = surroundings.forbidden(route, target, at)
    if forbidden is None and surroundings.extensions.lacks(ResourceKey(*target)):
        forbidden = Fault("BackendNotFound", f"{at} refers to {target}, which does not exist")
    return Backend(target, ref.port, forbidden, traffic=surroundings.traffic_policies.of(target))


def _published(
    route: ResourceKey,
    ref: BackendObjectReference,
    target: Target,
    found: Service | ServiceImport | None,
    at: FieldPath,
    surroundings: Surroundings,
) -> Backend:
    """A Service, or one of all clusters: what has ports with names and protocols."""

    def refuse(reason: str, message: str) -> Backend:
        return Backend(target, ref.port, Fault(reason, f"{at} refers to {target}, {message}"))

    protocol = "UDP" if route.kind == "UDPRoute" else "TCP"
    port: ServicePort | None = None
    if found is None:
        if not surroundings.assumes(target.kind):
            return refuse("BackendNotFound", "which does not exist")
    else:
        if found.spec.type == "ExternalName":
            # OQ-44. Asked before the port, since a Service of this type mostly has none: the type is what is wrong with it.
            return refuse("InvalidKind", "an ExternalName Service, which could lead anywhere")
        ports = [port for port in found.spec.ports if port.port == ref.port]
        if not ports:
            wanted = "the reference names no port" if ref.port is None else f"which has no port {ref.port}"
            return refuse("BackendNotFound", wanted)
        port = _fitting(ports, protocol)
        if port is None:
            return refuse("UnsupportedProtocol", f"whose port {ref.port} is not of protocol {protocol}")
    asked = None if port is None else port.app_protocol
    tls = None if protocol == "UDP" else surroundings.tls_policies.settings(target, port)
    if asked in _UNFIT.get(route.kind, ()):
        return refuse("UnsupportedProtocol", f"whose port {ref.port} wants {asked}, which no {route.kind} speaks")
    if asked == WSS and route.kind == "HTTPRoute" and tls is None:
        # Only TLS to the backend makes WebSocket over TLS of it.
        return refuse("UnsupportedProtocol", f"whose port {ref.port} wants {WSS}, but no BackendTLSPolicy applies to it")
    section = None if port is None else port.name
    return Backend(
        target,
        ref.port,
        None,
        app_protocol=asked if asked in _HEEDED.get(route.kind, ()) else None,
        assumed=found is None,
        tls=tls,
        traffic=surroundings.traffic_policies.of(target),
        section=section,
        ready=target.kind != Service.KIND or surroundings.endpoints.ready(target.namespace, target.name, port),
    )


def _external(
    route: ResourceKey, ref: BackendObjectReference, target: Target, at: FieldPath, surroundings: Surroundings
) -> Backend:
    """An XBackend. Without a port the reference means the one that it has."""

    def refuse(reason: str, message: str) -> Backend:
        return Backend(target, ref.port, Fault(reason, f"{at} refers to {target}, {message}"))

    if target.namespace != route.namespace:  # GEP-4894: no grant can help
        return refuse(REF_NOT_PERMITTED, f"but an XBackend is for routes of its own namespace, not of {route.namespace}")
    found = surroundings.find(XBackend, target.namespace, target.name)
    if found is None:
        return refuse("BackendNotFound", "which does not exist")
    spec = found.spec
    if ref.port not in (None, spec.port.port):
        return refuse("BackendNotFound", f"which has no port {ref.port}, only {spec.port.port}")
    if spec.external_hostname is None:  # V-XB-1
        return refuse("BackendNotFound", f"which is of type {spec.type} and names no host")
    if route.kind == "UDPRoute" or spec.protocol in _UNFIT.get(route.kind, ()):
        return refuse("UnsupportedProtocol", f"which no {route.kind} can speak to")
    return Backend(
        target,
        spec.port.port,
        None,
        app_protocol=H2C if spec.protocol == "H2C" else spec.protocol,
        tls=surroundings.xbackends.tls(found),
        traffic=surroundings.traffic_policies.of(target),
        address=spec.external_hostname.hostname,
        section=spec.port.name,
    )


def _fitting(ports: Sequence[ServicePort], protocol: str) -> ServicePort | None:
    """Of two ports with one number, that of the protocol which the route carries."""
    return next((port for port in ports if port.protocol == protocol), None)
