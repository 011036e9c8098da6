"""GatewayClasses and Gateways: which are ours, and what they are worth (status.md 2 and 3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from ..api import Gateway, GatewayClass, GatewaySpecAddress, ResourceSet
from ..errors import FieldPath, Problem
from .listeners import Judgement, Owner, finish, judge, resolved_refs
from .nodes import Condition, GatewayClassNode, GatewayNode, ListenerNode
from .references import Fault, Reference, References

BUNDLE_VERSION = "v1.6.1"

ASSUMED_CONTROLLER = "gwmatch/assumed"
"""The controllerName in a status when nobody named one: neither the caller nor a GatewayClass."""

_PARAMETERS_REF = FieldPath() / "spec" / "parametersRef"
_CLASS_NAME = FieldPath() / "spec" / "gatewayClassName"
_CLIENT_CERTIFICATE_REF = FieldPath() / "spec" / "tls" / "backend" / "clientCertificateRef"
_ADDRESS_TYPES = ("IPAddress", "Hostname")


class Classes(NamedTuple):
    """Whose Gateways are ours."""

    nodes: tuple[GatewayClassNode, ...]
    accepted: dict[str, str]
    """The controllerName of each GatewayClass that is ours and accepted."""
    assumed: str | None
    """The controllerName for every class name, when GatewayClasses are assumed."""

    def controller(self, gateway: Gateway) -> str | None:
        """The controllerName of a Gateway that is processed (A-1), else None."""
        return self.assumed or self.accepted.get(gateway.spec.gateway_class_name)


def resolve_classes(resources: ResourceSet, controller: str | None, references: References) -> Classes:
    """The GatewayClasses that are ours. Without a controller every one is."""
    ours = [found for found in resources.of(GatewayClass) if controller in (None, found.spec.controller_name)]
    nodes = tuple(GatewayClassNode(found, found.key, _class_conditions(found, controller)) for found in ours)
    accepted = {node.key.name: node.resource.spec.controller_name for node in nodes if node.accepted}
    assumed = (controller or ASSUMED_CONTROLLER) if references.assumes("GatewayClass") else None
    return Classes(nodes, accepted, assumed)


def class_notices(resources: ResourceSet, classes: Classes, controller: str | None) -> list[Problem]:
    """What looks unintended about GatewayClasses: a controller without any, parameters that nobody reads, Gateways whose
    class is not there."""
    notices: list[Problem] = []
    if controller is not None and not classes.nodes and classes.assumed is None:
        notices.append(Problem(message=f"no GatewayClass has controllerName {controller}: no Gateway is ours"))
    notices.extend(
        Problem(
            message="is not looked at: it belongs to the controller, and none was named",
            resource=str(node.key),
            at=_PARAMETERS_REF,
        )
        for node in classes.nodes
        if controller is None and node.resource.spec.parameters_ref is not None
    )
    held = {found.key.name for found in resources.of(GatewayClass)}
    notices.extend(
        Problem(
            message=f"GatewayClass {gateway.spec.gateway_class_name} is not in the set: the Gateway is left alone",
            resource=str(gateway.key),
            at=_CLASS_NAME,
        )
        for gateway in resources.of(Gateway)
        if classes.assumed is None and gateway.spec.gateway_class_name not in held
    )
    return notices


def resolve_gateway(gateway: Gateway, controller: str, references: References) -> GatewayNode:
    """A Gateway that is ours, with its listeners."""
    judged = judge(gateway, (Owner(gateway.key, gateway.spec.listeners),), references)
    accepted = _accepted(gateway, judged)
    listeners = tuple(finish(judgement, gateway.key, gateway_accepted=accepted.is_true) for judgement in judged)
    client = _client_certificate(gateway, references)
    faults = [] if client is None or client.fault is None else [client.fault]
    unresolved = [node.key.name for node in listeners if not node.condition("ResolvedRefs").is_true]
    if unresolved:
        faults.append(Fault("ListenersNotResolved", f"references of these listeners are not resolved: {', '.join(unresolved)}"))
    conditions = [accepted, _programmed(gateway, accepted, listeners), resolved_refs(faults)]
    if _allows_insecure_clients(gateway):
        message = "Frontend validation with mode AllowInsecureFallback lets clients in without a valid certificate."
        conditions.append(Condition("InsecureFrontendValidationMode", "True", "ConfigurationChanged", message))
    return GatewayNode(
        resource=gateway,
        key=gateway.key,
        listeners=listeners,
        conditions=tuple(conditions),
        controller=controller,
        addresses=tuple(address for address in gateway.spec.addresses if address.value and _usable(address)),
        client_certificate=client.key if client is not None and client.fault is None else None,
        assumed=(client.key,) if client is not None and client.assumed else (),
    )


def _class_conditions(found: GatewayClass, controller: str | None) -> tuple[Condition, ...]:
    ref = found.spec.parameters_ref
    if ref is not None and controller is not None:
        # No kind of parameters is registered, so whatever the reference names is of an unsupported kind.
        message = f"spec.parametersRef: parameters of kind {ref.kind}.{ref.group} are not supported"
        accepted = Condition("Accepted", "False", "InvalidParameters", message)
    else:
        accepted = Condition("Accepted", "True", "Accepted", "The GatewayClass is served.")
    # The implementers' guide wants both conditions together. A set of resources holds no CustomResourceDefinitions, so
    # what is said here is which rules were applied, not which bundle the cluster has.
    message = f"Resources are read by the rules of Gateway API {BUNDLE_VERSION}."
    return (accepted, Condition("SupportedVersion", "True", "SupportedVersion", message))


def _accepted(gateway: Gateway, judged: Sequence[Judgement]) -> Condition:
    """The reason of what makes the Gateway unusable, in document order; the messages of all faults (ST-11)."""
    own = [judgement for judgement in judged if judgement.key.owner == gateway.key]
    rejected = [judgement.key.name for judgement in own if not judgement.accepted]
    grave = [fault for fault in (*_address_faults(gateway), _parameters_fault(gateway)) if fault is not None]
    faults = list(grave)
    if rejected or not own:
        message = f"these listeners are not accepted: {', '.join(rejected)}" if own else "the Gateway has no listener"
        listeners = Fault("ListenersNotValid", message)
        faults.insert(0, listeners)
        if len(rejected) == len(own):
            grave.insert(0, listeners)
    if grave:
        return Condition("Accepted", "False", grave[0].reason, "; ".join(fault.message for fault in faults))
    if faults:  # some of its own listeners are accepted, and those are served
        return Condition("Accepted", "True", faults[0].reason, faults[0].message)
    return Condition("Accepted", "True", "Accepted", "The Gateway is accepted.")


def _programmed(gateway: Gateway, accepted: Condition, listeners: Sequence[ListenerNode]) -> Condition:
    if not accepted.is_true:
        return Condition("Programmed", "False", "Invalid", "The Gateway is not accepted.")
    if not any(node.serving for node in listeners):  # OQ-18
        names = ", ".join(node.key.name for node in listeners)
        return Condition("Programmed", "False", "Invalid", f"none of these listeners can be programmed: {names}")
    broken = ", ".join(address.value or "" for address in gateway.spec.addresses if not _usable(address))
    if broken:
        return Condition("Programmed", "False", "AddressNotUsable", f"spec.addresses: not an IP address: {broken}")
    return Condition("Programmed", "True", "Programmed", "The Gateway is in the table.")


def _address_faults(gateway: Gateway) -> list[Fault]:
    return [
        Fault("UnsupportedAddress", f"spec.addresses[{index}]: addresses of type {address.type} are not supported")
        for index, address in enumerate(gateway.spec.addresses)
        if address.type not in _ADDRESS_TYPES
    ]


def _usable(address: GatewaySpecAddress) -> bool:
    """Whether an address could be had at all. One without a value is for the data plane to fill in."""
    if address.type != "IPAddress" or not address.value:
        return True
    try:
        ipaddress.ip_address(address.value)
    except ValueError:
        return False
    return True


def _parameters_fault(gateway: Gateway) -> Fault | None:
    ref = gateway.spec.infrastructure.parameters_ref if gateway.spec.infrastructure is not None else None
    if ref is None:
        return None
    message = f"spec.infrastructure.parametersRef: parameters of kind {ref.kind}.{ref.group} are not supported"
    return Fault("InvalidParameters", message)


def _client_certificate(gateway: Gateway, references: References) -> Reference | None:
    """The Secret that the Gateway shows to backends. A bad one leaves Accepted and Programmed alone (attachment.md 9)."""
    backend = gateway.spec.tls.backend if gateway.spec.tls is not None else None
    ref = None if backend is None else backend.client_certificate_ref
    if ref is None:
        return None
    return references.certificate(gateway.key, ref, _CLIENT_CERTIFICATE_REF, invalid="InvalidClientCertificateRef")


def _allows_insecure_clients(gateway: Gateway) -> bool:
    frontend = gateway.spec.tls.frontend if gateway.spec.tls is not None else None
    if frontend is None:
        return False
    validations = (frontend.default.validation, *(entry.tls.validation for entry in frontend.per_port))
    return any(validation is not None and validation.mode == "AllowInsecureFallback" for validation in validations)
