"""The two ways in which a compiled table is changed: by itself, and by compiling the changed plain data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import gwmatch.router
import gwmatch.updates
from gwmatch import ir
from gwmatch._core import PortTable, RouteTable

from .plainly import applied


class Slow:
    """A RouteTable that is compiled anew for every change."""

    def __init__(self, table: ir.Table) -> None:
        self.table = table
        self._compiled = RouteTable(table)
        self._was_changed = False

    @property
    def ports(self) -> tuple[int, ...]:
        return self._compiled.ports

    def port(self, number: int) -> PortTable:
        return self._compiled.port(number)

    def content(self) -> bytes:
        return self._compiled.content()

    def let_go(self, *_: object) -> None:
        """Keeps what it applies changes to."""

    def apart(self, *_: object) -> None:
        """It has no memory to copy."""

    def changed(self, change: ir.Change) -> Slow | None:
        """As there, once: numbers go on from those of the last table."""
        if self._was_changed:
            return None
        self._was_changed = True
        return Slow(applied(self.table, change))


@contextmanager
def slowly() -> Iterator[None]:
    """Routers made inside change their tables by the slow way."""
    slow: Any = Slow
    with mock.patch.object(gwmatch.router, "RouteTable", slow), mock.patch.object(gwmatch.updates, "RouteTable", slow):
        yield
