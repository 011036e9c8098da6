"""The Rust crate matchit behind a Python class, which `pip install bench/matchit_peer` builds: a radix tree of paths."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ..timing import Decide
from .peer import NotApplicable
from .rules import Asked, split


class Matchit:
    name = "matchit"
    does = "paths"
    needs = "./bench/matchit_peer"
    version = next(
        each["version"]
        for each in tomllib.loads((Path(__file__).parents[1] / "matchit_peer/Cargo.lock").read_text())["package"]
        if each["name"] == "matchit"
    )

    def build(self, asked: Asked) -> Decide:
        import matchit_peer

        if len({rule.host for rule in asked.rules}) > 1:
            raise NotApplicable("no hosts")
        if any(not rule.is_plain or rule.kind == "RegularExpression" for rule in asked.rules):
            raise NotApplicable("no conditions on header values, no whole-path expressions")
        routes = []
        for number, rule in enumerate(asked.rules):
            routes.append((rule.path or "/", number))
            if rule.kind == "PathPrefix":
                # What a catch-all takes is not empty, so that the prefix with a slash behind it is a route of its own.
                routes += [(f"{rule.path}/{{*rest}}", number)] + [(f"{rule.path}/", number)] * bool(rule.path)
        at = matchit_peer.Router(routes).at
        self.names = [rule.name for rule in asked.rules]

        def decide(method: str, host: str, target: str, lines: list[tuple[bytes, bytes]]) -> Any:
            return at(split(target)[0])

        return decide

    def rule(self, result: Any) -> str | None:
        return None if result is None else self.names[result]
