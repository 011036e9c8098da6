"""What each listener of a Gateway is worth: accepted, in conflict, resolved (attachment.md 3, 4, 5 and 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..api import GATEWAY_GROUP, Gateway, Listener, ResourceKey, RouteGroupKind
from . import hostnames, tls
from .conflicts import Claim, Conflict, Place, find_conflicts
from .nodes import ClientValidation, Condition, ListenerKey, ListenerNode
from .references import Fault, References
from .tls import TLSModes

_ROUTE_KINDS: Mapping[str, tuple[str, ...]] = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute",),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}
"""Protocols that are served, spelt exactly so (HI-S7), with the largest set of kinds that `kinds` may name."""

_WITH_HOSTNAMES = frozenset({"HTTP", "HTTPS", "TLS"})


class Owner(NamedTuple):
    """One object of a Gateway's merged list: the Gateway itself or, later in the list, a ListenerSet."""

    key: ResourceKey
    listeners: tuple[Listener, ...]


class Judgement(NamedTuple):
    """What is known of a listener before its Gateway is judged."""

    key: ListenerKey
    listener: Listener
    hostname: str | None
    supported_kinds: tuple[RouteGroupKind, ...]
    rejected: Fault | None
    """Why it is not accepted."""
    conflict: Fault | None
    unresolved: tuple[Fault, ...]
    unusable: Fault | None
    """Why it cannot be programmed, though it may be accepted."""
    overlap: str | None
    certificates: tuple[ResourceKey, ...]
    client_validation: ClientValidation | None
    assumed: tuple[ResourceKey, ...]

    @property
    def accepted(self) -> bool:
        return self.rejected is None


def supported_kinds(
    protocol: str, kinds: Sequence[RouteGroupKind]
) -> tuple[tuple[RouteGroupKind, ...], tuple[RouteGroupKind, ...]]:
    """The route kinds that a listener takes, in the order of `kinds`, and the entries of `kinds` that it cannot take."""
    row = {RouteGroupKind(group=GATEWAY_GROUP, kind=kind): None for kind in _ROUTE_KINDS.get(protocol, ())}
    asked = dict.fromkeys(kinds) if kinds else row
    # the group belongs to the kind; a right kind in a wrong group is in no row.
    return tuple(kind for kind in asked if kind in row), tuple(kind for kind in asked if kind not in row)


def judge(gateway: Gateway, owners: Sequence[Owner], references: References, modes: TLSModes) -> tuple[Judgement, ...]:
    """Judge the merged list of one Gateway, in its order."""
    refused = [[_own_fault(listener, modes) for listener in owner.listeners] for owner in owners]
    claims = [
        [None if fault else _claim(listener) for listener, fault in zip(owner.listeners, faults, strict=True)]
        for owner, faults in zip(owners, refused, strict=True)
    ]
    conflicts = find_conflicts(claims, mixed_modes=modes.mixed)
    overlaps = _overlaps(claims, conflicts)
    judged: list[Judgement] = []
    for at, owner in enumerate(owners):
        for index, listener in enumerate(owner.listeners):
            fault = refused[at][index]
            conflict = _conflict_fault(owners, Place(at, index), conflicts)
            kinds, strangers = ((), ()) if fault else supported_kinds(listener.protocol, listener.allowed_routes.kinds)
            checked = tls.Checked() if fault else tls.check(gateway, owner.key, listener, references)
            unresolved = checked.unresolved
            if strangers:
                named = ", ".join(f"{kind.kind}.{kind.group}" for kind in strangers)
                message = f"allowedRoutes.kinds names what a listener of protocol {listener.protocol} cannot take: {named}"
                unresolved = (Fault("InvalidRouteKinds", message), *unresolved)
            judged.append(
                Judgement(
                    key=ListenerKey(owner.key, listener.name),
                    listener=listener,
                    hostname=_hostname(listener),
                    supported_kinds=kinds,
                    rejected=fault or conflict or checked.rejected,
                    conflict=conflict,
                    unresolved=unresolved,
                    unusable=checked.unusable,
                    overlap=overlaps.get(Place(at, index)),
                    certificates=checked.certificates,
                    client_validation=checked.client_validation,
                    assumed=checked.assumed,
                )
            )
    return tuple(judged)


def finish(judgement: Judgement, gateway: ResourceKey, *, gateway_accepted: bool) -> ListenerNode:
    """The listener with its conditions, now that it is known whether its Gateway is accepted."""
    unprogrammed = _unprogrammed(judgement, gateway_accepted=gateway_accepted)
    conditions = [
        _condition("Accepted", judgement.rejected, "The listener is accepted."),
        _condition("Programmed", unprogrammed, "The listener is in the table."),
        resolved_refs(judgement.unresolved),
    ]
    if judgement.conflict is not None:
        conditions.append(Condition("Conflicted", "True", *judgement.conflict))
    if judgement.overlap is not None:
        conditions.append(Condition("OverlappingTLSConfig", "True", "OverlappingHostnames", judgement.overlap))
    return ListenerNode(
        key=judgement.key,
        gateway=gateway,
        listener=judgement.listener,
        hostname=judgement.hostname,
        supported_kinds=judgement.supported_kinds,
        conditions=tuple(conditions),
        serving=unprogrammed is None,
        certificates=judgement.certificates,
        client_validation=judgement.client_validation,
        assumed=judgement.assumed,
    )


