"""Whether requests can be sent where a reference to a backend leads (actions.md 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..api import BackendObjectReference, ResourceKey, Service, ServicePort
from ..errors import FieldPath
from .grants import Target
from .nodes import BackendNode, FilterNode
from .references import Fault, References

H2C, WS, WSS = "kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"

_KNOWN_APP_PROTOCOLS = frozenset({H2C, WS, WSS})


class Backend(NamedTuple):
    """A reference to a backend, followed."""

    target: Target
    port: int | None
    fault: Fault | None
    app_protocol: str | None = None
    assumed: bool = False

    def node(self, weight: int = 1, filters: tuple[FilterNode, ...] = ()) -> BackendNode:
        return BackendNode(
            group=self.target.group,
            kind=self.target.kind,
            namespace=self.target.namespace,
            name=self.target.name,
            port=self.port,
            weight=weight,
            reason=None if self.fault is None else self.fault.reason,
            message="" if self.fault is None else self.fault.message,
            app_protocol=self.app_protocol,
            filters=filters,
        )


def follow(route: ResourceKey, ref: BackendObjectReference, at: FieldPath, references: References) -> Backend:
    """What a route's reference to a backend leads to. The checks stand in the order in which one is reported."""
    target = Target(ref.group, ref.kind, ref.namespace or route.namespace or "", ref.name)

    def refuse(reason: str, message: str) -> Backend:
        return Backend(target, ref.port, Fault(reason, message))

    if (target.group, target.kind) != ("", "Service"):
        return refuse("InvalidKind", f"{at} refers to {target}, but only core Services are supported")
    forbidden = references.forbidden(route, target, at)
    if forbidden is not None:
        return Backend(target, ref.port, forbidden)
    service = references.find(Service, target.namespace, target.name)
    if service is None:
        if references.assumes("Service"):
            return Backend(target, ref.port, None, assumed=True)
        return refuse("BackendNotFound", f"{at} refers to {target}, which does not exist")
    if service.spec.type == "ExternalName":
        # OQ-44. Asked before the port, since a Service of this type mostly has none: the type is what is wrong with it.
        return refuse("InvalidKind", f"{at} refers to {target}, an ExternalName Service, which could lead anywhere")
    ports = [port for port in service.spec.ports if port.port == ref.port]
    if not ports:
        wanted = "the reference names no port" if ref.port is None else f"which has no port {ref.port}"
        return refuse("BackendNotFound", f"{at} refers to {target}, {wanted}")
    port = _fitting(ports)
    if port is None:
        return refuse("UnsupportedProtocol", f"{at} refers to {target}, whose port {ref.port} is not of protocol TCP")
    if port.app_protocol == WSS:
        # Only TLS to the backend, which a BackendTLSPolicy would configure, makes WebSocket over TLS.
        message = f"{at} refers to {target}, whose port {ref.port} wants {WSS}, but no BackendTLSPolicy applies to it"
        return refuse("UnsupportedProtocol", message)
    known = port.app_protocol if port.app_protocol in _KNOWN_APP_PROTOCOLS else None
    return Backend(target, ref.port, None, app_protocol=known)


def _fitting(ports: Sequence[ServicePort]) -> ServicePort | None:
    """The port for HTTP: of two with one number, that of protocol TCP."""
    return next((port for port in ports if port.protocol == "TCP"), None)
