"""The bytes of a stored table: what is read again, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from gwmatch import LoadError, ir
from gwmatch._core import RouteTable
from gwmatch.stored import FORMAT, Stored, packed
from gwmatch.testing.tables import tables
from tests.stored.worlds import small


def bytes_of(table: ir.Table) -> bytes:
    return packed(table, RouteTable(table).content(), [[b"/v[0-9]+"], [b"a", b"b"]])


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(tables())
def test_what_was_packed_is_read_again(table: ir.Table) -> None:
    stored = Stored(memoryview(bytes_of(table)))
    assert stored.table() == table
    assert bytes(stored.block) == RouteTable(table).content()
    assert stored.meta.patterns == ((b"/v[0-9]+",), (b"a", b"b"))


def test_equal_tables_are_equal_bytes() -> None:
    assert bytes_of(small()) == bytes_of(small())


def test_records_are_a_sequence() -> None:
    rules = Stored(memoryview(bytes_of(small()))).rules
    assert len(rules) == len(small().rules)
    assert rules[-1] == small().rules[-1]
    assert rules[0] is rules[0]
    assert rules[0:2] == small().rules[0:2]
    assert list(rules) == list(small().rules)
    with pytest.raises(IndexError):
        rules[len(rules)]


def read_all(data: bytes) -> None:
    Stored(memoryview(data), "routes.gwm").table()


def test_no_damaged_byte_goes_unseen() -> None:
    whole = bytes_of(small())
    unseen = [place for place in range(len(whole)) if not notices(whole, place)]
    assert len(unseen) < 64 * 5, "nothing but the gaps between indexes and objects is covered by no checksum"
    assert not any(whole[place] for place in unseen)


def notices(whole: bytes, place: int) -> bool:
    """Whether a bit of this byte, turned round, is seen."""
    damaged = bytearray(whole)
    damaged[place] ^= 0x20
    try:
        read_all(bytes(damaged))
    except LoadError as error:
        return error.problems[0].source == "routes.gwm"
    return False


@pytest.mark.parametrize("kept", [0, 7, 40, 200, -1])
def test_a_file_that_is_cut_off(kept: int) -> None:
    with pytest.raises(LoadError, match=r"no table|damaged: there are"):
        read_all(bytes_of(small())[:kept])


def test_a_foreign_file() -> None:
    with pytest.raises(LoadError, match=r"^routes\.gwm: this is no table that gwmatch has saved$"):
        read_all(b"\x7fELF" + bytes(1000))


def test_another_version() -> None:
    data = bytearray(bytes_of(small()))
    data[8:12] = (FORMAT + 1).to_bytes(4, "little")
    with pytest.raises(LoadError, match=f"format {FORMAT + 1}, and this version of gwmatch reads {FORMAT}: compile it again"):
        read_all(bytes(data))


def test_another_byte_order() -> None:
    data = bytearray(bytes_of(small()))
    data[12:16] = reversed(data[12:16])
    with pytest.raises(LoadError, match=r"byte order"):
        read_all(bytes(data))
