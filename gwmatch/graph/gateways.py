"""GatewayClasses and Gateways: which are ours, and what they are worth (status.md 2 and 3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from ..api import Gateway, GatewayClass, GatewaySpecAddress, ResourceKey, ResourceSet
from ..errors import FieldPath, Problem
from .listeners import Judgement, Owner, finish, judge, resolved_refs
from .listenersets import Candidate, finish_set
from .nodes import Condition, GatewayClassNode, GatewayNode, ListenerNode, ListenerSetNode
from .parameters import CLASS_REF, Parameters, class_parameters, gateway_parameters
from .references import Fault, Reference, References
from .surroundings import Surroundings
from .tls import TLSModes

BUNDLE_VERSION = "v1.6.1"

ASSUMED_CONTROLLER = "gwmatch/assumed"
"""The controllerName in a status when nobody named one: neither the caller nor a GatewayClass."""

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


def resolve_classes(resources: ResourceSet, controller: str | None, references: Surroundings) -> Classes:
    """The GatewayClasses that are ours. Without a controller every one is."""
    ours = [found for found in resources.of(GatewayClass) if controller in (None, found.spec.controller_name)]
    extensions, named = references.extensions, controller is not None
    nodes = tuple(_class_node(found, class_parameters(found, extensions, named=named)) for found in ours)
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
            at=CLASS_REF,
        )
        for node in classes.nodes
        if controller is None and node.resource.spec.parameters_ref is not None and node.parameters is None and node.accepted
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


def resolve_gateway(
    gateway: Gateway, controller: str, candidates: Sequence[Candidate], references: Surroundings, modes: TLSModes
) -> tuple[GatewayNode, tuple[ListenerSetNode, ...]]:
    """A Gateway that is ours, with its merged list of listeners (attachment.md 2), and the ListenerSets that name it."""
    let_in = [each.resource for each in candidates if each.refused is None]
    owners = (Owner(gateway.key, gateway.spec.listeners), *(Owner(each.key, each.spec.listeners) for each in let_in))
    judged = judge(gateway, owners, references, modes)
    parameters = gateway_parameters(gateway, references.extensions)
    accepted = _accepted(gateway, judged, parameters.fault)
    listeners = tuple(finish(judgement, gateway.key, gateway_accepted=accepted.is_true) for judgement in judged)
    own = listeners[: len(gateway.spec.listeners)]
    client = _client_certificate(gateway, references)
    faults = [] if client is None or client.fault is None else [client.fault]
    unresolved = [node.key.name for node in own if not node.condition("ResolvedRefs").is_true]
    if unresolved:
        faults.append(Fault("ListenersNotResolved", f"references of these listeners are not resolved: {', '.join(unresolved)}"))
    programmed = _programmed(gateway, accepted, own, serving=any(node.serving for node in listeners))
    conditions = [accepted, programmed, resolved_refs(faults)]
    if _allows_insecure_clients(gateway):
        message = "Frontend validation with mode AllowInsecureFallback lets clients in without a valid certificate."
        conditions.append(Condition("InsecureFrontendValidationMode", "True", "ConfigurationChanged", message))
    if gateway.spec.default_scope == "All":
        message = "Routes with useDefaultGateways attach without naming this Gateway."
        conditions.append(Condition("DefaultGateway", "True", "DefaultGateway", message))
    sets = _finish_sets(candidates, gateway.key, (accepted, programmed), listeners)
    node = GatewayNode(
        resource=gateway,
        key=gateway.key,
        listeners=listeners,
        conditions=tuple(conditions),
        controller=controller,
        attached_listener_sets=sum(each.accepted for each in sets),
        addresses=tuple(address for address in gateway.spec.addresses if address.value and _usable(address)),
        client_certificate=client.key if client is not None and client.fault is None else None,
        parameters=parameters.key,
        assumed=(client.key,) if client is not None and client.assumed else (),
    )
    return node, sets


def _finish_sets(
    candidates: Sequence[Candidate],
    gateway: ResourceKey,
    conditions: tuple[Condition, Condition],
    listeners: Sequence[ListenerNode],
) -> tuple[ListenerSetNode, ...]:
    by_owner: dict[ResourceKey, list[ListenerNode]] = {}
    for node in listeners:
        by_owner.setdefault(node.key.owner, []).append(node)
    return tuple(finish_set(each, gateway, *conditions, tuple(by_owner.get(each.resource.key, ()))) for each in candidates)


def _class_node(found: GatewayClass, parameters: Parameters) -> GatewayClassNode:
    if parameters.fault is not None:
        accepted = Condition("Accepted", "False", *parameters.fault)
    else:
        accepted = Condition("Accepted", "True", "Accepted", "The GatewayClass is served.")
    # The implementers' guide wants both conditions together. A set of resources holds no CustomResourceDefinitions, so
    # what is said here is which rules were applied, not which bundle the cluster has.
    message = f"Resources are read by the rules of Gateway API {BUNDLE_VERSION}."
    conditions = (accepted, Condition("SupportedVersion", "True", "SupportedVersion", message))
    return GatewayClassNode(found, found.key, conditions, parameters.key)


def _accepted(gateway: Gateway, judged: Sequence[Judgement], parameters: Fault | None) -> Condition:
    """The reason of what makes the Gateway unusable, in document order; the messages of all faults (ST-11)."""
    own = [judgement for judgement in judged if judgement.key.owner == gateway.key]
    rejected = [judgement.key.name for judgement in own if not judgement.accepted]
    grave = [fault for fault in (*_address_faults(gateway), parameters) if fault is not None]
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


def _programmed(gateway: Gateway, accepted: Condition, own: Sequence[ListenerNode], *, serving: bool) -> Condition:
    """`serving`: whether any listener of the merged list is in the table. `own` are those whose names may be told."""
    if not accepted.is_true:
        return Condition("Programmed", "False", "Invalid", "The Gateway is not accepted.")
    if not serving:  # OQ-18
        names = ", ".join(node.key.name for node in own)
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
