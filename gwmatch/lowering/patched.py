"""A table as it has to be known to be changed: where entries stand, virtual host by virtual host, in versions."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs

from ..ir import Entry, EntryId, HostNode, Listener, ListenerId, PathNode, Rule, Table, VirtualHost, VirtualHostId
from ..layered import Layered
from .derived import Growing, Numbered, Outline
from .frame import Frame

_SPARE = 1 << 16
"""Entries that may be out of reach, beside as many as the table began with, before it is lowered anew without them."""


class PatchedHost(NamedTuple):
    """A virtual host as it is now."""

    id: VirtualHostId
    hostname: str | None
    paths: Layered[bytes, PathNode]
    regexes: tuple[EntryId, ...]
    grpc: tuple[EntryId, ...]
    fallthrough: VirtualHostId | None

    @property
    def is_empty(self) -> bool:
        return not (self.paths or self.regexes or self.grpc)

    def plain(self) -> VirtualHost:
        """As a table has it, but for `entries`, which only people read, and who asks for `Router.table` gets another one."""
        paths = tuple(sorted(self.paths.flat().values(), key=lambda node: (-len(node.path), node.path)))
        return VirtualHost(self.id, self.hostname, (), paths, self.regexes, self.grpc, self.fallthrough)


HostName = tuple[ListenerId, str | None]
"""A listener, and the hostname of one of its virtual hosts."""


Counts = tuple[int, int, int]
"""Of rules, entries and virtual hosts."""


class _Made:
    """What all tables that were patched from one hold together: it only grows. Whoever adds to it holds the caller's lock."""

    __slots__ = ("entries", "first_hosts", "hosts", "limit", "rules")

    def __init__(self, rules: Numbered[Rule], entries: Numbered[Entry], hosts: Numbered[VirtualHost]) -> None:
        self.rules = Growing(rules)
        self.entries = Growing(entries)
        self.first_hosts = hosts
        self.hosts = len(hosts)
        self.limit = 2 * len(entries) + _SPARE

    def first(self, counts: Counts) -> _Made:
        """What there was when it counted so many, to be added to by somebody else."""
        rules, entries, hosts = counts
        made = _Made.__new__(_Made)
        made.rules, made.entries = self.rules.first(rules), self.entries.first(entries)
        made.first_hosts, made.hosts, made.limit = self.first_hosts, hosts, self.limit
        return made

    def mark(self) -> Counts:
        return len(self.rules), len(self.entries), self.hosts

    def back(self, mark: Counts) -> None:
        """Forgets what has come since, so that numbers have no gaps."""
        rules, entries, self.hosts = mark
        self.rules.cut(rules)
        self.entries.cut(entries)


class Patched(NamedTuple):
    """A table, as far as it has to be known to be changed again."""

    frame: Frame
    names: Layered[HostName, VirtualHostId]
    hosts: Layered[VirtualHostId, PatchedHost]
    """Those that are not as they were at first."""
    made: _Made
    counts: Counts
    """Of `made`, without what came after this table."""

    def apart(self) -> Patched:
        """The same, sharing nothing that grows with other versions."""
        return self._replace(made=self.made.first(self.counts))

    def host(self, number: VirtualHostId) -> PatchedHost:
        return self.hosts.get(number) or _patched_host(self.made.first_hosts[number])

    def fallthrough(self, number: VirtualHostId) -> VirtualHostId | None:
        found: PatchedHost | None = self.hosts.get(number)
        return self.made.first_hosts[number].fallthrough if found is None else found.fallthrough


def begin(outline: Outline) -> Patched | None:
    """A table as it was lowered, ready to be patched; None for one that cannot be."""
    if outline.named is None:
        return None
    hosts = outline.hosts
    names: dict[HostName, VirtualHostId] = {}
    for listener, numbers in zip(outline.frame.listeners, outline.named, strict=True):
        for number in numbers:
            names[listener.id, hosts.hostname(number)] = VirtualHostId(number)
    made = _Made(outline.rules, outline.entries, hosts)
    return Patched(outline.frame, Layered(names), Layered(), made, made.mark())


def relaid(patched: Patched) -> tuple[Patched, Table]:
    """The same table as plain data, numbered as it is, to be compiled into memory with room for more changes; and what can be
    patched of it, which shares nothing that grows with other versions. Rules and entries out of reach stay in it."""
    frame, made = patched.frame, patched.made
    hosts = [made.first_hosts[number] for number in range(len(made.first_hosts))]
    hosts += [VirtualHost(VirtualHostId(number), "", (), (), ()) for number in range(len(hosts), made.hosts)]
    for number, host in patched.hosts.flat().items():
        hosts[number] = host.plain()
    table = Table(
        gateway=frame.gateway,
        listeners=_named(frame, patched.names),
        rules=made.rules.all(),
        entries=made.entries.all(),
        virtual_hosts=tuple(hosts),
        options=frame.options,
    )
    again = _Made(table.rules, table.entries, table.virtual_hosts)
    again.limit = made.limit
    return Patched(frame, patched.names, Layered(), again, again.mark()), table


def _named(frame: Frame, names: Layered[HostName, VirtualHostId]) -> tuple[Listener, ...]:
    """The listeners, with the nodes that find their virtual hosts."""
    nodes: list[dict[str, HostNode]] = [{} for _ in frame.listeners]
    for (listener, hostname), number in names.flat().items():
        name = (hostname or "").removeprefix("*.")
        found = nodes[listener].get(name) or HostNode(name)
        if hostname is None or hostname.startswith("*."):
            nodes[listener][name] = HostNode(name, found.exact, number)
        else:
            nodes[listener][name] = HostNode(name, number, found.wildcard)
    return tuple(
        structs.replace(listener, hosts=tuple(here[name] for name in sorted(here)))
        for listener, here in zip(frame.listeners, nodes, strict=True)
    )


def _patched_host(host: VirtualHost) -> PatchedHost:
    paths = Layered({node.path: node for node in host.paths})
    return PatchedHost(host.id, host.hostname, paths, host.regexes, host.grpc, host.fallthrough)
