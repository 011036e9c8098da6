"""The invariants P-1 to P-8 of docs/semantics.md, over whole sets of manifests."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import Options, Request, Router, reference
from gwmatch.testing.requests import requests_near, respelled_paths
from gwmatch.testing.resources import HOSTNAMES, PATHS, resource_sets, rules

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
PLAIN = Options(normalize="none")
POLICIES = st.sampled_from((PLAIN, Options(), Options(normalize="rewrite")))
"""What holds whatever is done about paths that can be read two ways: drawn requests spell theirs in many (`respelled`)."""
Manifests = list[dict[str, Any]]
SPELLED = tuple(path.encode() for path in PATHS)


def made(manifests: Manifests, options: Options = PLAIN) -> Router:
    return gwmatch.compile(gwmatch.load(manifests), options=options)


def decided(router: Router, request: Request, draw: float = 0.5) -> tuple[Any, ...]:
    """What a request gets, by names that survive a new table."""
    decision = router.port(80).match(request.method, request.host, request.path, request.headers, draw=draw)
    route, rule = decision.route, decision.rule
    where = None if route is None or rule is None else (route.namespace, route.name, rule.index)
    backend = None if decision.backend is None else decision.backend.name
    return decision.outcome, decision.status, decision.refusal, where, backend


def is_served(router: Router) -> bool:
    return bool(router.ports)


@few
@given(resource_sets(), st.randoms(use_true_random=False), st.data())
def test_order_of_objects_does_not_matter(manifests: Manifests, random: Any, data: st.DataObject) -> None:
    """P-1; the same bytes even."""
    shuffled = list(manifests)
    random.shuffle(shuffled)
    one, other = made(manifests), made(shuffled)
    assert one.table == other.table
    assert one.content_hash == other.content_hash


@few
@given(resource_sets(), st.data())
def test_a_rule_that_lost_can_go(manifests: Manifests, data: st.DataObject) -> None:
    """P-2: taking away a rule that did not win changes nothing."""
    router = made(manifests)
    _, request, draw = data.draw(requests_near(router.table))
    before = decided(router, request, draw)
    routes = [
        (route, index) for route in manifests if route["kind"] == "HTTPRoute" for index in range(len(route["spec"]["rules"]))
    ]
    route, index = data.draw(st.sampled_from(routes))
    named = (route["metadata"]["namespace"], route["metadata"]["name"], index)
    if before[3] == named:
        return  # the winner: its loss may change the answer
    fewer = copy.deepcopy(manifests)
    twin = fewer[manifests.index(route)]
    # Emptied of what it could match, not removed, so that the rules behind it keep their index.
    twin["spec"]["rules"][index]["matches"] = [{"path": {"type": "Exact", "value": "/nobody/asks/for/this"}}]
    assert decided(made(fewer), request, draw) == before


@few
@given(resource_sets(), rules, st.data())
def test_a_rule_that_does_not_match_can_come(manifests: Manifests, rule: dict[str, Any], data: st.DataObject) -> None:
    """P-2, the other way: a rule for other requests changes nothing."""
    router = made(manifests)
    _, request, draw = data.draw(requests_near(router.table))
    before = decided(router, request, draw)
    for match in rule["matches"]:
        match["path"] = {"type": "PathPrefix", "value": "/nobody/asks/for/this"}
    more = copy.deepcopy(manifests)
    more[-1]["spec"]["rules"].append(rule)
    assert decided(made(more), request, draw) == before


@few
@given(resource_sets(), st.data())
def test_exact_beats_prefix_and_hosts_beat_paths(manifests: Manifests, data: st.DataObject) -> None:
    """P-3, judged by what matches and not by the ranks."""
    router = made(manifests)
    port, request, draw = data.draw(requests_near(router.table))
    trace = reference.trace(router.table, port, request, draw)
    matching = [candidate for candidate in trace.candidates if candidate.lost is None]
    decision = router.port(80).match(request.method, request.host, request.path, request.headers, draw=draw)
    if decision.entry is None:
        assert not matching
        return
    won = next(candidate for candidate in matching if candidate.entry.id == decision.entry.id)
    exact = [c for c in matching if c.hostname == won.hostname and c.entry.path.kind.value == "Exact"]
    assert not exact or won.entry.path.kind.value == "Exact"
    longer = [c for c in matching if c.hostname is not None and len(c.hostname) > len(won.hostname or "")]
    assert all(c.hostname.startswith("*.") and not (won.hostname or "*.").startswith("*.") for c in longer if c.hostname)


@few
@given(resource_sets(), POLICIES, st.data())
def test_spelling_of_host_and_header_names_does_not_matter(manifests: Manifests, policy: Options, data: st.DataObject) -> None:
    """P-4."""
    router = made(manifests, policy)
    host = data.draw(st.sampled_from(("a.test", "b.a.test", "x.b.a.test", "org")))
    path = data.draw(st.sampled_from(PATHS) | respelled_paths(SPELLED).map(lambda path: path.decode("latin-1")))
    values = data.draw(st.lists(st.tuples(st.sampled_from(("x-a", "x-b")), st.sampled_from(("1", "2"))), max_size=2))
    plain = decided(router, Request.of("GET", host, path, values))
    loud = Request.of("GET", f"{host.upper()}.:8080", path, [(name.upper(), value) for name, value in values])
    assert decided(router, loud) == plain


@few
@given(resource_sets(), POLICIES, st.data())
def test_a_trailing_slash_of_a_prefix_does_not_matter(manifests: Manifests, policy: Options, data: st.DataObject) -> None:
    """P-5."""
    slashed = copy.deepcopy(manifests)
    for route in slashed:
        for rule in route["spec"].get("rules", ()) if route["kind"] == "HTTPRoute" else ():
            for match in rule["matches"]:
                if match["path"]["type"] == "PathPrefix" and not match["path"]["value"].endswith("/"):
                    match["path"]["value"] += "/"
    router = made(manifests, policy)
    _, request, draw = data.draw(requests_near(router.table))
    assert decided(made(slashed, policy), request, draw) == decided(router, request, draw)


@few
@given(resource_sets(), POLICIES, st.sampled_from(HOSTNAMES), respelled_paths(SPELLED) | st.sampled_from(SPELLED))
def test_only_routes_of_the_chosen_listener_count(manifests: Manifests, policy: Options, hostname: str, path: bytes) -> None:
    """P-6: with isolation, what other listeners' routes say is nothing to a request."""
    router = made(manifests, policy)
    request = Request.of("GET", hostname.replace("*", "w"), path)
    decision = router.port(80).match(request.method, request.host, request.path, draw=0.5)
    if decision.listener is None:
        return
    key = next(key for key in router.graph.attached if key.name == decision.listener.name)
    attached = {(route.namespace, route.name) for route in router.graph.attached[key]}
    kept = [
        manifest
        for manifest in manifests
        if manifest["kind"] != "HTTPRoute" or (manifest["metadata"]["namespace"], manifest["metadata"]["name"]) in attached
    ]
    assert decided(made(kept, policy), request) == decided(router, request)


