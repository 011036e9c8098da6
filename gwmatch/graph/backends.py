"""Whether requests can be sent where a reference to a backend leads, and how (actions.md 9)."""

from __future__ import annotations

from collections.abc import Sequence

from ..api import (
    BackendObjectReference,
    ResourceKey,
    Service,
    ServiceImport,
    ServicePort,
    XBackend,
)
from ..errors import FieldPath
from .grants import Target
from .nodes import BackendNode
from .references import REF_NOT_PERMITTED, Fault
from .surroundings import Surroundings
from .tls_policies import KINDS

H2C, WS, WSS = "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"

_HEEDED = {"HTTPRoute": frozenset({H2C, WS, WSS}), "GRPCRoute": frozenset({H2C})}
"""The values of appProtocol that say how to speak to a backend, by kind of route; the others carry bytes and do not care."""
_UNFIT = {"GRPCRoute": frozenset({WS, WSS, "HTTP", "HTTP11"}), "TLSRoute": frozenset({WS})}
"""Those that a kind of route cannot speak; the last two are an XBackend's, and gRPC needs HTTP/2."""
_PUBLISHED = {(kind.GROUP, kind.KIND): kind for kind in KINDS}


Followed = tuple[BackendNode, bool]
"""Where a reference leads, with weight 1 and no filters; and whether nobody has seen it, and it is taken to be there."""


def follow(route: ResourceKey, ref: BackendObjectReference, at: FieldPath, surroundings: Surroundings) -> Followed:
    """What a route's reference to a backend leads to. The checks stand in the order in which one is reported."""
    target = Target(ref.group, ref.kind, ref.namespace or route.namespace or "", ref.name)
    kind = target.group, target.kind
    known = _PUBLISHED.get(kind)
    if known is not None:
        if target.namespace != route.namespace:
            forbidden = surroundings.forbidden(route, target, at)
            if forbidden is not None:
                return _refused(target, ref, forbidden)
        found = surroundings.find(known, target.namespace, target.name)
        return _published(route, ref, target, found, at, surroundings)
    if kind == (XBackend.GROUP, XBackend.KIND):
        return _external(route, ref, target, at, surroundings)
    if not surroundings.extensions.plays(*kind, "backend"):
        message = f"{at} refers to {target}, but of this kind no backend is known"
        return _refused(target, ref, Fault("InvalidKind", message))
    fault = surroundings.forbidden(route, target, at)
    if fault is None and surroundings.extensions.lacks(ResourceKey(*target)):
        fault = Fault("BackendNotFound", f"{at} refers to {target}, which does not exist")
    reason, message = fault or (None, "")
    return BackendNode(*target, ref.port, 1, reason, message, traffic=surroundings.traffic_policies.of(target)), False


def _published(
    route: ResourceKey,
    ref: BackendObjectReference,
    target: Target,
    found: Service | ServiceImport | None,
    at: FieldPath,
    surroundings: Surroundings,
) -> Followed:
    """A Service, or one of all clusters: what has ports with names and protocols."""
    protocol = "UDP" if route.kind == "UDPRoute" else "TCP"
    port: ServicePort | None = None
    if found is None:
        if not surroundings.assumes(target.kind):
            return _refused(target, ref, _fault("BackendNotFound", at, target, "which does not exist"))
    else:
        if found.spec.type == "ExternalName":
            # OQ-44. Asked before the port, since a Service of this type mostly has none: the type is what is wrong with it.
            message = "an ExternalName Service, which could lead anywhere"
            return _refused(target, ref, _fault("InvalidKind", at, target, message))
        ports = [port for port in found.spec.ports if port.port == ref.port]
        if not ports:
            wanted = "the reference names no port" if ref.port is None else f"which has no port {ref.port}"
            return _refused(target, ref, _fault("BackendNotFound", at, target, wanted))
        port = _fitting(ports, protocol)
        if port is None:
            message = f"whose port {ref.port} is not of protocol {protocol}"
            return _refused(target, ref, _fault("UnsupportedProtocol", at, target, message))
    asked = None if port is None else port.app_protocol
    tls = None if protocol == "UDP" else surroundings.tls_policies.settings(target, port)
    if asked is not None and asked in _UNFIT.get(route.kind, ()):
        message = f"whose port {ref.port} wants {asked}, which no {route.kind} speaks"
        return _refused(target, ref, _fault("UnsupportedProtocol", at, target, message))
    if asked == WSS and route.kind == "HTTPRoute" and tls is None:
        # Only TLS to the backend makes WebSocket over TLS of it.
        message = f"whose port {ref.port} wants {WSS}, but no BackendTLSPolicy applies to it"
        return _refused(target, ref, _fault("UnsupportedProtocol", at, target, message))
    return BackendNode(
        *target,
        ref.port,
        1,
        None,
        "",
        asked if asked is not None and asked in _HEEDED.get(route.kind, ()) else None,
        (),
        tls,
        surroundings.traffic_policies.of(target),
        None,
        None if port is None else port.name,
        target.kind != Service.KIND or surroundings.endpoints.ready(target.namespace, target.name, port),
    ), found is None


def _external(
    route: ResourceKey, ref: BackendObjectReference, target: Target, at: FieldPath, surroundings: Surroundings
) -> Followed:
    """An XBackend. Without a port the reference means the one that it has."""

    def refuse(reason: str, message: str) -> Followed:
        return _refused(target, ref, _fault(reason, at, target, message))

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
    node = BackendNode(
        *target,
        spec.port.port,
        1,
        None,
        app_protocol=H2C if spec.protocol == "H2C" else spec.protocol,
        tls=surroundings.xbackends.tls(found),
        traffic=surroundings.traffic_policies.of(target),
        address=spec.external_hostname.hostname,
        section=spec.port.name,
    )
    return node, False


def _refused(target: Target, ref: BackendObjectReference, fault: Fault) -> Followed:
    return BackendNode(*target, ref.port, 1, *fault), False


def _fault(reason: str, at: FieldPath, target: Target, message: str) -> Fault:
    return Fault(reason, f"{at} refers to {target}, {message}")


def _fitting(ports: Sequence[ServicePort], protocol: str) -> ServicePort | None:
    """Of two ports with one number, that of the protocol which the route carries."""
    return next((port for port in ports if port.protocol == protocol), None)