RESOLVED = Condition("ResolvedRefs", "True", "ResolvedRefs", "All references are resolved.")


def resolved_refs(faults: Sequence[Fault]) -> Condition:
    """ResolvedRefs: the reason of the first fault, the messages of all (ST-11)."""
    if not faults:
        return RESOLVED
    messages = dict.fromkeys(fault.message for fault in faults)
    return Condition("ResolvedRefs", "False", faults[0].reason, "; ".join(messages))


def _condition(type_: str, fault: Fault | None, good: str) -> Condition:
    """A condition of positive polarity whose reason, when it holds, is its own name."""
    return Condition(type_, "True", type_, good) if fault is None else Condition(type_, "False", *fault)


def _unprogrammed(judgement: Judgement, *, gateway_accepted: bool) -> Fault | None:
    if judgement.conflict is not None:
        return judgement.conflict  # one reason for all three conditions
    if judgement.rejected is not None:
        return Fault("Invalid", judgement.rejected.message)
    if judgement.unusable is not None:
        return judgement.unusable
    return None if gateway_accepted else Fault("Invalid", "The Gateway is not accepted.")


# ---------------------------------------------------------------------------------------------------- the listener by itself


def _own_fault(listener: Listener, served: TLSModes) -> Fault | None:
    """Steps 1 and 2 of attachment.md 4: what keeps a listener from taking part at all."""
    if listener.protocol not in _ROUTE_KINDS:
        return Fault("UnsupportedProtocol", f"protocol {listener.protocol} is not one of {', '.join(_ROUTE_KINDS)}")
    mode = tls.mode(listener)
    if mode is not None and mode not in served.of(listener.protocol):
        return Fault("UnsupportedValue", f"tls.mode {mode} is not supported for protocol {listener.protocol}")
    return None


def _hostname(listener: Listener) -> str | None:
    """OQ-39: a hostname means nothing on a protocol that has none."""
    return hostnames.normal(listener.hostname) if listener.protocol in _WITH_HOSTNAMES else None


def _claim(listener: Listener) -> Claim:
    return Claim(listener.port, listener.protocol, _hostname(listener), tls.mode(listener))


def _conflict_fault(owners: Sequence[Owner], place: Place, conflicts: Mapping[Place, Conflict]) -> Fault | None:
    conflict = conflicts.get(place)
    if conflict is None:
        return None
    mine = owners[place.owner].listeners[place.listener]
    if conflict.rival.owner != place.owner:
        # Another owner may be another tenant: say that the place is taken, not by what (status.md 5).
        return Fault(conflict.reason, f"port {mine.port} is taken by a listener that does not go with this one")
    rival = owners[place.owner].listeners[conflict.rival.listener]
    if conflict.reason == "HostnameConflict":
        shared = f"hostname {mine.hostname}" if mine.hostname else "no hostname"
        return Fault(conflict.reason, f"listener {rival.name} has port {mine.port} and {shared} too")
    return Fault(
        conflict.reason,
        f"protocol {mine.protocol} cannot share port {mine.port} with listener {rival.name} of protocol {rival.protocol}",
    )


def _overlaps(claims: Sequence[Sequence[Claim | None]], conflicts: Mapping[Place, Conflict]) -> dict[Place, str]:
    """OverlappingTLSConfig: for each TLS listener whose hostname overlaps with another's on its port, the message."""
    by_port: dict[int, list[tuple[Place, str | None]]] = {}
    for at, row in enumerate(claims):
        for index, claim in enumerate(row):
            if claim is not None and claim.protocol in tls.PROTOCOLS and Place(at, index) not in conflicts:
                by_port.setdefault(claim.port, []).append((Place(at, index), claim.hostname))
    messages: dict[Place, str] = {}
    for port, listeners in by_port.items():
        overlapping = hostnames.overlapping(hostname for _, hostname in listeners)
        by_owner = {(place.owner, hostname) for place, hostname in listeners}
        for place, hostname in listeners:
            if hostname in overlapping:
                other = overlapping[hostname]
                # Another owner's hostname is not told, nor is its rival (status.md 5).
                named = (other or "any host") if (place.owner, other) in by_owner else "that"
                messages[place] = f"{hostname or 'any host'} overlaps with {named} of another TLS listener on port {port}"
    return messages
