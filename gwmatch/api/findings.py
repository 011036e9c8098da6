"""What a check of one object brings to light, in words that name the remedy."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import Enum

import msgspec

from ..errors import FieldPath

_LONGEST = 60


class Severity(Enum):
    """How bad a finding is."""

    UNREADABLE = "unreadable"
    """There is no Struct that could hold it."""
    REFUSED = "refused"
    """An API server would refuse the object."""
    OVERSIZED = "oversized"
    """It would refuse it for its length, a limit that other versions of the CRDs may have loosened."""
    UNKNOWN = "unknown"
    """A field that is not read."""
    NOTICE = "notice"
    """Worth a word; the object is as good as any."""


class Finding(msgspec.Struct, frozen=True):
    at: FieldPath
    message: str
    severity: Severity = Severity.REFUSED


def shown(value: object) -> str:
    """A value as a message shows it: short, on one line, named where it is long.

    >>> shown("80"), shown(True), shown(None), shown([1]), shown("x" * 100)[-5:]
    ('"80"', 'true', 'null', 'a list', 'xxx…"')
    """
    if value is None or isinstance(value, bool | float):
        return json.dumps(value)
    if isinstance(value, str):
        text = printable(value[:_LONGEST])
        return f'"{text}…"' if len(value) > _LONGEST else f'"{text}"'
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 128 else "a number of more than 38 digits"
    if isinstance(value, Decimal):
        return f"a number of {value.adjusted() + 1} digits"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"of Python type {type(value).__name__}"


def printable(text: str) -> str:
    """A text that can stand in a line of its own: what cannot be printed is escaped.

    >>> printable("a\\nb")
    'a\\\\nb'
    """
    return text if text.isprintable() else json.dumps(text)[1:-1]
