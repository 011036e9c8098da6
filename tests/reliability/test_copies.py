"""HI-O3: what leaves the process by pickle, or is copied, answers as before."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import gwmatch
from gwmatch._core import RouteTable

from .programs import tenants
from .running import run

WAYS = {
    "pickle": lambda held: pickle.loads(pickle.dumps(held)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def copied(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    way: Callable[[Any], Any] = request.param
    return way


def test_a_copied_router_answers_as_before(copied: Callable[[Any], Any]) -> None:
    asked = tenants.requests(1)
    original = tenants.router(0, 1)
    expected = tenants.answers(original.table, asked)
    made: gwmatch.Router = copied(original)
    del original
    gc.collect()
    assert [tenants.answer(made.port(tenants.PORT), one) for one in asked] == expected


def test_a_copied_table_has_the_same_bytes(copied: Callable[[Any], Any]) -> None:
    routes = RouteTable(tenants.router(0, 1).table)
    assert copied(routes).content() == routes.content()


def test_a_copied_graph_compiles_to_the_same(copied: Callable[[Any], Any]) -> None:
    router = tenants.router(0, 1)
    made: gwmatch.Graph = copied(router.graph)
    assert made == router.graph
    assert gwmatch.compile(made).content_hash == router.content_hash


def test_a_copied_decision_can_be_read_when_its_router_is_gone(copied: Callable[[Any], Any]) -> None:
    router = tenants.router(0, 1)
    request = gwmatch.Request.of("POST", "t0.test", "/pay", ())
    decision = router.port(tenants.PORT).match(request.method, request.host, request.path, draw=0.9)
    told = repr(decision), decision.verdict, decision.backends, decision.apply(request)
    made: gwmatch.Decision = copied(decision)
    del router, decision
    gc.collect()
    assert (repr(made), made.verdict, made.backends, made.apply(request)) == told


@pytest.mark.parametrize("method", [method for method in multiprocessing.get_all_start_methods() if method != "fork"])
def test_another_process_sees_the_same(method: str) -> None:
    run("spawned.py", method)
