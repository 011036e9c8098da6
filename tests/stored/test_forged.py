"""The checksum is right, and the block is not: what somebody writes on purpose, or another program by mistake.

What is taken all the same must decide without harm; under the address sanitizer a read beyond the block ends the process.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import gwmatch
from gwmatch import LoadError
from gwmatch._core import RouteTable
from gwmatch.stored import Stored, packed
from tests.fuzz.saved import mended
from tests.stored.test_loading import restored, saved
from tests.stored.worlds import crowded, nested, router, routes


def test_no_changed_number_makes_a_match_read_outside() -> None:
    """Every 32-bit word in turn becomes a large, a small and an odd number; what is taken must decide without harm."""
    table = gwmatch.compile(gwmatch.load(routes(12))).table
    built = RouteTable(table)
    block, patterns = built.content(), built.patterns
    refused: set[str] = set()
    taken = 0
    for place in range(0, len(block) - 3, 4):
        for value in (0xFFFFFFF0, 0, 1, len(block) - 4, struct.unpack_from("<I", block, place)[0] + 4):
            forged = bytearray(block)
            struct.pack_into("<I", forged, place, value & 0xFFFFFFFF)
            try:
                made = restored(Stored(memoryview(packed(table, bytes(forged), patterns))))
            except ValueError as error:
                refused.add(str(error))
            else:
                taken += 1
                ask(made)
    assert len(refused) > 15
    assert "a status is out of range" in refused
    assert taken > 500


def test_no_changed_number_of_a_large_place_does() -> None:
    """Shapes and bitsets: more parts than a match has room for, places between records, counts that are too high."""
    table = gwmatch.compile(gwmatch.load(crowded())).table
    built = RouteTable(table)
    block, patterns = built.content(), built.patterns
    refused: set[str] = set()
    for place in range(0, len(block) - 3, 4):
        for value in (17, struct.unpack_from("<I", block, place)[0] + 1):
            forged = bytearray(block)
            struct.pack_into("<I", forged, place, value & 0xFFFFFFFF)
            try:
                ask(restored(Stored(memoryview(packed(table, bytes(forged), patterns)))))
            except ValueError as error:
                refused.add(str(error))
    assert "a shape has too many parts" in refused
    assert "a chunk of candidates has an impossible size" in refused


def test_forged_nested_paths() -> None:
    """Paths that lead to what covers them, conditions on what is gathered first, names that are chained by their size."""
    table = gwmatch.compile(gwmatch.load(nested())).table
    block = RouteTable(table).content()
    refused: set[str] = set()
    for place in range(0, len(block) - 3, 4):
        before = struct.unpack_from("<I", block, place)[0]
        for value in (0, 2, before - 20, before + 4, before + 20):
            forged = bytearray(block)
            struct.pack_into("<I", forged, place, value & 0xFFFFFFFF)
            try:
                ask(restored(Stored(memoryview(packed(table, bytes(forged), [])))))
            except ValueError as error:
                refused.add(str(error))
    assert {
        "a path is covered by what is none, or by itself",
        "an index of paths leads to what is none",
        "a condition is on what is not read",
        "a name is of another size than it says",
    } <= refused


@pytest.mark.parametrize(
    ("what", "at", "value"),
    [
        ("there are more ids than names", "header_count", 0x40000000),
        ("there are more ids than names", "param_count", 0xFFFFFFFF),
        ("a port has a number that is out of range", "port", 0x80000050),
    ],
)
def test_numbers_without_a_bound_of_their_own(what: str, at: str, value: int) -> None:
    table, block = router(3).table, bytearray(RouteTable(router(3).table).content())
    ports, fields = (struct.unpack_from("<I", block, place)[0] for place in (32, 56))
    place = {"header_count": fields + 32, "param_count": fields + 36, "port": ports}[at]
    assert struct.unpack_from("<I", block, place)[0] == {"header_count": 1, "param_count": 0, "port": 80}[at]
    struct.pack_into("<I", block, place, value)
    with pytest.raises(ValueError, match=what):
        restored(Stored(memoryview(packed(table, bytes(block), [[b"/v[0-9]+/.*"]]))))


def test_a_place_between_records_is_not_one_of_them() -> None:
    """A virtual host that was looked at does not stand for the bytes behind its first."""
    table, whole = router(12).table, RouteTable(router(12).table).content()
    (listener,) = struct.unpack_from("<I", whole, struct.unpack_from("<I", whole, 36)[0])
    slots, count = struct.unpack_from("<II", whole, listener + 8)
    hosts = [place for place in range(slots + 4, slots + 8 * count, 8) if struct.unpack_from("<I", whole, place)[0]]
    assert len(hosts) == 12
    for place in hosts:
        for further in (1, 2, 3):
            block = bytearray(whole)
            block[place] += further
            with pytest.raises(ValueError, match="a record lies outside of the block"):
                restored(Stored(memoryview(packed(table, bytes(block), RouteTable(table).patterns))))


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    whole = bytearray(saved(tmp_path, 3).read_bytes())
    at = whole.index(b"infra/public")
    whole[at] = 0xFF
    mend = mended(bytes(whole))
    assert mend is not None
    (tmp_path / "bad.gwm").write_bytes(mend)
    with pytest.raises(LoadError, match=r"bad\.gwm: the saved table is damaged: its head cannot be read: "):
        gwmatch.load_table(tmp_path / "bad.gwm")


def test_other_resources() -> None:
    with pytest.raises(ValueError, match="the block was built of other resources"):
        restored(Stored(memoryview(packed(router(3).table, RouteTable(router(12).table).content(), []))))


def test_a_set_of_patterns_that_is_missing() -> None:
    with pytest.raises(ValueError, match="a set of patterns is out of range"):
        restored(Stored(memoryview(packed(router(3).table, RouteTable(router(3).table).content(), []))))


def test_a_pattern_that_cannot_be_taken(tmp_path: Path) -> None:
    table, block = router(3).table, RouteTable(router(3).table).content()
    (tmp_path / "bad.gwm").write_bytes(packed(table, block, [[b"("]]))
    with pytest.raises(LoadError, match=r"bad\.gwm: the saved table is damaged: .*unclosed group"):
        gwmatch.load_table(tmp_path / "bad.gwm")


def ask(made: RouteTable) -> None:
    for number in made.ports:
        if number == 80:
            port = made.port(80)
            for host in ("r1.example.com", "r2.example.com", "other.test", "1.2.3.4"):
                for path in ("/app1", "/app1/app1/app1/x?q=2", "/health", "/v1/x", "/", "/a//b/../app1"):
                    port.match("GET", host, path, [("x-user", "2")])
