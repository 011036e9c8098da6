"""Kinds that the caller registered: filters, backends, parameters (actions.md 1, F-5)."""

from __future__ import annotations

import pytest

from gwmatch import ExtensionKind
from gwmatch.api import ObjectMeta
from gwmatch.graph import Graph
from gwmatch.ir import ExtensionRef

from .builders import (
    Manifest,
    backend,
    from_,
    gateway,
    gateway_class,
    gateway_of,
    grant,
    parent_of,
    route,
    route_of_kind,
    rule,
    service,
    verdict,
)
from .policy_builders import Thing, backend_in, policy_of, registered, table_of, traffic_policy

GROUP = "ext.test"
LIMIT = ExtensionKind(group=GROUP, kind="Limit", roles=("filter",))
LAMBDA = ExtensionKind(group=GROUP, kind="Lambda", roles=("backend",))
TUNING = ExtensionKind(group=GROUP, kind="Tuning", roles=("parameters",))
EVERY = (LIMIT, LAMBDA, TUNING)
GOOD = ("True", "ResolvedRefs")


def thing(kind: str, name: str = "x", namespace: str | None = "infra") -> Thing:
    return Thing(api_version=f"{GROUP}/v1", kind=kind, metadata=ObjectMeta(name=name, namespace=namespace), spec={})


def limited(kind: str = "Limit", name: str = "x", route_kind: str = "HTTPRoute") -> Manifest:
    extension = {"type": "ExtensionRef", "extensionRef": {"group": GROUP, "kind": kind, "name": name}}
    return route_of_kind(route_kind, rule(backend(), filters=[extension]))


def world(*manifests: Manifest, things: list[Thing] | None = None, kinds: tuple[ExtensionKind, ...] = EVERY) -> Graph:
    return registered(gateway(), service(), *manifests, things=things or [], kinds=kinds)


# ----------------------------------------------------------------------------------------------------------------- filters


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute"])
def test_a_registered_filter_comes_back_by_name(kind: str) -> None:
    graph = world(limited(route_kind=kind), things=[thing("Limit")])
    (found,) = table_of(graph).rules
    assert found.filters.extensions == (ExtensionRef(GROUP, "Limit", "infra", "x"),)
    assert (found.filters.failure, found.filters.order) == (None, ("ExtensionRef",))
    assert verdict(parent_of(graph), "ResolvedRefs") == GOOD


@pytest.mark.parametrize(
    ("made", "things", "kinds", "reason"),
    [
        (limited(), [thing("Limit", "other")], EVERY, "BackendNotFound"),
        (limited(), [thing("Limit", namespace="far")], EVERY, "BackendNotFound"),
        (limited("Odd"), [], EVERY, "InvalidKind"),
        (limited("Lambda"), [thing("Lambda")], EVERY, "InvalidKind"),  # known, but as something else
        (limited("limit"), [thing("Limit")], EVERY, "InvalidKind"),
        (limited(), [thing("Limit")], (), "InvalidKind"),
    ],
)
def test_what_cannot_be_filtered_by_fails(
    made: Manifest, things: list[Thing], kinds: tuple[ExtensionKind, ...], reason: str
) -> None:
    """F-5, OQ-23."""
    graph = world(made, things=things, kinds=kinds)
    (found,) = table_of(graph).rules
    assert (found.filters.failure, found.filters.extensions) == (reason, ())
    assert verdict(parent_of(graph), "ResolvedRefs") == ("False", reason)
    assert verdict(parent_of(graph), "Accepted") == ("True", "Accepted")


@pytest.mark.parametrize(("assume", "reason"), [(True, None), (False, "BackendNotFound")])
def test_objects_that_nobody_has_seen(assume: bool, reason: str | None) -> None:
    """As with Options.assume: only while the set holds none of the kind at all."""
    kind = ExtensionKind(group=GROUP, kind="Limit", roles=("filter",), assume=assume)
    assert table_of(world(limited(), kinds=(kind,))).rules[0].filters.failure == reason


