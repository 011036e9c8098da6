"""Asks every way to a decision the same questions, for as long as it is told: `python -m tests.soak --minutes 10`.

A table of one of SIZES matches and of one of the shapes of worlds.py is compiled; requests near it are drawn, half of them
hostile; `match`, `match_list`, `match_many`, a Router that was saved and loaded, and one that was brought there by updates
decide them all, and the reference matcher as many as there is time for. The first disagreement ends the run with everything
that is needed to see it again.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import gwmatch
from gwmatch import Router, ir
from gwmatch.testing import near_requests

from .asides import SERVER_NAMES, aside
from .engines import DERIVED, Answer, by_match, by_reference, connections
from .structures import ALL, structures
from .worlds import SHAPES, world

SIZES = (1, 8, 9, 100, 1_000, 10_000, 100_000)
"""Those at which a structure of the core begins or ends, and the largest."""
DRAWS = (0.0, 0.3, 0.999999)
REFERENCE_ENTRIES = 20_000
"""That the reference looks at for each port of a table: it takes most of the time."""


class Disagreement(Exception):
    """Two ways decided one request differently."""


def main() -> None:
    arguments = _arguments()
    deadline = time.monotonic() + 60 * arguments.minutes
    counts: Counter[str] = Counter()
    for seed in itertools.count(arguments.seed):
        if time.monotonic() >= deadline or seed - arguments.seed >= arguments.tables:
            break
        try:
            digest = soak(seed, arguments.size, arguments.requests, counts)
        except Disagreement as found:
            print(f"DISAGREEMENT at seed {seed}: {found}", file=sys.stderr)
            sys.exit(1)
        if arguments.digests:
            print(seed, digest, flush=True)
        if sys.stderr.isatty():
            print(f"\r{counts['tables']} tables, {counts['decisions']:,} decisions", end="", file=sys.stderr, flush=True)
    report = {
        "python": sys.version.split()[0],
        "minutes": arguments.minutes,
        "first seed": arguments.seed,
        **dict(sorted(counts.items())),
    }
    report["structures never made"] = [name for name in ALL if not counts[f"structure: {name}"]]
    if not arguments.digests:
        print(json.dumps(report, indent=1))


def soak(seed: int, size: int | None, count: int, counts: Counter[str]) -> str:
    """One table, asked by all. The digest of the table and of what `match` answered is the same on every Python."""
    rng = random.Random(seed)
    # Large tables take minutes to compile: they come often enough to be seen, and not so often that nothing else is.
    matches = size or rng.choices(SIZES, (10, 10, 10, 10, 4, 0.4, 0.04))[0]
    shape = rng.choice(SHAPES if matches <= 1_000 else ("many hosts", "one host", "one path", "deep"))
    options = gwmatch.Options(
        normalize=rng.choice(("guard", "guard", "none", "rewrite")),
        hostname_fallthrough=rng.choice(("ordered", "ordered", "isolated")),
        regex_precedence=rng.choice(("before_prefix", "after_prefix")),
        detect_misdirected=rng.choice((True, True, False)),
    )
    manifests = world(rng, matches, shape)
    router = gwmatch.compile(gwmatch.load(manifests), options=options)
    digest = hashlib.sha256(router.content_hash.encode())
    counts["tables"] += 1
    counts[f"tables of {matches} matches"] += 1
    counts[f"tables, {shape}"] += 1
    counts.update({f"structure: {name}": number for name, number in structures(router.table).items()})
    others = {name: derive(router, manifests, options, rng) for name, derive in DERIVED.items()}
    for port in router.ports:
        drawn = near_requests(router.table, port, seed=seed, hostile=True)
        requests = [aside(each, rng) for each in itertools.islice(drawn, count)]
        for draw in DRAWS:
            for answer in _compare(router, others, port, requests, draw, counts):
                digest.update(repr(tuple(answer)).encode())
        _check_reference(router, port, requests, matches, rng, counts)
        for server_name in SERVER_NAMES:
            for one, expected in connections(router, port, server_name, rng.choice(DRAWS)):
                if one != expected:
                    raise Disagreement(f"core: {one} and not {expected} for a connection to {server_name!r}")
                counts["pairs of a connection and the reference"] += 1
    return digest.hexdigest()


def _compare(
    router: Router, others: dict[str, Router], port: int, requests: Sequence[ir.Request], draw: float, counts: Counter[str]
) -> list[Answer]:
    """What `match` answered, which all others agreed with."""
    expected = by_match(router, port, requests, draw)
    counts["decisions"] += len(requests)
    for answer in expected:
        counts[f"outcome {answer.outcome} {answer.status or ''}".rstrip()] += 1
        if answer.refusal:
            counts[f"refusal {answer.refusal}"] += 1
    for name, other in others.items():
        _same(name, requests, expected, by_match(other, port, requests, draw))
        counts["decisions"] += len(requests)
        counts[f"decisions, {name}"] += len(requests)
    bound = router.port(port)
    for name, asked, ids in _batches(bound, requests):
        entries = [bound.match(each.method, each.host, each.path, each.headers).entry for each in asked]
        for request, entry, number in zip(asked, entries, ids, strict=True):
            if number != (-1 if entry is None else entry.id):
                raise Disagreement(f"{name}: entry {number} and not {entry} for {request}")
        counts["decisions"] += len(asked)
        counts[f"decisions, {name}"] += len(asked)
    return expected


def _batches(bound: gwmatch.PortTable, requests: Sequence[ir.Request]) -> Iterator[tuple[str, list[ir.Request], list[int]]]:
    """What the batch calls say of requests that they can be given: they know no server name, and columns no headers."""
    plain = [each for each in requests if each.sni is None]
    yield "match_list", plain, bound.match_list([(each.method, each.host, each.path, each.headers) for each in plain]).tolist()
    bare = [each for each in plain if not each.headers and each.host is not None]
    columns = [each.host for each in bare], [each.path for each in bare], [each.method for each in bare]
    yield "match_many", bare, bound.match_many(*columns).tolist() if bare else []


def _same(name: str, requests: Sequence[ir.Request], expected: Sequence[Answer], found: Sequence[Answer]) -> None:
    for request, one, other in zip(requests, expected, found, strict=True):
        if one != other:
            raise Disagreement(f"{name}: {other} and not {one} for {request}")


def _check_reference(
    router: Router, port: int, requests: Sequence[ir.Request], matches: int, rng: random.Random, counts: Counter[str]
) -> None:
    """The reference is linear in the entries: the larger the table, the fewer requests it is asked."""
    asked = rng.sample(requests, max(2, min(len(requests), REFERENCE_ENTRIES // matches)))
    draw = rng.choice(DRAWS)
    found = by_match(router, port, asked, draw)
    for request, one in zip(asked, found, strict=True):
        expected = by_reference(router, port, request, draw)
        if one != expected:
            raise Disagreement(f"core: {one} and not {expected} for {request}")
    counts["pairs with the reference"] += len(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--tables", type=int, default=10**9, help="how many tables at most")
    parser.add_argument("--requests", type=int, default=2_000, help="requests for each port of a table (2000)")
    parser.add_argument(
        "--size", type=int, choices=SIZES, help="matches of each table; without it all sizes, small ones more often"
    )
    parser.add_argument("--digests", action="store_true", help="a digest of each table's answers, in the place of the counts")
    parser.add_argument("--seed", type=int, default=0, help="the first table's; a disagreement names the one to come back to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
