"""Policies of registered kinds: direct and inherited, what they name, and in which order they hold (actions.md 15)."""

from __future__ import annotations

import pytest

from gwmatch import ExtensionKind
from gwmatch.api import ObjectMeta
from gwmatch.graph import Graph
from gwmatch.ir import ExtensionRef

from .builders import (
    Manifest,
    admitting,
    backend,
    gateway,
    listener,
    listener_set,
    route,
    rule,
    service,
)
from .policy_builders import OLD, YOUNG, Thing, policy_of, registered, service_ref, table_of

GROUP = "ext.test"
GATEWAY = "gateway.networking.k8s.io"
FLOWING = ExtensionKind(group=GROUP, kind="Flowing", roles=("policy",), inherited=True)
DIRECT = ExtensionKind(group=GROUP, kind="Direct", roles=("policy",))
WIDE = ExtensionKind(group=GROUP, kind="Wide", roles=("policy",), inherited=True, namespaced=False)
KINDS = (FLOWING, DIRECT, WIDE)

CLASS_REF = {"group": GATEWAY, "kind": "GatewayClass", "name": "ours"}
GATEWAY_REF = {"group": GATEWAY, "kind": "Gateway", "name": "public"}
ROUTE_REF = {"group": GATEWAY, "kind": "HTTPRoute", "name": "shop"}
SET_REF = {"group": GATEWAY, "kind": "ListenerSet", "name": "extra"}
NAMED_PORT = service(ports=[{"name": "web", "port": 80}])


def flowing(
    *targets: Manifest, name: str = "p", kind: str = "Flowing", namespace: str | None = "infra", created: str = OLD
) -> Thing:
    metadata = ObjectMeta(name=name, namespace=namespace, creation_timestamp=created, generation=2)
    return Thing(api_version=f"{GROUP}/v1", kind=kind, metadata=metadata, spec={"targetRefs": list(targets)})


def direct(*targets: Manifest, name: str = "p", created: str = OLD) -> Thing:
    return flowing(*targets, name=name, kind="Direct", created=created)


def world(*things: Thing, manifests: tuple[Manifest, ...] = ()) -> Graph:
    made = manifests or (gateway(), route(rule(backend(), name="first")), NAMED_PORT)
    return registered(*made, things=list(things), kinds=KINDS)


def on_rule(graph: Graph) -> list[str]:
    (found,) = table_of(graph).rules
    return [each.name for each in found.policies]


def on_backend(graph: Graph) -> list[str]:
    (found,) = table_of(graph).rules
    return [each.name for each in found.backends[0].policies]


def said(graph: Graph, name: str = "p") -> tuple[str, str]:
    found = policy_of(graph, name).condition("Accepted")
    return found.status, found.reason


LEVELS = [
    flowing({**ROUTE_REF, "sectionName": "first"}, name="rule"),
    flowing(ROUTE_REF, name="route"),
    flowing({**GATEWAY_REF, "sectionName": "web"}, name="listener"),
    flowing(GATEWAY_REF, name="gateway"),
    flowing(CLASS_REF, name="class", kind="Wide", namespace=None),
]


def test_from_the_most_specific_to_the_least() -> None:
    """GEP-713, whatever their age and the order in which they come."""
    ages = [OLD, YOUNG, OLD, YOUNG, OLD]
    aged = [
        flowing(
            *thing.spec["targetRefs"],
            name=thing.metadata.name,
            kind=thing.kind,
            namespace=thing.metadata.namespace,
            created=age,
        )
        for thing, age in zip(LEVELS, ages, strict=True)
    ]
    for things in (LEVELS, aged, LEVELS[::-1]):
        graph = world(*things)
        assert on_rule(graph) == ["rule", "route", "listener", "gateway", "class"]
        assert all(said(graph, name) == ("True", "Accepted") for name in on_rule(graph))


def test_those_of_the_backend_stand_with_the_backend() -> None:
    graph = world(flowing(service_ref(), name="whole"), flowing(service_ref(sectionName="web"), name="port"), *LEVELS)
    assert on_backend(graph) == ["port", "whole"]
    assert on_rule(graph) == ["rule", "route", "listener", "gateway", "class"]
    (found,) = table_of(graph).rules
    assert found.backends[0].policies[0] == ExtensionRef(GROUP, "Flowing", "infra", "port")


def test_a_listener_set_stands_between() -> None:
    manifests = (
        gateway(listener("own", 81), **admitting()),
        listener_set(listener("more", 80)),
        route(rule(backend()), parents=[{"kind": "ListenerSet", "name": "extra"}]),
        service(),
    )
    things = [
        flowing(GATEWAY_REF, name="gateway"),
        flowing({**GATEWAY_REF, "sectionName": "own"}, name="elsewhere"),
        flowing(SET_REF, name="set"),
        flowing({**SET_REF, "sectionName": "more"}, name="listener"),
    ]
    assert on_rule(world(*things, manifests=manifests)) == ["listener", "set", "gateway"]


def test_one_rule_at_listeners_with_different_policies() -> None:
    """It stands in the table once for each, and the decision names the right one's."""
    manifests = (gateway(listener("web"), listener("admin", 8080)), route(rule(backend())), service())
    graph = world(flowing({**GATEWAY_REF, "sectionName": "admin"}), manifests=manifests)
    table = table_of(graph)
    assert {
        table.listeners[entry.listener].name: [each.name for each in table.rule_of(entry).policies] for entry in table.entries
    } == {"web": [], "admin": ["p"]}


