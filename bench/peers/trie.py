"""What a good engineer writes in an afternoon: a dict of hosts, each with a dict of exact paths and one of prefixes, walked
from the longest. A path with one rule that asks for nothing else holds its name; else its rules are tried in order, found by
one of the values that they ask for where they are many. Headers and query are read once, if a rule asks."""

from __future__ import annotations

import re
from typing import Any

from ..timing import Decide
from .conditions import Predicates, headers_of, query_of
from .rules import Asked, Rule

MANY = 8
"""Rules of one path from which on they are looked up by value."""

Line = tuple[int, str | None, Predicates | None, str]
"""A rule of a path: rank, method, conditions, name."""


class Spot:
    """The rules of one path that has more than a plain one."""

    __slots__ = ("by_header", "by_parameter", "lines", "rest")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.by_header: dict[bytes, dict[bytes, list[Line]]] = {}
        self.by_parameter: dict[str, dict[str, list[Line]]] = {}
        self.rest: list[Line] = []

    def add(self, rule: Rule) -> None:
        conditions = Predicates(rule) if rule.headers or rule.query else None
        line = (len(self.lines), rule.method, conditions, rule.name)
        self.lines.append(line)
        header = next((each for each in rule.headers if not each.is_regex), None)
        parameter = next((each for each in rule.query if not each.is_regex), None)
        if header is not None:
            self.by_header.setdefault(header.name.encode(), {}).setdefault(header.value.encode(), []).append(line)
        elif parameter is not None:
            self.by_parameter.setdefault(parameter.name, {}).setdefault(parameter.value, []).append(line)
        else:
            self.rest.append(line)


class Host:
    """One hostname's rules."""

    __slots__ = ("deepest", "exact", "patterns", "prefixes")

    def __init__(self) -> None:
        self.exact: dict[str, str | Spot] = {}
        self.patterns: list[tuple[Any, str | Spot]] = []
        self.prefixes: dict[str, str | Spot] = {}
        self.deepest = 0

    def add(self, rule: Rule) -> None:
        if rule.kind == "RegularExpression":
            self.patterns.append((re.compile(rule.path).fullmatch, rule.name if rule.is_plain else _alone(rule)))
            return
        spots = self.exact if rule.kind == "Exact" else self.prefixes
        spot = spots.get(rule.path)
        if spot is None:
            spots[rule.path] = rule.name if rule.is_plain else _alone(rule)
        elif not isinstance(spot, str):  # nothing comes behind a plain rule
            spot.add(rule)
        if rule.kind == "PathPrefix":
            self.deepest = max(self.deepest, rule.path.count("/"))


def _alone(rule: Rule) -> Spot:
    spot = Spot()
    spot.add(rule)
    return spot


class Trie:
    name = "dict-and-trie"
    does = ""
    needs = None
    version = "ours"

    def build(self, asked: Asked) -> Decide:
        exact: dict[str, Host] = {}
        wildcards: dict[str, Host] = {}
        for rule in asked.rules:
            hosts, name = (wildcards, rule.host[1:]) if rule.host.startswith("*") else (exact, rule.host)
            if name not in hosts:
                hosts[name] = Host()
            hosts[name].add(rule)

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> str | None:
            path, _, query = target.partition("?")
            found = exact.get(host)
            if found is not None and (rule := _at(found, path, method, query, lines)) is not None:
                return rule
            dot = host.find(".") if wildcards else -1
            while dot >= 0:
                found = wildcards.get(host[dot:])
                if found is not None and (rule := _at(found, path, method, query, lines)) is not None:
                    return rule
                dot = host.find(".", dot + 1)
            return None

        return decide

    def rule(self, result: Any) -> str | None:
        return result


def _at(host: Host, path: str, method: str, query: str, lines: list[tuple[bytes, bytes]]) -> str | None:
    request: _Request | None = None
    for spot in _spots(host, path):
        if isinstance(spot, str):
            return spot
        if request is None:
            request = _Request(method, query, lines)
        if (name := request.first(spot)) is not None:
            return name
    return None


class _Request:
    """What was read of a request so far."""

    __slots__ = ("headers", "lines", "method", "parameters", "query")

    def __init__(self, method: str, query: str, lines: list[tuple[bytes, bytes]]) -> None:
        self.method = method
        self.query = query
        self.lines = lines
        self.headers: dict[bytes, bytes] | None = None
        self.parameters: dict[str, str] | None = None

    def first(self, spot: Spot) -> str | None:
        """The name of its best rule that holds."""
        if len(spot.lines) <= MANY:
            best = self._best(spot.lines, None)
            return None if best is None else best[3]
        best = None
        if spot.by_header:
            found = self.headers = headers_of(self.lines) if self.headers is None else self.headers
            for name, values in spot.by_header.items():
                if (value := found.get(name)) is not None and (lines := values.get(value)) is not None:
                    best = self._best(lines, best)
        if spot.by_parameter:
            parameters = self.parameters = query_of(self.query) if self.parameters is None else self.parameters
            for name, known in spot.by_parameter.items():
                if (text := parameters.get(name)) is not None and (lines := known.get(text)) is not None:
                    best = self._best(lines, best)
        best = self._best(spot.rest, best)
        return None if best is None else best[3]

    def _best(self, lines: list[Line], best: Line | None) -> Line | None:
        for line in lines:
            rank, method, conditions, _ = line
            if best is not None and best[0] < rank:
                return best
            if (method is None or method == self.method) and (conditions is None or self._fits(conditions)):
                return line
        return best

    def _fits(self, conditions: Predicates) -> bool:
        if conditions.headers:
            if self.headers is None:
                self.headers = headers_of(self.lines)
            if not conditions.hold_headers(self.headers):
                return False
        if conditions.query:
            if self.parameters is None:
                self.parameters = query_of(self.query)
            if not conditions.hold_query(self.parameters):
                return False
        return True


def _spots(host: Host, path: str) -> Any:
    """Those whose path fits, best first."""
    if host.exact and (spot := host.exact.get(path)) is not None:
        yield spot
    for pattern, spot in host.patterns:
        if pattern(path) is not None:
            yield spot
    prefixes = host.prefixes
    if prefixes:
        prefix = path
        if path.count("/") > host.deepest:
            prefix = "/".join(path.split("/", host.deepest + 1)[:-1])
        while True:
            if (spot := prefixes.get(prefix)) is not None:
                yield spot
            if not prefix:
                return
            prefix = prefix[: prefix.rindex("/")]
