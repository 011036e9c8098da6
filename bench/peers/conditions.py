"""Method, headers and query of one rule, for the peers in plain Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from .rules import Condition, Rule


class Predicates:
    """What a rule asks beyond host and path. The first of repeated headers and parameters counts."""

    __slots__ = ("headers", "method", "query")

    def __init__(self, rule: Rule) -> None:
        self.method = rule.method
        self.headers = [(each.name.encode(), _test(each)) for each in rule.headers]
        self.query = [(each.name, _test(each)) for each in rule.query]

    def hold(self, method: str, query: str, lines: list[tuple[bytes, bytes]]) -> bool:
        if self.method is not None and self.method != method:
            return False
        if self.headers and not self.hold_headers(headers_of(lines)):
            return False
        return not self.query or self.hold_query(query_of(query))

    def hold_headers(self, found: Mapping[bytes, bytes]) -> bool:
        for name, fits in self.headers:
            value = found.get(name)
            if value is None or not fits(value.decode("latin-1")):
                return False
        return True

    def hold_query(self, found: Mapping[str, str]) -> bool:
        for name, fits in self.query:
            value = found.get(name)
            if value is None or not fits(value):
                return False
        return True


def headers_of(lines: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    return dict(reversed(lines))


def query_of(query: str) -> dict[str, str]:
    return dict(reversed(parse_qsl(query, keep_blank_values=True))) if query else {}


def _test(condition: Condition) -> Callable[[str], object]:
    return re.compile(condition.value).fullmatch if condition.is_regex else condition.value.__eq__
