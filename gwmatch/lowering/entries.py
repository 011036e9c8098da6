"""Routes as entries: one for every match of every valid rule at every listener that the route reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..api import GRPCRoute, HTTPRoute, TCPRoute, TLSRoute, UDPRoute
from ..graph import Graph, ListenerKey, RouteNode
from ..ir import NEWEST, Entry, EntryId, HostMatch, ListenerId, Route, Rule, RuleId
from .matches import Match, any_connection, grpc_matches, http_matches
from .places import Places
from .rules import lower_rule

MATCHES: Mapping[type, Callable[[Any], Iterable[Match]]] = {
    HTTPRoute: http_matches,
    GRPCRoute: grpc_matches,
    TLSRoute: any_connection,
    TCPRoute: any_connection,
    UDPRoute: any_connection,
}
"""What the rules of each kind ask of a request."""


class Entries:
    """The rules and entries of all routes, numbered in the order of the graph's routes."""

    def __init__(self, graph: Graph, listeners: Mapping[ListenerKey, ListenerId], places: Places) -> None:
        self.rules: list[Rule] = []
        self.entries: list[Entry] = []
        self.by_listener: list[list[Entry]] = [[] for _ in listeners]
        self._listeners = listeners
        self._places = places
        self._policies = graph.policies
        for node in graph.routes:
            self._add(node)

    def _add(self, node: RouteNode) -> None:
        reached = self._reached(node)
        if not reached:
            return
        meta = node.resource.metadata
        created = NEWEST if meta.created is None else meta.created
        route = Route(node.key.kind, node.key.namespace or "", node.key.name, created)
        rules = node.resource.spec.rules or ()
        matches_of = MATCHES[type(node.resource)]
        for rule in node.rules:
            if rule.invalid:
                continue
            written = rules[rule.index]
            for place, listeners in self._places.divide(reached):
                rule_id = RuleId(len(self.rules))
                self.rules.append(lower_rule(route, written, rule, place, self._policies))
                for index, match in enumerate(matches_of(written)):
                    for listener, hosts in listeners.items():
                        entry = Entry(EntryId(len(self.entries)), listener, rule_id, index, hosts, *match)
                        self.entries.append(entry)
                        self.by_listener[listener].append(entry)

    def _reached(self, node: RouteNode) -> dict[ListenerId, tuple[HostMatch, ...]]:
        """A listener that two parentRefs reach is reached once."""
        return {
            self._listeners[attachment.listener]: attachment.hostnames
            for parent in node.parents
            if parent.accepted
            for attachment in parent.attachments
            if attachment.listener in self._listeners
        }
