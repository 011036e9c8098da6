"""HI-O9: what is dropped is freed: tables, graphs, pattern sets, Decisions."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

import gwmatch
from gwmatch import ir
from gwmatch._core import RouteTable

from .programs import tenants
from .programs.memory import resident

GROWTH = 8 << 20
CYCLES = 1000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")


def grown(work: Callable[[int], object], cycles: int = CYCLES) -> int:
    """Bytes by which the process grew over `cycles` rounds, after a fifth of them to warm up."""
    for number in range(cycles // 5):
        work(number)
    before = resident()
    for number in range(cycles):
        work(number)
    return resident() - before


def test_a_thousand_tables_leave_nothing() -> None:
    """Each with four pattern sets."""
    table = tenants.router(0, 1).table
    assert grown(lambda number: RouteTable(table)) < GROWTH


def test_a_thousand_routers_and_graphs_leave_nothing() -> None:
    editions = [gwmatch.load(tenants.manifests(edition, 1)) for edition in range(6)]
    assert grown(lambda number: gwmatch.compile(editions[number % 6])) < GROWTH


def test_matches_and_decisions_leave_nothing() -> None:
    router, asked = tenants.router(0, 2), tenants.requests(2)
    port = router.port(tenants.PORT)
    assert grown(lambda number: [tenants.answer(port, one) for one in asked], 500) < GROWTH


def test_refused_patterns_leave_nothing() -> None:
    """A build that ends in an error half way."""
    table = tenants.router(0, 1).table
    small = gwmatch.Options(regex_automaton_limit=64)
    broken = ir.Table(table.gateway, table.listeners, table.rules, table.entries, table.virtual_hosts, small)

    def refused(number: int) -> None:
        with pytest.raises(gwmatch.CompileError):
            RouteTable(broken)

    assert grown(refused) < GROWTH


def test_the_measure_sees_a_leak() -> None:
    kept = []
    table = tenants.router(0, 2).table
    assert grown(lambda number: kept.append(RouteTable(table)), 2000) > GROWTH
