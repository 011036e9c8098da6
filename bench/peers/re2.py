"""A set of google-re2 for each host: all expressions in one scan, the first in rank order wins."""

from __future__ import annotations

from typing import Any

from ..timing import Decide
from .peer import NotApplicable, installed
from .rules import Asked, split


class Re2Set:
    name = "re2-set"
    does = "whole-path expressions"
    needs = "google-re2"
    version = installed("google-re2")

    def build(self, asked: Asked) -> Decide:
        import re2

        if any(not rule.is_plain or rule.kind != "RegularExpression" or "*" in rule.host for rule in asked.rules):
            raise NotApplicable("expressions for paths only")
        options = re2.Options()
        options.never_capture = True
        options.max_mem = 1 << 30
        sets: dict[str, tuple[Any, list[str]]] = {}
        for rule in asked.rules:
            made, names = sets.setdefault(rule.host, (re2.Set.FullMatchSet(options), []))
            made.Add(rule.path)
            names.append(rule.name)
        for made, _ in sets.values():
            made.Compile()

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> str | None:
            found = sets.get(host)
            if found is None:
                return None
            hits = found[0].Match(split(target)[0])
            return found[1][min(hits)] if hits else None

        return decide

    def rule(self, result: Any) -> str | None:
        return result
