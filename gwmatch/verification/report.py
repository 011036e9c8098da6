"""What came of asking a running implementation."""

from __future__ import annotations

import msgspec

from gwmatch import Request

from .client import Answer
from .judgement import Judgement


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the implementation does otherwise, by its smallest example."""

    request: Request
    judgement: Judgement
    """What may happen to the request."""
    answer: Answer
    named: str | None
    """The backend that answered; None if the gateway did."""
    count: int = 1
    """Requests of the run that ended like this."""
    repeats: bool = True
    """Whether the request got the same answer when it was sent again."""
    curl: str = ""
    why: str = ""
    """How the oracle comes to its answer, in a sentence."""
    manifests: tuple[dict[str, object], ...] = ()
    """The smallest part of the resources for which the oracle decides the same."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended."""

    base_url: str
    gateway: str
    port: int
    """Of the listeners that the implementation stands for."""
    seed: int
    asked: int
    """Requests that were sent and judged; those sent again while shrinking are not counted."""
    disagreements: tuple[Disagreement, ...] = ()
    """The most frequent first."""
    rules: int = 0
    """Rules that won at least one of the requests, by the oracle."""
    notices: tuple[str, ...] = ()
    """What was not asked, and why."""
    complete: bool = True
    """Whether all requests were sent before the time was up."""

    @property
    def agrees(self) -> bool:
        """Whether the implementation does what the standard says, as far as it was asked.

        >>> Report(base_url="http://127.0.0.1", gateway="infra/public", port=80, seed=0, asked=1000).agrees
        True
        """
        return not self.disagreements
