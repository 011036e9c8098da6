"""What routes that changed change in a table: their old entries out of the virtual hosts, their new ones in, by rank.

A table that was changed so decides like one that was lowered anew, but is numbered in another way: ids go on, and a virtual
host that lost all its entries stays where it is and passes requests on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..graph import RouteNode
from ..ir import (
    NEWEST,
    Change,
    Entry,
    EntryId,
    HostChange,
    HostMatch,
    PathKind,
    PathNode,
    Route,
    Rule,
    RuleId,
    VirtualHostId,
)
from ..layered import Layered
from .entries import MATCHES, Entries, reached
from .patched import HostName, Patched, PatchedHost
from .precedence import covering, rank

_REPOINTED = 1024
"""Virtual hosts that a change may lead elsewhere; to change more is no less work than to make the table anew."""
_SCANNED = 16
"""Entries of one node that are looked through; among more the place of one is found by its rank."""


class Turnover(NamedTuple):
    """A route as it was and as it is; None where there is none."""

    old: RouteNode | None
    new: RouteNode | None

    @property
    def is_idle(self) -> bool:
        """Whether the two are the same to a table: most updates of a cluster are of a status or an annotation."""
        old, new = self.old, self.new
        return (
            old is not None
            and new is not None
            and old.rules == new.rules
            and old.resource.spec == new.resource.spec
            and old.resource.metadata.creation_timestamp == new.resource.metadata.creation_timestamp
            and [(each.accepted, each.attachments) for each in old.parents]
            == [(each.accepted, each.attachments) for each in new.parents]
        )


def patch(before: Patched, turnovers: Iterable[Turnover]) -> tuple[Patched, Change] | None:
    """The table after some routes have changed, and what is different; None where it is better lowered anew."""
    work = _Work(before)
    for each in turnovers:
        if not (work.take_out(each.old) and work.put_in(each.new)):
            return None
    return work.finish()


class _Moves:
    """Entries that go from a node or come to it; new ones have a number."""

    __slots__ = ("come", "go")

    def __init__(self) -> None:
        self.go: list[tuple[Entry, Rule]] = []
        self.come: list[EntryId] = []


_Spot = tuple[str, bytes]
"""Where an entry stands in its virtual host: `exact` or `prefix` with a path, `regexes` or `grpc` without."""


class _Work:
    """One patch in the making."""

    def __init__(self, before: Patched) -> None:
        self._before = before
        self._frame = before.frame
        self._made = before.made
        self._first_rule, self._first_entry = len(self._made.rules), len(self._made.entries)
        self._new = Entries(
            len(before.frame.listeners),
            before.frame.places,
            before.frame.policies,
            first_rule=self._first_rule,
            first_entry=self._first_entry,
        )
        self._moves: dict[HostName, dict[_Spot, _Moves]] = {}
        self._seen = 0

    def take_out(self, node: RouteNode | None) -> bool:
        """False if the table is not one that can be patched so."""
        if node is None:
            return True
        at = reached(node, self._frame.numbers)
        if not at:
            return True
        route = route_of(node)
        written = node.resource.spec.rules or ()
        matches_of = MATCHES[type(node.resource)]
        for rule in node.rules:
            if not rule.invalid:
                stub = Rule(route, rule.index)
                for index, match in enumerate(matches_of(written[rule.index])):
                    for listener, hosts in at.items():
                        entry = Entry(EntryId(-1), listener, RuleId(-1), index, hosts, *match)
                        names = self._names(entry)
                        if names is None:
                            return False
                        for name in names:
                            self._moved(name, entry).go.append((entry, stub))
        return True

    def put_in(self, node: RouteNode | None) -> bool:
        """As `take_out`."""
        if node is None:
            return True
        self._new.add_route(node, reached(node, self._frame.numbers))
        for entry in self._new.entries[self._seen :]:
            names = self._names(entry)
            if names is None:
                return False
            for name in names:
                self._moved(name, entry).come.append(entry.id)
        self._seen = len(self._new.entries)
        return True

    def finish(self) -> tuple[Patched, Change] | None:
        made = self._made
        if len(made.entries) + len(self._new.entries) > made.limit:
            return None
        made.rules.extend(self._new.rules)
        made.entries.extend(self._new.entries)
        names, hosts = self._before.names, self._before.hosts
        fresh: dict[HostName, VirtualHostId] = {}
        for name in self._moves:
            if name not in names:
                fresh[name] = VirtualHostId(made.hosts)
                made.hosts += 1
        names = names.changed(fresh) if fresh else names
        # Where a request goes on changes with the hostnames that there are; under `isolated` also with what is empty.
        may_follow = bool(fresh) or self._frame.options.hostname_fallthrough == "isolated"
        changes: dict[VirtualHostId, HostChange] = {}
        changed: dict[VirtualHostId, PatchedHost] = {}
        for name, spots in self._moves.items():
            number = names[name]
            old = PatchedHost(number, name[1], Layered(), (), (), None) if name in fresh else self._before.host(number)
            new, paths = self._host(name, old, spots)
            if may_follow:
                new = new._replace(fallthrough=self._following(name, names, is_empty=new.is_empty))
            changed[number] = new
            changes[number] = HostChange(
                number,
                name[0],
                name[1],
                new.fallthrough,
                paths,
                None if new.regexes is old.regexes else new.regexes,
                None if new.grpc is old.grpc else new.grpc,
            )
        for name in fresh:
            for below in self._repointed(name, names, changed):
                if len(changes) > _REPOINTED:
                    return None
                number = names[below]
                following = self._following(below, names, is_empty=True)
                host = self._before.host(number)._replace(fallthrough=following)
                changed[number] = host
                changes[number] = HostChange(number, below[0], below[1], host.fallthrough)
        patched = Patched(self._frame, names, hosts.changed(changed), made, made.mark())
        return patched, Change(tuple(self._new.rules), tuple(self._new.entries), tuple(changes.values()))

    def _names(self, entry: Entry) -> list[HostName] | None:
        """The virtual hosts that an entry stands in; None if under `isolated` it is not the hostname alone that tells."""
        options = self._frame.options
        own = options.hostname_precedence == "own"
        if options.hostname_fallthrough == "isolated" and any(_ranked(host, own) != host.effective for host in entry.hosts):
            return None
        return list(dict.fromkeys((entry.listener, _ranked(host, own)) for host in entry.hosts))

    def _moved(self, name: HostName, entry: Entry) -> _Moves:
        spots = self._moves.setdefault(name, {})
        spot = _spot(entry)
        found = spots.get(spot)
        if found is None:
            found = spots[spot] = _Moves()
        return found

    def _host(
        self, name: HostName, old: PatchedHost, spots: Mapping[_Spot, _Moves]
    ) -> tuple[PatchedHost, tuple[PathNode, ...]]:
        regexes, grpc = old.regexes, old.grpc
        paths: dict[bytes, PathNode] = {}
        for (kind, path), moves in spots.items():
            if kind == "regexes":
                regexes = self._moved_in(regexes, moves, name[1])
            elif kind == "grpc":
                grpc = self._moved_in(grpc, moves, name[1])
            else:
                node = paths.get(path) or old.paths.get(path) or PathNode(path)
                if kind == "exact":
                    paths[path] = PathNode(path, self._moved_in(node.exact, moves, name[1]), node.prefix)
                else:
                    paths[path] = PathNode(path, node.exact, self._moved_in(node.prefix, moves, name[1]))
        held = {path: node for path, node in paths.items() if node.exact or node.prefix}
        kept = old.paths.changed(held, [path for path in paths if path not in held])
        return PatchedHost(old.id, old.hostname, kept, regexes, grpc, old.fallthrough), tuple(paths.values())

    def _moved_in(self, ids: tuple[EntryId, ...], moves: _Moves, hostname: str | None) -> tuple[EntryId, ...]:
        """The entries of a node, in rank order as before."""
        entries, rules, options = self._made.entries, self._made.rules, self._frame.options

        def ranked(number: EntryId) -> tuple[int | str, ...]:
            entry = entries[number]
            return rank(entry, hostname, rules[entry.rule], options)

        found = list(ids)
        if len(moves.go) == len(found):
            # PERF(bench_router_update::bench_one_route): all of them go, so nobody has to find out which ones they are.
            found = []
        elif moves.go and len(found) <= _SCANNED:
            gone = {_identity(rule.route) for _, rule in moves.go}
            found = [number for number in found if _identity(rules[entries[number].rule].route) not in gone]
        else:
            for entry, rule in moves.go:
                del found[bisect_left(found, rank(entry, hostname, rule, options), key=ranked)]
        if not found:
            return tuple(sorted(moves.come, key=ranked) if len(moves.come) > 1 else moves.come)
        for number in moves.come:
            found.insert(bisect_left(found, ranked(number), key=ranked), number)
        return tuple(found)

    def _following(self, name: HostName, names: Mapping[HostName, VirtualHostId], *, is_empty: bool) -> VirtualHostId | None:
        """Where a request goes on. Under `isolated` only from hosts without entries, which are as good as none."""
        if self._frame.options.hostname_fallthrough == "isolated" and not is_empty:
            return None
        return next((names[name[0], other] for other in covering(name[1]) if (name[0], other) in names), None)

    def _repointed(
        self, name: HostName, names: Layered[HostName, VirtualHostId], changed: Mapping[VirtualHostId, PatchedHost]
    ) -> Iterator[HostName]:
        """The hosts that a new one, which covers others, comes to stand behind."""
        listener, hostname = name
        if hostname is not None and not hostname.startswith("*."):
            return
        following = self._following(name, names, is_empty=True)
        suffix = "" if hostname is None else hostname[1:]
        isolated = self._frame.options.hostname_fallthrough == "isolated"
        for below, number in names.flat().items():
            if below[0] != listener or below[1] is None or below == name or number in changed:
                continue
            if not below[1].endswith(suffix) or self._before.fallthrough(number) != following:
                continue
            if not isolated or self._before.host(number).is_empty:
                yield below


def route_of(node: RouteNode) -> Route:
    """What the rules of a route say that they are of."""
    created = node.resource.metadata.created
    return Route(node.key.kind, node.key.namespace or "", node.key.name, NEWEST if created is None else created)


def _identity(route: Route) -> tuple[str, str, str]:
    return route.kind, route.namespace, route.name


def _ranked(host: HostMatch, own: bool) -> str | None:
    return host.own if own else host.effective


def _spot(entry: Entry) -> _Spot:
    if entry.grpc is not None:
        return "grpc", b""
    if entry.path.kind is PathKind.REGULAR_EXPRESSION:
        return "regexes", b""
    return ("exact" if entry.path.kind is PathKind.EXACT else "prefix"), entry.path.value
