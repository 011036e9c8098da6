"""Whatever the objects of a set look like and refer to, `resolve` ends in conditions (V-API-6, hostile-inputs.md 6)."""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gwmatch.api import ResourceSet, load
from gwmatch.errors import LoadError
from gwmatch.graph import Graph, resolve
from gwmatch.options import Options

from .builders import (
    CLASS,
    CONTROLLER,
    Manifest,
    admitting,
    backend,
    config_map,
    everybody,
    from_,
    gateway,
    gateway_class,
    grant,
    https,
    listener,
    listener_set,
    namespace,
    route_of_kind,
    rule,
    secret,
    service,
)

KINDS = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
SET_REF: Manifest = {"kind": "ListenerSet", "name": "extra", "namespace": "infra"}
MIRROR: Manifest = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "cart", "port": 80}}}
CA: Manifest = {"group": "", "kind": "ConfigMap", "name": "ca"}
TERMINATE: Manifest = {"certificateRefs": [{"name": "cert"}]}

WORLD: list[Manifest] = [
    CLASS,
    gateway_class("foreign", "else.test/controller"),
    gateway(
        listener(**everybody()),
        https(hostname="*.a.test", **everybody()),
        listener("through", 8443, "TLS", tls={"mode": "Passthrough"}, **everybody()),
        listener("stop", 8443, "TLS", hostname="b.test", tls=TERMINATE, **everybody()),
        listener("raw", 5432, "TCP"),
        listener("dns", 53, "UDP"),
        defaultScope="All",
        tls={"frontend": {"default": {"validation": {"caCertificateRefs": [CA]}}}},
        **admitting("Selector", selector={"matchLabels": {"team": "web"}}),
    ),
    gateway(name="theirs", of="foreign", **admitting()),
    listener_set(listener("more", 8080, **everybody()), listener("again", 80), created="2026-01-01T00:00:00Z"),
    listener_set(https("tls", 9443, secret={"name": "cert", "namespace": "infra"}), name="far", namespace="far"),
    *(
        route_of_kind(
            kind,
            name=kind.lower(),
            parents=[{"name": "public"}, SET_REF],
            created="2026-01-01T00:00:00Z",
            **({} if kind in ("TCPRoute", "UDPRoute") else {"hostnames": ["x.a.test", "*.test"]}),
        )
        for kind in KINDS
    ),
    route_of_kind(
        "GRPCRoute",
        rule(
            backend(filters=[MIRROR]),
            matches=[{"method": {"type": "RegularExpression", "service": "a.*"}, "headers": [{"name": "x", "value": "1"}]}],
            filters=[MIRROR],
        ),
        name="calls",
    ),
    route_of_kind(
        "HTTPRoute",
        rule(backend("db", namespace="data"), matches=[{"path": {"type": "RegularExpression", "value": "/v[0-9]+"}}]),
        rule(filters=[{"type": "RequestRedirect", "requestRedirect": {"hostname": "b.test"}}]),
        name="pages",
        namespace="far",
    ),
    grant([{"group": "", "kind": "Service"}], source=[from_(kind, "far") for kind in KINDS]),
    service(),
    service("db", "data"),
    secret(),
    config_map(),
    namespace("infra", team="web"),
    namespace("far"),
]

JUNK = st.sampled_from(
    [
        None,
        "",
        "x",
        "*",
        "*.a.test",
        "-",
        0,
        -1,
        53,
        80,
        2**31,
        True,
        [],
        {},
        [{}],
        "All",
        "Same",
        "Selector",
        "None",
        "(",
        "é\ud800",
    ]
)
NAMES = st.sampled_from(["public", "extra", "far", "infra", "theirs", "cart", "cert", "gone", "Gateway", "ListenerSet", *KINDS])


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below a value, the innermost too."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*at, step)
        yield from places(inner, (*at, step))


@st.composite
def worlds(draw: st.DrawFn) -> list[Manifest]:
    """The world with some of its objects bent: fields gone, replaced, repeated, or pointing elsewhere."""
    world: list[Manifest] = copy.deepcopy(draw(st.lists(st.sampled_from(WORLD), min_size=1, max_size=len(WORLD), unique_by=id)))
    for _ in range(draw(st.integers(0, 6))):
        holder: Any = draw(st.sampled_from(world))
        *path, last = draw(st.sampled_from(list(places(holder))))
        for step in path:
            holder = holder[step]
        match draw(st.sampled_from(["drop", "junk", "name", "repeat"])):
            case "drop":
                del holder[last]
            case "junk":
                holder[last] = copy.deepcopy(draw(JUNK))
            case "name":
                holder[last] = draw(NAMES)
            case _ if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _:
                world.append({**copy.deepcopy(world[0]), "metadata": {"name": draw(NAMES), "namespace": draw(NAMES)}})
        if not list(places(world[0])):
            break
    return world


