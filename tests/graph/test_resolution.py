"""The Graph as a whole: what is assumed, what order does not matter, what it costs."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwmatch.api import load
from gwmatch.graph import resolve
from gwmatch.options import ASSUMED_KINDS, Options

from .builders import (
    CLASS,
    CONTROLLER,
    Manifest,
    backend,
    config_map,
    from_,
    gateway,
    gateway_class,
    gateway_of,
    grant,
    graph_of,
    https,
    listener,
    listener_of,
    namespace,
    parent_of,
    route,
    rule,
    secret,
    service,
    verdict,
)

CA_REF = {"group": "", "kind": "ConfigMap", "name": "ca"}
VALIDATION: Manifest = {"frontend": {"default": {"validation": {"caCertificateRefs": [CA_REF]}}}}
SELECTED: Manifest = {"allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}}
FOLDER = [gateway(https(**SELECTED), tls=VALIDATION), route(rule(backend()))]


def test_a_folder_without_the_rest_of_the_cluster() -> None:
    """One notice per kind; labels are not assumed, since no reference names them."""
    graph = resolve(load(FOLDER))
    assert verdict(listener_of(graph, "tls"), "ResolvedRefs") == ("True", "ResolvedRefs")
    assert verdict(listener_of(graph, "tls"), "Accepted") == ("True", "Accepted")
    assert verdict(parent_of(graph), "ResolvedRefs") == ("True", "ResolvedRefs")
    assert verdict(parent_of(graph), "Accepted") == ("False", "NotAllowedByListeners")
    assert [notice.message.split(":")[0] for notice in graph.notices] == [
        f"the set holds no {kind}" for kind in ("Service", "Namespace", "Secret", "ConfigMap", "GatewayClass")
    ]
    assert gateway_of(graph).controller == "gwmatch/assumed"
    assert {each["kind"] for each in graph.status()} == {"Gateway", "HTTPRoute"}


def test_nothing_is_assumed_on_request() -> None:
    assert resolve(load(FOLDER), options=Options(assume=())).gateways == {}
    graph = graph_of(*FOLDER)
    assert verdict(listener_of(graph, "tls"), "ResolvedRefs") == ("False", "InvalidCertificateRef")
    assert verdict(listener_of(graph, "tls"), "Accepted") == ("False", "NoValidCACertificate")
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "BackendNotFound")


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("Service", service("other", "far")),
        ("Secret", secret("other", "far")),
        ("ConfigMap", config_map("other", "far")),
        ("Namespace", namespace("other")),
        ("GatewayClass", gateway_class("other")),
    ],
)
def test_one_object_of_a_kind_ends_the_assumption(kind: str, held: Manifest) -> None:
    graph = resolve(load([*FOLDER, held]))
    assert not any(notice.message.startswith(f"the set holds no {kind}:") for notice in graph.notices)
    if kind == "GatewayClass":
        assert graph.gateways == {}
    elif kind == "Service":
        assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "BackendNotFound")
    elif kind == "Namespace":
        assert [notice.resource for notice in graph.notices if notice.resource] == ["Namespace infra"]
    else:
        assert verdict(listener_of(graph, "tls"), "ResolvedRefs")[0] == "False"


@pytest.mark.parametrize("kind", ASSUMED_KINDS)
def test_kinds_are_assumed_one_by_one(kind: str) -> None:
    graph = resolve(load([*FOLDER, *([] if kind == "GatewayClass" else [CLASS])]), options=Options(assume=(kind,)))
    assert [notice.message.split(":")[0] for notice in graph.notices if notice.resource is None] == [f"the set holds no {kind}"]


def test_permission_is_never_assumed() -> None:
    graph = resolve(load([gateway(), route(rule(backend(namespace="far")))]))
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", "RefNotPermitted")


def test_what_nobody_refers_to_is_not_assumed() -> None:
    assert graph_of(gateway(), route(), options=Options()).notices == ()


def test_a_notice_counts_what_it_stands_for() -> None:
    graph = graph_of(gateway(), route(rule(backend("a"), backend("b"), backend("a"))), options=Options())
    (notice,) = graph.notices
    assert notice.message == "the set holds no Service: infra/a and 1 more are taken to exist as referred to"


# ------------------------------------------------------------------------------------------------------------------- order

WORLD: list[Manifest] = [
    CLASS,
    gateway_class("foreign", "else.test/controller"),
    gateway(
        listener(allowedRoutes={"namespaces": {"from": "All"}}),
        https(hostname="*.a.test", secret={"name": "cert", "namespace": "data"}),
        listener("raw", 443, "TCP"),
    ),
    gateway(listener(**SELECTED), name="private", of="foreign"),
    gateway(name="public", namespace="far", of="gone"),
    route(rule(backend(), backend("db", namespace="data")), hostnames=["x.a.test"]),
    route(rule(backend("gone")), name="other", namespace="far"),
    route(name="third", parents=[{"name": "private"}, {"name": "public"}]),
    grant([{"group": "", "kind": "Service"}], source=[from_()]),
    grant([{"group": "", "kind": "Secret"}], source=[from_("Gateway")], name="second"),
    service(),
    service("db", "data"),
    secret(namespace="data"),
    namespace("far", team="web"),
    namespace("data"),
]


@settings(max_examples=60, deadline=None)
@given(st.permutations(WORLD), st.sampled_from([None, CONTROLLER, "else.test/controller"]), st.booleans())
def test_order_of_the_input_does_not_matter(shuffled: list[Manifest], controller: str | None, assume: bool) -> None:
    options = Options() if assume else Options(assume=())
    graph = resolve(load(shuffled), controller=controller, options=options)
    plain = resolve(load(WORLD), controller=controller, options=options)
    assert graph == plain
    assert graph.status() == plain.status()
    assert list(graph.gateways) == list(plain.gateways)
    assert list(graph.attached) == list(plain.attached)


# -------------------------------------------------------------------------------------------------------------------- cost


def calls_to_resolve(gateways: int, routes: int) -> int:
    """How many Python functions are entered; the clock of a shared machine says less."""
    resources = load(
        [
            CLASS,
            service("db", "data"),
            *(gateway(listener(**SELECTED), name=f"g{index}") for index in range(gateways)),
            *(grant([{"group": "", "kind": "Service"}], source=[from_()], name=f"r{index}") for index in range(gateways)),
            *(
                route(rule(backend("db", namespace="data")), name=f"r{index}", parents=[{"name": f"g{index % gateways}"}])
                for index in range(routes)
            ),
        ]
    )
    count = 0

    def entered(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(entered)
    try:
        resolve(resources, controller=CONTROLLER)
    finally:
        sys.setprofile(None)
    return count


def test_cost_of_a_route_does_not_grow_with_the_gateways() -> None:
    # Counted once every Gateway has been named: what a parentRef leads to is found out once.
    few = calls_to_resolve(2, 400) - calls_to_resolve(2, 200)
    many = calls_to_resolve(200, 400) - calls_to_resolve(200, 200)
    assert abs(many - few) <= few // 50


def test_cost_of_a_gateway_does_not_grow_with_their_number() -> None:
    assert calls_to_resolve(200, 1) - calls_to_resolve(100, 1) <= 1.02 * (calls_to_resolve(110, 1) - calls_to_resolve(10, 1))
