"""The status of BackendTLSPolicies: one entry per Gateway that they concern, as long as there is room (L-11)."""

from __future__ import annotations

from gwmatch.graph import Graph

from .builders import (
    CONTROLLER,
    Manifest,
    backend,
    everybody,
    gateway,
    graph_of,
    listener,
    route,
    rule,
    service,
)
from .policy_builders import backend_in, policy_of, service_ref, tls_policy

PORTS = [{"name": "web", "port": 80}, {"name": "alt", "port": 8080}]


def world(*manifests: Manifest) -> Graph:
    return graph_of(gateway(), route(rule(backend())), service(ports=PORTS), *manifests)


def statuses(graph: Graph, kind: str = "BackendTLSPolicy") -> list[Manifest]:
    return [each for each in graph.status() if each["kind"] == kind]


def ancestors(graph: Graph) -> list[str]:
    (found,) = statuses(graph)
    return [entry["ancestorRef"]["name"] for entry in found["status"]["ancestors"]]


def test_one_ancestor_per_gateway_that_uses_the_target() -> None:
    """L-11."""
    used = route(rule(backend(), backend()), rule(backend()), parents=[{"name": "b"}, {"name": "a", "sectionName": "web"}])
    graph = graph_of(*(gateway(name=name) for name in ("a", "b", "c")), used, service(), tls_policy())
    (found,) = statuses(graph)
    (first, second) = found["status"]["ancestors"]
    assert first["ancestorRef"] == {
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "namespace": "infra",
        "name": "a",
    }
    assert second["ancestorRef"]["name"] == "b"
    assert first["controllerName"] == CONTROLLER
    assert [(each["type"], each["observedGeneration"]) for each in first["conditions"]] == [
        ("Accepted", 4),
        ("ResolvedRefs", 4),
    ]


def test_whose_target_nobody_uses_has_none() -> None:
    assert statuses(graph_of(gateway(), route(rule(backend("other"))), service(), service("other"), tls_policy())) == []
    refused = route(rule(backend()), parents=[{"name": "public", "sectionName": "gone"}])
    assert statuses(graph_of(gateway(), refused, service(), tls_policy())) == []


def test_of_a_port_only_who_uses_the_port() -> None:
    assert statuses(world(tls_policy(service_ref(sectionName="alt")))) == []
    assert ancestors(world(tls_policy(service_ref(sectionName="web")))) == ["public"]
    # Its author is told of a port that is not there by whoever uses the Service.
    assert ancestors(world(tls_policy(service_ref(sectionName="gone")))) == ["public"]


def test_a_reference_that_is_not_permitted_makes_no_ancestor() -> None:
    strange = route(rule(backend(namespace="infra")), namespace="far")
    graph = graph_of(gateway(listener(**everybody())), strange, service(), tls_policy())
    assert statuses(graph) == []


def full(controller: str, count: int = 16) -> Manifest:
    refs = [{"ancestorRef": {"name": f"g{index:02}"}, "controllerName": controller, "conditions": []} for index in range(count)]
    return {"ancestors": refs}


def test_a_full_status_closes_the_backend() -> None:
    """L-11: other controllers' entries stay, and the policy cannot be met here."""
    graph = world(tls_policy(status=full("other.test/x")))
    assert policy_of(graph).ancestors == ()
    assert (backend_in(graph).failure, backend_in(graph).tls) == ("Invalid", None)
    almost = world(tls_policy(status=full("other.test/x", 15)))
    assert backend_in(almost).failure is None
    assert ancestors(almost) == ["public", *(f"g{index:02}" for index in range(15))]


def test_who_has_a_place_keeps_it() -> None:
    """Of 17 Gateways the one that comes last by name is left out, unless it was there before."""
    names = [f"g{index:02}" for index in range(17)]
    gateways = [gateway(name=name) for name in names]
    everywhere = route(rule(backend()), parents=[{"name": name} for name in names])
    graph = graph_of(*gateways, everywhere, service(), tls_policy())
    assert [backend_in(graph, name).failure for name in ("g00", "g15", "g16")] == [None, None, "Invalid"]
    there = {"ancestors": [{"ancestorRef": {"name": "g16"}, "controllerName": CONTROLLER}]}
    graph = graph_of(*gateways, everywhere, service(), tls_policy(status=there))
    assert [backend_in(graph, name).failure for name in ("g00", "g15", "g16")] == [None, "Invalid", None]


def test_entries_of_gateways_that_are_gone_go_too() -> None:
    stored = {
        "ancestors": [
            {"ancestorRef": {"name": "gone"}, "controllerName": CONTROLLER, "conditions": []},
            {"ancestorRef": {"name": "theirs"}, "controllerName": "other.test/x", "conditions": []},
        ]
    }
    graph = graph_of(gateway(), service(), tls_policy(status=stored))
    assert ancestors(graph) == ["theirs"]
