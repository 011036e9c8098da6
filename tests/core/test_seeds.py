"""HI-O8: names that are built to collide under the first seed get another one, and stay cheap and right."""

from __future__ import annotations

import struct

from gwmatch import Options, ir
from gwmatch._core import RouteTable
from gwmatch.draws import splitmix64
from gwmatch.lowering.hosts import VirtualHosts

MASK = (1 << 64) - 1
FIRST_SEED = splitmix64(0)
NAMES = 512
SLOTS = 2 * NAMES
"""An index is at most half full."""


def hashed(name: bytes, seed: int = FIRST_SEED) -> int:
    """`_core/hash.h`, so that a test can do what an attacker would."""

    def mix(one: int, other: int) -> int:
        product = one * other
        return (product ^ (product >> 64)) & MASK

    state, at = seed, 0
    while len(name) - at >= 8:
        state = mix(int.from_bytes(name[at : at + 8], "little") ^ seed, state ^ 0x9E3779B97F4A7C15)
        at += 8
    rest = int.from_bytes(name[at:], "little")
    return mix(rest ^ seed ^ 0xD1B54A32D192ED03, state ^ len(name) ^ 0x8CB92BA72F3D8DD7)


def colliding() -> list[str]:
    """Names that all want one of eight neighbouring slots."""
    found: list[str] = []
    number = 0
    while len(found) < NAMES:
        name = f"n{number}.test"
        if (hashed(name.encode()) & 0xFFFFFFFF) * SLOTS >> 32 < 8:
            found.append(name)
        number += 1
    return found


def table_of(names: list[str]) -> ir.Table:
    """A virtual host for each name, with a rule that leads nowhere but can be told by its number."""
    rules = tuple(ir.Rule(ir.Route("HTTPRoute", "ns", f"r{number}"), 0) for number in range(len(names)))
    catch_all = ir.PathMatch(ir.PathKind.PATH_PREFIX, b"", "/")
    entries = tuple(
        ir.Entry(ir.EntryId(number), ir.ListenerId(0), ir.RuleId(number), 0, (ir.HostMatch(name, name),), catch_all)
        for number, name in enumerate(names)
    )
    hosts = VirtualHosts(rules, Options())
    ids = tuple(entry.id for entry in entries)
    listener = ir.Listener(ir.ListenerId(0), "ns/gw", "Gateway ns/gw", "web", 80, "HTTP", entries=ids, hosts=hosts.add(entries))
    return ir.Table("ns/gw", (listener,), rules, entries, tuple(hosts.made))


def test_colliding_names_get_another_seed_and_are_all_found() -> None:
    names = colliding()
    compiled = RouteTable(table_of(names))
    assert struct.pack("<Q", FIRST_SEED) not in compiled.content()
    port = compiled.port(80)
    assert [port.match("GET", name, "/").entry.id for name in names] == list(range(NAMES))
    assert port.match("GET", "n.test", "/").entry is None


def test_ordinary_names_keep_the_first() -> None:
    compiled = RouteTable(table_of([f"h{number}.test" for number in range(NAMES)]))
    assert struct.pack("<Q", FIRST_SEED) in compiled.content()


def test_equal_tables_are_equal_bytes() -> None:
    names = colliding()
    assert RouteTable(table_of(names)).content() == RouteTable(table_of(names)).content()
