"""What is not expected to pass yet, by the feature (or, for validation rows, the kind) that it needs. The only such list.

A line goes away when the feature comes; a case is never listed by its own name.
"""

from __future__ import annotations

from collections.abc import Iterable

EXPECTED_LATER: dict[str, str] = {}


def later(names: Iterable[str]) -> str | None:
    """Why something that needs these features or kinds is not expected to pass yet, or None."""
    return next((f"expected later: {name} ({EXPECTED_LATER[name]})" for name in names if name in EXPECTED_LATER), None)
