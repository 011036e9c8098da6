"""Status objects as kubectl shows them (status.md 1, 6)."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from gwmatch.graph import Graph
from gwmatch.graph.features import SUPPORTED_FEATURES

from .builders import (
    CONTROLLER,
    Manifest,
    backend,
    gateway,
    gateway_class,
    graph_of,
    https,
    listener,
    route,
    rule,
    secret,
    service,
)

EPOCH = "1970-01-01T00:00:00Z"
MONDAY, TUESDAY = "2026-03-02T08:00:00Z", "2026-03-03T08:00:00Z"


def status_of(graph: Graph, kind: str, name: str | None = None, **given: Any) -> dict[str, Any]:
    (found,) = (each for each in graph.status(**given) if each["kind"] == kind and name in (None, each["metadata"]["name"]))
    return dict(found["status"])


def times(conditions: list[dict[str, Any]]) -> dict[str, str]:
    return {each["type"]: each["lastTransitionTime"] for each in conditions}


def with_status(made: Manifest, status: Any) -> Manifest:
    return {**made, "status": status}


def test_shape() -> None:
    public = gateway(
        listener(hostname="a.test"),
        listener("odd", 81, "a.test/odd"),
        addresses=[{"value": "192.0.2.1"}, {"type": "IPAddress"}],
    )
    found = graph_of(public, route(rule(backend()), hostnames=["a.test"]), service()).status(now=MONDAY)

    def condition(type_: str, status: str, reason: str, generation: int, message: str) -> dict[str, Any]:
        return {
            "type": type_,
            "status": status,
            "observedGeneration": generation,
            "lastTransitionTime": MONDAY,
            "reason": reason,
            "message": message,
        }

    unserved = "protocol a.test/odd is not one of HTTP, HTTPS, TLS, TCP, UDP"
    group = "gateway.networking.k8s.io"
    assert found == (
        {
            "apiVersion": f"{group}/v1",
            "kind": "GatewayClass",
            "metadata": {"name": "ours"},
            "status": {
                "conditions": [
                    condition("Accepted", "True", "Accepted", 2, "The GatewayClass is served."),
                    condition(
                        "SupportedVersion",
                        "True",
                        "SupportedVersion",
                        2,
                        "Resources are read by the rules of Gateway API v1.6.1.",
                    ),
                ],
                "supportedFeatures": [{"name": name} for name in SUPPORTED_FEATURES],
            },
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "Gateway",
            "metadata": {"namespace": "infra", "name": "public"},
            "status": {
                "addresses": [{"type": "IPAddress", "value": "192.0.2.1"}],
                "conditions": [
                    condition("Accepted", "True", "ListenersNotValid", 3, "these listeners are not accepted: odd"),
                    condition("Programmed", "True", "Programmed", 3, "The Gateway is in the table."),
                    condition("ResolvedRefs", "True", "ResolvedRefs", 3, "All references are resolved."),
                ],
                "listeners": [
                    {
                        "name": "web",
                        "supportedKinds": [{"group": group, "kind": "HTTPRoute"}, {"group": group, "kind": "GRPCRoute"}],
                        "attachedRoutes": 1,
                        "conditions": [
                            condition("Accepted", "True", "Accepted", 3, "The listener is accepted."),
                            condition("Programmed", "True", "Programmed", 3, "The listener is in the table."),
                            condition("ResolvedRefs", "True", "ResolvedRefs", 3, "All references are resolved."),
                        ],
                    },
                    {
                        "name": "odd",
                        "supportedKinds": [],
                        "attachedRoutes": 0,
                        "conditions": [
                            condition("Accepted", "False", "UnsupportedProtocol", 3, unserved),
                            condition("Programmed", "False", "Invalid", 3, unserved),
                            condition("ResolvedRefs", "True", "ResolvedRefs", 3, "All references are resolved."),
                        ],
                    },
                ],
            },
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "HTTPRoute",
            "metadata": {"namespace": "infra", "name": "shop"},
            "status": {
                "parents": [
                    {
                        "parentRef": {"group": group, "kind": "Gateway", "namespace": "infra", "name": "public"},
                        "controllerName": CONTROLLER,
                        "conditions": [
                            condition("Accepted", "True", "Accepted", 5, "The route is accepted."),
                            condition("ResolvedRefs", "True", "ResolvedRefs", 5, "All references are resolved."),
                        ],
                    }
                ]
            },
        },
    )


def test_references_are_as_written_with_group_and_kind() -> None:
    """A-37; parents in the order of the spec (ST-8)."""
    refs: list[Manifest] = [
        {"name": "public", "sectionName": "web", "port": 80},
        {"name": "public", "namespace": "infra", "sectionName": "b"},
    ]
    parents = status_of(graph_of(gateway(), route(parents=refs)), "HTTPRoute")["parents"]
    base = {"group": "gateway.networking.k8s.io", "kind": "Gateway"}
    assert [entry["parentRef"] for entry in parents] == [{**base, **ref} for ref in refs]


def test_objects_that_are_not_ours_are_left_out() -> None:
    """ST-7, A-1."""
    graph = graph_of(
        gateway(),
        gateway(name="theirs", of="foreign"),
        gateway_class("foreign", "else.test/controller"),
        route(name="theirs", parents=[{"name": "theirs"}]),
        route(name="lost", parents=[{"name": "gone"}]),
    )
    assert [(each["kind"], each["metadata"]["name"]) for each in graph.status()] == [
        ("GatewayClass", "ours"),
        ("Gateway", "public"),
    ]


def test_negative_conditions_are_there_only_when_true() -> None:
    """ST-6."""
    types = {
        condition["type"]
        for each in graph_of(gateway(https()), secret(), route()).status()
        for holder in [each["status"], *each["status"].get("listeners", []), *each["status"].get("parents", [])]
        for condition in holder.get("conditions", [])
    }
    assert types == {"Accepted", "Programmed", "ResolvedRefs", "SupportedVersion"}


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (None, EPOCH),
        (MONDAY, MONDAY),
        (datetime(2026, 3, 2, 8, tzinfo=UTC), MONDAY),
        (datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1))), MONDAY),
        (datetime(2026, 3, 2, 8), MONDAY),
    ],
)
def test_clock(now: Any, shown: str) -> None:
    found = status_of(graph_of(gateway()), "Gateway", now=now)
    assert set(times(found["conditions"]).values()) == {shown}


def test_transition_time_changes_with_the_status_only() -> None:
    """ST-4: reason, message and generation keep it."""
    broken = route(rule(backend("gone")))
    before = graph_of(gateway(), broken, service()).status(now=MONDAY)
    newer = {**broken, "metadata": {**broken["metadata"], "generation": 6}}

    same = status_of(graph_of(gateway(), newer, service()), "HTTPRoute", previous=before, now=TUESDAY)
    (parent,) = same["parents"]
    assert times(parent["conditions"]) == {"Accepted": MONDAY, "ResolvedRefs": MONDAY}
    assert {each["observedGeneration"] for each in parent["conditions"]} == {6}

    other_reason = graph_of(gateway(), route(rule(backend(kind="Odd"))), service())
    (parent,) = status_of(other_reason, "HTTPRoute", previous=before, now=TUESDAY)["parents"]
    assert times(parent["conditions"])["ResolvedRefs"] == MONDAY
    assert parent["conditions"][1]["reason"] == "InvalidKind"

    mended = graph_of(gateway(), broken, service("gone"))
    (parent,) = status_of(mended, "HTTPRoute", previous=before, now=TUESDAY)["parents"]
    assert times(parent["conditions"]) == {"Accepted": MONDAY, "ResolvedRefs": TUESDAY}


def test_stored_status_of_the_object_is_the_previous_one() -> None:
    made = [gateway(listener(), https(secret="gone")), route()]
    before = graph_of(*made).status(now=MONDAY)
    by_name = {(each["kind"], each["metadata"]["name"]): each["status"] for each in before}
    stored = [with_status(each, by_name[each["kind"], each["metadata"]["name"]]) for each in made]
    after = graph_of(*stored).status(now=TUESDAY)
    assert after[1:] == before[1:]
    # An explicit previous one takes its place, and only for the objects that it has.
    explicit = graph_of(*stored).status(previous=[with_status(made[1], {"parents": []})], now=TUESDAY)
    assert explicit[1] == before[1]
    assert {each["lastTransitionTime"] for each in explicit[2]["status"]["parents"][0]["conditions"]} == {TUESDAY}


def test_defaults_of_the_api_give_way() -> None:
    """ST-9."""
    waiting = {"type": "Accepted", "status": "Unknown", "reason": "Pending", "message": "", "lastTransitionTime": EPOCH}
    found = status_of(graph_of(with_status(gateway(), {"conditions": [waiting]})), "Gateway", now=MONDAY)
    assert [each["type"] for each in found["conditions"]] == ["Accepted", "Programmed", "ResolvedRefs"]
    assert times(found["conditions"])["Accepted"] == MONDAY


def test_newer_conditions_are_not_overwritten() -> None:
    """ST-3."""
    newer = {
        "type": "Accepted",
        "status": "False",
        "reason": "Invalid",
        "message": "from the future",
        "lastTransitionTime": EPOCH,
        "observedGeneration": 4,
    }
    found = status_of(graph_of(with_status(gateway(), {"conditions": [newer]})), "Gateway", now=MONDAY)
    assert found["conditions"][0] == newer
    assert found["conditions"][1]["observedGeneration"] == 3


def test_conditions_of_other_types_and_entries_of_other_controllers_stay() -> None:
    """ST-5, ST-7."""
    foreign = {"type": "a.test/Checked", "status": "True", "reason": "Fine", "message": "", "lastTransitionTime": EPOCH}
    outdated = {"type": "InsecureFrontendValidationMode", "status": "True", "reason": "ConfigurationChanged"}
    theirs = {"parentRef": {"name": "public"}, "controllerName": "else.test/controller", "conditions": [foreign]}
    stale = {"parentRef": {"name": "gone"}, "controllerName": CONTROLLER, "conditions": []}
    graph = graph_of(
        with_status(gateway(), {"conditions": [outdated, foreign]}), with_status(route(), {"parents": [stale, theirs]})
    )
    assert [each["type"] for each in status_of(graph, "Gateway")["conditions"]] == [
        "Accepted",
        "Programmed",
        "ResolvedRefs",
        "a.test/Checked",
    ]
    parents = status_of(graph, "HTTPRoute")["parents"]
    assert [entry["controllerName"] for entry in parents] == [CONTROLLER, "else.test/controller"]
    assert parents[1] == theirs


@pytest.mark.parametrize(
    "status",
    [
        {"conditions": "x", "listeners": 7, "parents": {}},
        {"conditions": [1, {"type": ["x"]}], "listeners": [None, {"name": {}}], "parents": ["x", {"parentRef": 3}]},
        {"parents": [{"parentRef": {"name": ["x"]}, "controllerName": ["y"], "conditions": {}}], "addresses": None},
    ],
)
def test_whatever_a_stored_status_holds_nothing_fails(status: Any) -> None:
    graph = graph_of(with_status(gateway(), copy.deepcopy(status)), with_status(route(), copy.deepcopy(status)))
    assert len(graph.status()) == 3


def test_addresses_that_somebody_assigned_stay() -> None:
    stored = {"addresses": [{"type": "IPAddress", "value": "192.0.2.9"}]}
    assert status_of(graph_of(with_status(gateway(), stored)), "Gateway")["addresses"] == stored["addresses"]
    assert "addresses" not in status_of(graph_of(gateway()), "Gateway")


def test_long_messages_are_cut() -> None:
    many = [backend("x" * 253, namespace="y" * 63) for _ in range(16)]
    graph = graph_of(gateway(), route(*(rule(*many) for _ in range(16))))
    (parent,) = status_of(graph, "HTTPRoute")["parents"]
    assert max(len(each["message"]) for each in parent["conditions"]) == 32768


def test_features_are_sorted_and_few_enough() -> None:
    """PF-4."""
    assert list(SUPPORTED_FEATURES) == sorted(set(SUPPORTED_FEATURES))
    assert len(SUPPORTED_FEATURES) <= 64
    assert not any(name.startswith("Mesh") for name in SUPPORTED_FEATURES)
