"""The oracle says what the compiled matcher does, and the seeded requests are the same everywhere."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch.testing import Oracle, near_requests, other_readings, respelled, sample, strategies

some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@some
@given(strategies.clusters(), st.data())
def test_every_decision_is_expected_and_the_shares_are_whole(manifests: list[dict[str, Any]], data: st.DataObject) -> None:
    router = gwmatch.compile(gwmatch.load(manifests))
    oracle = Oracle(router)
    if not router.ports:
        return
    for _ in range(5):
        port, request, _ = data.draw(strategies.requests_near(router))
        expected = oracle.expect(request, port)
        assert sum(each.share for each in expected.outcomes) == pytest.approx(1.0)
        seen = set()
        for step in range(64):
            asked = (request.method, request.host, request.path, request.headers)
            decision = router.port(port).match(*asked, sni=request.sni, draw=(step + 0.5) / 64)
            seen.add((decision.outcome, decision.status, decision.refusal, decision.rule, decision.backend))
            applied = decision.apply(request)
            if decision.outcome == "forward":
                assert applied in [each.forwarded for each in expected.outcomes]
            if decision.outcome == "redirect":
                assert isinstance(applied, gwmatch.Response)
                assert dict(applied.headers)[b"location"] in [each.location for each in expected.outcomes]
        told = {(each.outcome, each.status, each.refusal, each.rule, each.backend) for each in expected.outcomes}
        assert seen <= told
        assert told == seen or min(each.share for each in expected.outcomes) < 1 / 32
        for protocol in ("TCP", "UDP", "TLS"):
            for each in oracle.expect_connection(protocol, port, "a.test").outcomes:
                assert each.outcome in ("forward", "refuse", "drop")


def test_a_port_has_to_be_named_where_there_are_several(site: gwmatch.ResourceSet) -> None:
    oracle = Oracle(site)
    assert oracle.ports == (80, 81)
    with pytest.raises(gwmatch.UsageError, match="80, 81"):
        oracle.expect(gwmatch.Request.of("GET", "a.test", "/"))
    assert oracle.expect(gwmatch.Request.of("GET", "a.test", "/"), 80).backends == {"shop/one"}
    assert oracle.expect(gwmatch.Request.of("GET", "a.test", "/x"), 81).statuses == {404}


@pytest.fixture
def site() -> gwmatch.ResourceSet:
    listeners = [{"name": f"l{port}", "port": port, "protocol": "HTTP"} for port in (80, 81)]
    rules = [
        {
            "matches": [
                {"path": {"value": "/"}, "headers": [{"name": "x-a", "value": "[0-9]+", "type": "RegularExpression"}]},
                {"path": {"value": "/api/v[12]/.*", "type": "RegularExpression"}},
            ]
        },
        {"backendRefs": [{"name": "one", "port": 80}]},
    ]
    made = strategies.manifest
    spec = {"parentRefs": [{"name": "gw", "sectionName": "l80"}], "hostnames": ["*.test", "a.test"], "rules": rules}
    gateway = {"gatewayClassName": "any", "listeners": listeners}
    return gwmatch.load([made("Gateway", "shop", "gw", spec=gateway), made("HTTPRoute", "shop", "r", spec=spec)])


def test_seeded_requests_reach_every_rule_and_its_neighbours(site: gwmatch.ResourceSet) -> None:
    table = gwmatch.compile(site).table
    oracle = Oracle(table)
    one, same, other = (list(itertools.islice(near_requests(table, 80, seed=seed), 400)) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    won = Counter(None if (rule := oracle.expect(each, 80).rule) is None else rule.index for each in one)
    assert set(won) == {None, 0, 1}
    assert min(won.values()) > 5
    hostile = list(itertools.islice(near_requests(table, 80, seed=1, hostile=True), 400))
    refused = Counter(oracle.expect(each, 80).outcomes[0].refusal for each in hostile)
    assert {"ambiguous_path", "bad_path", "bad_host", "bad_method"} <= set(refused)


def test_nothing_to_ask_is_asked_all_the_same(site: gwmatch.ResourceSet) -> None:
    table = gwmatch.compile(site).table
    found = list(itertools.islice(near_requests(table, 81), 20))
    assert {Oracle(table).expect(each, 81).outcomes[0].status for each in found} == {404}


PATTERNS = (
    "/a.*",
    "/(a|b)+",
    "(?i)/A(/b)?",
    "/b{1,3}",
    "[^/x]+x",
    r"\d{2,}-\w",
    "a?b*c+",
    "(?:x|y){2}",
    "(?P<n>z)",
    "[a-c-]",
    "",
    "a|",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_samples_match(pattern: str) -> None:
    for seed in range(50):
        assert re.fullmatch(pattern.encode(), sample(pattern, random.Random(seed)))


@given(st.text(alphabet="ab/.*+?{}()[]|\\^$-,0123<>?PiU:", max_size=12), st.integers(0, 9))
def test_samples_of_anything_are_bytes(pattern: str, seed: int) -> None:
    assert isinstance(sample(pattern, random.Random(seed)), bytes)


@given(st.sampled_from((b"/", b"/a", b"/public/x", b"", b"*", b"/a%2Fb")), st.integers())
def test_respellings_of_anything_are_bytes(path: bytes, seed: int) -> None:
    assert isinstance(respelled(path, random.Random(seed)), bytes)


def test_other_readings_are_those_of_guard() -> None:
    assert other_readings(b"/clean") == ()
    assert b"/private" in other_readings(b"/public/..;/private")
