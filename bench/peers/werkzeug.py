"""Werkzeug's Map, with hosts: each prefix is a rule for itself and one for what lies under it."""

from __future__ import annotations

from typing import Any

from ..timing import Decide
from .peer import NotApplicable, installed
from .rules import Asked, split


class Werkzeug:
    name = "werkzeug"
    does = "hosts and paths"
    needs = "werkzeug"
    version = installed("werkzeug")

    def build(self, asked: Asked) -> Decide:
        from werkzeug.exceptions import NotFound
        from werkzeug.routing import Map, Rule

        rules = []
        for rule in asked.rules:
            if not rule.is_plain or rule.kind == "RegularExpression":
                raise NotApplicable("no conditions on header values, no whole-path expressions")
            host = f"<sub>{rule.host[1:]}" if rule.host.startswith("*") else rule.host
            rules.append(Rule(rule.path or "/", endpoint=rule.name, host=host))
            if rule.kind == "PathPrefix":
                rules.append(Rule(f"{rule.path}/<path:rest>", endpoint=rule.name, host=host))
        made = Map(rules, host_matching=True, strict_slashes=False, merge_slashes=False, redirect_defaults=False)
        made.update()

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> Any:
            path, query = split(target)
            try:
                return made.bind(host, path_info=path, default_method=method, query_args=query).match()
            except NotFound:
                return None

        return decide

    def rule(self, result: Any) -> str | None:
        return None if result is None else result[0]
