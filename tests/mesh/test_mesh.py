"""Services as parents of routes (GEP-1294): each sentence of docs/mesh.md, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import UsageError
from gwmatch.graph import resolve_mesh

from .builders import EVERY, Manifest, accepted, goes_to, mesh, route, service, to


def test_a_producer_route_is_for_all_clients() -> None:
    for client in ("shop", "pay", "nobody"):
        assert goes_to(mesh(route("p", to("v1")), client=client)) == "shop/v1"


def test_a_consumer_route_is_for_its_own_namespace_and_replaces_the_producers() -> None:
    both = route("p", to("v1")), route("c", to("v2", "shop"), namespace="pay", path="/only")
    assert goes_to(mesh(*both, client="pay"), "/only") == "shop/v2"
    assert goes_to(mesh(*both, client="pay"), "/else") == 404, "rules of the two groups are never merged"
    assert goes_to(mesh(*both, client="shop"), "/only") == "shop/v1"
    assert goes_to(mesh(*both, client="other"), "/only") == "shop/v1"


def test_without_routes_the_service_gets_what_arrives() -> None:
    found = mesh()
    assert goes_to(found) == "shop/cart"
    decision = found.service("shop/cart").port(80).match_tcp()
    assert (decision.outcome, decision.route.kind, decision.backend.name) == ("forward", "Service", "cart")


def test_with_routes_what_none_matches_is_not_found() -> None:
    assert goes_to(mesh(route("p", to("v1"), path="/v1")), "/v2") == 404
    assert goes_to(mesh(route("p", to("v1"), path="/v1")), "/v2", port=81) == 404, "the ref names the whole Service"


@pytest.mark.parametrize(
    ("parent", "web", "admin"),
    [
        ({}, "shop/v1", "shop/v1"),
        ({"port": 80}, "shop/v1", "shop/cart"),
        ({"sectionName": "admin"}, "shop/cart", "shop/v1"),
        ({"port": 80, "sectionName": "web"}, "shop/v1", "shop/cart"),
    ],
)
def test_port_and_section_name_choose_ports(parent: Manifest, web: str, admin: str) -> None:
    found = mesh(route("p", to("v1"), parent=parent))
    assert (goes_to(found, port=80), goes_to(found, port=81)) == (web, admin)


def test_both_must_hold_for_one_port() -> None:
    apart = route("p", to("v1"), parent={"port": 80, "sectionName": "admin"})
    assert accepted(apart) == {"p": ("False", "NoMatchingParent")}


def test_hostnames_take_no_part() -> None:
    found = mesh(route("p", to("v1"), hostnames=["only.example.com"]))
    assert {goes_to(found, host=host) for host in ("only.example.com", "other.test", "cart.shop", "10.0.0.7")} == {"shop/v1"}


def test_grants_are_not_asked() -> None:
    assert goes_to(mesh(route("p", to("v1", "pay")))) == "pay/v1"
    graph = gwmatch.resolve(gwmatch.load([service(), *EVERY]), options=gwmatch.Options(assume=()))
    assert graph.routes == ()


def test_a_missing_backend_is_an_error_all_the_same() -> None:
    assert goes_to(mesh(route("p", to("gone")))) == 500
    graph = resolve_mesh(gwmatch.load([service(), route("p", to("gone"))]))
    assert graph.routes[0].parents[0].condition("ResolvedRefs").reason == "BackendNotFound"


def test_kinds_do_not_share_a_port() -> None:
    kinds = ("TCPRoute", "TLSRoute", "HTTPRoute", "GRPCRoute")
    routes = [route(kind.lower(), to("v1"), kind=kind) for kind in kinds]
    for first in range(4):
        states = accepted(*routes[: first + 1])
        assert states.pop(kinds[first].lower()) == ("True", "Accepted")
        assert set(states.values()) <= {("False", "Conflicted")}


def test_kinds_of_two_groups_do_not_meet() -> None:
    producer, consumer = route("p", to("v1"), kind="GRPCRoute"), route("c", to("v2", "shop"), namespace="pay", kind="TCPRoute")
    assert set(accepted(producer, consumer).values()) == {("True", "Accepted")}
    assert mesh(producer, consumer, client="pay").service("shop/cart").port(80).match_tcp().backend.name == "v2"


def test_kinds_on_two_ports_do_not_meet() -> None:
    web = route("h", to("v1"), parent={"port": 80})
    raw = route("t", to("v2"), kind="TCPRoute", parent={"port": 81})
    assert set(accepted(web, raw).values()) == {("True", "Accepted")}


def test_a_grpc_route_decides_calls() -> None:
    called = {"rule": {"matches": [{"method": {"service": "a.B"}}]}}
    found = mesh(route("g", to("v1"), kind="GRPCRoute", **called))
    headers = [("content-type", "application/grpc")]
    assert goes_to(found, "/a.B/C", method="POST", headers=headers) == "shop/v1"
    assert found.service("shop/cart").port(80).match("POST", "x", "/a.C/D", headers).grpc_status == 12


def test_sessions_by_address_and_by_route_do_not_go_together() -> None:
    """S-7."""
    sticky = route("p", to("v1"), rule={"sessionPersistence": {"sessionName": "s"}})
    assert accepted(sticky, cart=service(sessionAffinity="ClientIP")) == {"p": ("False", "UnsupportedValue")}
    assert accepted(sticky, cart=service(sessionAffinity="None")) == {"p": ("True", "Accepted")}
    assert accepted(route("p", to("v1")), cart=service(sessionAffinity="ClientIP")) == {"p": ("True", "Accepted")}


def test_a_service_is_found_by_its_address() -> None:
    found = mesh(cart=service(ip="10.0.0.7"))
    assert found.by_address("10.0.0.7") is found.service("shop/cart")
    assert found.by_address("10.9.9.9") is None
    assert mesh(cart=service(ip="None")).by_address("None") is None, "a headless Service has no address"


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="shop/gone"):
        mesh().service("shop/gone")
    with pytest.raises(UsageError, match="port 82"):
        mesh().service("shop/cart").port(82)


def test_status_has_an_entry_for_each_service() -> None:
    graph = resolve_mesh(gwmatch.load([service(), *EVERY, route("p", to("v1"))]), controller="example.net/mesh")
    (found,) = graph.status()
    (entry,) = found["status"]["parents"]
    assert (entry["controllerName"], entry["parentRef"]["kind"], entry["parentRef"]["group"]) == (
        "example.net/mesh",
        "Service",
        "",
    )


routes = st.lists(
    st.tuples(
        st.sampled_from(("shop", "pay", "red")), st.sampled_from(("/", "/a", "/a/b")), st.sampled_from(("v1", "v2", "v3"))
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(routes, st.sampled_from(("shop", "pay", "red", "none")), st.sampled_from(("/", "/a", "/a/b/c", "/x")))
def test_groups_never_mix(drawn: list[tuple[str, str, str]], client: str, path: str) -> None:
    """A client's answer depends on its own consumer routes alone if it has any, else on the producer's alone."""
    made = [route(f"r{at}", to(name, "shop"), space, path=prefix) for at, (space, prefix, name) in enumerate(drawn)]
    consumers = [each for each in made if each["metadata"]["namespace"] == client != "shop"]
    counting = consumers or [each for each in made if each["metadata"]["namespace"] == "shop"]
    assert goes_to(mesh(*made, client=client), path) == goes_to(mesh(*counting, client=client), path)