@few
@given(resource_sets(), st.data())
def test_fallthrough_changes_only_what_found_nothing(manifests: Manifests, data: st.DataObject) -> None:
    """P-7."""
    ordered = made(manifests, Options(normalize="none", hostname_precedence="intersected"))
    isolated = made(manifests, Options(normalize="none", hostname_precedence="intersected", hostname_fallthrough="isolated"))
    _, request, draw = data.draw(requests_near(ordered.table))
    alone = decided(isolated, request, draw)
    assert alone == decided(ordered, request, draw) or alone[:2] == ("respond", 404)


@few
@given(resource_sets(), POLICIES, st.data())
def test_invalid_backends_keep_their_share(manifests: Manifests, policy: Options, data: st.DataObject) -> None:
    """P-8: over evenly spread draws, the part answered with 500 is the weight of invalid backends."""
    router = made(manifests, policy)
    _, request, _ = data.draw(requests_near(router.table))
    port = router.port(80)
    first = port.match(request.method, request.host, request.path, request.headers, draw=0.0)
    if not first.backends:
        return
    total = sum(backend.weight for backend in first.backends)
    steps = total or 1
    answers = [
        port.match(request.method, request.host, request.path, request.headers, draw=(step + 0.5) / steps)
        for step in range(steps)
    ]
    broken = sum(backend.weight for backend in first.backends if not backend.valid) if total else 1
    assert sum(answer.status == 500 for answer in answers) == broken
