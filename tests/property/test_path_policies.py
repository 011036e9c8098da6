"""HI-G1 to HI-G5 of docs/semantics.md: what `guard` and `rewrite` may change about the answers of `none`."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

import gwmatch
from gwmatch import Options, Request, Router
from gwmatch.ir import Verdict
from gwmatch.testing import other_readings
from gwmatch.testing.requests import requests_near, respelled_paths
from gwmatch.testing.resources import PATHS, resource_sets, rules

some = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
Manifests = list[dict[str, Any]]
REQUESTS = 10
MALFORMED = ("bad_path", "bad_query")
"""What only `none` does not look at."""
CLEAN = st.lists(st.sampled_from(("a", "b", "ab", "A", "...", ".x", "a.b", "~", "-_", "x=1,2", "a:b@c")), max_size=4)


def made(manifests: Manifests, policy: str) -> Router:
    return gwmatch.compile(gwmatch.load(manifests), options=Options(normalize=policy))  # type: ignore[arg-type]


def decided(router: Router, request: Request, draw: float) -> Verdict:
    return router.port(80).match(request.method, request.host, request.path, request.headers, draw=draw).verdict


def named(router: Router, verdict: Verdict) -> tuple[Any, ...]:
    """A verdict that can be compared with one by another table."""
    rule = None if verdict.entry is None else router.table.rules[router.table.entries[verdict.entry].rule]
    where = None if rule is None else (rule.route.full_name, rule.index)
    return verdict.outcome, verdict.status, verdict.refusal, where, verdict.backend


@st.composite
def respelled_requests(draw: st.DrawFn, router: Router) -> tuple[Request, float]:
    """A request near a rule, by another spelling of a configured path or of what lies below it."""
    _, near, chance = draw(requests_near(router))
    path = draw(respelled_paths([(value.rstrip("/") + more).encode() or b"/" for value in PATHS for more in ("", "/x", "/b")]))
    return structs.replace(near, path=path + draw(st.sampled_from((b"", b"", b"?a=1", b"?/../b")))), chance


def has_one_reading(path: bytes) -> bool:
    odd = any(mark in path for mark in (b"%", b"//", b";", b"\\")) or any(byte > 0x7F for byte in path)
    return not odd and not {b".", b".."} & set(path.split(b"/"))


@some
@given(resource_sets(), st.data())
def test_guard_answers_as_none_does_or_refuses(counts: Counter[str], manifests: Manifests, data: st.DataObject) -> None:
    """HI-G1, HI-G2, HI-G3."""
    plain, guarded = made(manifests, "none"), made(manifests, "guard")
    for _ in range(REQUESTS):
        _, request, draw = data.draw(requests_near(plain.table))
        if data.draw(st.booleans()):
            request, draw = data.draw(respelled_requests(plain))
        by_none, by_guard = decided(plain, request, draw), decided(guarded, request, draw)
        counts["requests under none and guard"] += 1
        if by_guard.refusal is None or by_none.refusal is not None:
            assert by_guard == by_none
        if by_guard.refusal not in MALFORMED:
            assert (by_guard.status == 404) == (by_none.status == 404)
        if by_guard.refusal == "ambiguous_path":
            counts["requests that guard refused as ambiguous"] += 1
            assert by_none.entry is not None
            assert not has_one_reading(request.path.partition(b"?")[0])


@some
@given(resource_sets(), st.data())
def test_a_path_with_one_reading_is_one(counts: Counter[str], manifests: Manifests, data: st.DataObject) -> None:
    """HI-G3, for all three policies."""
    routers = [made(manifests, policy) for policy in ("none", "guard", "rewrite")]
    for _ in range(REQUESTS):
        _, near, draw = data.draw(requests_near(routers[0].table))
        path = data.draw(st.sampled_from(PATHS)).rstrip("/") + "".join(f"/{segment}" for segment in data.draw(CLEAN))
        request = structs.replace(near, method=b"GET", path=(path or "/").encode())
        by_none, by_guard, by_rewrite = (decided(router, request, draw) for router in routers)
        assert by_none == by_guard == by_rewrite
        counts["requests with one reading"] += 1


@some
@given(resource_sets(), rules, st.data())
def test_a_rule_that_does_not_match_costs_at_most_a_refusal(
    counts: Counter[str], manifests: Manifests, rule: dict[str, Any], data: st.DataObject
) -> None:
    """HI-G4: it makes ambiguous what has a second reading, and changes nothing else."""
    before = made(manifests, "guard")
    more = copy.deepcopy(manifests)
    more[-1]["spec"]["rules"].append(rule)
    after, without = made(more, "guard"), made(more, "none")
    own = (f"{more[-1]['metadata']['namespace']}/{more[-1]['metadata']['name']}", len(more[-1]["spec"]["rules"]) - 1)
    for _ in range(REQUESTS):
        request, draw = data.draw(respelled_requests(before) | requests_near(before).map(lambda asked: asked[1:]))
        if matches(without, request, own):
            counts["requests that the further rule takes"] += 1
            continue
        was, now = named(before, decided(before, request, draw)), named(after, decided(after, request, draw))
        counts["requests beside a further rule"] += 1
        if now != was:
            assert now[2] == "ambiguous_path"
            assert not has_one_reading(request.path.partition(b"?")[0])


def matches(router: Router, request: Request, own: tuple[str, int]) -> bool:
    """Whether a rule matches, first or not."""
    trace = gwmatch.reference.trace(router.table, 80, request)
    taking = (router.table.rules[each.entry.rule] for each in trace.candidates if each.lost is None)
    return any((rule.route.full_name, rule.index) == own for rule in taking)


@some
@given(resource_sets(), st.data())
def test_what_rewrite_hands_out_is_its_own_normal_form(counts: Counter[str], manifests: Manifests, data: st.DataObject) -> None:
    """HI-G5."""
    plain, guarded, rewriting = (made(manifests, policy) for policy in ("none", "guard", "rewrite"))
    for _ in range(REQUESTS):
        request, draw = data.draw(respelled_requests(plain) | requests_near(plain).map(lambda asked: asked[1:]))
        verdict = decided(rewriting, request, draw)
        if verdict.entry is None:
            counts["requests for which rewrite hands out nothing"] += 1
            continue
        counts["requests for which rewrite hands out a path"] += 1
        counts["requests whose path rewrite changed"] += verdict.path is not None
        forwarded = structs.replace(request, path=verdict.path or request.path)
        settled = structs.replace(verdict, path=None)
        for router in (rewriting, guarded, plain):
            assert decided(router, forwarded, draw) == settled


@some
@given(resource_sets(), st.data())
def test_what_guard_forwards_is_the_same_rule_in_every_reading(
    counts: Counter[str], manifests: Manifests, data: st.DataObject
) -> None:
    """HI-P5, asked from outside: each reading of a served path, sent to the matcher that takes paths as they are."""
    plain, guarded = made(manifests, "none"), made(manifests, "guard")
    for _ in range(REQUESTS):
        request, draw = data.draw(respelled_requests(guarded))
        verdict = decided(guarded, request, draw)
        if verdict.entry is None:
            continue
        path, mark, query = request.path.partition(b"?")
        for reading in other_readings(path):
            again = structs.replace(request, path=reading + mark + query)
            assert named(plain, decided(plain, again, draw))[3] == named(guarded, verdict)[3]
            counts["readings of served paths, sent again"] += 1
