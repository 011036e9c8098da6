"""hostile-inputs.md 6.1 (HI-R1 to HI-R3, HI-R6 to HI-R8): what a tenant may refer to, and who lets it."""

from __future__ import annotations

from typing import Any

import pytest

import gwmatch

from .world import (
    ACCEPTED,
    GROUP,
    NOT_PERMITTED,
    RESOLVED,
    Manifest,
    World,
    backend,
    gateway,
    grant,
    listener,
    made,
    namespace,
    route,
    rule,
    service,
    world,
)

TO_RED = rule(backend("db", "red"))
DB = service("red", "db")


def resolved(*manifests: Manifest, **options: Any) -> tuple[str, str]:
    """What ResolvedRefs of blue's route says."""
    found: tuple[str, str] = world(*manifests, options=gwmatch.Options(assume=(), **options)).of_route("blue")["ResolvedRefs"]
    return found


# -------------------------------------------------------------------------------------------------- HI-R1: grants


def test_a_grant_by_the_target_lets_in() -> None:
    lent = world(route("blue", TO_RED), DB, grant("red", source="blue"))
    assert (lent.of_route("blue")["ResolvedRefs"], lent.ask()) == (RESOLVED, "red/db")


@pytest.mark.parametrize(
    "given",
    [
        [],
        [grant("blue", source="blue")],
        [grant("blue", source="red")],
        [grant("infra", source="blue")],
        [grant("red", source="red")],
        [grant("red", source="blu")],
        [grant("red", source="blue-2")],
        [grant("red", source="blue", kind="GRPCRoute")],
        [grant("red", source="blue", kind="HTTPRoutes")],
        [grant("red", source="blue", kind="httproute")],
        [grant("red", source="blue", to="Secret")],
        [grant("red", source="blue", to="service")],
        [grant("red", source="blue", name="db2")],
        [grant("red", source="green"), grant("red", source="blue", to="Secret", called="h")],
    ],
)  # fmt: skip
def test_no_other_grant_does(given: list[Manifest]) -> None:
    """HI-R1: exact text, the target's namespace, both halves in one grant. The spec's example: the only grant is blue's own."""
    closed = world(route("blue", TO_RED), DB, *given)
    assert closed.of_route("blue")["Accepted"] == ACCEPTED
    assert closed.of_route("blue")["ResolvedRefs"] == NOT_PERMITTED
    assert closed.ask() == "500"


def test_nothing_is_told_about_what_may_not_be_referred_to() -> None:
    """HI-R2: that it exists, its kind of port, its type: blue reads and gets the same in every case, word for word."""
    worlds = [
        world(route("blue", TO_RED), *held)
        for held in (
            [],
            [DB],
            [service("red", "db", ports=[{"port": 81}])],
            [service("red", "db", ports=[{"port": 80, "protocol": "UDP"}])],
            [service("red", "db", type="ExternalName", externalName="a.test")],
        )
    ]
    assert len({each.messages("HTTPRoute", "blue", "r") for each in worlds}) == 1
    assert {each.ask() for each in worlds} == {"500"}
    assert len({str(each.match().backends[0].failure) for each in worlds}) == 1
    open_worlds = [world(route("blue", TO_RED), *held, grant("red", source="blue")) for held in ([], [DB])]
    assert len({each.messages("HTTPRoute", "blue", "r") for each in open_worlds}) == 2


def test_a_namespace_that_is_not_there_sounds_like_one_that_is() -> None:
    """HI-R2."""
    said = [resolved(route("blue", rule(backend("db", where)))) for where in ("red", "nowhere")]
    assert said == [NOT_PERMITTED, NOT_PERMITTED]


# ------------------------------------------------------------------------------------------ HI-R3: every kind of reference


def auth(**fields: Any) -> Manifest:
    return {"type": "ExternalAuth", "externalAuth": {"protocol": "HTTP", "http": {}, "backendRef": backend(**fields)}}


