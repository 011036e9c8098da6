"""XBackendTrafficPolicies: whom they hold for, and what the table makes of them (actions.md 12 and 14)."""

from __future__ import annotations

import pytest

from gwmatch.graph import Graph
from gwmatch.ir import RetryBudget, SessionPersistence

from .builders import Manifest, backend, gateway, graph_of, route, rule, service
from .policy_builders import (
    OLD,
    YOUNG,
    backend_in,
    external,
    policy_of,
    service_ref,
    table_of,
    traffic_policy,
    xbackend,
)

SECOND = 1_000_000_000
STICKY = {"sessionName": "s", "type": "Header"}


def world(*manifests: Manifest, made: Manifest | None = None) -> Graph:
    return graph_of(gateway(), made or route(rule(backend())), service(), *manifests)


def said(graph: Graph, name: str = "policy") -> tuple[str, str]:
    found = policy_of(graph, name).condition("Accepted")
    return found.status, found.reason


@pytest.mark.parametrize(
    ("constraint", "budget"),
    [
        (None, None),
        ({}, RetryBudget(20, 10 * SECOND, 10, SECOND)),
        ({"budget": {"percent": 5}}, RetryBudget(5, 10 * SECOND, 10, SECOND)),
        (
            {"budget": {"percent": 0, "interval": "1m"}, "minRetryRate": {"count": 3, "interval": "2s"}},
            RetryBudget(0, 60 * SECOND, 3, 2 * SECOND),
        ),
        ({"minRetryRate": {"count": 3}}, RetryBudget(20, 10 * SECOND, 0, 0)),
    ],
)
def test_retry_budgets(constraint: Manifest | None, budget: RetryBudget | None) -> None:
    """GEP-3388; the defaults of minRetryRate hold as a whole only."""
    fields = {} if constraint is None else {"retryConstraint": constraint}
    graph = world(traffic_policy(**fields))
    assert said(graph) == ("True", "Accepted")
    assert backend_in(graph).retry_budget == budget


def test_sessions_of_a_backend() -> None:
    assert backend_in(world()).session_persistence is None
    assert backend_in(world(traffic_policy(sessionPersistence=STICKY))).session_persistence == SessionPersistence("s", "Header")


def test_the_rule_overrides_the_policy() -> None:
    """S-2."""
    own = rule(backend(), sessionPersistence={"sessionName": "mine"})
    graph = world(traffic_policy(sessionPersistence=STICKY, retryConstraint={}), made=route(own))
    (found,) = table_of(graph).rules
    assert found.session_persistence == SessionPersistence("mine")
    assert found.backends[0].session_persistence is None
    assert found.backends[0].retry_budget is not None


def test_a_split_of_which_one_part_has_a_policy() -> None:
    """S-6: it holds there, and only there."""
    graph = world(traffic_policy(sessionPersistence=STICKY), service("other"), made=route(rule(backend(), backend("other"))))
    (found,) = table_of(graph).rules
    assert [each.session_persistence is not None for each in found.backends] == [True, False]


@pytest.mark.parametrize(("other", "kept"), [("s", [False, True]), ("t", [True, True]), (None, [True, True])])
def test_two_policies_of_a_split_with_one_session_name(other: str | None, kept: list[bool]) -> None:
    """S-6: the older keeps it."""
    young = traffic_policy(name="a", created=YOUNG, sessionPersistence=STICKY)
    sticky = {"type": "Header"} if other is None else {"sessionName": other, "type": "Header"}
    old = traffic_policy(service_ref("other"), name="b", created=OLD, sessionPersistence=sticky)
    graph = world(young, old, service("other"), made=route(rule(backend(), backend("other"))))
    (found,) = table_of(graph).rules
    assert [each.session_persistence is not None for each in found.backends] == kept


def test_one_policy_for_a_whole_split() -> None:
    both = traffic_policy(service_ref(), service_ref("other"), sessionPersistence=STICKY)
    graph = world(both, service("other"), made=route(rule(backend(), backend("other"))))
    assert all(each.session_persistence is not None for each in table_of(graph).rules[0].backends)


def test_the_oldest_holds_the_target() -> None:
    made = [
        traffic_policy(name="young", created=YOUNG, sessionPersistence=STICKY),
        traffic_policy(name="old", created=OLD, retryConstraint={}),
    ]
    for manifests in (made, made[::-1]):
        graph = world(*manifests)
        assert (said(graph, "old"), said(graph, "young")) == (("True", "Accepted"), ("False", "Conflicted"))
        assert backend_in(graph).session_persistence is None  # direct policies are not merged


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (service_ref("gone"), "TargetNotFound"),
        (external("gone"), "TargetNotFound"),
        ({"group": "a.test", "kind": "Odd", "name": "x"}, "Invalid"),
    ],
)
def test_targets_that_are_no_backends(target: Manifest, reason: str) -> None:
    graph = world(traffic_policy(target, retryConstraint={}))
    assert said(graph) == ("False", reason)
    assert backend_in(graph).retry_budget is None
    # Nothing that is only tuned is closed for it.
    assert backend_in(graph).failure is None


def test_an_xbackend_can_have_one() -> None:
    graph = world(traffic_policy(external(), retryConstraint={}), xbackend(), made=route(rule(external())))
    assert said(graph) == ("True", "Accepted")
    assert backend_in(graph).retry_budget is not None


def test_of_another_namespace_it_has_no_say() -> None:
    assert backend_in(world(traffic_policy(namespace="far", retryConstraint={}))).retry_budget is None


def test_status_per_gateway() -> None:
    graph = world(traffic_policy(retryConstraint={}))
    (found,) = (each for each in graph.status() if each["kind"] == "XBackendTrafficPolicy")
    assert found["apiVersion"] == "gateway.networking.x-k8s.io/v1alpha1"
    ((ancestor),) = found["status"]["ancestors"]
    assert ancestor["ancestorRef"]["name"] == "public"
    assert [(each["type"], each["status"]) for each in ancestor["conditions"]] == [("Accepted", "True")]
