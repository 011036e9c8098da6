"""How much of a text is read; beyond it there is one clear problem, and nothing is read further."""

from __future__ import annotations

from typing import Final, NamedTuple

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 250_000
DEEPEST: Final = 500
"""Beyond it what turns plain objects into Structs would meet the end of the stack."""


class Bounds(NamedTuple):
    bytes: int = MAX_BYTES
    """Of one text (HI-L9)."""
    depth: int = MAX_DEPTH
    """Lists and mappings in each other (HI-L12)."""
    values: int = MAX_VALUES
    """Of one document in which aliases occur, with all that they copy (HI-L4)."""

    @property
    def too_deep(self) -> str:
        return f"nests deeper than {self.depth} levels; nothing in a Kubernetes object does"


DEFAULTS: Final = Bounds()
