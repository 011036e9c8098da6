"""Saved tables to bend, and the checksums of bent ones put right, so that what lies behind a checksum is reached."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gwmatch
from gwmatch import ir
from gwmatch._core import digest

ROOT = Path(__file__).resolve().parents[2]
HEAD = struct.Struct("<8sIIQQ")
SPAN = struct.Struct("<QQ")
RECORD = struct.Struct("<QII")
SECTIONS = 7
"""gwmatch/stored.py: meta, four indexes, the block, the objects."""
START = HEAD.size + SECTIONS * SPAN.size
ODD = (0, 1, 2, 7, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)

EXAMPLES = (
    "examples/shop", "examples/embed", "tests/corpus/regex/branches-in-a-header.yaml",
    "tests/corpus/redirects/scheme-and-port.yaml",
    "tests/corpus/cors/preflight.yaml", "tests/corpus/tls/modes.yaml", "tests/corpus/grpc/more-headers.yaml",
    "tests/corpus/guard/same-rule.yaml", "tests/corpus/listeners/isolation.yaml", "tests/corpus/backends/outcomes.yaml",
)  # fmt: skip


@cache
def saved() -> tuple[bytes, ...]:
    """What `Router.save` writes of some examples, and of resources that make each structure of the block."""
    found = [gwmatch.load(ROOT / name, invalid="keep") for name in EXAMPLES]
    found += [gwmatch.load(list(made)) for made in (_many_headers(), _many_hosts(), _many_paths())]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table"
        texts = []
        for resources in found:
            for options in (gwmatch.Options(), gwmatch.Options(normalize="rewrite")):
                gwmatch.compile(resources, options=options).save(file)
                texts.append(file.read_bytes())
    return tuple(texts)


def bent(data: bytes) -> bytes | None:
    """A saved table with what the bytes say done to it: which one first, then five bytes for each number that is changed."""
    if not data:
        return None
    whole = bytearray(saved()[data[0] % len(saved())])
    blocks = _span(whole, 1)
    for at in range(1, len(data) - 4, 5):
        how, place = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
        value = ODD[data[at + 4] % len(ODD)] if how & 8 else data[at + 4]
        offset, size = (0, len(whole)) if how & 1 else blocks
        place = offset + place * (4 if how & 2 else 1) % max(size, 1)  # numbers of the block lie at multiples of four
        width = 4 if how & 4 else 1
        if place + width > len(whole):
            continue
        if how & 16:
            value += int.from_bytes(whole[place : place + width], "little")
        whole[place : place + width] = (value % 256**width).to_bytes(width, "little")
    return mended(bytes(whole))


def mended(data: bytes) -> bytes | None:
    """The same bytes with size and checksums that fit; None where they have no sections that could be covered by any."""
    if len(data) < START or data[:8] != b"GWMATCH\x1a":
        return None
    whole = bytearray(data)
    spans = [_span(whole, number) for number in range(SECTIONS)]
    if any(offset + size > len(whole) for offset, size in spans):
        return None
    objects = spans[-1][0]
    for offset, size in spans[2:6]:
        for at in range(offset, offset + size - RECORD.size + 1, RECORD.size):
            place, length, _ = RECORD.unpack_from(whole, at)
            if objects + place + length <= len(whole):
                checksum = digest(bytes(whole[objects + place : objects + place + length])) & 0xFFFFFFFF
                RECORD.pack_into(whole, at, place, length, checksum)
    magic, form, order, _, _ = HEAD.unpack_from(whole)
    HEAD.pack_into(whole, 0, magic, form, order, len(whole), digest(bytes(whole[HEAD.size : spans[2][0]])))
    return bytes(whole)


def loaded(data: bytes) -> gwmatch.Router | None:
    """The Router that these bytes hold; None where `load_table` refuses them as it says."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            return gwmatch.load_table(file.name)
        except gwmatch.LoadError as error:
            problems = error.problems
    assert problems
    assert all(file.name in str(problem) and "\n" not in problem.message for problem in problems), problems
    return None


def rows(router: gwmatch.Router) -> tuple[int, int]:
    """How many listeners and entries the file of a loaded Router has."""
    stored: Any = router._stored
    return len(stored.listeners), len(stored.entries)


def bends() -> Iterator[bytes]:
    """One number of each block changed in each way."""
    for number in range(len(saved())):
        for how in range(0, 32, 3):
            yield bytes([number, how, 7 * how % 256, how % 3, 0, number + how])


OUTCOMES = {"forward", "redirect", "respond", "refuse", "drop"}


def ranged(table: ir.Table | None, rows: tuple[int, int], verdict: ir.Verdict) -> None:
    """Whether an answer is one, whatever it was read from."""
    listeners, entries = rows
    assert verdict.outcome in OUTCOMES, verdict
    assert verdict.status is None or 0 < verdict.status < 65536, verdict
    assert verdict.listener is None or 0 <= verdict.listener < listeners, verdict
    assert verdict.entry is None or 0 <= verdict.entry < entries, verdict
    assert verdict.backend is None or verdict.backend >= 0, verdict
    if table is not None and verdict.entry is not None and verdict.backend is not None:
        assert verdict.backend < len(table.rules[table.entries[verdict.entry].rule].backends), verdict


def _span(whole: bytes | bytearray, number: int) -> tuple[int, int]:
    offset, size = SPAN.unpack_from(whole, HEAD.size + number * SPAN.size)
    return offset, size


# ----------------------------------------------------------------------------------------- resources for every structure


def _made(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "infra"}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _cluster(rules: list[dict[str, Any]], hostnames: list[str]) -> Iterator[dict[str, Any]]:
    yield _made("Gateway", "edge", {"gatewayClassName": "any", "listeners": [{"name": "l", "port": 80, "protocol": "HTTP"}]})
    for at in range(0, max(len(hostnames), 1), 16):
        spec = {"parentRefs": [{"name": "edge"}], "hostnames": hostnames[at : at + 16], "rules": rules}
        yield _made("HTTPRoute", f"r{at}", spec)


def _many_headers() -> Iterator[dict[str, Any]]:
    """More candidates at one path than are tried one by one, patterns among them."""
    matches: list[dict[str, Any]] = [{"headers": [{"name": "x", "value": str(number)}]} for number in range(40)]
    matches += [{"headers": [{"name": "y", "type": "RegularExpression", "value": f"[a-{end}]+"}]} for end in "bcdef"]
    matches += [{"queryParams": [{"name": "q", "value": str(number)}], "method": "GET"} for number in range(15)]
    return _cluster([{"matches": matches}], [])


def _many_hosts() -> Iterator[dict[str, Any]]:
    hosts = [*(f"h{number}.test" for number in range(24)), "*.test", "*.a.test", "*.b.a.test", "*.c.b.a.test"]
    return _cluster([{"matches": [{"path": {"type": "PathPrefix", "value": "/a"}}]}], hosts)


def _many_paths() -> Iterator[dict[str, Any]]:
    matches = [{"path": {"type": kind, "value": f"/a/{number}"}} for number in range(20) for kind in ("PathPrefix", "Exact")]
    matches += [{"path": {"type": "RegularExpression", "value": f"/a/[0-9]+/{number}"}} for number in range(10)]
    return _cluster([{"matches": matches}], ["a.test", "*.a.test"])
