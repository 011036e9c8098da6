"""What a peer is. In: the rules of a workload in the standard's order. Out: something to call, and the rule that its answer
means."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from ..timing import Decide
from .rules import Asked


class NotApplicable(Exception):
    """The peer cannot do this workload, or not at this size; the message says why."""


class Peer(Protocol):
    """One matcher. Made once for each table, in a process of its own."""

    name: str
    does: str
    """What it leaves out of the work, in a few words; empty for all of it."""
    needs: str | None
    """The distribution to install, as for pip; None for what is always there."""
    version: str | None
    """None where it is not installed."""

    def build(self, asked: Asked) -> Decide:
        """What is timed, called with method, host, target and header lines as a server has them.

        Raises:
            NotApplicable: it cannot do these rules.
            ImportError: it is not installed.
        """

    def rule(self, result: Any) -> str | None:
        """The name of the rule that a result means; None for a request that no rule takes."""


def installed(distribution: str) -> str | None:
    """The version of a distribution, None if it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


Maker = Callable[[], Peer]
