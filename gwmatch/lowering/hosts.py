"""Entries of a listener, arranged by hostname: virtual hosts, what each falls through to, and the names that find them.

A request walks its most specific virtual host first and goes on along `fallthrough`. Under `ordered` every hostname has one
virtual host, which less specific ones follow; under `isolated` every hostname has a chain of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..ir import Entry, EntryId, HostNode, PathKind, PathNode, Rule, VirtualHost, VirtualHostId
from ..options import Options
from .precedence import covering, host_rank, rank

# PERF(bench_compile::bench_lower): to ask an Enum for a member takes ten times as long as to ask a module.
_PREFIX, _REGEX = PathKind.PATH_PREFIX, PathKind.REGULAR_EXPRESSION

Tiers = dict[str | None, list[Entry]]
"""By the hostname that ranks them: the entries of one rank, each once."""


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
        by_own = self._options.hostname_precedence == "own"
        for entry in entries:
            for host in entry.hosts:
                hostname = host.own if by_own else host.effective
                if hostname in tiers:
                    _add(tiers[hostname], entry)
                else:
                    tiers[hostname] = [entry]
        found: dict[str | None, VirtualHostId] = {}
        less_specific = _LessSpecific(found)
        for hostname in _least_specific_first(tiers):
            found[hostname] = self._make(hostname, tiers[hostname], less_specific.than(hostname))
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
                _add(by_name.setdefault(effective, {}).setdefault(ranked, []), entry)
        found: dict[str | None, VirtualHostId] = {}
        for hostname in _least_specific_first(by_name):
            following: VirtualHostId | None = None
            for ranked in _least_specific_first(by_name[hostname]):
                following = self._make(ranked, by_name[hostname][ranked], following)
            assert following is not None
            found[hostname] = following
        return found

    def _make(self, hostname: str | None, tier: Sequence[Entry], fallthrough: VirtualHostId | None) -> VirtualHostId:
        number = VirtualHostId(len(self.made))
        if len(tier) == 1:
            self.made.append(_alone(number, hostname, tier[0], fallthrough))
        else:
            ordered = sorted(tier, key=lambda entry: rank(entry, hostname, self._rules[entry.rule], self._options))
            self.made.append(_arranged(number, hostname, ordered, fallthrough))
        return number


class _LessSpecific:
    """The virtual hosts that follow, among those that were found. Less specific hostnames are found first."""

    def __init__(self, found: Mapping[str | None, VirtualHostId]) -> None:
        self._found = found
        self._below: dict[str, VirtualHostId | None] = {}
        """PERF(bench_compile::bench_lower): by all labels but the first, which many names have in common."""

    def than(self, hostname: str | None) -> VirtualHostId | None:
        """What takes the requests for a hostname that its own virtual host does not."""
        if hostname is None:
            return None
        parent = hostname.removeprefix("*.").partition(".")[2]
        if parent not in self._below:
            self._below[parent] = next((self._found[each] for each in covering(hostname) if each in self._found), None)
        return self._below[parent]


def _arranged(
    id: VirtualHostId, hostname: str | None, ordered: Sequence[Entry], fallthrough: VirtualHostId | None
) -> VirtualHost:
    """The virtual host of entries in their order."""
    entries: list[EntryId] = []
    regexes: list[EntryId] = []
    grpc: list[EntryId] = []
    nodes: dict[bytes, tuple[list[EntryId], list[EntryId]]] = {}
    for entry in ordered:
        entries.append(entry.id)
        kind = entry.path.kind
        if entry.grpc is not None:
            grpc.append(entry.id)
        elif kind is not _REGEX:
            node = nodes.get(entry.path.value)
            if node is None:
                node = nodes[entry.path.value] = ([], [])
            node[kind is _PREFIX].append(entry.id)
        if kind is _REGEX:
            regexes.append(entry.id)
    paths = sorted(nodes.items(), key=_longest_first) if len(nodes) > 1 else nodes.items()
    found = tuple([PathNode(path, tuple(exact), tuple(prefix)) for path, (exact, prefix) in paths])
    return VirtualHost(id, hostname, tuple(entries), found, tuple(regexes), tuple(grpc), fallthrough)


def _alone(id: VirtualHostId, hostname: str | None, entry: Entry, fallthrough: VirtualHostId | None) -> VirtualHost:
    """PERF(bench_compile::bench_one_rule_lower): the virtual host of one entry, as most are where routes have hostnames of
    their own. What it holds is one tuple."""
    alone, path = (entry.id,), entry.path
    grpc = () if entry.grpc is None else alone
    if path.kind is _REGEX:
        return VirtualHost(id, hostname, alone, (), alone, grpc, fallthrough)
    if grpc:
        return VirtualHost(id, hostname, alone, (), (), grpc, fallthrough)
    node = PathNode(path.value, (), alone) if path.kind is _PREFIX else PathNode(path.value, alone, ())
    return VirtualHost(id, hostname, alone, (node,), (), (), fallthrough)


def _add(tier: list[Entry], entry: Entry) -> None:
    """Adds an entry to a tier, where another of its hostnames may have put it just before."""
    if not tier or tier[-1] is not entry:
        tier.append(entry)


def _longest_first(node: tuple[bytes, object]) -> tuple[int, bytes]:
    path = node[0]
    return -len(path), path


def _least_specific_first(hostnames: Collection[str | None]) -> list[str | None]:
    """By host_rank backwards, and equally specific ones by name, so that equal sets give equal tables."""
    if len(hostnames) < 2:
        return list(hostnames)
    # PERF(bench_compile::bench_lower): any host, then wildcards, then names, each by length: two sorts that call nothing.
    named = [hostname for hostname in hostnames if hostname is not None]
    named.sort(reverse=True)
    named.sort(key=len)
    found: list[str | None] = [None] if len(named) < len(hostnames) else []
    found += [hostname for hostname in named if hostname.startswith("*.")]
    found += [hostname for hostname in named if not hostname.startswith("*.")]
    return found


def _host_nodes(found: Mapping[str | None, VirtualHostId]) -> tuple[HostNode, ...]:
    exact: dict[str, VirtualHostId] = {}
    wildcard: dict[str, VirtualHostId] = {}
    for hostname, host_id in found.items():
        if hostname is None:
            wildcard[""] = host_id
        elif hostname.startswith("*."):
            wildcard[hostname[2:]] = host_id
        else:
            exact[hostname] = host_id
    # PERF(bench_compile::bench_one_rule_lower): the names come in runs that are in order already, which a set would not keep.
    return tuple([HostNode(name, exact.get(name), wildcard.get(name)) for name in sorted({**exact, **wildcard})])
