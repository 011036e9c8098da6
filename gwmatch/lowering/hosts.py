"""Entries of a listener, arranged by hostname: virtual hosts, what each falls through to, and the names that find them.

A request walks its most specific virtual host first and goes on along `fallthrough`. Under `ordered` every hostname has one
virtual host, which less specific ones follow; under `isolated` every hostname has a chain of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..ir import Entry, EntryId, HostNode, PathKind, PathNode, Rule, VirtualHost, VirtualHostId
from ..options import Options
from .precedence import covering, host_rank, rank

Tiers = dict[str | None, dict[EntryId, Entry]]
"""By the hostname that ranks them: the entries of one rank."""


class VirtualHosts:
    """Collects the virtual hosts of all listeners of a table; ids count through."""

    def __init__(self, rules: Sequence[Rule], options: Options) -> None:
        self.made: list[VirtualHost] = []
        self._rules = rules
        self._options = options

    def add(self, entries: Sequence[Entry]) -> tuple[HostNode, ...]:
        """The nodes that find the first virtual host for a requested name on one listener."""
        found = self._ordered(entries) if self._options.hostname_fallthrough == "ordered" else self._isolated(entries)
        return _host_nodes(found)

    def _ordered(self, entries: Sequence[Entry]) -> dict[str | None, VirtualHostId]:
        tiers: Tiers = {}
        for entry in entries:
            for host in entry.hosts:
                ranked = host.own if self._options.hostname_precedence == "own" else host.effective
                tiers.setdefault(ranked, {})[entry.id] = entry
        found: dict[str | None, VirtualHostId] = {}
        for hostname in sorted(tiers, key=_specificity, reverse=True):
            following = next((found[other] for other in covering(hostname) if other in found), None)
            found[hostname] = self._make(hostname, tiers[hostname], following)
        return found

    def _isolated(self, entries: Sequence[Entry]) -> dict[str | None, VirtualHostId]:
        by_name: dict[str | None, Tiers] = {}
        for entry in entries:
            best: dict[str | None, str | None] = {}
            for host in entry.hosts:
                ranked = host.own if self._options.hostname_precedence == "own" else host.effective
                if host.effective not in best or host_rank(ranked) < host_rank(best[host.effective]):
                    best[host.effective] = ranked
            for effective, ranked in best.items():
                by_name.setdefault(effective, {}).setdefault(ranked, {})[entry.id] = entry
        found: dict[str | None, VirtualHostId] = {}
        for hostname in sorted(by_name, key=_specificity, reverse=True):
            following: VirtualHostId | None = None
            for ranked in sorted(by_name[hostname], key=_specificity, reverse=True):
                following = self._make(ranked, by_name[hostname][ranked], following)
            assert following is not None
            found[hostname] = following
        return found

    def _make(self, hostname: str | None, tier: Mapping[EntryId, Entry], fallthrough: VirtualHostId | None) -> VirtualHostId:
        ordered = sorted(tier.values(), key=lambda entry: rank(entry, hostname, self._rules[entry.rule], self._options))
        made = VirtualHost(
            id=VirtualHostId(len(self.made)),
            hostname=hostname,
            entries=tuple(entry.id for entry in ordered),
            paths=_path_nodes(ordered),
            regexes=tuple(entry.id for entry in ordered if entry.path.kind is PathKind.REGULAR_EXPRESSION),
            grpc=tuple(entry.id for entry in ordered if entry.grpc is not None),
            fallthrough=fallthrough,
        )
        self.made.append(made)
        return made.id


def _specificity(hostname: str | None) -> tuple[int, int, str]:
    """Sorts the most specific hostname first, and equally specific ones by name, so that equal sets give equal tables."""
    return (*host_rank(hostname), hostname or "")


def _path_nodes(entries: Sequence[Entry]) -> tuple[PathNode, ...]:
    values: dict[bytes, tuple[list[EntryId], list[EntryId]]] = {}
    for entry in entries:
        if entry.grpc is None and entry.path.kind is not PathKind.REGULAR_EXPRESSION:
            exact, prefix = values.setdefault(entry.path.value, ([], []))
            (exact if entry.path.kind is PathKind.EXACT else prefix).append(entry.id)
    ordered = sorted(values, key=lambda path: (-len(path), path))
    return tuple(PathNode(path, tuple(values[path][0]), tuple(values[path][1])) for path in ordered)


def _host_nodes(found: Mapping[str | None, VirtualHostId]) -> tuple[HostNode, ...]:
    values: dict[str, tuple[VirtualHostId | None, VirtualHostId | None]] = {}
    for hostname, host_id in found.items():
        wild = hostname is None or hostname.startswith("*.")
        name = (hostname or "").removeprefix("*.")
        exact, wildcard = values.get(name, (None, None))
        values[name] = (exact, host_id) if wild else (host_id, wildcard)
    return tuple(HostNode(name, *values[name]) for name in sorted(values))
