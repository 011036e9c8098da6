"""Arrow columns made by hand, so that they can be damaged: structs of ctypes, in the capsules of the PyCapsule interface."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Sequence
from typing import Any

Buffer = bytes | None


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


class Stream(ctypes.Structure):
    pass


_RELEASE_SCHEMA = ctypes.PYFUNCTYPE(None, ctypes.POINTER(Schema))
_RELEASE_ARRAY = ctypes.PYFUNCTYPE(None, ctypes.POINTER(Array))
# Called without the interpreter, as a producer in C would be.
_GET_SCHEMA = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Schema))
_GET_NEXT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Stream), ctypes.POINTER(Array))
_LAST_ERROR = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(Stream))
_RELEASE_STREAM = ctypes.PYFUNCTYPE(None, ctypes.POINTER(Stream))

Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)),
    ("release", _RELEASE_SCHEMA),
    ("private_data", ctypes.c_void_p),
]
Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))),
    ("dictionary", ctypes.POINTER(Array)),
    ("release", _RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
]
Stream._fields_ = [
    ("get_schema", _GET_SCHEMA),
    ("get_next", _GET_NEXT),
    ("get_last_error", _LAST_ERROR),
    ("release", _RELEASE_STREAM),
    ("private_data", ctypes.c_void_p),
]

_new = ctypes.pythonapi.PyCapsule_New
_new.restype = ctypes.py_object
_new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

immortal: list[object] = []
"""Structs and callbacks that C has pointers to. Tests are short-lived."""


class Column:
    """One Arrow array. `released` counts how often a consumer gave back what a stream gave it."""

    def __init__(
        self,
        format: str,
        length: int,
        buffers: Sequence[Buffer],
        *,
        offset: int = 0,
        null_count: int = -1,
        children: Sequence[Column] = (),
        dictionary: Column | None = None,
    ) -> None:
        self.format = format
        self.length = length
        self.released = 0
        self._buffers = [None if buffer is None else ctypes.create_string_buffer(buffer, len(buffer)) for buffer in buffers]
        pointers = [None if buffer is None else ctypes.addressof(buffer) for buffer in self._buffers]
        self._offset, self._null_count = offset, null_count
        self._pointers = (ctypes.c_void_p * len(pointers))(*pointers)
        self._children, self._dictionary = list(children), dictionary
        immortal.append(self)

    def schema(self) -> Schema:
        made = Schema(format=self.format.encode(), n_children=len(self._children), release=_released_schema)
        children = [ctypes.pointer(child.schema()) for child in self._children]
        made.children = (ctypes.POINTER(Schema) * len(children))(*children)
        if self._dictionary is not None:
            made.dictionary = ctypes.pointer(self._dictionary.schema())
        immortal.extend((made, children))
        return made

    def array(self) -> Array:
        made = Array(length=self.length, null_count=self._null_count, offset=self._offset, n_buffers=len(self._pointers))
        made.buffers = self._pointers
        made.n_children = len(self._children)
        children = [ctypes.pointer(child.array()) for child in self._children]
        made.children = (ctypes.POINTER(Array) * len(children))(*children)
        if self._dictionary is not None:
            made.dictionary = ctypes.pointer(self._dictionary.array())

        @_RELEASE_ARRAY
        def release(array: Any) -> None:
            self.released += 1
            array.contents.release = _RELEASE_ARRAY()

        made.release = release
        immortal.extend((made, children, release))
        return made

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return capsule(self.schema(), b"arrow_schema"), capsule(self.array(), b"arrow_array")


class Chunks:
    """A stream of arrays, which can be read once."""

    def __init__(self, chunks: Sequence[Column], *, error: bytes | None = None) -> None:
        self.chunks = list(chunks)
        self.error = error
        self.released = 0

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        left = list(self.chunks)
        said = ctypes.create_string_buffer(self.error or b"")
        first = self.chunks[0] if self.chunks else strings([])

        @_GET_SCHEMA
        def get_schema(stream: Any, into: Any) -> int:
            into[0] = first.schema()
            return 0

        @_GET_NEXT
        def get_next(stream: Any, into: Any) -> int:
            if not left and self.error is not None:
                return 5
            into[0] = left.pop(0).array() if left else Array()
            return 0

        @_LAST_ERROR
        def get_last_error(stream: Any) -> int:
            return ctypes.addressof(said)

        @_RELEASE_STREAM
        def release(stream: Any) -> None:
            self.released += 1
            stream.contents.release = _RELEASE_STREAM()

        made = Stream(get_schema, get_next, get_last_error, release)
        immortal.extend((self, made, said, get_schema, get_next, get_last_error, release))
        return capsule(made, b"arrow_array_stream")


@_RELEASE_SCHEMA
def _released_schema(schema: Any) -> None:
    schema.contents.release = _RELEASE_SCHEMA()


def capsule(owned: Schema | Array | Stream, name: bytes) -> object:
    """A capsule that releases nothing: a destructor may run while an exception is on its way, and Python code cannot."""
    immortal.extend((owned, name))
    return _new(ctypes.addressof(owned), name, None)


# ------------------------------------------------------------------------------------------------------------------- columns


def bits(valid: Sequence[bool]) -> bytes:
    made = bytearray(len(valid) // 8 + 1)
    for row, good in enumerate(valid):
        made[row // 8] |= good << (row % 8)
    return bytes(made)


def strings(texts: Sequence[bytes | None], format: str = "z") -> Column:
    """Utf8, binary and the large ones of both."""
    code = "i" if format in "uz" else "q"
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text or b""))
    data = b"".join(text or b"" for text in texts)
    return Column(format, len(texts), [_valid(texts), struct.pack(f"={len(ends)}{code}", *ends), data])


def views(texts: Sequence[bytes | None], format: str = "vz") -> Column:
    """Texts of more than 12 bytes lie in two buffers, in turns."""
    data, rows = [bytearray(), bytearray()], []
    for row, text in enumerate(texts):
        text = text or b""
        into = data[row % 2]
        tail = struct.pack("=ii", row % 2, len(into))
        rows.append(struct.pack("=i", len(text)) + (text.ljust(12, b"\0") if len(text) <= 12 else text[:4] + tail))
        into += text if len(text) > 12 else b""
    sizes = struct.pack("=2q", *map(len, data))
    return Column(format, len(texts), [_valid(texts), b"".join(rows), bytes(data[0]), bytes(data[1]), sizes])


def indexed(texts: Sequence[bytes | None], format: str = "C", make: Callable[..., Column] = strings) -> Column:
    values: list[bytes | None] = list(dict.fromkeys(texts))
    code = {"c": "b", "C": "B", "s": "h", "S": "H", "i": "i", "I": "I", "l": "q", "L": "Q"}[format]
    numbers = struct.pack(f"={len(texts)}{code}", *map(values.index, texts))
    return Column(format, len(texts), [None, numbers], dictionary=make(values))


def sliced(column: Column, start: int, stop: int) -> Column:
    """Rows of a column, as a producer shares them: the same buffers from another row on."""
    made = Column(column.format, stop - start, [], offset=column._offset + start, dictionary=column._dictionary)
    made._pointers, made._buffers = column._pointers, column._buffers
    return made


def table(column: Column, start: int = 0, stop: int | None = None) -> Column:
    """A struct of one field, from a row on."""
    end = column.length if stop is None else stop
    return Column("+s", end - start, [None], offset=start, null_count=0, children=[column])


def _valid(texts: Sequence[bytes | None]) -> bytes | None:
    return None if None not in texts else bits([text is not None for text in texts])
