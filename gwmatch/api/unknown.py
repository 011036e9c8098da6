"""Fields that nobody reads, and what their authors may have meant (HI-C5)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from .findings import Severity, printable, shown

if TYPE_CHECKING:
    from .shapes import Reading, Steps

MANY: Final = 50
"""Suggestions per object; looking for a near name is slow, and a hostile object may hold a million unknown fields."""
_LONGEST: Final = 64

_WIDENED: Final = {
    "matches": "without it the match takes more requests than its author meant",
    "filters": "without it the filter does less than its author meant",
    "from": "without it the grant trusts more than its author meant",
    "to": "without it the grant gives away more than its author meant",
    "validation": "without it the check is weaker than its author meant",
}
"""Inside these, a field that is dropped widens what is let through."""

_WIDENING: Final = {
    "matches": "without its matches a rule takes every request",
    "hostnames": "without its hostnames a route answers for every name of its listeners",
    "filters": "without its filters a rule lets requests through as they are",
    "sectionName": "without it a route attaches to every listener",
}
"""Fields whose own absence does so."""


def unknown_field(reading: Reading, at: Steps, name: object, known: Iterable[str], *, experimental: bool = False) -> None:
    """Reports a field that a Struct does not have."""
    if not isinstance(name, str):
        reading.unreadable(at, f"field names must be strings, is {shown(name)}")
        return
    near = None if experimental else _near(reading, name, known)
    parts = ["is a field of the experimental channel, and not of the standard one" if experimental else "unknown field"]
    if near is not None:
        parts.append(f"did you mean '{near}'?")
    around = (_WIDENED[step] for step in reversed(at) if isinstance(step, str) and step in _WIDENED)
    widened = _WIDENING.get(near or name) or next(around, None)
    message = "; ".join(parts) + ("" if widened is None else f" ({widened})")
    reading.wrong((*at, name), message, Severity.UNKNOWN)


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who wrote `name` most likely meant.

    >>> suggestion("hostname", ["hostnames", "rules"]), suggestion("backend_refs", ["backendRefs"]), suggestion("x", ["rules"])
    ('hostnames', 'backendRefs', None)
    """
    folded = {each.lower(): each for each in known}
    plain = name.lower().replace("_", "").replace("-", "")
    if plain in folded:
        return folded[plain]
    near = difflib.get_close_matches(plain, folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None


def _near(reading: Reading, name: str, known: Iterable[str]) -> str | None:
    if len(name) > _LONGEST or reading.suggested >= MANY:
        return None
    reading.suggested += 1
    return suggestion(printable(name), known)
