"""Objects that a program hands in, as the plain JSON data that a text would have given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .findings import printable, shown
from .meta import Resource

MAX_OBJECT_BYTES: Final = 3 * 1024 * 1024
"""Of one object as JSON (HI-L9): more than an API server stores."""


class Unusable(Exception):
    """The object cannot be what a text says."""

    def __init__(self, message: str, resource: str | None = None, *, is_object: bool = True) -> None:
        self.resource = resource
        self.is_object = is_object
        """Whether it is an object at all, if a bad one."""
        super().__init__(message)


def plain(value: object) -> tuple[Any, int]:
    """A copy of a mapping or resource that shares nothing with it and holds only what JSON has, and its size as JSON.

    Raises Unusable.

    >>> plain({"a": (1, True), "b": {"c": None}})
    ({'a': [1, True], 'b': {'c': None}}, 29)
    """
    if not isinstance(value, Mapping | Resource):
        raise Unusable(f"must be a mapping or a resource, is {shown(value)}", is_object=False)
    try:
        encoded = msgspec.json.encode(dict(value) if isinstance(value, Mapping) else value)
    except OverflowError:
        return _long_integers(value)
    except UnicodeEncodeError:
        raise Unusable("holds a lone surrogate, which no UTF-8 text can hold", called(value)) from None
    except RecursionError:
        raise Unusable("nests too deeply, or contains itself", called(value)) from None
    except (TypeError, ValueError) as error:
        raise Unusable(f"holds a value that JSON does not have: {error}", called(value)) from None
    return msgspec.json.decode(encoded), len(encoded)


def _long_integers(value: object) -> tuple[Any, int]:
    """The same for integers beyond 64 bits, which msgspec does not write (HI-L7). A resource has none that is good."""
    try:
        text = json.dumps(value if isinstance(value, dict) else msgspec.to_builtins(value))
        return json.loads(text), len(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unusable(f"holds a value that JSON does not have: {error}", called(value)) from None


def called(value: object) -> str | None:
    """What to call an object that may lack everything that names it."""
    if isinstance(value, Resource):
        return printable(str(value.key))
    if not isinstance(value, Mapping):
        return None
    kind, metadata = value.get("kind"), value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    parts = [printable(part[:253]) for part in (kind, name) if isinstance(part, str) and part]
    return " ".join(parts) or None


def is_oversized(value: object, most: int) -> bool:
    """Whether an object has more bytes as JSON than any that is read."""
    try:
        return len(msgspec.json.encode(value)) > most
    except OverflowError:
        return len(json.dumps(value, default=str)) > most
