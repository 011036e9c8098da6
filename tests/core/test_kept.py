"""What a port keeps from one request for the next: where hosts lead, and the Decisions of entries. None of it can be seen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

import gwmatch
from gwmatch import Options, Router, ir, reference

from .test_seeds import table_of

Manifest = dict[str, Any]

PLACES = 1024
"""The most that are kept (`_core/places.pxd`)."""
HOSTS = (
    *(f"tenant-{number:05}.apps.example.com" for number in range(3 * PLACES)),
    *("a", "b.c", "a.b.c.d.example.com", "x" * 63 + ".example.com", f"{'y.' * 30}example.com", f"{'z' * 40}.example.com"),
    *(
        "Tenant-00001.apps.example.com",
        "tenant-00001.apps.example.com:80",
        "tenant-00001.apps.example.com.",
        ".apps.example.com",
    ),
    *("", "127.0.0.1", "[::1]", "a..b", "-", "x" * 64 + ".example.com", "tenant-00001.apps.example.com:99999"),
)


def asked_in_turns(requests: list[ir.Request]) -> Iterator[ir.Request]:
    """Each request three times: right after itself, and after all others."""
    for request in requests:
        yield request
        yield request
    random.Random(7).shuffle(requests)
    yield from requests


def asked(router_or_table: Any, table: ir.Table, number: int, requests: list[ir.Request]) -> None:
    """One port says of every request what the reference says."""
    bound = router_or_table.port(number)
    for request in asked_in_turns(requests):
        decision = bound.match(request.method, request.host, request.path, request.headers, sni=request.sni)
        assert decision.verdict == reference.match(table, number, request), request


@pytest.mark.parametrize("names", [1, 8, PLACES], ids=lambda names: f"{names} virtual hosts")
def test_more_hosts_than_places(names: int) -> None:
    table = table_of([*HOSTS[:names], "*.example.com"])
    requests = [ir.Request(b"GET", host.encode() or None, b"/") for host in HOSTS]
    asked(gwmatch._core.RouteTable(table), table, 80, requests)


def test_a_leading_dot_is_no_name() -> None:
    """The name of a wildcard begins with a dot in the index; a host that does is malformed, kept or not."""
    bound = gwmatch._core.RouteTable(table_of(["*.example.com"])).port(80)
    assert [bound.match("GET", ".example.com", "/").refusal for _ in range(2)] == ["bad_host", "bad_host"]


def manifests(*filters: Manifest, backends: tuple[str, ...] = ("svc",), hostnames: tuple[str, ...] = ()) -> list[Manifest]:
    """A Gateway with listeners for HTTP and, by name, for HTTPS, and one route for all of them."""
    tls = {"port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "cert"}]}}
    named = [
        {"name": f"tls-{name[0]}", "hostname": name, **tls} for name in ("a.example.com", "b.example.com", "*.example.com")
    ]
    listeners = [
        {"name": "web", "port": 80, "protocol": "HTTP"},
        {"name": "tls", **tls},
        *named[:2],
        {**named[2], "name": "any"},
    ]
    rule = {"backendRefs": [{"name": name, "port": 80} for name in backends], "filters": list(filters)}
    return [
        manifest("gateway.networking.k8s.io/v1", "Gateway", "gw", {"gatewayClassName": "ours", "listeners": listeners}),
        manifest(
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            "route",
            {"parentRefs": [{"name": "gw"}], "rules": [rule], "hostnames": list(hostnames)},
        ),
        *(manifest("v1", "Service", name, {"ports": [{"port": 80}]}) for name in ("svc", "other")),
    ]


def manifest(version: str, kind: str, name: str, spec: Manifest) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "ns"}, "spec": spec}


def router_of(made: list[Manifest], **options: Any) -> Router:
    return gwmatch.compile(gwmatch.load(made), gateway="ns/gw", options=Options(**options))


@pytest.mark.parametrize("detect_misdirected", [True, False])
def test_hosts_and_server_names_are_kept_together(detect_misdirected: bool) -> None:
    router = router_of(manifests(), detect_misdirected=detect_misdirected)
    names = [
        None,
        b"",
        b"a.example.com",
        b"b.example.com",
        b"c.example.com",
        b"A.example.com",
        b"a.example.co",
        b"127.0.0.1",
        b"!",
    ]
    names += [b"!" + b"x" * 254, b"x" * 255, b"l" * 25 + b".example.com", b"m" * 40 + b".example.com", b"other.test"]
    requests = [ir.Request(b"GET", host, b"/", (), sni) for host, sni in product(names, names)]
    asked(router, router.table, 443, requests)
    asked(router, router.table, 80, requests)


def test_a_server_name_of_any_length_is_compared() -> None:
    """A client chooses it so that it shares the place of an honest one, and could be taken for that, or stand in its way."""
    router = router_of(manifests())
    host = b"a.example.com"
    for size, number in product((50, 51, 254, 255, 256, 511), range(64)):
        bound = router.port(443)
        other = (b"!%d" % number).ljust(size, b"x")
        for sni in (host, other, host, other):
            assert bound.match("GET", host, "/", sni=sni).refusal == ("bad_sni" if sni is other else None)
        many = bound.match_many([host] * 4, ["/"] * 4, sni=[other, host, other, host], statuses=True)
        assert [int(status) for status in many[1]] == [400, 0, 400, 0]


def test_a_host_line_is_compared_with_a_host_that_is_kept() -> None:
    bound = router_of(manifests()).port(80)
    for line, refusal in (
        ("a.example.com", None),
        ("A.EXAMPLE.com.:8", None),
        ("b.example.com", "bad_host"),
        ("!", "bad_host"),
    ):
        assert bound.match("GET", "a.example.com", "/", [(b"host", line.encode())]).refusal == refusal


def test_a_changed_router_keeps_nothing_of_the_old_one() -> None:
    made = manifests()
    old = router_of(made)
    before = old.port(80)
    assert before.match("GET", "new.example.org", "/").backend.name == "svc"
    after = old.update(upserts=manifests(hostnames=("a.example.com",))[1:2]).port(80)
    assert after.match("GET", "new.example.org", "/").status == 404
    assert before.match("GET", "new.example.org", "/").backend.name == "svc"


def test_chance_is_not_kept() -> None:
    bound = router_of(manifests(backends=("svc", "other"))).port(80)
    picked = [bound.match("GET", "a.example.com", "/").backend.name for _ in range(400)]
    assert 100 < picked.count("svc") < 300
    assert [bound.match("GET", "a.example.com", "/", draw=draw).backend.name for draw in (0.0, 0.9, 0.0)] == [
        "svc",
        "other",
        "svc",
    ]


def test_mirrors_are_sampled_for_each_request() -> None:
    bound = router_of(
        manifests({"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "svc", "port": 80}, "percent": 50}})
    ).port(80)
    sent = [len(bound.match("GET", "a.example.com", "/").mirrors) for _ in range(400)]
    assert 100 < sum(sent) < 300


def test_a_rewritten_path_belongs_to_its_request() -> None:
    bound = router_of(manifests(), normalize="rewrite").port(80)
    targets = ["/a", "/a/../b", "/c//d", "/a", "/a/./b?q"]
    assert [bound.match("GET", "a.example.com", path).target for path in targets] == [None, b"/b", b"/c/d", None, b"/a/b?q"]


def test_answers_without_a_backend_are_not_taken_for_one_with() -> None:
    router = router_of(manifests({"type": "CORS", "cors": {"allowOrigins": ["*"]}}))
    bound = router.port(80)
    preflight = ((b"origin", b"https://o.test"), (b"access-control-request-method", b"GET"))
    for _ in range(3):
        assert bound.match("OPTIONS", "a.example.com", "/", preflight).status == 204
        assert bound.match("OPTIONS", "a.example.com", "/").outcome == "forward"


def test_more_entries_than_decisions_are_kept() -> None:
    table = table_of([f"h{number}.test" for number in range(700)])
    table = ir.Table(
        table.gateway, table.listeners, tuple(with_backend(rule) for rule in table.rules), table.entries, table.virtual_hosts
    )
    bound = gwmatch._core.RouteTable(table).port(80)
    numbers = [*range(700), *range(700), *random.Random(3).choices(range(700), k=700)]
    kept = [(number, bound.match("GET", f"h{number}.test", "/")) for number in numbers]
    for number, decision in kept:
        assert (decision.entry.id, decision.rule.route.name, decision.backend.name) == (number, f"r{number}", f"b{number}")


def with_backend(rule: ir.Rule) -> ir.Rule:
    name = rule.route.name.replace("r", "b")
    return ir.Rule(rule.route, rule.index, backends=(ir.Backend("", "Service", "ns", name, 80),))


# ------------------------------------------------------------------------------------------------------------- media types


def test_calls_are_told_from_requests_where_no_route_is_for_them() -> None:
    """Nobody asks such a table for Content-Type, but who gets an answer of the gateway's own."""
    bound = gwmatch._core.RouteTable(table_of(["a.test"])).port(80)
    call = (b"content-type", b"application/grpc+proto")
    many = [(b"x-%d" % number, b"v") for number in range(100)]
    shapes: list[Any] = [
        [call],
        (call,),
        [*many, call],
        [["Content-Type", "application/grpc"]],
        {"content-type": "application/grpc"},
        iter([call]),
        [(b"content-types", b"v"), (memoryview(b"x").tobytes(), "é"), call],
        [("x-twelve-lon", "é"), ("content-type", "application/grpc")],
        [("content-type", "application/grpc+é")],
        [["x-twelve-lon", "é"], ("content-type", "application/grpc")],
    ]
    for headers in shapes:
        assert bound.match("POST", "b.test", "/", headers).grpc_status == 12, headers
    for method, headers in (
        ("GET", [call]),
        ("POST", []),
        ("POST", None),
        ("POST", [(b"content-type", b"application/grpc")] * 2),
        ("POST", many),
    ):
        assert bound.match(method, "b.test", "/", headers).grpc_status is None
