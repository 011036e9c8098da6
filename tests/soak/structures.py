"""Which structures of the core a table is made of, told from the plain table by the sizes at which they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gwmatch.ir import Entry, EntryId, PathKind, Table, VirtualHost

FEW = 8
"""Candidates or paths that are scanned; beyond, they are indexed (_core/layout.pxd)."""
SHAPED = 64
"""Candidates beyond which those that ask for the same things are found by one hash."""

ALL = (
    "one candidate without conditions", "candidates that are scanned", "candidates in bitsets",
    "candidates in shapes and bitsets",
    "a set of patterns in a scan", "a set of patterns beside bitsets", "paths that are scanned", "paths that are indexed",
    "paths of more than 64 depths", "names of one host", "names that are indexed", "wildcards in each other",
    "a virtual host that falls through", "expressions as paths", "gRPC methods",
)  # fmt: skip


def structures(table: Table) -> Counter[str]:
    """How many of each a table has."""
    found: Counter[str] = Counter()
    for listener in table.listeners:
        found["names that are indexed" if len(listener.hosts) > 1 else "names of one host"] += bool(listener.hosts)
        wild = {node.name for node in listener.hosts if node.wildcard is not None and node.name}
        found["wildcards in each other"] += any(_parents(name) & wild for name in wild)
    for host in table.virtual_hosts:
        found["a virtual host that falls through"] += host.fallthrough is not None
        found["expressions as paths"] += bool(host.regexes)
        found["gRPC methods"] += bool(host.grpc)
        found["paths that are indexed" if len(host.paths) > FEW else "paths that are scanned"] += bool(host.paths)
        found["paths of more than 64 depths"] += len({node.path.count(b"/") for node in host.paths if node.prefix}) > 64
        for place in _places(host):
            found.update(_of_place([table.entries[number] for number in place]))
    return +found


def _parents(name: str) -> set[str]:
    labels = name.split(".")
    return {".".join(labels[at:]) for at in range(1, len(labels))}


def _places(host: VirtualHost) -> Iterator[tuple[EntryId, ...]]:
    yield from (place for node in host.paths for place in (node.exact, node.prefix))
    yield host.regexes
    yield host.grpc


def _is_pattern(entry: Entry) -> bool:
    return entry.path.kind is PathKind.REGULAR_EXPRESSION


def _of_place(entries: list[Entry]) -> Iterator[str]:
    if not entries:
        return
    patterns = any(each.is_regex for entry in entries for each in (*entry.headers, *entry.query_params))
    first = entries[0]
    if len(entries) == 1 and not (first.method or first.headers or first.query_params or first.grpc or _is_pattern(first)):
        yield "one candidate without conditions"
    elif len(entries) <= FEW:
        yield "candidates that are scanned"
        if patterns:
            yield "a set of patterns in a scan"
    else:
        yield "candidates in shapes and bitsets" if len(entries) > SHAPED else "candidates in bitsets"
        if patterns:
            yield "a set of patterns beside bitsets"
