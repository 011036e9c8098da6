"""The twins agree on any table and any request, and on any connection."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import CompileError, Options, reference
from gwmatch._core import RouteTable
from gwmatch.ir import Table
from gwmatch.testing.clusters import Mapping, bent, clusters
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import options, tables

REQUESTS = 20
"""Requests for each table; a pair is one table with one of its requests. Each is asked as a TLS connection, too."""
PAIRS = int(os.environ.get("GWMATCH_PAIRS", "6000"))

many = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def compare(table: Table, data: st.DataObject, counts: Counter[str], where: str) -> None:
    """Both twins, asked for requests near the table and for connections at each of its ports."""
    compiled = RouteTable(table)
    counts[f"tables, {where}"] += 1
    if not table.listeners:
        counts[f"tables without a listener, {where}"] += 1
        assert compiled.ports == ()
        return
    ports = {port: compiled.port(port) for port in compiled.ports}  # bound once, since a port keeps what it has found
    for _ in range(REQUESTS):
        port, request, chance = data.draw(requests_near(table))
        bound = ports[port]
        decision = bound.match(request.method, request.host, request.path, request.headers, sni=request.sni, draw=chance)
        assert decision.verdict == reference.match(table, port, request, chance), request
        if len(decision.backends) < 2:  # without a draw the same, which a port may have kept
            again = bound.match(request.method, request.host, request.path, request.headers, sni=request.sni)
            assert again.verdict == decision.verdict, request
        assert bound.match_tls(request.sni, draw=chance).verdict == reference.match_tls(table, port, request.sni, chance)
        counts[f"pairs of a table and a request, {where}"] += 1
        counts[f"pairs of a table and a server name, {where}"] += 1
        counts[f"requests that a rule took, {where}"] += decision.rule is not None
    for port in compiled.ports:
        for chance in (0.0, 0.5, 1 - 2**-53):
            bound = ports[port]
            assert bound.match_tcp(draw=chance).verdict == reference.match_tcp(table, port, chance)
            assert bound.match_udp(draw=chance).verdict == reference.match_udp(table, port, chance)
            counts[f"pairs of a table and a TCP or UDP port, {where}"] += 2


@settings(many, max_examples=max(1, PAIRS // REQUESTS))
@given(tables(), st.data())
def test_native_agrees_with_reference(counts: Counter[str], table: Table, data: st.DataObject) -> None:
    compare(table, data, counts, "drawn")


@settings(many, max_examples=max(1, PAIRS // REQUESTS // 3))
@given(clusters(), options, st.booleans(), st.data())
def test_native_agrees_on_tables_of_clusters(
    counts: Counter[str], manifests: list[Mapping], chosen: Options, broken: bool, data: st.DataObject
) -> None:
    """The same over what load, resolve and lower make of manifests, also of bad ones."""
    resources = gwmatch.load(data.draw(bent(manifests)), invalid="keep") if broken else gwmatch.load(manifests)
    where = "from bent manifests" if broken else "from manifests"
    try:
        router = gwmatch.compile(resources, options=chosen)
    except CompileError:  # the Gateway itself was left out
        assert broken
        counts[f"clusters without a Gateway, {where}"] += 1
        return
    compare(router.table, data, counts, where)
