"""Routes as entries: one for every match of every valid rule at every listener that the route reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..api import GRPCRoute, HTTPRoute, TCPRoute, TLSRoute, UDPRoute
from ..graph import ListenerKey, Policies, RouteNode, RouteRule
from ..ir import NEWEST, Entry, EntryId, HostMatch, ListenerId, Route, Rule, RuleId
from .backends import Backends
from .matches import Match, any_connection, grpc_matches, http_matches
from .places import Places
from .rules import lower_rule

MATCHES: Mapping[type, Callable[[Any], Sequence[Match]]] = {
    HTTPRoute: http_matches,
    GRPCRoute: grpc_matches,
    TLSRoute: any_connection,
    TCPRoute: any_connection,
    UDPRoute: any_connection,
}
"""What the rules of each kind ask of a request."""


class Entries:
    """The rules and entries of routes, numbered as they are added. `count` listeners have numbers from 0 on, and rules and
    entries from `first_rule` and `first_entry` on."""

    def __init__(self, count: int, places: Places, policies: Policies, *, first_rule: int = 0, first_entry: int = 0) -> None:
        self.rules: list[Rule] = []
        self.entries: list[Entry] = []
        self.by_listener: list[list[Entry]] = [[] for _ in range(count)]
        self._first_rule, self._first_entry = first_rule, first_entry
        self._places = places
        self._backends = Backends(policies)
        self._policies = policies
        self._matches: dict[int, tuple[Sequence[Match], RouteRule]] = {}
        """PERF(bench_compile::bench_one_rule_lower): what rules ask, by their identity, since those of many routes are one
        object. It is kept beside the answer, so that its number is not given to another."""

    def add_route(self, node: RouteNode, reached: dict[ListenerId, tuple[HostMatch, ...]]) -> None:
        """All that a route asks at the listeners that it reached."""
        if not reached:
            return
        meta = node.resource.metadata
        created = None if meta.creation_timestamp is None else meta.created
        route = Route(node.key.kind, node.key.namespace or "", node.key.name, NEWEST if created is None else created)
        rules = node.resource.spec.rules or ()
        matches_of = MATCHES[type(node.resource)]
        places = self._places.divide(reached)
        for rule in node.rules:
            if rule.invalid:
                continue
            written = rules[rule.index]
            known = self._matches.get(id(written))
            if known is None:
                known = self._matches[id(written)] = matches_of(written), written
            matches = known[0]
            for place, listeners in places:
                self.add_rule(lower_rule(route, written, rule, place, self._policies, self._backends), matches, listeners)

    def add_rule(self, rule: Rule, matches: Sequence[Match], listeners: Mapping[ListenerId, tuple[HostMatch, ...]]) -> None:
        """A rule, and an entry for each of its matches at each listener."""
        rule_id = RuleId(self._first_rule + len(self.rules))
        self.rules.append(rule)
        entries, first = self.entries, self._first_entry
        for index, match in enumerate(matches):
            for listener, hosts in listeners.items():
                entry = Entry(EntryId(first + len(entries)), listener, rule_id, index, hosts, *match)
                entries.append(entry)
                self.by_listener[listener].append(entry)


def reached(node: RouteNode, numbers: Mapping[ListenerKey, ListenerId]) -> dict[ListenerId, tuple[HostMatch, ...]]:
    """The listeners that a route reached, of those that have a number; one that two parentRefs reach is reached once."""
    found = {}
    for parent in node.parents:
        if parent.attachments and parent.accepted:
            for attachment in parent.attachments:
                number = numbers.get(attachment.listener)
                if number is not None:
                    found[number] = attachment.hostnames
    return found