def readable(world: list[Manifest]) -> ResourceSet:
    """What can be made into a Struct at all; the rest is refused by `load`, with its reasons."""
    resources = load([], invalid="keep")
    for each in world:
        with contextlib.suppress(LoadError):
            resources = resources.updated(upserts=[each])
    return resources


REASON = re.compile(r"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?")


def check(graph: Graph) -> None:
    """What holds for every graph."""
    listeners = {node.key for gateway in graph.gateways.values() for node in gateway.listeners}
    assert set(graph.attached) == listeners
    holders: list[Any] = [*graph.gateway_classes, *graph.gateways.values(), *graph.listener_sets.values()]
    holders += [node for gateway in graph.gateways.values() for node in gateway.listeners]
    for route in graph.routes:
        holders += route.parents
        for parent in route.parents:
            assert parent.gateway in graph.gateways
            assert parent.accepted == bool(parent.attachments)
            assert {each.listener for each in parent.attachments} <= listeners
            assert {each.type for each in parent.conditions} >= {"Accepted", "ResolvedRefs"}
    for node in graph.listener_sets.values():
        assert node.gateway in graph.gateways
        assert {each.key for each in node.listeners} <= listeners
    for holder in holders:
        types = [condition.type for condition in holder.conditions]
        assert len(types) == len(set(types)) <= 8
        for condition in holder.conditions:
            assert condition.status in ("True", "False")
            assert REASON.fullmatch(condition.reason)
    json.dumps(graph.status())
    assert graph.status() == graph.status(previous=graph.status())


OPTIONS = st.sampled_from([Options(), Options(assume=()), Options(assume=(), grpc_http_exclusive=True)])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(worlds(), OPTIONS, st.sampled_from([None, CONTROLLER, "nobody.test/x"]))
@example(WORLD, Options(), None)
def test_no_world_makes_resolve_fail(world: list[Manifest], options: Options, controller: str | None) -> None:
    check(resolve(readable(world), controller=controller, options=options))


def test_the_world_itself_is_in_order() -> None:
    """Else the test above would bend what is broken already."""
    graph = resolve(load(WORLD), controller=CONTROLLER, options=Options(assume=()))
    check(graph)
    assert len(graph.routes) == 7
    assert sum(bool(parent.attachments) for route in graph.routes for parent in route.parents) >= 8


@settings(max_examples=40, deadline=None)
@given(st.permutations(WORLD), OPTIONS)
def test_order_of_the_input_does_not_matter(shuffled: list[Manifest], options: Options) -> None:
    """P-1 for all kinds: the lists that a status shows, too."""
    graph, plain = (resolve(load(each), controller=CONTROLLER, options=options) for each in (shuffled, WORLD))
    assert graph == plain
    assert graph.status() == plain.status()
    assert [list(graph.attached), list(graph.listener_sets)] == [list(plain.attached), list(plain.listener_sets)]


@pytest.mark.parametrize("kind", KINDS)
def test_references_in_circles(kind: str) -> None:
    """Names of one another, of themselves, of what cannot be named: nothing is followed twice."""
    ring: list[Manifest] = [
        listener_set(name="a", parent={"kind": "ListenerSet", "name": "b"}),
        listener_set(name="b", parent={"kind": "ListenerSet", "name": "a"}),
        listener_set(name="self", parent={"kind": "ListenerSet", "name": "self"}),
        listener_set(name="up", parent={"kind": kind, "name": "up"}),
        route_of_kind(
            kind,
            rule(backend("up", group="gateway.networking.k8s.io", kind=kind)),
            name="up",
            parents=[
                {"kind": kind, "name": "up"},
                {"kind": "ListenerSet", "name": "up"},
                {"kind": "ListenerSet", "name": "a"},
            ],
        ),
        gateway(https(secret={"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public"})),
    ]
    graph = resolve(load([CLASS, *ring]), controller=CONTROLLER, options=Options(assume=()))
    check(graph)
    assert graph.listener_sets == {}
    (route,) = graph.routes
    assert route.parents == ()
    assert route.rules[0].backends[0].reason == "InvalidKind"


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha2", "v1alpha3", "v2", "v9beta9"])
@pytest.mark.parametrize("kind", [*KINDS, "Gateway", "ListenerSet"])
def test_versions(kind: str, version: str) -> None:
    """Known or not: read or left out, and never half of both."""
    made = [CLASS, gateway(), listener_set(), *(route_of_kind(each, name=each.lower()) for each in KINDS)]
    world = [{**each, "apiVersion": f"gateway.networking.k8s.io/{version}"} if each["kind"] == kind else each for each in made]
    check(resolve(readable(world), controller=CONTROLLER))
