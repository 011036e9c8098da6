"""What a rule says when it is broken, and the few questions that many rules ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

import msgspec

from ...errors import FieldPath
from ..findings import shown
from ..scalars import Channel as Channel


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule."""

    at: FieldPath
    message: str
    """What must be otherwise, named by its remedy."""
    reason: str = "UnsupportedValue"
    """The reason of the condition that a route gets for it (status.md 7)."""
    refused: bool = True
    """Whether an API server refuses the object. What is not refused makes a rule of a route invalid all the same."""


METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


def one_of(value: object, known: Collection[object], at: FieldPath, *steps: str | int) -> Iterator[Violation]:
    """HI-C6: an enumeration that has not this value; the field is `steps` below `at`. None is absent."""
    if value is not None and value not in known:
        message = f"must be one of {', '.join(map(str, known))}; is {shown(value)}"
        yield Violation(at=FieldPath(at.steps + steps), message=message)


def distinct(
    items: Sequence[object],
    message: str,
    at: FieldPath,
    *steps: str,
    field: str | None = None,
    key: Callable[..., object] | None = None,
) -> Iterator[Violation]:
    """V-API-3: each item that repeats an earlier one; the list is `steps` below `at`. None does not count."""
    if len(items) < 2:
        return
    seen: dict[object, int] = {}
    for index, item in enumerate(items):
        value = item if key is None else key(item)
        if value is not None and seen.setdefault(value, index) != index:
            where = FieldPath((*at.steps, *steps, index) if field is None else (*at.steps, *steps, index, field))
            yield Violation(at=where, message=f"{message}; {shown(value)} stands in item {seen[value]} already")
