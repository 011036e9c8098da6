"""What a mesh leaves to others, and what stays closed: refused routes, grants, Gateways, TLS, statuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import gwmatch
from gwmatch.graph import resolve_mesh

from .builders import EVERY, GROUP, Manifest, accepted, goes_to, mesh, route, service, to

TOO_LARGE = {"matches": [{"path": {"type": "RegularExpression", "value": "/(a{1000}){1000}"}}]}
X_GROUP = "gateway.networking.x-k8s.io"
GATEWAY = {
    "apiVersion": f"{GROUP}/v1",
    "kind": "Gateway",
    "metadata": {"namespace": "shop", "name": "edge"},
    "spec": {"gatewayClassName": "any", "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]},
}


def unusable(name: str = "bad", **fields: Any) -> Manifest:
    return route(name, to("v1", "shop"), rule=TOO_LARGE, **fields)


def with_gateway(made: Manifest) -> Manifest:
    made["spec"]["parentRefs"].append({"name": "edge"})
    return made


# ------------------------------------------------------------------------------------------------- routes that were refused


def test_a_route_that_cannot_be_used_closes_its_ports() -> None:
    assert accepted(unusable()) == {"bad": ("False", "UnsupportedValue")}
    found = mesh(unusable(parent={"port": 80}))
    assert goes_to(found) == 404, "not forwarded as if nobody had asked for anything"
    assert found.service("shop/cart").port(80).match_tcp().outcome == "refuse"
    assert goes_to(found, port=81) == "shop/cart"


def test_a_route_that_selects_no_port_closes_none() -> None:
    assert goes_to(mesh(route("p", to("v1"), parent={"port": 99}))) == "shop/cart"


def test_a_consumer_route_that_cannot_be_used_closes_them_for_its_own_clients() -> None:
    routes = route("p", to("v1")), unusable(namespace="pay")
    assert goes_to(mesh(*routes, client="pay")) == 404
    assert goes_to(mesh(*routes, client="shop")) == "shop/v1"


def test_a_route_that_cannot_be_used_keeps_no_other_out() -> None:
    """Neither one of its kind nor, though it would stand first, one of another."""
    first = route("bad", to("v1"), kind="HTTPRoute", rule=TOO_LARGE)
    assert goes_to(mesh(first, route("good", to("v2")))) == "shop/v2"
    raw = route("raw", to("v2"), kind="TCPRoute")
    assert accepted(first, raw) == {"bad": ("False", "UnsupportedValue"), "raw": ("True", "Accepted")}
    assert mesh(first, raw).service("shop/cart").port(80).match_tcp().outcome == "forward"


def test_sessions_kept_by_a_policy_count_as_a_rules_own() -> None:
    """S-7."""
    policy = {
        "apiVersion": f"{X_GROUP}/v1alpha1",
        "kind": "XBackendTrafficPolicy",
        "metadata": {"namespace": "shop", "name": "sticky"},
        "spec": {"targetRefs": [{"group": "", "kind": "Service", "name": "v1"}], "sessionPersistence": {"sessionName": "s"}},
    }
    sticky = service(sessionAffinity="ClientIP")
    assert accepted(route("p", to("v1")), policy, cart=sticky) == {"p": ("False", "UnsupportedValue")}
    assert accepted(route("p", to("v2")), policy, cart=sticky) == {"p": ("True", "Accepted")}
    assert goes_to(mesh(route("p", to("v1")), policy, cart=sticky)) == 404


# ---------------------------------------------------------------------------------------------------- grants and Gateways


def test_the_same_route_needs_a_grant_at_a_gateway_only() -> None:
    made = with_gateway(route("p", to("v1", "pay")))
    resources = gwmatch.load([service(), *EVERY, GATEWAY, made])
    assert goes_to(gwmatch.compile_mesh(resources, "shop")) == "pay/v1"
    decision = gwmatch.compile(resources).port(80).match("GET", "x", "/")
    assert (decision.status, decision.backends[0].failure) == (500, "RefNotPermitted")


def test_mirrors_need_no_grant_either() -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": to("v1", "pay")}}
    decision = mesh(route("p", to("v1"), rule={"filters": [mirror]})).service("shop/cart").port(80).match("GET", "x", "/")
    assert [each.backend.failure for each in decision.mirrors] == [None]


def test_the_secret_of_another_tenant_needs_one_all_the_same() -> None:
    """Only what routes send to is free: an XBackend cannot show a certificate that nobody granted it."""
    secret = {"name": "key", "namespace": "bank"}
    tls = {"mode": "ClientAndServer", "validation": {"hostname": "e.test", "wellKnownCACertificates": "System"}}
    spec = {
        "type": "ExternalHostname",
        "externalHostname": {"hostname": "e.test"},
        "port": {"port": 443},
        "protocol": "HTTP",
        "tls": {**tls, "clientCertificateRef": secret},
    }
    external = {
        "apiVersion": f"{X_GROUP}/v1alpha1",
        "kind": "XBackend",
        "metadata": {"namespace": "shop", "name": "out"},
        "spec": spec,
    }
    grant = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ReferenceGrant",
        "metadata": {"namespace": "bank", "name": "g"},
        "spec": {
            "from": [{"group": X_GROUP, "kind": "XBackend", "namespace": "shop"}],
            "to": [{"group": "", "kind": "Secret"}],
        },
    }
    made = route("p", {"group": X_GROUP, "kind": "XBackend", "name": "out"})
    assert goes_to(mesh(made, external)) == 500
    assert goes_to(mesh(made, external, grant)) == "shop/out"


def test_rules_of_gateways_and_of_services_never_mix() -> None:
    """A Gateway sends to the backend that its own route names; what the backend is the parent of plays no part."""
    edge = route("edge", to("cart"))
    edge["spec"]["parentRefs"] = [{"name": "edge"}]
    resources = gwmatch.load([service(), *EVERY, GATEWAY, edge, route("p", to("v1"), path="/mesh")])
    decision = gwmatch.compile(resources).port(80).match("GET", "x", "/mesh")
    assert (decision.route and decision.route.name, decision.backend and decision.backend.name) == ("edge", "cart")
    assert goes_to(gwmatch.compile_mesh(resources, "shop"), "/mesh") == "shop/v1"
    assert goes_to(gwmatch.compile_mesh(resources, "shop"), "/") == 404


def test_tls_that_is_passed_through_is_the_clients_own() -> None:
    """L-1."""
    policy = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "BackendTLSPolicy",
        "metadata": {"namespace": "shop", "name": "tls"},
        "spec": {
            "targetRefs": [{"group": "", "kind": "Service", "name": "v1"}],
            "validation": {"hostname": "v1.test", "wellKnownCACertificates": "System"},
        },
    }
    through = mesh(route("t", to("v1"), kind="TLSRoute"), policy).service("shop/cart").port(80).match_tls("any.test")
    assert through.listener is not None
    assert through.backend is not None
    assert (through.listener.tls_mode, through.backend.tls) == ("Passthrough", None)
    read = mesh(route("h", to("v1")), policy).service("shop/cart").port(80).match("GET", "x", "/")
    assert read.backend is not None
    assert read.backend.tls is not None


def test_a_backend_without_a_ready_endpoint_is_503() -> None:
    empty = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": "shop", "name": "v1-x", "labels": {"kubernetes.io/service-name": "v1"}},
        "addressType": "IPv4",
        "endpoints": [],
        "ports": [{"name": "web", "port": 80}],
    }
    assert goes_to(mesh(route("p", to("v1")), empty)) == 503


# -------------------------------------------------------------------------------------------------- addresses and statuses


@pytest.mark.parametrize("spelling", ["10.0.0.7", "::ffff:10.0.0.7", "fd00::7", "FD00:0:0::7"])
def test_an_address_is_found_in_any_spelling_and_family(spelling: str) -> None:
    found = mesh(cart=service(ip="10.0.0.7", clusterIPs=["10.0.0.7", "fd00::7"]))
    assert found.by_address(spelling) is found.service("shop/cart")


@pytest.mark.parametrize("other", ["10.0.0.8", "fd00::8", "None", "", "cart.shop", "10.0.0.7:80"])
def test_other_addresses_are_none(other: str) -> None:
    assert mesh(cart=service(ip="10.0.0.7")).by_address(other) is None


def test_other_namespaces_need_no_new_graph() -> None:
    found = mesh(route("p", to("v1")), route("c", to("v2", "shop"), namespace="pay"))
    other = found.for_clients("pay")
    assert (goes_to(found), goes_to(other)) == ("shop/v1", "shop/v2")
    assert (other.graph is found.graph, other.client_namespace, found.client_namespace) == (True, "pay", "shop")


def test_threads_get_one_router() -> None:
    found = mesh(route("p", to("v1")))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: id(found.service("shop/cart")), range(64)))) == 1


def test_order_of_objects_does_not_matter() -> None:
    objects = [service(), *EVERY, route("p", to("v1")), route("c", to("v2", "shop"), namespace="pay"), route("q", to("v3"))]
    tables = [gwmatch.compile_mesh(gwmatch.load(order), "pay").service("shop/cart").table for order in (objects, objects[::-1])]
    assert tables[0] == tables[1]


def test_a_parent_that_is_not_there_is_noticed() -> None:
    resources = gwmatch.load([*EVERY, route("p", to("v1"))])
    graph = resolve_mesh(resources)
    assert graph.routes == ()
    assert [(each.resource, str(each.at)) for each in graph.notices] == [("HTTPRoute shop/p", "spec.parentRefs[0]")]
    assert resolve_mesh(gwmatch.load([service(), *EVERY, route("p", to("v1"))])).notices == ()


@pytest.mark.parametrize("mesh_first", [False, True])
def test_a_controller_of_both_keeps_the_entries_of_both(mesh_first: bool) -> None:
    """ST-7: the entries of Gateways and of Services are written apart, and neither drops the other's."""
    resources = gwmatch.load([service(), *EVERY, GATEWAY, with_gateway(route("p", to("v1")))])
    graphs = [gwmatch.resolve(resources), resolve_mesh(resources)]
    one, two = reversed(graphs) if mesh_first else graphs
    status = [each for each in two.status(previous=one.status()) if each["kind"] == "HTTPRoute"]
    assert sorted(entry["parentRef"]["kind"] for entry in status[0]["status"]["parents"]) == ["Gateway", "Service"]
    again = [each for each in two.status(previous=status) if each["kind"] == "HTTPRoute"]
    assert again == status