def test_of_one_level_the_challenger_comes_first() -> None:
    """Whoever lets the first win has Atomic defaults, and by the letter that is the younger of a level."""
    graph = world(flowing(ROUTE_REF, name="old", created=OLD), flowing(ROUTE_REF, name="young", created=YOUNG))
    assert on_rule(graph) == ["young", "old"]
    assert said(graph, "old") == said(graph, "young") == ("True", "Accepted")


# ------------------------------------------------------------------------------------------------------------------ direct


@pytest.mark.parametrize(
    "target", [ROUTE_REF, {**ROUTE_REF, "sectionName": "first"}, GATEWAY_REF, {**GATEWAY_REF, "sectionName": "web"}]
)
def test_of_direct_ones_the_oldest_holds_the_target(target: Manifest) -> None:
    made = [direct(target, name="young", created=YOUNG), direct(target, name="b"), direct(target, name="a")]
    for things in (made, made[::-1]):
        graph = world(*things)
        assert on_rule(graph) == ["a"]
        assert said(graph, "a") == ("True", "Accepted")
        assert said(graph, "b") == said(graph, "young") == ("False", "Conflicted")


def test_of_direct_ones_a_section_beats_the_whole() -> None:
    graph = world(direct(ROUTE_REF, name="whole"), direct({**ROUTE_REF, "sectionName": "first"}, name="rule", created=YOUNG))
    assert on_rule(graph) == ["rule"]
    assert said(graph, "whole") == said(graph, "rule") == ("True", "Accepted")


def test_kinds_do_not_compete() -> None:
    graph = world(direct(ROUTE_REF, name="a"), flowing(ROUTE_REF, name="b"))
    assert sorted(on_rule(graph)) == ["a", "b"]


# ----------------------------------------------------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({**ROUTE_REF, "name": "gone"}, "TargetNotFound"),
        ({**ROUTE_REF, "sectionName": "gone"}, "TargetNotFound"),
        ({**GATEWAY_REF, "sectionName": "gone"}, "TargetNotFound"),
        (service_ref(sectionName="gone"), "TargetNotFound"),
        ({**ROUTE_REF, "group": "other.test"}, "Invalid"),
        ({**ROUTE_REF, "namespace": "far"}, "Invalid"),
        (CLASS_REF, "Invalid"),  # one tenant's policy for everybody's Gateways
    ],
)
@pytest.mark.parametrize("make", [flowing, direct])
def test_targets_that_cannot_be(make: object, target: Manifest, reason: str) -> None:
    graph = world(make(target))  # type: ignore[operator]
    assert said(graph) == ("False", reason)
    assert on_rule(graph) == on_backend(graph) == []


def test_a_policy_of_no_namespace_may_name_any() -> None:
    graph = world(flowing({**ROUTE_REF, "namespace": "infra"}, kind="Wide", namespace=None))
    assert on_rule(graph) == ["p"]


def test_of_another_namespace_it_has_no_say() -> None:
    graph = world(flowing(ROUTE_REF, namespace="far"))
    assert said(graph) == ("False", "TargetNotFound")
    assert on_rule(graph) == []


@pytest.mark.parametrize("spec", [{}, {"targetRefs": "x"}, {"targetRefs": [None, {"kind": 1}]}, {"targetRef": []}])
def test_half_written_ones(spec: Manifest) -> None:
    """Nobody checks objects of registered kinds before they come here."""
    metadata = ObjectMeta(name="p", namespace="infra")
    graph = world(Thing(api_version=f"{GROUP}/v1", kind="Flowing", metadata=metadata, spec=spec))
    assert said(graph) == ("False", "Invalid")


def test_the_old_way_of_one_target() -> None:
    metadata = ObjectMeta(name="p", namespace="infra")
    assert on_rule(
        world(Thing(api_version=f"{GROUP}/v1", kind="Flowing", metadata=metadata, spec={"targetRef": ROUTE_REF}))
    ) == ["p"]


# ------------------------------------------------------------------------------------------------------------------ status


@pytest.mark.parametrize("target", [ROUTE_REF, GATEWAY_REF, {**GATEWAY_REF, "sectionName": "web"}, service_ref()])
def test_status_per_gateway(target: Manifest) -> None:
    graph = world(flowing(target))
    (found,) = (each for each in graph.status() if each["kind"] == "Flowing")
    assert found["apiVersion"] == "ext.test/v1"
    (ancestor,) = found["status"]["ancestors"]
    assert ancestor["ancestorRef"]["name"] == "public"
    assert [(each["type"], each["status"], each["observedGeneration"]) for each in ancestor["conditions"]] == [
        ("Accepted", "True", 2)
    ]


def test_a_class_has_its_gateways_for_ancestors() -> None:
    graph = registered(
        gateway(name="a"), gateway(name="b"), things=[flowing(CLASS_REF, kind="Wide", namespace=None)], kinds=KINDS
    )
    assert [key.name for key in policy_of(graph, "p").ancestors] == ["a", "b"]


def test_nobody_registered_nothing_happens() -> None:
    made = (gateway(), route(rule(backend())), service())
    graph = registered(*made, things=LEVELS, kinds=())
    assert graph.policies.registered == {}
    assert on_rule(graph) == []
