"""Plain Python, rule by rule in the order of the standard. Too simple to be wrong: it says what the other peers are checked
against, after it was itself compared with gwmatch's reference."""

from __future__ import annotations

import re
from typing import Any

from ..timing import Decide
from .conditions import Predicates
from .rules import Asked, covers, split


class Linear:
    name = "linear"
    does = ""
    needs = None
    version = "ours"

    def build(self, asked: Asked) -> Decide:
        compiled = [
            (
                rule.host[1:] if rule.host.startswith("*") else None,
                rule.host,
                re.compile(rule.path).fullmatch if rule.kind == "RegularExpression" else None,
                rule.kind == "Exact",
                rule.path,
                None if rule.is_plain else Predicates(rule),
                rule.name,
            )
            for rule in asked.rules
        ]

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> str | None:
            path, query = split(target)
            for suffix, name, pattern, is_exact, value, predicates, rule in compiled:
                if host != name if suffix is None else not host.endswith(suffix):
                    continue
                if pattern is not None:
                    if pattern(path) is None:
                        continue
                elif path != value if is_exact else not covers(value, path):
                    continue
                if predicates is None or predicates.hold(method, query, lines):
                    return rule
            return None

        return decide

    def rule(self, result: Any) -> str | None:
        return result
