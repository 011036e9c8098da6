"""The rows of a table found again, route by route, when somebody asks for them: a table that was compiled need not be kept.

All that a table says follows from routes and a frame, and what one route brings in from that route alone. Kept are its numbers:
at which rule and entry each route begins, and what stands in each virtual host, packed.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from ..graph import RouteNode
from ..ir import Entry, EntryId, PathNode, Rule, Table, VirtualHost, VirtualHostId
from .entries import Entries, reached
from .frame import Frame

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_Ids = tuple[EntryId, ...]
_Bare = tuple[str | None, VirtualHostId | None, _Ids, _Ids, tuple[tuple[bytes, _Ids, _Ids], ...]]
"""A virtual host without the names of its fields: hostname, fallthrough, regexes, grpc, and of each path its entries."""


class Numbered(Protocol[T_co]):
    """Items by their numbers, from 0 on; a tuple is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> T_co:
        """Raises IndexError beyond the last."""


class Numbering:
    """At which rule and entry the routes of a table begin, in the order in which they were lowered."""

    __slots__ = ("entries", "rules")

    def __init__(self) -> None:
        self.rules = array("I")
        self.entries = array("I")

    def begin(self, collected: Entries) -> None:
        """The next route begins at what has been collected; after the last one it is told where they end."""
        self.rules.append(len(collected.rules))
        self.entries.append(len(collected.entries))


class Rows:
    """The rules and entries of a table. What was asked for is kept, as are the others of its route."""

    __slots__ = ("_entries", "_frame", "_node", "_numbering", "_rules")

    def __init__(self, frame: Frame, numbering: Numbering, node: Callable[[int], RouteNode]) -> None:
        """`node` gives the routes by their place."""
        self._frame = frame
        self._numbering = numbering
        self._node = node
        self._rules: dict[int, Rule] = {}
        self._entries: dict[int, Entry] = {}

    @property
    def rules(self) -> Numbered[Rule]:
        return _Rows(self._rules, self._numbering.rules, self._lower)

    @property
    def entries(self) -> Numbered[Entry]:
        return _Rows(self._entries, self._numbering.entries, self._lower)

    def _lower(self, place: int) -> None:
        """Makes all rows of one route. Two threads may make the same ones; those of the first stay."""
        frame, numbering = self._frame, self._numbering
        first_rule, first_entry = numbering.rules[place], numbering.entries[place]
        made = Entries(len(frame.listeners), frame.places, frame.policies, first_rule=first_rule, first_entry=first_entry)
        node = self._node(place)
        made.add_route(node, reached(node, frame.numbers))
        for number, rule in enumerate(made.rules, first_rule):
            self._rules.setdefault(number, rule)
        for entry in made.entries:
            self._entries.setdefault(entry.id, entry)


class _Rows(Generic[T]):
    __slots__ = ("_begins", "_known", "_lower")

    def __init__(self, known: dict[int, T], begins: array[int], lower: Callable[[int], None]) -> None:
        self._known = known
        self._begins = begins
        self._lower = lower

    def __len__(self) -> int:
        return self._begins[-1]

    def __getitem__(self, number: int) -> T:
        if number not in self._known:
            if not 0 <= number < len(self):
                raise IndexError(number)
            # Of routes that begin at the same number, all but the last have nothing.
            self._lower(bisect_right(self._begins, number) - 1)
        return self._known[number]


class Outline(NamedTuple):
    """What is kept of a table that was compiled."""

    frame: Frame
    rules: Numbered[Rule]
    entries: Numbered[Entry]
    hosts: Hosts
    named: tuple[range, ...] | None
    """The virtual hosts of each listener, each of which is found by its hostname. None for a table of which a HostChange cannot
    tell the hosts apart: under `isolated`, where a hostname of a listener has several ranks."""


def outline(table: Table, frame: Frame, numbering: Numbering, node: Callable[[int], RouteNode]) -> Outline:
    """The outline of a table. `node` gives its routes by their place, as often as it is asked."""
    rows = Rows(frame, numbering, node)
    return Outline(frame, rows.rules, rows.entries, Hosts(table), _named(table))


def _named(table: Table) -> tuple[range, ...] | None:
    named = []
    is_isolated = table.options.hostname_fallthrough == "isolated"
    first = 0
    for listener in table.listeners:
        count = 0
        for node in listener.hosts:
            wildcard = f"*.{node.name}" if node.name else None
            for name, number in ((node.name, node.exact), (wildcard, node.wildcard)):
                if number is not None:
                    host = table.virtual_hosts[number]
                    if is_isolated and (host.hostname != name or host.fallthrough is not None):
                        return None
                    count += 1
        named.append(range(first, first + count))
        first += count
    return tuple(named)


class Growing(dict[int, T], Generic[T]):
    """By number: the items of a sequence, and those that are added behind them. Read like a list that holds them all.

    PERF(bench_match::bench_rule): a dict that asks the sequence for what it lacks costs C code hardly more than a list.
    """

    __slots__ = ("_base", "_size")

    def __init__(self, base: Numbered[T]) -> None:
        self._base = base
        self._size = len(base)

    def __missing__(self, number: int) -> T:
        return self.setdefault(number, self._base[number])

    def __len__(self) -> int:
        return self._size

    def extend(self, items: Sequence[T]) -> None:
        """Whoever adds or cuts holds a lock; readers need none, since they know the numbers of what there is."""
        self.update(enumerate(items, self._size))
        self._size += len(items)

    def cut(self, count: int) -> None:
        """Forgets all but the first so many, which are no fewer than the sequence had."""
        for number in range(count, self._size):
            del self[number]
        self._size = count

    def first(self, count: int) -> Growing[T]:
        """The first so many, which are no fewer than the sequence had, to be added to by somebody else."""
        made = Growing(self._base)
        made.extend([self[number] for number in range(len(self._base), count)])
        return made

    def all(self) -> tuple[T, ...]:
        return tuple([self[number] for number in range(self._size)])


class Hosts:
    """The virtual hosts of a table, packed. None is kept unpacked."""

    __slots__ = ("_ends", "_packed")

    def __init__(self, table: Table) -> None:
        encode = msgspec.msgpack.Encoder().encode
        packed = bytearray()
        self._ends = array("I", [0])
        for each in table.virtual_hosts:
            paths = [(node.path, node.exact, node.prefix) for node in each.paths]
            packed += encode((each.hostname, each.fallthrough, each.regexes, each.grpc, paths))
            self._ends.append(len(packed))
        self._packed = bytes(packed)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> VirtualHost:
        """As a table has it, but for `entries`, which only people read."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        hostname, fallthrough, regexes, grpc, paths = _unpack(self._packed[self._ends[number] : self._ends[number + 1]])
        nodes = tuple([PathNode(path, *entries) for path, *entries in paths])
        return VirtualHost(VirtualHostId(number), hostname, (), nodes, regexes, grpc, fallthrough)

    def hostname(self, number: int) -> str | None:
        """That of one host; the rest of it is passed over."""
        return _unpack_name(self._packed[self._ends[number] : self._ends[number + 1]]).hostname


class _Name(msgspec.Struct, array_like=True, gc=False):
    """The first field of a packed host."""

    hostname: str | None


_unpack = msgspec.msgpack.Decoder(_Bare).decode
_unpack_name = msgspec.msgpack.Decoder(_Name).decode
