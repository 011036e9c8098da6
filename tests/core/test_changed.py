"""RouteTable.changed: the table that a change makes decides like the slow twin, and the tables before it stay as they were."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from gwmatch import Options, ir, reference
from gwmatch._core import RouteTable
from gwmatch.graph.hostnames import intersect
from gwmatch.lowering.hosts import VirtualHosts
from gwmatch.lowering.precedence import covering
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables

CHANGES = 4
"""Changes of one table, each of the one before."""
REQUESTS = 6
"""Requests for each table that there is by then."""
EXAMPLES = max(1, int(os.environ.get("GWMATCH_PAIRS", "6000")) // 60)

Hosts = dict[str | None, ir.VirtualHostId]


def applied(table: ir.Table, listener: ir.Listener, gone: set[int], other: ir.Table) -> tuple[ir.Table, ir.Change]:
    """The table in which one listener lost some entries and got those of another table; and the Change that says so."""
    first_rule, first = len(table.rules), len(table.entries)
    added: list[ir.Entry] = []
    for entry in other.entries:
        hosts = intersect(listener.hostname, [match.own for match in entry.hosts])
        if hosts and other.listeners[entry.listener].protocol in ("HTTP", "HTTPS"):
            number, rule = ir.EntryId(first + len(added)), ir.RuleId(first_rule + entry.rule)
            added.append(structs.replace(entry, id=number, listener=listener.id, rule=rule, hosts=hosts))
    entries, rules = (*table.entries, *added), (*table.rules, *other.rules)
    kept = tuple(number for number in listener.entries if number not in gone) + tuple(entry.id for entry in added)
    before = hosts_of(listener)
    made = VirtualHosts(rules, table.options)
    nodes = made.add([entries[number] for number in kept])
    after = {hostname: made.made[number] for hostname, number in hosts_of(structs.replace(listener, hosts=nodes)).items()}
    ids: Hosts = dict(before)
    for hostname in after:
        ids.setdefault(hostname, ir.VirtualHostId(len(table.virtual_hosts) + len(ids) - len(before)))
    virtual_hosts = list(table.virtual_hosts)
    changes = []
    for hostname, number in sorted(ids.items(), key=lambda item: item[1]):
        new = after.get(hostname)
        following = next((ids[name] for name in covering(hostname) if name in ids), None) if hostname is not None else None
        host = ir.VirtualHost(
            number,
            hostname,
            new.entries if new else (),
            new.paths if new else (),
            new.regexes if new else (),
            new.grpc if new else (),
            following,
        )
        old = table.virtual_hosts[number] if hostname in before else None
        if host != old:
            changes.append(change_of(listener.id, host, old))
        virtual_hosts[number : number + 1] = [host]
    named = [ir.HostNode(hostname, exact=number) for hostname, number in ids.items() if hostname and hostname[0] != "*"]
    named += [ir.HostNode(hostname[2:], wildcard=number) for hostname, number in ids.items() if hostname and hostname[0] == "*"]
    named += [ir.HostNode("", wildcard=ids[None])] if None in ids else []
    listeners = list(table.listeners)
    listeners[listener.id] = structs.replace(listener, entries=kept, hosts=tuple(named))
    expected = ir.Table(table.gateway, tuple(listeners), rules, entries, tuple(virtual_hosts), table.options)
    return expected, ir.Change(tuple(other.rules), tuple(added), tuple(changes))


def hosts_of(listener: ir.Listener) -> Hosts:
    """The virtual hosts of a listener by hostname."""
    found: Hosts = {}
    for node in listener.hosts:
        if node.exact is not None:
            found[node.name] = node.exact
        if node.wildcard is not None:
            found["*." + node.name if node.name else None] = node.wildcard
    return found


def change_of(listener: ir.ListenerId, host: ir.VirtualHost, old: ir.VirtualHost | None) -> ir.HostChange:
    before = nodes_of(old.paths if old else ())
    after = nodes_of(host.paths)
    changed = [node for path, node in after.items() if before.get(path) != node]
    changed += [ir.PathNode(path) for path in before if path not in after]
    same_regexes, same_grpc = old is not None and old.regexes == host.regexes, old is not None and old.grpc == host.grpc
    return ir.HostChange(
        host.id,
        listener,
        host.hostname,
        host.fallthrough,
        tuple(changed),
        None if same_regexes else host.regexes,
        None if same_grpc else host.grpc,
    )


def nodes_of(paths: Sequence[ir.PathNode]) -> Mapping[bytes, ir.PathNode]:
    return {node.path: node for node in paths}


@settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(tables(), st.data())
def test_changes_are_the_slow_twins_and_touch_nothing(table: ir.Table, data: st.DataObject) -> None:
    table = structs.replace(table, options=structs.replace(table.options, hostname_fallthrough="ordered"))
    hosts = VirtualHosts(table.rules, table.options)
    listeners = [
        structs.replace(listener, hosts=hosts.add([table.entries[number] for number in listener.entries]))
        for listener in table.listeners
    ]
    table = structs.replace(table, listeners=tuple(listeners), virtual_hosts=tuple(hosts.made))
    http = [listener.id for listener in table.listeners if listener.protocol in ("HTTP", "HTTPS")]
    if not http:
        return
    newest = RouteTable(table)
    known = [(table, newest, newest.content())]
    for _ in range(data.draw(st.integers(1, CHANGES))):
        table = known[-1][0]
        listener = table.listeners[data.draw(st.sampled_from(http))]
        gone = set(data.draw(st.lists(st.sampled_from(listener.entries), unique=True))) if listener.entries else set()
        table, change = applied(table, listener, gone, data.draw(tables()))
        made = newest.changed(change)
        if made is None:  # a new method, or no room: the table is built anew
            made = RouteTable(table)
        newest = made
        known.append((table, newest, newest.content()))
        for expected, compiled, content in known:
            assert compiled.content() == content
            for _ in range(REQUESTS):
                port, request, chance = data.draw(requests_near(expected))
                got = compiled.port(port).match(
                    request.method, request.host, request.path, request.headers, sni=request.sni, draw=chance
                )
                assert got.verdict == reference.match(expected, port, request, chance), request
                assert got.entry is None or got.entry == expected.entries[got.entry.id]


CATCH_ALL = ir.PathMatch(ir.PathKind.PATH_PREFIX, b"", "/")


def table_of(names: Sequence[str | None]) -> ir.Table:
    """A virtual host for each name, with one rule that leads nowhere but can be told by its number."""
    rules = tuple(ir.Rule(ir.Route("HTTPRoute", "ns", f"r{number}"), 0) for number in range(len(names)))
    entries = tuple(
        ir.Entry(ir.EntryId(number), ir.ListenerId(0), ir.RuleId(number), 0, (ir.HostMatch(name, name),), CATCH_ALL)
        for number, name in enumerate(names)
    )
    hosts = VirtualHosts(rules, Options())
    ids = tuple(entry.id for entry in entries)
    listener = ir.Listener(ir.ListenerId(0), "ns/gw", "Gateway ns/gw", "web", 80, "HTTP", entries=ids, hosts=hosts.add(entries))
    return ir.Table("ns/gw", (listener,), rules, entries, tuple(hosts.made))


def added_path(table: ir.Table, entries: int, rules: int, host: ir.VirtualHostId, path: str, name: str | None) -> ir.Change:
    """One rule more, at a path of its own."""
    rule = ir.Rule(ir.Route("HTTPRoute", "ns", f"new{rules}"), 0)
    match = ir.PathMatch(ir.PathKind.PATH_PREFIX, path.encode(), path)
    entry = ir.Entry(ir.EntryId(entries), ir.ListenerId(0), ir.RuleId(rules), 0, (ir.HostMatch(name, name),), match)
    node = ir.PathNode(path.encode(), prefix=(entry.id,))
    return ir.Change((rule,), (entry,), (ir.HostChange(host, ir.ListenerId(0), name, None, (node,)),))


def test_one_table_is_changed_once() -> None:
    table = table_of(["a.test", "b.test"])
    old = RouteTable(table)
    host = table.listeners[0].hosts[0].exact
    assert host is not None
    change = added_path(table, 2, 2, host, "/x", "a.test")
    new = old.changed(change)
    assert new is not None
    assert old.changed(change) is None, "its ids would be those of the other change"
    assert new.port(80).match("GET", "a.test", "/x/y").rule is new.port(80).match("GET", "a.test", "/x").rule
    assert old.port(80).match("GET", "a.test", "/x").entry == table.entries[0]


def test_changes_go_on_until_the_room_is_used_up() -> None:
    """Paths of one host, from a few that are scanned to thousands beside an index, and a new host at each turn."""
    table = table_of([f"h{number}.test" for number in range(200)])
    newest, count, hosts = RouteTable(table), 200, 200
    host = table.listeners[0].hosts[0].exact
    assert host is not None
    name, turns = table.listeners[0].hosts[0].name, 0
    while True:
        made = newest.changed(added_path(table, count, count, host, f"/p{turns}/q", name))
        if made is None:
            break
        newest, count = made, count + 1
        made = newest.changed(added_path(table, count, count, ir.VirtualHostId(hosts), "/n", f"n{turns}.test"))
        if made is None:
            break
        newest, count, hosts, turns = made, count + 1, hosts + 1, turns + 1
    assert turns > 40
    port = newest.port(80)
    for turn in range(turns):
        assert port.match("GET", name, f"/p{turn}/q/r").entry == newest.port(80).match("GET", name, f"/p{turn}/q").entry
        assert port.match("GET", name, f"/p{turn}/q").entry.id == 200 + 2 * turn
        assert port.match("GET", f"n{turn}.test", "/n").entry.id == 201 + 2 * turn
        assert port.match("GET", f"n{turn}.test", "/m").entry is None
