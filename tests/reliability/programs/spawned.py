"""Hands Routers, Decisions and their parts to processes that begin from nothing: `python spawned.py METHOD`."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants

import gwmatch
from gwmatch._core import RouteTable


def judged(given: tuple[gwmatch.Router, RouteTable, gwmatch.Graph, list[Any]]) -> tuple[Any, ...]:
    """What the other process sees."""
    router, routes, graph, decisions = given
    ports = (router.port(tenants.PORT), routes.port(tenants.PORT), gwmatch.compile(graph).port(tenants.PORT))
    asked = tenants.requests(2)
    answers = [[tenants.answer(port, one) for one in asked] for port in ports]
    return answers, [(repr(decision), decision.verdict) for decision in decisions], routes.content()


def main() -> None:
    router = tenants.router(0, 2)
    asked = tenants.requests(2)
    expected = tenants.answers(router.table, asked)
    port = router.port(tenants.PORT)
    routes = RouteTable(router.table)
    decisions = [port.match(one.request.method, one.request.host, one.request.path, draw=0.5) for one in asked]
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        found = pool.map(judged, [(router, routes, router.graph, decisions)] * 4)
    told = [(repr(decision), decision.verdict) for decision in decisions]
    for answers, seen, content in found:
        assert answers == [expected] * 3
        assert seen == told
        assert content == routes.content()


if __name__ == "__main__":
    main()
