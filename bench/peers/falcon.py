"""Falcon's compiled router: one route for each path, and one with a converter for what lies under a prefix."""

from __future__ import annotations

from typing import Any

from ..timing import Decide
from .peer import NotApplicable, installed
from .rules import Asked, split


class Falcon:
    name = "falcon"
    does = "paths"
    needs = "falcon"
    version = installed("falcon")

    def build(self, asked: Asked) -> Decide:
        from falcon.routing import CompiledRouter

        if len({rule.host for rule in asked.rules}) > 1:
            raise NotApplicable("no hosts")
        if any(not rule.is_plain or rule.kind == "RegularExpression" for rule in asked.rules):
            raise NotApplicable("no conditions on header values, no whole-path expressions")
        router = CompiledRouter()
        for rule in asked.rules:
            resource = _Resource(rule.name)
            router.add_route(rule.path or "/", resource)
            if rule.kind == "PathPrefix":
                router.add_route(f"{rule.path}/{{rest:path}}", resource)
        router.find("/")  # compiles

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> Any:
            return router.find(split(target)[0])

        return decide

    def rule(self, result: Any) -> str | None:
        return None if result is None or result[0] is None else result[0].name


class _Resource:
    def __init__(self, name: str) -> None:
        self.name = name

    def on_get(self, request: Any, response: Any, **_: Any) -> None:
        """Falcon wants a responder."""

    on_post = on_put = on_delete = on_get
