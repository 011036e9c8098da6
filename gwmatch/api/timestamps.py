"""Instants and durations as numbers, exactly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PART = re.compile(r"([0-9]{1,5})(ms|h|m|s)")
_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000}


def nanoseconds_since_1970(text: str) -> int | None:
    """The instant that an RFC 3339 timestamp names, or None if it is none (HI-C8).

    Fractions count to the nanosecond, and a leap second is the instant that follows it.

    >>> nanoseconds_since_1970("1970-01-01T00:00:01.000000001Z")
    1000000001
    >>> nanoseconds_since_1970("2024-02-30T00:00:00Z") is None
    True
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    offset_hours, offset_minutes = int(match[10] or 0), int(match[11] or 0)
    if second > 60 or offset_hours > 23 or offset_minutes > 59:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, tzinfo=UTC) - _EPOCH
    except ValueError:
        return None
    offset = timedelta(hours=offset_hours, minutes=offset_minutes)
    elapsed = moment + offset if match[9] == "-" else moment - offset
    fraction = (match[7] or "")[:9].ljust(9, "0")
    return (elapsed.days * 86_400 + elapsed.seconds + second) * 1_000_000_000 + int(fraction)


def duration(text: str) -> int | None:
    """A Duration of the standard in nanoseconds, or None if it is none: parts in any order are added up (GEP-2257).

    >>> duration("1h30m"), duration("0s"), duration("1.5s")
    (5400000000000, 0, None)
    """
    parts = _PART.findall(text)
    if not 1 <= len(parts) <= 4 or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)