def mirror(**fields: Any) -> Manifest:
    return {"type": "RequestMirror", "requestMirror": {"backendRef": backend(**fields)}}


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"])
def test_backends_of_every_kind_of_route(kind: str) -> None:
    """HI-R3: by the kind that really holds the reference; a grant for the other kinds is none for this."""
    protocol = {"TLSRoute": "TLS", "TCPRoute": "TCP", "UDPRoute": "UDP"}.get(kind, "HTTP")
    tls = {"tls": {"mode": "Passthrough"}} if protocol == "TLS" else {}
    hostnames = {"hostnames": ["a.test"]} if protocol == "TLS" else {}
    edge = gateway(listener("x", 8000, protocol, **tls))
    db = service("red", "db", ports=[{"port": 80, "protocol": "UDP" if protocol == "UDP" else "TCP"}])
    api = f"{GROUP}/v1" if kind in ("HTTPRoute", "GRPCRoute", "TLSRoute") else f"{GROUP}/v1alpha2"
    mine = {**route("blue", {"backendRefs": [backend("db", "red")]}, kind=kind, **hostnames), "apiVersion": api}
    for other in {"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute", "Gateway", "ListenerSet"} - {kind}:
        closed = world(mine, db, grant("red", source="blue", kind=other), edge=edge)
        assert closed.of_route("blue", kind=kind)["ResolvedRefs"] == NOT_PERMITTED
        assert closed.connect(kind, 8000) == {"TLSRoute": "refuse", "TCPRoute": "refuse", "UDPRoute": "drop"}.get(kind, "500")
    opened = world(mine, db, grant("red", source="blue", kind=kind), edge=edge)
    assert opened.of_route("blue", kind=kind)["ResolvedRefs"] == RESOLVED
    assert opened.connect(kind, 8000) == "red/db"


@pytest.mark.parametrize("make", [mirror, auth])
def test_mirrors_and_authorizers(make: Any) -> None:
    """HI-R3: of a rule, and of a backend."""
    for holder in (
        rule(filters=[make(name="db", namespace="red")]),
        rule(backend(filters=[make(name="db", namespace="red")])),
    ):
        for carried_out in (True, False):
            assert resolved(route("blue", holder), DB, external_auth=carried_out) == NOT_PERMITTED
        assert resolved(route("blue", holder), DB, grant("red", source="blue"), external_auth=True) == RESOLVED


def test_a_mirror_without_a_grant_gets_no_copy() -> None:
    """HI-R3, HI-W6."""
    copied = route("blue", rule(filters=[mirror(name="db", namespace="red")]))
    assert [each.backend.name for each in world(copied, DB).match().mirrors] == []
    assert [each.backend.name for each in world(copied, DB, grant("red", source="blue")).match().mirrors] == ["db"]


def test_the_namespace_of_the_target_is_the_one_looked_at() -> None:
    """HI-R3: one backend that is lent opens no other one."""
    both = route("blue", rule(backend("db", "red"), backend("app", "infra")))
    half = world(both, DB, grant("red", source="blue"))
    assert half.of_route("blue")["ResolvedRefs"] == NOT_PERMITTED
    assert (half.ask(draw=0.25), half.ask(draw=0.75)) == ("red/db", "500")


# ------------------------------------------------------------------------------------- HI-R6, HI-R7: who may attach where


def only(**labels: str) -> Manifest:
    return {"namespaces": {"from": "Selector", "selector": {"matchLabels": labels}}}


