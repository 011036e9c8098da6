"""gRPC calls explained, policies that put a backend out of reach, and what the two kinds of HTTP routes do to each other."""

from __future__ import annotations

import pytest

import gwmatch

from .world import API, Manifest, call, gateway, listener, other, route, router, rule

URL = "grpc://x.test/shop.Cart/Get"
OLD = "2026-01-01T00:00:00Z"


def grpc(name: str, *rules: Manifest, **fields: object) -> Manifest:
    return other("GRPCRoute", name, *rules, **fields)  # type: ignore[arg-type]


def test_a_call_is_a_post_with_a_content_type() -> None:
    explanation = gwmatch.explain(router(gateway(), grpc("r")), URL)
    asked = explanation.request
    assert (asked.method, asked.path, asked.headers) == (
        b"POST", b"/shop.Cart/Get", ((b"content-type", b"application/grpc"),),
    )  # fmt: skip
    given = gwmatch.explain(router(gateway(), grpc("r")), URL, headers=[("Content-Type", "application/grpc+proto")])
    assert given.request.headers == ((b"Content-Type", b"application/grpc+proto"),)


def test_candidates() -> None:
    made = router(gateway(), grpc("r", rule(call("shop.Cart")), rule(call("shop.Cart", "Put")), rule(call("shop.Cart", "Get"))))
    explanation = gwmatch.explain(made, URL, why_not="a/r#1")
    assert [(each.rule, each.outcome, each.conditions) for each in explanation.candidates] == [
        (1, "lost", "gRPC shop.Cart/Put"),
        (2, "won", "gRPC shop.Cart/Get"),
        (0, "outranked", "gRPC shop.Cart/*"),
    ]
    assert explanation.why_not == ("GRPCRoute a/r rule 1: method: expected gRPC shop.Cart/Put, got /shop.Cart/Get.",)


def test_a_route_without_rules() -> None:
    empty = grpc("r")
    empty["spec"]["rules"] = []
    explanation = gwmatch.explain(router(gateway(), empty), URL, why_not="a/r")
    assert explanation.decision.grpc_status == 12
    assert explanation.why_not == ("GRPCRoute a/r has no rules, so that it takes nothing.",)


@pytest.mark.parametrize(("url", "winner"), [(URL, "GRPCRoute"), ("http://x.test/shop.Cart/Get", "HTTPRoute")])
def test_kinds_side_by_side(url: str, winner: str) -> None:
    made = router(gateway(), grpc("r"), route("r"))
    explanation = gwmatch.explain(made, url, why_not="a/r")
    assert (explanation.winner.kind, explanation.decided.key) == (winner, "M-9")
    loser = "GRPCRoute" if winner == "HTTPRoute" else "HTTPRoute"
    told = dict(zip(("HTTPRoute", "GRPCRoute"), explanation.why_not, strict=True))
    assert told[winner] == f"{winner} a/r does take the request: match 0 of rule 0 won."
    assert told[loser].startswith(f"{loser} a/r rule 0 matches too, but {winner} a/r rule 0 comes first")


def test_exclusive_kinds() -> None:
    listeners = gateway(listener(), listener("one", "x.test"))
    routes = [route("old", created=OLD, section="one"), grpc("young")]
    made = router(listeners, *routes, grpc_http_exclusive=True)
    (sentence,) = gwmatch.explain(made, URL, why_not="a/young").why_not
    assert sentence.endswith("an older route of the other kind has a hostname of it at listener one (grpc_http_exclusive).")
    (sentence,) = gwmatch.explain(router(gateway(), route("old", created=OLD), grpc("young"), grpc_http_exclusive=True), URL,
                                  why_not="a/young").why_not  # fmt: skip
    assert sentence.startswith("GRPCRoute a/young is not attached to Gateway infra/gw: Conflicted: an older HTTPRoute has ")


def policy(**validation: object) -> Manifest:
    return {
        "apiVersion": API,
        "kind": "BackendTLSPolicy",
        "metadata": {"namespace": "a", "name": "secure"},
        "spec": {
            "targetRefs": [{"group": "", "kind": "Service", "name": "b"}],
            "validation": {"hostname": "b.internal", **validation},
        },
    }


SERVICE: Manifest = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"namespace": "a", "name": "b"},
    "spec": {"ports": [{"port": 80}]},
}


def test_a_policy_that_puts_the_backend_out_of_reach() -> None:
    lacking = policy(caCertificateRefs=[{"group": "", "kind": "ConfigMap", "name": "gone"}])
    there = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "z", "name": "z"}, "data": {}}
    explanation = gwmatch.explain(router(gateway(), SERVICE, there, route("r"), lacking), "http://x.test/")
    assert explanation.decision.status == 500
    assert "It answers 500: " in explanation.summary
    assert "gone" in explanation.summary


def test_a_policy_without_room_for_the_gateway() -> None:
    full = policy(wellKnownCACertificates="System")
    others = [
        {
            "ancestorRef": {"group": API.partition("/")[0], "kind": "Gateway", "namespace": "z", "name": f"g{number}"},
            "controllerName": "other.example/controller",
            "conditions": [],
        }
        for number in range(16)
    ]
    full["status"] = {"ancestors": others}
    explanation = gwmatch.explain(router(gateway(), SERVICE, route("r"), full), "http://x.test/")
    assert explanation.summary.endswith("Invalid: the status of BackendTLSPolicy a/secure has no room for this Gateway.")


def test_nobody_is_ready() -> None:
    slice_: Manifest = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": "a", "name": "b-1", "labels": {"kubernetes.io/service-name": "b"}},
        "addressType": "IPv4",
        "ports": [{"port": 80}],
        "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": False}}],
    }
    explanation = gwmatch.explain(router(gateway(), SERVICE, slice_, route("r")), "http://x.test/")
    assert explanation.decision.status == 503
    assert explanation.summary.endswith("It answers 503: NoReadyEndpoints: no endpoint of the Service is ready.")
