"""What each type of this room admits, as objects that read a plain value and say everything that is wrong with it.

msgspec decides quickly whether a value is good, but stops at the first fault and says it in its own words. This is the slow
way, taken when that failed. It is derived from the same annotations, so that both always agree.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from ..errors import FieldPath
from .findings import Finding, Severity, shown
from .scalars import INT32_MAX, INT32_MIN, MEANING
from .unknown import unknown_field

INVALID: Final = object()
"""What a reader returns instead of a value that no Struct can hold."""

Steps = tuple[str | int, ...]


class Reading:
    """One object being read: what was found so far, and under which rules."""

    __slots__ = ("channel", "findings", "suggested")

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.findings: list[Finding] = []
        self.suggested = 0

    def wrong(self, at: Steps, message: str, severity: Severity = Severity.REFUSED) -> None:
        self.findings.append(Finding(FieldPath(at), message, severity))

    def unreadable(self, at: Steps, message: str) -> object:
        self.wrong(at, message, Severity.UNREADABLE)
        return INVALID

    def sized(self, at: Steps, size: int, shape: Any, unit: str) -> None:
        """Says that something is too long or too short."""
        if shape.min_length is not None and size < shape.min_length:
            self.wrong(at, "must not be empty" if shape.min_length == 1 else f"must have at least {shape.min_length} {unit}")
        elif shape.max_length is not None and size > shape.max_length:
            self.wrong(at, f"must have at most {shape.max_length} {unit}, has {size}", Severity.OVERSIZED)


Reader = Callable[[Any, Steps, Reading], Any]


@cache
def reader(struct: type[msgspec.Struct]) -> Reader:
    """What reads a plain value as this type: returns the Struct (limits apart), or INVALID, and tells the Reading why."""
    return _compiled(inspect.type_info(struct))


def _compiled(info: Any) -> Reader:
    match info:
        case inspect.Metadata():
            return _compiled(info.type)
        case inspect.UnionType():
            return _union([_compiled(each) for each in info.types if not isinstance(each, inspect.NoneType)])
        case inspect.StructType():
            return _struct(info)
        case inspect.VarTupleType():
            return _list(info)
        case inspect.DictType():
            return _map(info)
        case inspect.StrType():
            return _text(info)
        case inspect.IntType():
            return _integer(info)
        case inspect.BoolType():
            return _boolean
        case inspect.BytesType():
            return _octets
        case inspect.AnyType():
            return lambda value, at, reading: value
    raise NotImplementedError(f"no reader for {info}")  # a new kind of annotation needs one here


def _union(readers: list[Reader]) -> Reader:
    if len(readers) == 1:  # X | None: absence is the Struct's affair
        return readers[0]

    def read(value: Any, at: Steps, reading: Reading) -> Any:
        for each in readers:
            attempt = Reading(reading.channel)
            found = each(value, at, attempt)
            if found is not INVALID:
                reading.findings += attempt.findings
                return found
        return reading.unreadable(at, f"must be an integer or a string, is {shown(value)}")

    return read


def _struct(info: inspect.StructType) -> Reader:
    fields = {field.encode_name: (field, _compiled(field.type), _is_experimental(field.type)) for field in info.fields}
    required = [field.encode_name for field in info.fields if field.required]

    def read(value: Any, at: Steps, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.unreadable(at, f"must be a mapping, is {shown(value)}")
        made: dict[str, Any] = {}
        readable = True
        for name, inner in value.items():
            known = fields.get(name)
            if known is None or (known[2] and reading.channel == "standard"):
                if info.forbid_unknown_fields:
                    unknown_field(reading, at, name, fields, experimental=known is not None)
            elif inner is not None:  # HI-C4: null is absent
                found = known[1](inner, (*at, name), reading)
                if found is not INVALID:
                    made[known[0].name] = found
                elif known[0].required:  # else the default stands in, for the rules to look at the rest of the object
                    readable = False
        for name in required:
            if value.get(name) is None:
                reading.unreadable((*at, name), "is required")
                readable = False
        return info.cls(**made) if readable else INVALID

    return read


def _is_experimental(info: Any) -> bool:
    return isinstance(info, inspect.Metadata) and (info.extra or {}).get("channel") == "experimental"


def _list(info: inspect.VarTupleType) -> Reader:
    item = _compiled(info.item_type)

    def read(value: Any, at: Steps, reading: Reading) -> Any:
        if not isinstance(value, list | tuple):
            remedy = "; start each item with '-'" if isinstance(value, dict) else "; write it as an item, with '- ' before it"
            return reading.unreadable(at, f"must be a list, is {shown(value)}{remedy}")
        reading.sized(at, len(value), info, "items")
        items = tuple([item(inner, (*at, index), reading) for index, inner in enumerate(value)])
        return INVALID if INVALID in items else items

    return read


def _map(info: inspect.DictType) -> Reader:
    item = _compiled(info.value_type)
    is_open = isinstance(info.value_type, inspect.AnyType)

    def read(value: Any, at: Steps, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.unreadable(at, f"must be a mapping, is {shown(value)}")
        if is_open:
            return value
        reading.sized(at, len(value), info, "entries")
        made = {key: item(inner, (*at, key), reading) for key, inner in value.items() if inner is not None}
        return INVALID if any(inner is INVALID for inner in made.values()) else made

    return read


def _text(info: inspect.StrType) -> Reader:
    pattern = None if info.pattern is None else re.compile(info.pattern)
    meaning = None if info.pattern is None else MEANING[info.pattern]

    def read(value: Any, at: Steps, reading: Reading) -> Any:
        if not isinstance(value, str):
            remedy = "; put it in quotes" if isinstance(value, bool | int | float) else ""
            return reading.unreadable(at, f"must be a string, is {shown(value)}{remedy}")
        before = len(reading.findings)
        reading.sized(at, len(value), info, "characters")
        if pattern is not None and len(reading.findings) == before and pattern.search(value) is None:
            reading.wrong(at, f"{meaning}; is {shown(value)}")
        return value

    return read


def _integer(info: inspect.IntType) -> Reader:
    def read(value: Any, at: Steps, reading: Reading) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            remedy = "; drop the quotes" if isinstance(value, str) and re.fullmatch("-?[0-9]+", value) else ""
            what = f"the string {shown(value)}" if isinstance(value, str) else shown(value)
            return reading.unreadable(at, f"must be an integer, is {what}{remedy}")
        low, high = info.ge, info.le
        if (low is not None and value < low) or (high is not None and value > high):
            reading.wrong(at, f"must be {_range(low, high)}, is {shown(value)}")
        return value

    return read


def _range(low: int | None, high: int | None) -> str:
    if low is not None and low < 0:
        return f"an integer of at most {32 if low == INT32_MIN else 64} bits"
    return f"between {low} and {high}" if high is not None and high < INT32_MAX else f"at least {low} and at most {high}"


def _boolean(value: Any, at: Steps, reading: Reading) -> Any:
    if isinstance(value, bool):
        return value
    remedy = "; drop the quotes" if value in ("true", "false") else ""
    return reading.unreadable(at, f"must be true or false, is {shown(value)}{remedy}")


def _octets(value: Any, at: Steps, reading: Reading) -> Any:
    """Base64; as an API server does, line breaks inside it are passed over. What it holds is never shown."""
    if not isinstance(value, str):
        return reading.unreadable(at, "must be a string in base64")
    try:
        return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return reading.unreadable(at, "must be base64; plain text belongs under 'stringData'")