def test_every_listener_is_judged_alone() -> None:
    """HI-R6: one lets blue in, one has the name, one has the kind; no permission is borrowed from a sibling."""
    edge = gateway(
        listener("open", hostname="open.test"),
        listener("reds", hostname="red.test", allowedRoutes=only(team="red")),
        listener(
            "calls", hostname="calls.test", allowedRoutes={"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}
        ),
    )
    mine = route("blue", hostnames=["red.test", "calls.test"])
    assert world(mine, edge=edge).of_route("blue")["Accepted"] == ("False", "NoMatchingListenerHostname")
    both = world(route("blue", hostnames=["red.test", "calls.test", "open.test"]), edge=edge)
    assert both.of_route("blue")["Accepted"] == ACCEPTED
    assert [both.ask(host) for host in ("red.test", "calls.test", "open.test")] == ["404", "404", "blue/app"]


def test_names_outside_the_listeners_are_cut_off() -> None:
    """HI-R6: a name that a tenant was not given is not served, whatever else its route lists."""
    edge = gateway(listener(hostname="*.blue.test"))
    cut = world(route("blue", hostnames=["a.blue.test", "red.test", "blue.test"]), edge=edge)
    assert [cut.ask(host) for host in ("a.blue.test", "red.test", "blue.test", "b.blue.test")] == [
        "blue/app",
        "404",
        "404",
        "404",
    ]
    wide = world(route("blue", hostnames=["*.test"]), edge=edge)
    assert [wide.ask(host) for host in ("a.blue.test", "a.red.test")] == ["blue/app", "404"]


@pytest.mark.parametrize(
    ("selector", "lets_in"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"team": "blue"}}, True),
        ({"matchLabels": {"team": "red"}}, False),
        ({"matchLabels": {"kubernetes.io/metadata.name": "blue"}}, True),
        ({"matchLabels": {"kubernetes.io/metadata.name": "infra"}}, False),
        ({"matchExpressions": [{"key": "team", "operator": "In", "values": []}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "in", "values": ["blue"]}]}, False),
        ({"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["red"]}]}, True),
    ],
)
def test_selectors(selector: Manifest | None, lets_in: bool) -> None:
    """HI-R7: with a Namespace whose labels claim another name."""
    namespaces = {"from": "Selector", **({} if selector is None else {"selector": selector})}
    liar = namespace("blue", **{"team": "blue", "kubernetes.io/metadata.name": "infra"})
    # An API server refuses an operator that it does not know; what another one admitted selects nothing.
    edge = gateway(listener(allowedRoutes={"namespaces": namespaces}))
    mine = route("blue")
    given = [each for each in world(mine).resources if each.key.kind != "Namespace" and each.key.kind != "Gateway"]
    asked = World(gwmatch.load([*given, edge, namespace("infra"), liar], invalid="keep"))
    assert asked.of_route("blue")["Accepted"] == (ACCEPTED if lets_in else ("False", "NotAllowedByListeners"))
    assert asked.ask() == ("blue/app" if lets_in else "404")


# -------------------------------------------------------------------------------------------- HI-R8: nothing outlives itself


def test_a_permission_that_goes_is_gone_from_the_next_table() -> None:
    """HI-R8: a grant, a label, a listener's consent, a route; the table that serves meanwhile does not change."""
    lent = grant("red", source="blue")
    edge = gateway(listener(allowedRoutes=only(team="blue")))
    before = world(route("blue", TO_RED), DB, lent, edge=edge)
    assert before.ask() == "red/db"
    assert before.changed(deletes=(lent,)).ask() == "500"
    assert before.changed(namespace("blue", team="other")).ask() == "404"
    assert before.changed(gateway(listener(allowedRoutes={"namespaces": {"from": "Same"}}))).ask() == "404"
    assert before.changed(deletes=(route("blue"),)).ask() == "404"
    assert before.changed(deletes=(DB,)).ask() == "500"
    assert before.ask() == "red/db"
    assert before.changed(deletes=(lent,)).changed(lent).router.content_hash == before.router.content_hash


def test_consent_to_a_listener_set_that_goes_is_gone() -> None:
    """HI-R8, HI-S3."""
    own = made(
        "ListenerSet",
        "blue",
        "set",
        {"parentRef": {"name": "edge", "namespace": "infra"}, "listeners": [{"name": "b", "port": 81, "protocol": "HTTP"}]},
    )
    mine = route("blue", parentRefs=[{"kind": "ListenerSet", "name": "set"}])
    consent = {"namespaces": {"from": "All"}}
    before = world(own, mine, edge=gateway(allowedListeners=consent))
    assert before.ask(port=81) == "blue/app"
    after = before.changed(gateway())
    assert 81 not in after.router.ports
    assert before.ask(port=81) == "blue/app"
