"""What an explanation holds: plain data, with the words for it."""

from __future__ import annotations

import msgspec

from .._core import Decision
from ..ir import Request


class Deciding(msgspec.Struct, frozen=True):
    """The first key of the order in which two matches differ, and what each has there."""

    key: str
    """`K1` to `K11`; `M-9` where the kinds of route differ, `G5` for what a GRPCRoute asks."""
    name: str
    """What the key is, in words."""
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.name}: {self.first} before {self.second}"


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """One match of one rule, whose route's hostnames cover the request's host, and how it fared."""

    kind: str
    route: str
    """`namespace/name`"""
    rule: int
    rule_name: str | None
    match: int
    hostname: str | None
    """The hostname that ranks it; None for a route without hostnames."""
    conditions: str
    """What it matches, in one line."""
    outcome: str
    """`won`, `lost` (a condition does not hold), `outranked` (all hold, but another comes first), or `refused` (it would
    have won, but the request is refused)."""
    field: str | None = None
    """The condition that was lost, as a field of HTTPRouteMatch or GRPCRouteMatch."""
    expected: str | None = None
    got: str | None = None
    decided: Deciding | None = None
    """Why the winner comes before it."""

    @property
    def name(self) -> str:
        """`namespace/name#rule`"""
        return f"{self.route}#{self.rule}"

    @property
    def matched(self) -> bool:
        """Whether all of its conditions hold."""
        return self.outcome != "lost"

    @property
    def verdict(self) -> str:
        """How it fared, in words."""
        if self.outcome == "lost":
            return f"lost: {self.field}: expected {self.expected}, got {self.got}"
        if self.outcome == "outranked":
            return f"matched too, ranked after; decided by {self.decided}"
        return self.outcome


class ListenerChoice(msgspec.Struct, frozen=True):
    """One listener of the port, and why it took the request or did not."""

    name: str
    owner: str
    """`Kind namespace/name` of what states it."""
    protocol: str
    hostname: str | None
    chosen: bool
    why: str


class Reading(msgspec.Struct, frozen=True):
    """Another way to read the request's path, and the rule that it selects."""

    path: str
    selects: str | None
    """`namespace/name#rule`; None for no rule."""
    agrees: bool
    """Whether that is the rule which the path selects as it came."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One decision and everything that led to it. `str()` of the parts reads as text; all but `decision` is plain data."""

    decision: Decision
    request: Request | None
    """As it arrived; None for a connection."""
    connection: str | None = None
    """`TLS`, `TCP` or `UDP` if it is a connection, whose bytes nobody reads, that was asked about."""
    port: int
    draw: float | int
    """The chance that was used; handed in again, it gives the same decision."""
    selection: str
    """Which listener takes the request and why, or why none does."""
    listeners: tuple[ListenerChoice, ...]
    """Those on the port."""
    candidates: tuple[Contender, ...] = ()
    """In the order in which they are tried."""
    decided: Deciding | None = None
    """What put the winner before the next one that matches; None without a winner or without a runner-up."""
    readings: tuple[Reading, ...] = ()
    """Under `normalize="guard"`: the other readings of the path."""
    summary: str
    """The reason in one sentence."""
    why_not: tuple[str, ...] = ()
    """Why the route that was asked for does not take the request, in sentences."""

    @property
    def winner(self) -> Contender | None:
        """The match that won, also when its rule can only answer an error."""
        return next((each for each in self.candidates if each.outcome == "won"), None)
