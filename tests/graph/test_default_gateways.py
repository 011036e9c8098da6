"""GEP-3793, attachment.md 6: routes that attach to every default Gateway without naming it."""

from __future__ import annotations

import pytest

from .builders import (
    Manifest,
    admitting,
    counts,
    everybody,
    gateway,
    gateway_class,
    gateway_of,
    graph_of,
    listener,
    listener_set,
    route_of,
    route_of_kind,
    verdict,
)

KINDS = {"HTTPRoute": "HTTP", "GRPCRoute": "HTTP", "TLSRoute": "TLS", "TCPRoute": "TCP", "UDPRoute": "UDP"}


def using(kind: str = "HTTPRoute", scope: str | None = "All", **fields: object) -> Manifest:
    made = route_of_kind(kind, **{"parents": [], **fields})
    if scope is not None:
        made["spec"]["useDefaultGateways"] = scope
    return made


@pytest.mark.parametrize(
    ("uses", "offers", "expected"),
    [("All", "All", 1), ("All", "None", 0), ("All", None, 0), ("None", "All", 0), (None, "All", 0), (None, None, 0)],
)
def test_both_sides_must_want_it(uses: str | None, offers: str | None, expected: int) -> None:
    graph = graph_of(gateway(**({} if offers is None else {"defaultScope": offers})), using(scope=uses))
    assert len(route_of(graph).parents) == expected
    assert counts(graph) == {("public", "web"): expected}


@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds(kind: str) -> None:
    tls = {"tls": {"mode": "Passthrough"}} if kind == "TLSRoute" else {}
    made = listener("here", 4000, KINDS[kind], **tls, **everybody())
    graph = graph_of(gateway(made, defaultScope="All"), using(kind, namespace="far"))
    (parent,) = route_of(graph).parents
    assert (parent.ref.namespace, parent.ref.name, parent.by_default) == ("infra", "public", True)
    assert verdict(parent, "Accepted") == ("True", "Accepted")


def test_a_default_gateway_that_refuses_gets_no_entry() -> None:
    """Nobody asked it in particular; one that is named owes an answer all the same."""
    public = gateway(defaultScope="All")
    assert route_of(graph_of(public, using(namespace="far"))).parents == ()
    (parent,) = route_of(graph_of(public, using(namespace="far", parents=[{"name": "public", "namespace": "infra"}]))).parents
    assert verdict(parent, "Accepted") == ("False", "NotAllowedByListeners")


def test_every_default_gateway_that_is_ours() -> None:
    graph = graph_of(
        gateway(name="a", defaultScope="All"),
        gateway(name="b", defaultScope="All"),
        gateway(name="c"),
        gateway(name="theirs", of="foreign", defaultScope="All"),
        gateway_class("foreign", "else.test/controller"),
        using(),
    )
    assert [parent.ref.name for parent in route_of(graph).parents] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ({"name": "public"}, [None]),
        ({"name": "public", "namespace": "infra"}, ["infra"]),
        ({"name": "public", "sectionName": "web"}, [None, "infra"]),
        ({"name": "public", "port": 80}, [None, "infra"]),
    ],
)
def test_one_that_is_named_as_a_whole_is_not_named_again(written: Manifest, names: list[str | None]) -> None:
    graph = graph_of(gateway(defaultScope="All"), using(parents=[written]))
    assert [parent.ref.namespace for parent in route_of(graph).parents] == names
    assert counts(graph) == {("public", "web"): 1}


def test_listener_sets_are_not_reached() -> None:
    """A-34: the Gateway is a parent, not what others add to it."""
    graph = graph_of(gateway(defaultScope="All", **admitting()), listener_set(), using())
    assert counts(graph) == {("public", "web"): 1, ("extra", "more"): 0}


def test_condition_of_the_gateway() -> None:
    """status.md 3; ST-6: gone when it does not hold."""
    graph = graph_of(gateway(defaultScope="All"))
    assert verdict(gateway_of(graph), "DefaultGateway") == ("True", "DefaultGateway")
    stale = gateway(defaultScope="None")
    stale["status"] = {"conditions": [{"type": "DefaultGateway", "status": "True", "reason": "DefaultGateway"}]}
    (_, found) = graph_of(stale).status()
    assert [each["type"] for each in found["status"]["conditions"]] == ["Accepted", "Programmed", "ResolvedRefs"]


def test_status_names_the_gateway_that_took_it() -> None:
    (*_, found) = graph_of(gateway(defaultScope="All"), using()).status()
    assert [entry["parentRef"] for entry in found["status"]["parents"]] == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra", "name": "public"}
    ]
