"""A change carried out on the plain data: the slow twin of RouteTable.changed."""

from __future__ import annotations

from msgspec import structs

from gwmatch import ir


def applied(table: ir.Table, change: ir.Change) -> ir.Table:
    """The table that a change makes of another. Only what a request can reach is as in a table that was lowered: `entries` of
    listeners and virtual hosts are in no order."""
    rules, entries = [*table.rules, *change.rules], [*table.entries, *change.entries]
    hosts = {host.id: host for host in table.virtual_hosts}
    listeners = {listener.id: listener for listener in table.listeners}
    for each in change.hosts:
        old = hosts.get(each.id)
        if old is None:
            assert each.id == len(hosts), "a new virtual host has the next number"
            old = ir.VirtualHost(each.id, each.hostname, (), (), ())
            listeners[each.listener] = _named(listeners[each.listener], each)
        assert old.hostname == each.hostname
        paths = {node.path: node for node in old.paths} | {node.path: node for node in each.paths}
        hosts[each.id] = structs.replace(
            old,
            paths=tuple(
                paths[path]
                for path in sorted(paths, key=lambda path: (-len(path), path))
                if paths[path].exact or paths[path].prefix
            ),
            regexes=old.regexes if each.regexes is None else each.regexes,
            grpc=old.grpc if each.grpc is None else each.grpc,
            fallthrough=each.fallthrough,
        )
    hosts = {number: structs.replace(host, entries=_entries(host)) for number, host in hosts.items()}
    for number, listener in listeners.items():
        own = {id for node in listener.hosts for id in (node.exact, node.wildcard) if id is not None}
        reached = {entry for id in own for entry in hosts[id].entries}
        listeners[number] = structs.replace(listener, entries=tuple(sorted(reached)))
    return structs.replace(
        table,
        listeners=tuple(listeners.values()),
        rules=tuple(rules),
        entries=tuple(entries),
        virtual_hosts=tuple(hosts[ir.VirtualHostId(number)] for number in range(len(hosts))),
    )


def _entries(host: ir.VirtualHost) -> tuple[ir.EntryId, ...]:
    nodes = (entry for node in host.paths for entry in (*node.exact, *node.prefix))
    return tuple(dict.fromkeys((*nodes, *host.regexes, *host.grpc)))


def _named(listener: ir.Listener, change: ir.HostChange) -> ir.Listener:
    nodes = {node.name: node for node in listener.hosts}
    hostname = change.hostname
    name = (hostname or "").removeprefix("*.")
    node = nodes.get(name, ir.HostNode(name))
    if hostname is None or hostname.startswith("*."):
        assert node.wildcard is None
        nodes[name] = structs.replace(node, wildcard=change.id)
    else:
        assert node.exact is None
        nodes[name] = structs.replace(node, exact=change.id)
    return structs.replace(listener, hosts=tuple(nodes[name] for name in sorted(nodes)))
