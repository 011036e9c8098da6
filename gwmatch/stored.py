"""A compiled table as bytes: what `Router.save` writes and `load_table` reads.

In: an ir.Table and the block that was built of it. Out: bytes, and from bytes a Stored, of which nothing has been copied:
the block is used where it lies, and the plain data is decoded piece by piece when somebody looks at it.

    head         magic, format, byte order, size, checksum of what a match needs
    directory    where each section lies: offset and size
    meta         MessagePack: the Gateway, the options, the patterns of the native sets
    block        the table itself (_core/layout.pxd)
    indexes      16 bytes for each listener, virtual host, rule and entry: where it lies, its size and its checksum
    objects      MessagePack: listeners, virtual hosts, rules and entries, one after the other

Numbers are little-endian, sections begin at multiples of 64 bytes. Equal tables give equal bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final, Generic, NoReturn, TypeVar, overload

import msgspec

from ._core import digest
from .errors import LoadError, Problem
from .ir import Entry, Listener, Rule, Table, VirtualHost
from .options import Options

T = TypeVar("T")

MAGIC: Final = b"GWMATCH\x1a"
FORMAT: Final = 3
"""Goes up with every change to this layout, to the block's, or to what ir.py is encoded as."""
_ORDER: Final = 0x01020304
_HEAD: Final = struct.Struct("<8sIIQQ")
_SPAN: Final = struct.Struct("<QQ")
_RECORD: Final = struct.Struct("<QII")
_ALIGNMENT: Final = 64
_KINDS: Final[tuple[type[Any], ...]] = (Listener, VirtualHost, Rule, Entry)
_SECTIONS: Final = ("meta", "block", *(f"index of {kind.__name__}" for kind in _KINDS), "objects")
_COVERED: Final = 2
"""Sections that the head's checksum covers. What is wrong in an index shows when the object is decoded that it leads to."""
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that hold something else; a name that is no UTF-8 is no DecodeError to it."""
_START: Final = _HEAD.size + len(_SECTIONS) * _SPAN.size


class Meta(msgspec.Struct, frozen=True):
    """What is read at once."""

    gateway: str
    options: Options
    patterns: tuple[tuple[bytes, ...], ...]
    """Of each native set, in the order in which the block numbers them."""


class Records(Sequence[T], Generic[T]):
    """Objects of one kind, each decoded when it is first asked for and then kept."""

    __slots__ = ("_data", "_decoder", "_index", "_known", "_source")

    def __init__(self, index: memoryview, data: memoryview, kind: type[T], source: str | None) -> None:
        self._index = index
        self._data = data
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._known: dict[int, T] = {}
        self._source = source

    def __len__(self) -> int:
        return self._index.nbytes // _RECORD.size

    @overload
    def __getitem__(self, number: int) -> T: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[T, ...]: ...
    def __getitem__(self, number: int | slice) -> T | tuple[T, ...]:
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        if number < 0:
            number += len(self)
        known = self._known.get(number)
        if known is None:
            if not 0 <= number < len(self):
                raise IndexError(number)
            known = self._known.setdefault(number, self._decoded(number))
        return known

    def __iter__(self) -> Iterator[T]:
        return map(self.__getitem__, range(len(self)))

    def _decoded(self, number: int) -> T:
        offset, size, checksum = _RECORD.unpack_from(self._index, number * _RECORD.size)
        if offset + size > self._data.nbytes:
            damaged(self._source, "an object lies outside of the file")
        text = self._data[offset : offset + size]
        if digest(text) & 0xFFFFFFFF != checksum:
            damaged(self._source, f"the checksum of an object, number {number} of its kind, is not what was written")
        try:
            return self._decoder.decode(text)
        except _UNREADABLE as error:
            damaged(self._source, f"an object cannot be read: {error}")


class Stored:
    """A table that was packed, read in place. Keeps what it was given alive, a memory map for instance."""

    __slots__ = ("block", "entries", "listeners", "meta", "rules", "virtual_hosts")

    block: memoryview
    meta: Meta
    listeners: Records[Listener]
    virtual_hosts: Records[VirtualHost]
    rules: Records[Rule]
    entries: Records[Entry]

    def __init__(self, data: memoryview, source: str | None = None) -> None:
        """`source` is the file's name, for messages.

        Raises:
            LoadError: these bytes are no table, one of another version, or damaged where a match would read.
        """
        sections = _sections(data, source)
        self.meta = _meta(sections["meta"], source)
        self.block = sections["block"]
        objects = sections["objects"]
        self.listeners, self.virtual_hosts, self.rules, self.entries = (
            Records(sections[f"index of {kind.__name__}"], objects, kind, source) for kind in _KINDS
        )

    def table(self) -> Table:
        """The ir.Table that was packed, all of it."""
        return Table(
            gateway=self.meta.gateway,
            listeners=tuple(self.listeners),
            rules=tuple(self.rules),
            entries=tuple(self.entries),
            virtual_hosts=tuple(self.virtual_hosts),
            options=self.meta.options,
        )


def packed(table: Table, block: bytes, patterns: Sequence[Sequence[bytes]]) -> bytes:
    """The bytes of a table. `block` was built of it, and `patterns` are those of the native sets that it names by number."""
    meta = Meta(table.gateway, table.options, tuple(tuple(each) for each in patterns))
    objects = bytearray()
    encoder = msgspec.msgpack.Encoder()
    indexes = [_written(kept, objects, encoder) for kept in (table.listeners, table.virtual_hosts, table.rules, table.entries)]
    sections: list[bytes | bytearray] = [encoder.encode(meta), block, *indexes, objects]
    spans: list[tuple[int, int]] = []
    body = bytearray()
    for section in sections:
        body += bytes(-(_START + len(body)) % _ALIGNMENT)
        spans.append((_START + len(body), len(section)))
        body += section
    directory = b"".join(_SPAN.pack(*span) for span in spans)
    covered = directory + body[: spans[_COVERED][0] - _START]
    return _HEAD.pack(MAGIC, FORMAT, _ORDER, _START + len(body), digest(covered)) + directory + body


def _written(kept: Sequence[Any], objects: bytearray, encoder: msgspec.msgpack.Encoder) -> bytes:
    """The index of some objects, which are appended to `objects`."""
    index = bytearray()
    for each in kept:
        text = encoder.encode(each)
        index += _RECORD.pack(len(objects), len(text), digest(text) & 0xFFFFFFFF)
        objects += text
    return bytes(index)


def _sections(data: memoryview, source: str | None) -> dict[str, memoryview]:
    if data.nbytes < _START or data[: len(MAGIC)].tobytes() != MAGIC:
        _unusable(source, "this is no table that gwmatch has saved")
    _, written, order, size, checksum = _HEAD.unpack_from(data)
    if order != _ORDER:
        _unusable(source, "the table was saved on a machine of another byte order: compile it here")
    if written != FORMAT:
        _unusable(source, f"the table has format {written}, and this version of gwmatch reads {FORMAT}: compile it again")
    if size != data.nbytes:
        damaged(source, f"there are {data.nbytes} bytes of {size}")
    spans = [_SPAN.unpack_from(data, _HEAD.size + number * _SPAN.size) for number in range(len(_SECTIONS))]
    end = _START
    for offset, length in spans:
        if offset < end or offset % _ALIGNMENT or offset + length > size:
            damaged(source, "a section lies outside of the file")
        end = offset + length
    if digest(data[_HEAD.size : spans[_COVERED][0]]) != checksum:
        damaged(source, "its checksum is not what was written")
    if any(length % _RECORD.size for name, (_, length) in zip(_SECTIONS, spans, strict=True) if name.startswith("index")):
        damaged(source, "an index is cut off")
    return {name: data[offset : offset + length] for name, (offset, length) in zip(_SECTIONS, spans, strict=True)}


def _meta(text: memoryview, source: str | None) -> Meta:
    try:
        return msgspec.msgpack.decode(text, type=Meta)
    except _UNREADABLE as error:
        damaged(source, f"its head cannot be read: {error}")


def damaged(source: str | None, message: str) -> NoReturn:
    """Raises the LoadError of a file that holds something else than what was written."""
    _unusable(source, f"the saved table is damaged: {message}; save it again")


def _unusable(source: str | None, message: str) -> NoReturn:
    raise LoadError([Problem(message=message, source=source)])
