"""`gwmatch routes`: the compiled table in match order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from gwmatch import Router, ir

from . import options
from .decisions import NAMELESS, backend, name_of, owned, where
from .output import aligned, bold, dim, echo, emit, percent, plain, printable

CLOSED = {"TLSRoute": "refuse, no backends", "TCPRoute": "refuse, no backends", "UDPRoute": "drop, no backends"}
"""What becomes of connections by a route whose backends have no weight, by kind of route; requests are answered."""
UNSERVED = {"TLS": "connection is refused", "TCP": "connection is refused", "UDP": "datagram is dropped"}


@click.command("routes")
@options.routing
def command(form: str, **chosen: Any) -> None:
    """The compiled table: for each listener its hostnames, the most specific first, and their matches in the order of trying.

    A request starts at the most specific hostname that covers its host, and falls through where no match takes it. A
    connection (TLS, TCP, UDP) goes where the first line of its hostname says.
    """
    router = options.make_router(**chosen)
    if form != "text":
        emit(_data(router), form)
        return
    for line in _text(router):
        echo(line)


def hosts(table: ir.Table, listener: ir.Listener) -> list[tuple[str | None, ir.VirtualHost]]:
    """Each hostname under which a request starts, with its virtual host; under `isolated` also those that only it leads to."""
    starts: list[tuple[str | None, ir.VirtualHostId]] = []
    for node in listener.hosts:
        if node.exact is not None:
            starts.append((node.name, node.exact))
        if node.wildcard is not None:
            starts.append((f"*.{node.name}" if node.name else None, node.wildcard))
    found: list[tuple[str | None, ir.VirtualHost]] = []
    for hostname, start in sorted(starts, key=lambda each: _specificity(each[0])):
        virtual: ir.VirtualHost | None = table.virtual_hosts[start]
        while virtual is not None:
            found.append((hostname, virtual))
            if table.options.hostname_fallthrough == "ordered" or virtual.fallthrough is None:
                break
            virtual = table.virtual_hosts[virtual.fallthrough]
    return found


def _specificity(hostname: str | None) -> tuple[bool, bool, int, str]:
    return hostname is None, hostname is not None and hostname.startswith("*."), -len(hostname or ""), hostname or ""


def _next(table: ir.Table, virtual: ir.VirtualHost) -> str | None:
    """Where a request goes on that no match of the virtual host takes."""
    return None if virtual.fallthrough is None else table.virtual_hosts[virtual.fallthrough].hostname or "any host"


def _idle(router: Router) -> Iterator[tuple[str, int, str, str]]:
    """Listeners that take no traffic: name, port, why, and who states them."""
    for key, gateway in router.graph.gateways.items():
        if f"{key.namespace}/{key.name}" == router.table.gateway:
            for each in gateway.listeners:
                if not each.serving:
                    why = each.condition("Programmed")
                    yield each.key.name, each.listener.port, f"{why.reason}: {why.message}", str(each.key.owner)


def action(rule: ir.Rule) -> str:
    """What a rule does with a request, in short."""
    filters = rule.filters
    if filters.failure:
        return f"500 {filters.failure}"
    if filters.redirect is not None:
        return f"redirect {filters.redirect.status}{_location(filters.redirect)}"
    if not any(each.weight > 0 for each in rule.backends):
        return CLOSED.get(rule.route.kind, "500 no backends")
    return ", ".join(_shared(each, len(rule.backends) > 1) for each in rule.backends)


def _location(redirect: ir.Redirect) -> str:
    """What a redirect changes; `…` stands for what it keeps."""
    path = "" if redirect.path is None else plain(redirect.path.replacement) + ("" if redirect.path.prefix is None else "…")
    port = "" if redirect.port is None else f":{redirect.port}"
    if redirect.scheme is None and redirect.hostname is None and not port:
        return f" to {path}" if path else ""
    return f" to {redirect.scheme or '…'}://{redirect.hostname or '…'}{port}{path or '/…'}"


def _shared(each: ir.Backend, several: bool) -> str:
    share = f"{percent(each.share)} " if several else ""
    return share + name_of(each) + ("" if each.valid else f" ({each.failure or each.filters.failure})")


# -------------------------------------------------------------------------------------------------------------- as data


def _data(router: Router) -> dict[str, Any]:
    table = router.table
    return {
        "gateway": table.gateway,
        "listeners": [
            {
                "name": listener.name,
                "port": listener.port,
                "protocol": listener.protocol,
                "hostname": listener.hostname,
                "hosts": [
                    {
                        "hostname": hostname,
                        "rankedBy": virtual.hostname,
                        "fallsThroughTo": _next(table, virtual),
                        "entries": [_entry(table, table.entries[entry_id]) for entry_id in virtual.entries],
                    }
                    for hostname, virtual in hosts(table, listener)
                ],
                "owner": listener.owner,
                "tlsMode": listener.tls_mode,
            }
            for listener in table.listeners
        ],
        "idle": [{"name": name, "port": port, "reason": why, "owner": owner} for name, port, why, owner in _idle(router)],
    }


def _entry(table: ir.Table, entry: ir.Entry) -> dict[str, Any]:
    rule = table.rule_of(entry)
    return {
        "kind": rule.route.kind,
        "route": rule.route.full_name,
        "rule": rule.index,
        "ruleName": rule.name,
        "match": entry.match,
        "path": {"type": entry.path.kind.value, "value": entry.path.written} if rule.route.kind == "HTTPRoute" else None,
        "method": None if entry.method is None else plain(entry.method),
        "headers": [_condition(each) for each in entry.headers],
        "queryParams": [_condition(each) for each in entry.query_params],
        "action": action(rule),
        "backends": [backend(each) for each in rule.backends],
        "grpc": None if entry.grpc is None else _called(entry.grpc),
    }


def _called(match: ir.MethodMatch) -> dict[str, str | None]:
    """The method of a GRPCRouteMatch; null is any."""
    return {
        "type": "RegularExpression" if match.is_regex else "Exact",
        "service": None if match.service is None else plain(match.service),
        "method": None if match.method is None else plain(match.method),
    }


def _condition(each: ir.ValueMatch) -> dict[str, str]:
    return {"type": "RegularExpression" if each.is_regex else "Exact", "name": plain(each.name), "value": plain(each.value)}


# -------------------------------------------------------------------------------------------------------------- as text


def _text(router: Router) -> Iterator[str]:
    table = router.table
    yield f"Gateway {bold(table.gateway)}"
    for listener in table.listeners:
        yield ""
        yield f"{bold(listener.name)}  {where(listener)}{dim(owned(listener.owner, table.gateway))}"
        found = hosts(table, listener)
        if not found:
            yield dim(f"  no routes: every {UNSERVED.get(listener.protocol, 'request is answered with 404')}")
        for hostname, virtual in found:
            if listener.protocol not in NAMELESS:
                yield f"  {click.style(hostname or 'any host', fg='cyan')}{dim(_told(table, hostname, virtual))}"
            first = virtual.entries[0]
            rows = ((*_row(table, table.entries[entry_id]), _hidden(listener, first, entry_id)) for entry_id in virtual.entries)
            yield from aligned(rows, indent="    ")
    for name, port, why, owner in _idle(router):
        yield ""
        nothing = click.style("takes no traffic", fg="red")
        yield f"{bold(name)}  port {port}{dim(owned(owner, table.gateway))} {nothing}: {why}"


def _hidden(listener: ir.Listener, first: ir.EntryId, entry: ir.EntryId) -> str:
    """T-1, T-3: connections are not told apart any further, so that one route of a hostname has them all."""
    return dim("never: the route above has all") if listener.protocol in UNSERVED and entry != first else ""


def _told(table: ir.Table, hostname: str | None, virtual: ir.VirtualHost) -> str:
    """What a hostname's line says beside it."""
    parts = []
    if virtual.hostname != hostname:
        parts.append(f"routes for {virtual.hostname or 'any host'}")
    following = _next(table, virtual)
    if following is not None:
        parts.append(f"falls through to {following}")
    return f"  ({', '.join(parts)})" if parts else ""


def _row(table: ir.Table, entry: ir.Entry) -> tuple[str, ...]:
    rule = table.rule_of(entry)
    method = "" if entry.method is None else plain(entry.method)
    conditions = [f"{plain(each.name)}{'~' if each.is_regex else '='}{plain(each.value)}" for each in entry.headers]
    conditions += [f"?{plain(each.name)}{'~' if each.is_regex else '='}{plain(each.value)}" for each in entry.query_params]
    return (
        printable(_asked(entry, rule.route.kind)),
        printable(method),
        printable(" ".join(conditions)),
        f"{rule.route.full_name}#{rule.index}",
        action(rule),
    )


def _asked(entry: ir.Entry, kind: str) -> str:
    """The path, or what stands in its place for kinds of route that have none."""
    if kind in CLOSED:
        return "any datagram" if kind == "UDPRoute" else "any connection"
    if entry.grpc is None:
        return f"{entry.path.kind.value} {entry.path.written}"
    if entry.grpc.service is None and entry.grpc.method is None:
        return "any gRPC method"
    named = "/".join("*" if part is None else plain(part) for part in (entry.grpc.service, entry.grpc.method))
    return f"gRPC {named}{' (RegularExpression)' if entry.grpc.is_regex else ''}"
