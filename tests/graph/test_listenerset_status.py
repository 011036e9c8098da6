"""Status of ListenerSets and their entries (status.md 5), and what their owners may not read in it."""

from __future__ import annotations

from typing import Any

from .builders import (
    Manifest,
    admitting,
    backend,
    everybody,
    gateway,
    graph_of,
    https,
    listener,
    listener_set,
    namespace,
    route,
    rule,
)

OLDER = "2026-01-01T00:00:00Z"
TO_SET: Manifest = {"kind": "ListenerSet", "name": "extra", "namespace": "infra"}
MISSING_CA: Manifest = {"group": "", "kind": "ConfigMap", "name": "gw-ca"}
VALIDATING: Manifest = {"frontend": {"default": {"validation": {"caCertificateRefs": [MISSING_CA]}}}}


def status_of(graph: Any, kind: str, name: str) -> dict[str, Any]:
    (found,) = (each for each in graph.status() if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return dict(found["status"])


def test_status_of_a_set() -> None:
    """Entries carry the generation of the set (ST-2), its Gateway lists its own listeners only."""
    extra = listener_set(listener("more", 8080, **everybody()), listener("raw", 9, "TCP"))
    graph = graph_of(gateway(**admitting()), extra, route(parents=[TO_SET]))
    found = status_of(graph, "ListenerSet", "extra")
    assert [(entry["name"], entry["attachedRoutes"]) for entry in found["listeners"]] == [("more", 1), ("raw", 0)]
    assert [kind["kind"] for kind in found["listeners"][0]["supportedKinds"]] == ["HTTPRoute", "GRPCRoute"]
    conditions = [*found["conditions"], *found["listeners"][0]["conditions"]]
    assert [each["type"] for each in conditions] == ["Accepted", "Programmed", "Accepted", "Programmed", "ResolvedRefs"]
    assert {each["observedGeneration"] for each in conditions} == {7}
    public = status_of(graph, "Gateway", "public")
    assert [entry["name"] for entry in public["listeners"]] == ["web"]
    assert public["attachedListenerSets"] == 1


def test_status_of_a_set_that_is_not_let_in() -> None:
    assert set(status_of(graph_of(gateway(), listener_set()), "ListenerSet", "extra")) == {"conditions"}


def test_messages_keep_what_others_own() -> None:
    """status.md 5: whatever goes wrong, nobody reads another owner's names, hostnames or references."""
    mine = ("tls", "more", "hidden.mine.test", "cert-mine", "9443", "8080")
    graph = graph_of(
        gateway(
            https("gw-tls", 9443, hostname="hidden.gateway.test", secret="gw-cert"),
            listener("gw-web", 8080, hostname="plain.gateway.test"),
            **admitting(),
            tls=VALIDATING,
        ),
        listener_set(
            https("other-tls", 9443, hostname="*.mine.test", secret="other-cert"),
            name="sibling",
            namespace="far",
            created=OLDER,
        ),
        listener_set(
            https("tls", 9443, hostname="hidden.mine.test", secret="cert-mine"), listener("more", 8080, "TCP"), namespace="shop"
        ),
        route(rule(backend()), parents=[{**TO_SET, "namespace": "shop"}], hostnames=["x.test"]),
    )
    found = status_of(graph, "ListenerSet", "extra")
    messages = [condition["message"] for holder in (found, *found["listeners"]) for condition in holder["conditions"]]
    text = "\n".join(messages)
    for secret_word in ("gw-", "gateway.test", "*.mine.test", "other-", "sibling", "far"):
        assert secret_word not in text
    assert any(word in text for word in mine)
    public = status_of(graph, "Gateway", "public")
    text = "\n".join(each["message"] for holder in (public, *public["listeners"]) for each in holder["conditions"])
    for secret_word in ("mine", "other-", "sibling", "extra", "shop"):
        assert secret_word not in text


def test_unseen_namespace_of_a_selected_set_is_noticed() -> None:
    graph = graph_of(
        gateway(**admitting("Selector", selector={"matchLabels": {"team": "web"}})),
        listener_set(namespace="shop"),
        namespace("other"),
    )
    assert [notice.resource for notice in graph.notices] == ["Namespace shop"]


def test_a_gateway_with_nothing_to_serve_names_its_own_listeners_only() -> None:
    graph = graph_of(gateway(https(secret="gone"), **admitting()), listener_set(https("hidden", 9443, secret="gone")))
    (found,) = (each for each in status_of(graph, "Gateway", "public")["conditions"] if each["type"] == "Programmed")
    assert (found["status"], found["message"]) == ("False", "none of these listeners can be programmed: tls")
