"""The twins agree on any table and any request."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gwmatch import reference
from gwmatch._core import RouteTable
from gwmatch.ir import Table
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables

REQUESTS = 20
"""Requests for each table; a pair is one table with one of its requests."""
PAIRS = int(os.environ.get("GWMATCH_PAIRS", "6000"))


@settings(
    max_examples=max(1, PAIRS // REQUESTS),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(tables(), st.data())
def test_native_agrees_with_reference(table: Table, data: st.DataObject) -> None:
    compiled = RouteTable(table)
    for _ in range(REQUESTS):
        port, request, chance = data.draw(requests_near(table))
        decision = compiled.port(port).match(
            request.method, request.host, request.path, request.headers, sni=request.sni, draw=chance
        )
        assert decision.verdict == reference.match(table, port, request, chance), request
        bound = compiled.port(port)
        assert bound.match_tls(request.sni, draw=chance).verdict == reference.match_tls(table, port, request.sni, chance)
    for port in compiled.ports:
        bound = compiled.port(port)
        assert bound.match_tcp(draw=0.5).verdict == reference.match_tcp(table, port, 0.5)
        assert bound.match_udp(draw=0.5).verdict == reference.match_udp(table, port, 0.5)
