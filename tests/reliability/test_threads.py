"""HI-O1: threads match while another swaps Routers; `make threads MINUTES=10` is the long form."""

from __future__ import annotations

import re

import pytest

from .running import run


def test_threads_get_no_wrong_answer_while_routers_are_swapped() -> None:
    told = run("threads.py", "--minutes", "0.05", "--tenants", "2")
    checked, swapped = re.search(r"([\d,]+) matches", told), re.search(r"([\d,]+) Routers", told)
    assert checked is not None
    assert swapped is not None
    assert int(checked[1].replace(",", "")) > 1000
    assert int(swapped[1].replace(",", "")) > 1


def test_nor_while_single_routes_change() -> None:
    told = run("threads.py", "--minutes", "0.02", "--tenants", "8", "--storm")
    changed = re.search(r"([\d,]+) of them by update", told)
    assert changed is not None
    assert int(changed[1].replace(",", "")) > 3


def test_a_wrong_answer_is_told() -> None:
    with pytest.raises(AssertionError, match="ended with 1"):
        run("threads.py", "--minutes", "0.07", "--tenants", "1", "--lie")


@pytest.mark.parametrize("time", range(3))
def test_the_first_loads_of_a_process_may_come_at_once(time: int) -> None:
    """msgspec learns types when it meets them, and crashes when two threads do so (gwmatch/api/conversion.py)."""
    run("first.py")
