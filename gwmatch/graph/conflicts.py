"""Listeners that cannot stand side by side on one port (attachment.md 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

HOSTNAME_CONFLICT = "HostnameConflict"
PROTOCOL_CONFLICT = "ProtocolConflict"

_EXCLUDED = {
    "HTTP": ("HTTPS", "TLS", "TCP"),
    "HTTPS": ("HTTP", "TCP"),
    "TLS": ("HTTP", "TCP"),
    "TCP": ("HTTP", "HTTPS", "TLS", "TCP"),
    "UDP": ("UDP",),
}
"""Protocols that a protocol cannot share a port with. HTTPS and TLS are told apart by SNI (OQ-8)."""

_ONE_HOSTNAME_SPACE = {"HTTP": ("HTTP",), "HTTPS": ("HTTPS", "TLS"), "TLS": ("HTTPS", "TLS")}
"""Protocols among which a hostname may occur once on a port."""


class Claim(NamedTuple):
    """What a listener asks for."""

    port: int
    protocol: str
    hostname: str | None
    """Lower-case; None where it is absent or the protocol has none."""
    mode: str | None = None
    """`Terminate` or `Passthrough`, of a TLS listener."""


class Place(NamedTuple):
    """Where a listener stands in the merged list."""

    owner: int
    listener: int


class Conflict(NamedTuple):
    reason: str
    rival: Place
    """One of the listeners that it conflicts with."""


def find_conflicts(owners: Sequence[Sequence[Claim | None]], *, mixed_modes: bool) -> dict[Place, Conflict]:
    """The listeners of one Gateway that are conflicted. `owners` is the merged list: the Gateway first, then its ListenerSets.

    None stands for a listener that takes no part, since it was rejected before (OQ-9). With `mixed_modes` a port may have
    TLS listeners of both modes.
    """
    conflicted: dict[Place, Conflict] = {}
    earlier = _Claims(mixed_modes)
    for at, claims in enumerate(owners):
        mine = _Claims(mixed_modes)
        standing: list[tuple[Place, Claim]] = []
        for index, claim in enumerate(claims):
            if claim is None:
                continue
            place = Place(at, index)
            lost = earlier.rival(place, claim)
            if lost is not None:  # A-10: beaten by an earlier owner, it does not even stand in its siblings' way
                conflicted[place] = lost
            else:
                standing.append((place, claim))
                mine.add(place, claim)
        for place, claim in standing:
            quarrel = mine.rival(place, claim)
            if quarrel is not None:  # nobody wins inside one owner
                conflicted[place] = quarrel
        for place, claim in standing:  # also those that A-11 marked block later owners
            earlier.add(place, claim)
    return conflicted


class _Claims:
    """Claims, found by what another claim could conflict with, so that no two are compared needlessly."""

    def __init__(self, mixed_modes: bool) -> None:
        self._mixed_modes = mixed_modes
        self._places: dict[Hashable, list[Place]] = defaultdict(list)
        self._modes: dict[tuple[int, str | None], dict[str | None, Place]] = defaultdict(dict)

    def add(self, place: Place, claim: Claim) -> None:
        self._places[claim.port, claim.protocol].append(place)
        self._places[claim.port, claim.protocol, claim.hostname].append(place)
        if claim.protocol == "TLS":
            self._modes[claim.port, claim.mode].setdefault(claim.hostname, place)

    def rival(self, place: Place, claim: Claim) -> Conflict | None:
        """How `claim` conflicts with one of these claims, its own apart. A protocol conflict goes first (OQ-11)."""
        for protocol in _EXCLUDED[claim.protocol]:
            rival = self._other(place, (claim.port, protocol))
            if rival is not None:
                return Conflict(PROTOCOL_CONFLICT, rival)
        if claim.protocol == "TLS" and not self._mixed_modes:
            other = self._modes.get((claim.port, "Passthrough" if claim.mode == "Terminate" else "Terminate"), {})
            rival = next((found for hostname, found in other.items() if hostname != claim.hostname), None)
            if rival is not None:
                return Conflict(PROTOCOL_CONFLICT, rival)
        for protocol in _ONE_HOSTNAME_SPACE.get(claim.protocol, ()):
            rival = self._other(place, (claim.port, protocol, claim.hostname))
            if rival is not None:
                return Conflict(HOSTNAME_CONFLICT, rival)
        return None

    def _other(self, place: Place, key: Hashable) -> Place | None:
        return next((found for found in self._places.get(key, ()) if found != place), None)
