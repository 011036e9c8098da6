"""Routers that were saved and loaded, or pickled: they decide as before, and no file makes them read what is not there."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

import gwmatch
from gwmatch import LoadError, UsageError, ir
from gwmatch._core import RouteTable, digest
from gwmatch.stored import Stored, packed
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables
from tests.stored.worlds import router, routes

URLS = ("http://r1.example.com/app1/x", "http://r2.example.com/health", "http://r1.example.com/v1/x", "http://other.test/")


def saved(tmp_path: Path, count: int = 60) -> Path:
    target = tmp_path / "routes.gwm"
    router(count).save(target)
    return target


def _own(listener: ir.Listener | None) -> ir.Listener | None:
    """Without the lists of all that stands below it, which a Router that was compiled does not keep."""
    return None if listener is None else structs.replace(listener, entries=(), hosts=())


def same_decisions(one: gwmatch.Router, other: gwmatch.Router) -> None:
    for url in URLS:
        for headers in ((), (("x-user", "2"),)):
            first, second = one.match("GET", url, headers, draw=0.5), other.match("GET", url, headers, draw=0.5)
            assert first.verdict == second.verdict
            assert (first.rule, first.entry) == (second.rule, second.entry)
            assert _own(first.listener) == _own(second.listener)
            assert repr(first) == repr(second)


class TestRoundTrip:
    def test_decides_as_before(self, tmp_path: Path) -> None:
        loaded = gwmatch.load_table(saved(tmp_path))
        same_decisions(router(60), loaded)
        assert loaded.table == router(60).table
        assert loaded.content_hash == router(60).content_hash
        assert loaded.ports == router(60).ports

    def test_by_batches_and_natively_too(self, tmp_path: Path) -> None:
        hosts, paths = [f"r{number}.example.com" for number in range(60)], ["/app1/x"] * 60
        loaded = gwmatch.load_table(saved(tmp_path))
        assert loaded.port(80).match_many(hosts, paths).tolist() == router(60).port(80).match_many(hosts, paths).tolist()

    def test_pickle(self) -> None:
        same_decisions(router(60), pickle.loads(pickle.dumps(router(60))))

    def test_saved_again_it_is_the_same_file(self, tmp_path: Path) -> None:
        first = saved(tmp_path)
        again = tmp_path / "again.gwm"
        gwmatch.load_table(first).save(again)
        assert again.read_bytes() == first.read_bytes()

    def test_equal_resources_in_any_order_give_equal_files(self, tmp_path: Path) -> None:
        shuffled = routes(60)
        random.Random(1).shuffle(shuffled)
        gwmatch.compile(gwmatch.load(shuffled)).save(tmp_path / "shuffled.gwm")
        assert (tmp_path / "shuffled.gwm").read_bytes() == saved(tmp_path).read_bytes()

    def test_an_updated_router_saves_what_a_compiled_one_would(self, tmp_path: Path) -> None:
        *fewer, last = routes(60)
        gwmatch.compile(gwmatch.load(fewer)).update([last]).save(tmp_path / "updated.gwm")
        assert (tmp_path / "updated.gwm").read_bytes() == saved(tmp_path).read_bytes()

    def test_the_file_may_be_replaced_while_it_is_read(self, tmp_path: Path) -> None:
        target = saved(tmp_path)
        loaded = gwmatch.load_table(target)
        router(3).save(target)
        same_decisions(router(60), loaded)
        assert len(gwmatch.load_table(target).table.rules) == 3
        assert [each.name for each in tmp_path.iterdir()] == [target.name]

    def test_processes_share_it(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", DECIDES, str(saved(tmp_path)), *URLS]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        found = [each.communicate(timeout=60)[0].splitlines() for each in both]
        assert found == [[repr(router(60).match("GET", url, draw=0.5)) for url in URLS]] * 2

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(tables(), st.data())
    def test_any_table(self, table: ir.Table, data: st.DataObject) -> None:
        built = RouteTable(table)
        stored = Stored(memoryview(packed(table, built.content(), built.patterns)))
        loaded = restored(stored)
        for _ in range(10 if table.listeners else 0):
            port, request, chance = data.draw(requests_near(table))
            asked = (request.method, request.host, request.path, request.headers)
            one, other = (each.port(port).match(*asked, sni=request.sni, draw=chance) for each in (built, loaded))
            assert one.verdict == other.verdict


DECIDES = """
import sys, gwmatch
loaded = gwmatch.load_table(sys.argv[1])
for url in sys.argv[2:]:
    print(repr(loaded.match("GET", url, draw=0.5)))
"""


def restored(stored: Stored) -> RouteTable:
    meta = stored.meta
    return RouteTable.restored(
        stored.block, meta.patterns, meta.options, meta.gateway, stored.listeners, stored.rules, stored.entries
    )


class TestWhatIsNotThere:
    def test_no_graph(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"a Router that was loaded has no graph"):
            _ = gwmatch.load_table(saved(tmp_path)).graph

    def test_no_update(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"a Router that was loaded cannot be updated"):
            gwmatch.load_table(saved(tmp_path)).update()

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(LoadError, match=r"nothing\.gwm: cannot be read: No such file"):
            gwmatch.load_table(tmp_path / "nothing.gwm")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "empty.gwm").touch()
        with pytest.raises(LoadError, match=r"empty\.gwm: cannot be read: "):
            gwmatch.load_table(tmp_path / "empty.gwm")

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            router(3).save(tmp_path / "missing" / "routes.gwm")


def test_the_checksum_is_a_number() -> None:
    assert digest(b"gwmatch") == digest(bytearray(b"gwmatch")) != digest(b"gwmatcH")
