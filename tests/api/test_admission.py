"""check(): an object as an API server judges it on its way in."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import Gateway, check, load
from gwmatch.errors import UsageError

from .build import GATEWAY_API, but, gateway, gateway_class, grant, listener, route, rule, service

TIME = "2024-01-01T00:00:00Z"
CONDITION = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "lastTransitionTime": TIME}
PARENT = {"parentRef": {"name": "edge"}, "controllerName": "example.net/gwmatch", "conditions": [CONDITION]}
LISTENER = {"name": "web", "attachedRoutes": 0, "conditions": []}


def refusals(given: Any, **options: Any) -> list[str]:
    return [str(each.at) for each in check(given, **options)]


def test_new_objects() -> None:
    assert check(route()) == ()
    (problem,) = check(but(gateway(), "spec", "listeners", 0, "port", value="80"))
    assert str(problem) == 'Gateway infra/edge: spec.listeners[0].port: must be an integer, is the string "80"; drop the quotes'
    assert refusals(load(gateway()).of(Gateway)[0]) == []


def test_unknown_fields() -> None:
    given = rule(matchs=[])
    assert refusals(given) == []
    assert refusals(given, strict=True) == ["spec.rules[0].matchs"]
    assert refusals(rule(retry={}), strict=True) == []
    assert refusals(rule(retry={}), strict=True, channel="standard") == ["spec.rules[0].retry"]


def test_what_only_makes_a_rule_invalid_is_let_in() -> None:
    """As an API server does (HI-W8)."""
    rewrite = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "a"}}}
    assert refusals(rule(filters=[rewrite])) == []


def test_generated_names() -> None:
    given = but(route(), "metadata", value={"generateName": "cart-", "namespace": "shop"})
    assert refusals(given) == []
    assert refusals(but(given, "metadata", "generateName", value="Cart-")) == ["metadata.name"]
    assert refusals(but(given, "metadata", "generateName", value="a" * 300)) == []
    assert refusals(given, old=route()) != []


def test_kinds_that_are_not_read() -> None:
    (problem,) = check({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}})
    assert (str(problem.at), problem.resource) == ("kind", "Deployment a")
    assert refusals({"apiVersion": GATEWAY_API, "kind": "HTTPRuote", "metadata": {"name": "a"}}) == ["kind"]
    assert refusals(
        {"apiVersion": "gateway.networking.k8s.io/v1alpha1", "kind": "BackendPolicy", "metadata": {"name": "a"}}
    ) == ["kind"]
    assert refusals(service(clusterIP="10.0.0.1")) == []


@pytest.mark.parametrize("given", [1, "a", {}, {"kind": "HTTPRoute"}, {"apiVersion": 1, "kind": [], "metadata": "a"}])
def test_what_is_no_object(given: Any) -> None:
    assert check(given) != ()
    assert check(given, old=route()) != ()
    assert check(route(), old=given) != ()
    assert check(given, subresource="status") != ()


def test_updates_must_be_of_the_same_object() -> None:
    assert refusals(route(), old=route()) == []
    assert (
        refusals(
            but(route(), "metadata", value={"name": "a"}),
            old=but(route(), "metadata", value={"name": "a", "namespace": "default"}),
        )
        == []
    )
    for other in (route(name="other"), route(namespace="other"), grant()):
        assert refusals(route(), old=other) == ["metadata.name"]
    beta = {**route(), "apiVersion": "gateway.networking.k8s.io/v1beta1"}
    assert refusals(route(), old=beta) == []


def test_updates_are_judged_as_new_objects_are() -> None:
    bad = rule(backendRefs=[{"name": "a"}])
    assert refusals(bad, old=bad) == ["spec.rules[0].backendRefs[0].port"]
    assert refusals(route(), old=bad) == []


def test_immutable_fields() -> None:
    """V-GC-1; also where the rest of the object is refused for something else."""
    other = gateway_class(controllerName="example.net/other")
    assert refusals(other) == []
    assert refusals(other, old=gateway_class()) == ["spec.controllerName"]
    assert refusals(gateway_class(description="x" * 65, controllerName="a.b/c"), old=gateway_class()) == [
        "spec.description",
        "spec.controllerName",
    ]
    assert refusals(gateway_class(), old=gateway_class(description="x" * 65)) == []


def test_what_cannot_be_compared_is_not_let_in() -> None:
    stored = but(gateway_class(), "spec", "controllerName", value=None)
    (problem,) = check(gateway_class(), old=stored)
    assert "cannot be compared with what is stored" in problem.message
    assert "is required" in problem.message


def test_status_does_not_count_otherwise() -> None:
    given = {**route(), "status": {"parents": [{"anything": 1}]}}
    assert refusals(given, strict=True) == []
    assert refusals(given, subresource="status") != []


def status(given: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**given, "status": value}


def conditions(*items: dict[str, Any]) -> dict[str, Any]:
    return status(gateway(), {"conditions": list(items)})


def addresses(*items: dict[str, Any]) -> dict[str, Any]:
    return status(gateway(), {"addresses": list(items)})


STATUS = [
    ("parents", "status.parents", status(route(), {}), status(route(), {"parents": []})),
    (
        "conditions",
        "status.parents[0].conditions",
        status(route(), {"parents": [{**PARENT, "conditions": []}]}),
        status(route(), {"parents": [PARENT]}),
    ),
    ("limit", "status.parents", status(route(), {"parents": [PARENT] * 33}), status(route(), {"parents": [PARENT] * 32})),
    (
        "type",
        "status.conditions[0].type",
        conditions({**CONDITION, "type": "a b"}),
        conditions({**CONDITION, "type": "a.b/C_d"}),
    ),
    (
        "enum",
        "status.conditions[0].status",
        conditions({**CONDITION, "status": "true"}),
        conditions({**CONDITION, "status": "Unknown"}),
    ),
    (
        "reason",
        "status.conditions[0].reason",
        conditions({**CONDITION, "reason": "a b"}),
        conditions({**CONDITION, "reason": "A:b_"}),
    ),
    (
        "message",
        "status.conditions[0].message",
        conditions({**CONDITION, "message": "a" * 32769}),
        conditions({**CONDITION, "message": "a\n" * 16384}),
    ),
    (
        "time",
        "status.conditions[0].lastTransitionTime",
        conditions({**CONDITION, "lastTransitionTime": "now"}),
        conditions({**CONDITION, "lastTransitionTime": "2024-01-01T00:00:00.5+02:00"}),
    ),
    (
        "generation",
        "status.conditions[0].observedGeneration",
        conditions({**CONDITION, "observedGeneration": -1}),
        conditions({**CONDITION, "observedGeneration": 0}),
    ),
    (
        "V-API-3",
        "status.conditions[1].type",
        conditions(CONDITION, CONDITION),
        conditions(CONDITION, {**CONDITION, "type": "B"}),
    ),
    (
        "V-API-3",
        "status.listeners[1].name",
        status(gateway(), {"listeners": [LISTENER, LISTENER]}),
        status(gateway(), {"listeners": [LISTENER, {**LISTENER, "name": "b"}]}),
    ),
    (
        "V-API-3",
        "status.supportedFeatures[1].name",
        status(gateway_class(), {"supportedFeatures": [{"name": "a"}, {"name": "a"}]}),
        status(gateway_class(), {"supportedFeatures": [{"name": "a"}, {"name": "A"}]}),
    ),
    (
        "features",
        "status.supportedFeatures[0]",
        status(gateway_class(), {"supportedFeatures": ["a"]}),
        status(gateway_class(), {}),
    ),
    ("V-GA-1", "status.addresses[0].value", addresses({"value": "a.test"}), addresses({"value": "192.0.2.1"})),
    (
        "V-GA-2",
        "status.addresses[0].value",
        addresses({"type": "Hostname", "value": "A"}),
        addresses({"type": "Hostname", "value": "a"}, {"type": "Hostname", "value": "a"}),  # V-GA-3 is of the spec only
    ),
    (
        "int32",
        "status.attachedListenerSets",
        status(gateway(), {"attachedListenerSets": 1 << 31}),
        status(gateway(), {"attachedListenerSets": 1}),
    ),
]


@pytest.mark.parametrize(("name", "at", "bad", "good"), STATUS, ids=[f"{row[0]} {row[1]}" for row in STATUS])
def test_status(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert refusals(bad, subresource="status", old=bad) == [at]
    assert refusals(good, subresource="status", old=good) == []


def test_the_rest_does_not_count_in_an_update_of_the_status() -> None:
    bent = but(gateway(), "spec", "listeners", 0, "port", value="80")
    assert refusals(status(bent, {}), subresource="status") == []
    assert refusals(status(gateway_class(controllerName="a.b/c"), {}), subresource="status", old=gateway_class()) == []
    assert refusals(status(route(name="other"), {"parents": []}), subresource="status", old=route()) == ["metadata.name"]
    assert refusals(gateway(), subresource="status") == []


def test_unknown_fields_of_a_status() -> None:
    given = status(gateway(listener()), {"conditionz": []})
    assert refusals(given, subresource="status") == []
    assert refusals(given, subresource="status", strict=True) == ["status.conditionz"]
    assert refusals(status(grant(), {"a": 1}), subresource="status") == []
    assert refusals(status(grant(), {"a": 1}), subresource="status", strict=True) == ["status"]


@pytest.mark.parametrize("options", [{"channel": "beta"}, {"subresource": "scale"}])
def test_options(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        check(route(), **options)