def test_several_in_their_order() -> None:
    extensions = [
        {"type": "ExtensionRef", "extensionRef": {"group": GROUP, "kind": "Limit", "name": name}} for name in ("b", "a")
    ]
    graph = world(route(rule(backend(), filters=extensions)), things=[thing("Limit", "a"), thing("Limit", "b")])
    assert [each.name for each in table_of(graph).rules[0].filters.extensions] == ["b", "a"]


# ---------------------------------------------------------------------------------------------------------------- backends


def to_lambda(**fields: str) -> Manifest:
    return route(rule({"group": GROUP, "kind": "Lambda", "name": "x", **fields}))


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (to_lambda(), None),
        (to_lambda(name="gone"), "BackendNotFound"),
        (to_lambda(kind="Odd"), "InvalidKind"),
        (to_lambda(kind="Limit"), "InvalidKind"),
        (to_lambda(namespace="far"), "RefNotPermitted"),
    ],
)
def test_registered_backends(made: Manifest, reason: str | None) -> None:
    graph = world(made, things=[thing("Lambda")])
    found = backend_in(graph)
    assert (found.group, found.failure) == (GROUP, reason)
    assert verdict(parent_of(graph), "ResolvedRefs") == (GOOD if reason is None else ("False", reason))


def test_a_grant_lets_to_one_of_another_namespace() -> None:
    allowed = grant([{"group": GROUP, "kind": "Lambda"}], source=[from_()], namespace="far")
    graph = world(to_lambda(namespace="far"), allowed, things=[thing("Lambda", namespace="far")])
    assert backend_in(graph).failure is None


def test_they_may_be_mirrored_to_and_have_traffic_policies() -> None:
    ref = {"group": GROUP, "kind": "Lambda", "name": "x"}
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": ref}}
    graph = world(route(rule(ref, filters=[mirror])), traffic_policy(ref, retryConstraint={}), things=[thing("Lambda")])
    (found,) = table_of(graph).rules
    assert found.filters.mirrors[0].backend.failure is None
    assert found.backends[0].retry_budget is not None
    assert policy_of(graph).accepted


# -------------------------------------------------------------------------------------------------------------- parameters


def tuned(name: str = "x", kind: str = "Tuning") -> Manifest:
    return gateway(name="tuned", infrastructure={"parametersRef": {"group": GROUP, "kind": kind, "name": name}})


@pytest.mark.parametrize(
    ("made", "accepted"),
    [
        (tuned(), ("True", "Accepted")),
        (tuned("gone"), ("False", "InvalidParameters")),
        (tuned(kind="Limit"), ("False", "InvalidParameters")),
        (tuned(kind="Odd"), ("False", "InvalidParameters")),
    ],
)
def test_parameters_of_a_gateway(made: Manifest, accepted: tuple[str, str]) -> None:
    node = gateway_of(world(made, things=[thing("Tuning")]), "tuned")
    assert verdict(node, "Accepted") == accepted
    assert (None if node.parameters is None else node.parameters.name) == ("x" if accepted[0] == "True" else None)


@pytest.mark.parametrize(
    ("ref", "accepted"),
    [
        ({"kind": "Tuning", "name": "x", "namespace": "infra"}, True),
        ({"kind": "Tuning", "name": "x"}, False),
        ({"kind": "Tuning", "name": "gone", "namespace": "infra"}, False),
        ({"kind": "Odd", "name": "x", "namespace": "infra"}, False),
    ],
)
def test_parameters_of_a_class(ref: Manifest, accepted: bool) -> None:
    made = gateway_class("tuned", parametersRef={"group": GROUP, **ref})
    graph = world(made, gateway(of="tuned", name="other"), things=[thing("Tuning")])
    (node,) = (each for each in graph.gateway_classes if each.key.name == "tuned")
    assert node.accepted == accepted == (node.parameters is not None)
    assert any(key.name == "other" for key in graph.gateways) == accepted


def test_kinds_of_the_set_itself_can_be_parameters() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "infra"}, "data": {}}
    kinds = (ExtensionKind(group="", kind="ConfigMap", roles=("parameters",)),)
    for name, accepted in (("x", True), ("gone", False)):
        made = gateway(name="tuned", infrastructure={"parametersRef": {"group": "", "kind": "ConfigMap", "name": name}})
        node = gateway_of(world(made, config, kinds=kinds), "tuned")
        assert node.condition("Accepted").is_true == accepted
