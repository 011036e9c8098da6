"""How many requests of an access log each rule takes.

    python examples/logs/decide_log.py examples/shop infra/public access.log

A line is `METHOD host target`, as a proxy writes it with such a format; of other lines only their number is told. The log is
decided on the plain port 80, 65,536 lines at a time, and stderr shows how far it has come if somebody sits in front of it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import gwmatch

LINES = 65_536


def main(folder: str, gateway: str, log: str) -> None:
    router = gwmatch.compile(gwmatch.load(folder), gateway=gateway)
    with open(log, "rb") as file:
        counted, odd = count(router.port(80), shown(file))
    rules: Counter[str] = Counter()
    for entry, requests in counted.items():
        rules[named(router, entry)] += requests
    for name, requests in rules.most_common():
        print(f"{requests:>10,}  {name}")
    if odd:
        print(f"{odd:>10,}  lines that are no requests")


def count(port: gwmatch.PortTable, batches: Iterator[list[bytes]]) -> tuple[Counter[int], int]:
    """Requests by the entry that takes them (-1: none), and the number of lines that are none."""
    counted: Counter[int] = Counter()
    odd = 0
    for lines in batches:
        rows = [row for row in (line.split() for line in lines) if len(row) == 3]
        odd += len(lines) - len(rows)
        methods, hosts, paths = zip(*rows, strict=True) if rows else ((), (), ())
        counted.update(port.match_many(hosts, paths, methods).tolist())
    return counted, odd


def shown(file: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a file, many at a time, with a bar of what has been read on a terminal."""
    size = max(1, os.fstat(file.fileno()).st_size)
    bar = sys.stderr.isatty()
    read = done = 0
    while lines := list(islice(file, LINES)):
        yield lines
        done += len(lines)
        read += sum(map(len, lines))
        if bar:
            sys.stderr.write(f"\r[{'#' * (30 * read // size):<30}] {done:,} lines")
            sys.stderr.flush()
    if bar:
        sys.stderr.write("\n")


def named(router: gwmatch.Router, entry: int) -> str:
    if entry < 0:
        return "nobody"
    rule = router.table.rules[router.table.entries[entry].rule]
    return f"{rule.route.kind} {rule.route.namespace}/{rule.route.name} rule {rule.index}"


if __name__ == "__main__":
    main(*sys.argv[1:])
