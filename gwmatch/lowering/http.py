"""HTTPRoutes as entries: one for every match of every valid rule at every listener that the route reached."""

from __future__ import annotations

from collections.abc import Mapping

from ..api import HTTPHeaderMatch, HTTPQueryParamMatch, HTTPRouteMatch
from ..graph import Graph, ListenerKey, RouteNode
from ..ir import NEWEST, Entry, EntryId, HostMatch, ListenerId, PathKind, PathMatch, Route, Rule, RuleId, ValueMatch
from .rules import lower_rule

CATCH_ALL = PathMatch(PathKind.PATH_PREFIX, b"", "/")


class Entries:
    """The rules and entries of all routes, numbered in the order of the graph's routes."""

    def __init__(self, graph: Graph, listeners: Mapping[ListenerKey, ListenerId]) -> None:
        self.rules: list[Rule] = []
        self.entries: list[Entry] = []
        self.by_listener: list[list[Entry]] = [[] for _ in listeners]
        self._listeners = listeners
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
        for rule in node.rules:
            if rule.invalid:
                continue
            written = rules[rule.index]
            rule_id = RuleId(len(self.rules))
            self.rules.append(lower_rule(route, written, rule))
            for index, match in enumerate(written.matches or (HTTPRouteMatch(),)):
                for listener, hosts in reached.items():
                    self._append(rule_id, index, match, listener, hosts)

    def _reached(self, node: RouteNode) -> dict[ListenerId, tuple[HostMatch, ...]]:
        """A listener that two parentRefs reach is reached once."""
        return {
            self._listeners[attachment.listener]: attachment.hostnames
            for parent in node.parents
            if parent.accepted
            for attachment in parent.attachments
            if attachment.listener in self._listeners
        }

    def _append(
        self, rule: RuleId, index: int, match: HTTPRouteMatch, listener: ListenerId, hosts: tuple[HostMatch, ...]
    ) -> None:
        entry = Entry(
            id=EntryId(len(self.entries)),
            listener=listener,
            rule=rule,
            match=index,
            hosts=hosts,
            path=_path(match),
            method=None if match.method is None else match.method.encode(),
            headers=_first_of_each(match.headers or (), fold=True),
            query_params=_first_of_each(match.query_params or (), fold=False),
        )
        self.entries.append(entry)
        self.by_listener[listener].append(entry)


def _path(match: HTTPRouteMatch) -> PathMatch:
    if match.path is None:
        return CATCH_ALL
    kind = PathKind(match.path.type)
    value = match.path.value.encode()
    if kind is PathKind.PATH_PREFIX and value.endswith(b"/"):
        value = value[:-1]  # `/abc` and `/abc/` are one prefix, and tie (OQ-32)
    return PathMatch(kind, value, match.path.value)


def _first_of_each(
    conditions: tuple[HTTPHeaderMatch, ...] | tuple[HTTPQueryParamMatch, ...], fold: bool
) -> tuple[ValueMatch, ...]:
    """Only the first condition on a name counts, for matching and for precedence; header names differ by more than case."""
    first: dict[bytes, ValueMatch] = {}
    for condition in conditions:
        name = (condition.name.lower() if fold else condition.name).encode()
        if name not in first:
            first[name] = ValueMatch(name, condition.value.encode(), condition.type == "RegularExpression")
    return tuple(first.values())


