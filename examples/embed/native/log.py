"""What takes the requests of a log: `python log.py MANIFESTS PORT LOG`."""

from __future__ import annotations

import sys
from pathlib import Path

import tally

import gwmatch


def main(manifests: str, port: str, log: str) -> None:
    router = gwmatch.compile(gwmatch.load(manifests))
    entries = router.table.entries
    *counts, nobody = tally.tally(router.port(int(port)), len(entries), Path(log).read_bytes())
    for entry, count in zip(entries, counts, strict=True):
        if count:
            rule = router.table.rules[entry.rule]
            print(f"{count:>8}  {rule.route.full_name} rule {rule.index} match {entry.match}")
    print(f"{nobody:>8}  nobody")


if __name__ == "__main__":
    main(*sys.argv[1:])
