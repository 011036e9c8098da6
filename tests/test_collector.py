"""The collector is off during a stretch of work, and afterwards as it was."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

import gwmatch
from gwmatch.collector import paused


@pytest.fixture(autouse=True)
def enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_off_inside_and_on_again_after_an_error() -> None:
    during: list[bool] = []

    @paused()
    def fail() -> None:
        during.append(gc.isenabled())
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert during == [False]
    assert gc.isenabled()


def test_stays_off_for_those_who_had_it_off() -> None:
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_stretches_of_several_threads_overlap() -> None:
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with paused():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    with paused():
        leave.set()
        thread.join(10)
        assert not gc.isenabled()  # the other one has left
    assert gc.isenabled()


def test_load_leaves_it_as_it_was() -> None:
    with pytest.raises(gwmatch.LoadError):
        gwmatch.load({"kind": "HTTPRoute"})
    assert gc.isenabled()
