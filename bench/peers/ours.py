"""gwmatch itself, called from Python request by request."""

from __future__ import annotations

from typing import Any

import gwmatch

from ..subjects import Call
from ..timing import Decide
from .rules import Asked


class Gwmatch:
    name = "gwmatch"
    does = ""
    needs = None
    version = gwmatch.__version__

    def build(self, asked: Asked) -> Decide:
        self.router = gwmatch.compile(gwmatch.load(asked.documents))
        return self.router.port(80).match

    def reference(self, call: Call) -> str | None:
        """What the slow twin says, which the oracle is checked against."""
        table = self.router.table
        verdict = gwmatch.reference.match(table, 80, gwmatch.Request.of(*call))
        return None if verdict.entry is None else table.rules[table.entries[verdict.entry].rule].name

    def rule(self, result: Any) -> str | None:
        return None if result.rule is None else result.rule.name
