"""Values as Structs, from any number of threads."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final, TypeVar

import msgspec

_S = TypeVar("_S", bound=msgspec.Struct)

_known: Final[set[type[msgspec.Struct]]] = set()
_learning: Final = Lock()


def convert(value: object, shape: type[_S]) -> _S:
    """The Struct that a mapping stands for.

    >>> from gwmatch.api.meta import ObjectMeta
    >>> convert({"name": "a"}, ObjectMeta).name
    'a'

    Raises: msgspec.ValidationError where it has not that shape.
    """
    _learn(shape)
    return msgspec.convert(value, shape)


def decode(text: bytes, shape: type[Any]) -> Any:
    """The same for JSON."""
    _learn(shape)
    return msgspec.json.decode(text, type=shape)


def _learn(shape: type[msgspec.Struct]) -> None:
    """msgspec learns a type's fields when it first meets it, and while it does, a second thread that meets the type, or one
    with a part in common, reads what is half written: a crash (0.22.0, GIL or not). So types are learnt one by one."""
    if shape not in _known:
        with _learning:
            msgspec.json.Decoder(shape)
            _known.add(shape)
