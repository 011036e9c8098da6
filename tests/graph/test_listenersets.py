"""ListenerSets: who is let in, what they are worth, and what they may know of others (attachment.md 1 to 3, status.md 5)."""

from __future__ import annotations

import pytest

from .builders import (
    Manifest,
    admitted_graph,
    admitting,
    config_map,
    counts,
    entry_of,
    from_,
    gateway,
    gateway_class,
    gateway_of,
    grant,
    graph_of,
    https,
    listener,
    listener_of,
    listener_set,
    namespace,
    parent_of,
    route,
    route_of,
    secret,
    set_of,
    verdict,
)

ACCEPTED = ("True", "Accepted")
OLD, OLDER = "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"
TO_SET: Manifest = {"kind": "ListenerSet", "name": "extra", "namespace": "infra"}


def web_team() -> Manifest:
    return admitting("Selector", selector={"matchLabels": {"team": "web"}})


@pytest.mark.parametrize(
    ("allowed", "where", "let_in"),
    [
        ({}, "infra", False),
        ({"allowedListeners": {}}, "infra", False),
        (admitting("None"), "infra", False),
        (admitting("Same"), "infra", True),
        (admitting("Same"), "shop", False),
        (admitting("All"), "shop", True),
        (web_team(), "shop", True),
        (web_team(), "infra", False),
        (admitting("Selector"), "shop", False),
        (admitting("Selector", selector={}), "shop", True),
    ],
)
def test_allowed_listeners(allowed: Manifest, where: str, let_in: bool) -> None:
    """A-3, HI-S3; A-16 counts along."""
    graph = graph_of(gateway(**allowed), listener_set(namespace=where), namespace("shop", team="web"), namespace("infra"))
    for type_ in ("Accepted", "Programmed"):
        assert verdict(set_of(graph), type_) == (("True", type_) if let_in else ("False", "NotAllowed"))
    assert [node.key.name for node in gateway_of(graph).listeners] == (["web", "more"] if let_in else ["web"])
    assert gateway_of(graph).attached_listener_sets == let_in


@pytest.mark.parametrize(
    "parent",
    [
        {"name": "gone"},
        {"name": "public", "namespace": "far"},
        {"name": "theirs"},
        {"name": "public", "group": "a.test"},
        {"name": "extra", "kind": "ListenerSet"},
        {"name": "other", "kind": "ListenerSet"},
    ],
)
def test_sets_of_nobody_are_left_alone(parent: Manifest) -> None:
    """A-2, and no cycle: a ListenerSet is no parent of a ListenerSet."""
    graph = graph_of(
        gateway(**admitting()),
        gateway(name="theirs", of="foreign", **admitting()),
        gateway_class("foreign", "else.test/controller"),
        listener_set(parent={"namespace": "infra", **parent}),
        listener_set(name="other", parent={"kind": "ListenerSet", "name": "extra"}),
        route(parents=[TO_SET]),
    )
    assert graph.listener_sets == {}
    assert route_of(graph).parents == ()
    assert {each["kind"] for each in graph.status()} == {"GatewayClass", "Gateway"}


def test_parent_not_accepted() -> None:
    """A-4, A-38; the set may well be the only one in order."""
    graph = graph_of(gateway(listener("web", protocol="odd"), **admitting()), listener_set(), route(parents=[TO_SET]))
    assert verdict(gateway_of(graph), "Accepted") == ("False", "ListenersNotValid")
    assert verdict(set_of(graph), "Accepted") == ("False", "ParentNotAccepted")
    assert verdict(set_of(graph), "Programmed") == ("False", "ParentNotProgrammed")
    assert not entry_of(graph).serving
    assert verdict(parent_of(graph), "Accepted") == ("False", "NoMatchingParent")
    assert "ParentNotAccepted" in parent_of(graph).condition("Accepted").message
    assert gateway_of(graph).attached_listener_sets == 0


def test_an_absent_namespace_is_the_sets_own() -> None:
    here = listener_set(namespace="shop", parent={"name": "public"})
    assert graph_of(gateway(**admitting()), here).listener_sets == {}
    graph = graph_of(gateway(**admitting()), gateway(namespace="shop", **admitting()), here)
    assert set_of(graph).gateway.namespace == "shop"


def test_parent_not_programmed() -> None:
    graph = admitted_graph(gateway(addresses=[{"value": "nowhere"}], **admitting()), listener_set())
    assert verdict(gateway_of(graph), "Programmed") == ("False", "AddressNotUsable")
    assert verdict(set_of(graph), "Accepted") == ACCEPTED
    assert verdict(set_of(graph), "Programmed") == ("False", "ParentNotProgrammed")


def test_route_to_a_set_that_is_not_let_in() -> None:
    """A-38, OQ-45."""
    graph = graph_of(gateway(), listener_set(), route(parents=[TO_SET]))
    assert verdict(parent_of(graph), "Accepted") == ("False", "NoMatchingParent")
    assert "NotAllowed" in parent_of(graph).condition("Accepted").message


def test_merged_list_is_by_age_then_by_name() -> None:
    """attachment.md 2; one without a time counts as the newest (OQ-19), `a-b/x` stands before `a/x`."""
    graph = graph_of(
        gateway(**admitting()),
        listener_set(listener("a", 81), name="unknown"),
        listener_set(listener("b", 82), name="x", namespace="a", created=OLD),
        listener_set(listener("c", 83), name="x", namespace="a-b", created=OLD),
        listener_set(listener("d", 84), name="z", created=OLDER),
    )
    assert [node.key.name for node in gateway_of(graph).listeners] == ["web", "d", "c", "b", "a"]


def test_names_need_be_unique_within_one_owner_only() -> None:
    graph = graph_of(gateway(**admitting()), listener_set(listener("web", 8080)), route(parents=[TO_SET]))
    assert counts(graph) == {("public", "web"): 0, ("extra", "web"): 1}


# --------------------------------------------------------------------------------------------------------------- conflicts


def test_the_gateway_goes_first_and_siblings_stay() -> None:
    """A-10, HI-S2, A-14."""
    graph = graph_of(
        gateway(listener(hostname="a.test"), **admitting()),
        listener_set(listener("raw", 80, "TCP"), listener("more", hostname="b.test"), listener("same", hostname="a.test")),
    )
    assert verdict(gateway_of(graph), "Accepted") == ACCEPTED
    assert verdict(listener_of(graph), "Accepted") == ACCEPTED
    assert verdict(entry_of(graph), "Programmed") == ("True", "Programmed")
    for name, reason in (("raw", "ProtocolConflict"), ("same", "HostnameConflict")):
        found = entry_of(graph, name)
        assert [verdict(found, type_) for type_ in ("Accepted", "Programmed", "Conflicted")] == [
            ("False", reason),
            ("False", reason),
            ("True", reason),
        ]
    assert verdict(set_of(graph), "Accepted") == ("True", "ListenersNotValid")
    assert verdict(set_of(graph), "Programmed") == ("True", "Programmed")
    assert gateway_of(graph).attached_listener_sets == 1


def test_older_set_first() -> None:
    older = listener_set(name="older", created=OLDER)
    younger = listener_set(name="first", created=OLD)
    graph = graph_of(gateway(**admitting()), younger, older)
    assert verdict(set_of(graph, "older"), "Accepted") == ACCEPTED
    assert verdict(set_of(graph, "first"), "Accepted") == ("False", "ListenersNotValid")
    assert verdict(set_of(graph, "first"), "Programmed") == ("False", "ListenersNotValid")
    assert gateway_of(graph).attached_listener_sets == 1


def test_a_quarrel_inside_a_set_blocks_later_ones() -> None:
    """A-11, A-12, OQ-10."""
    quarrel = listener_set(listener("a", 8080), listener("b", 8080, "TCP"), created=OLDER)
    graph = graph_of(gateway(**admitting()), quarrel, listener_set(listener("c", 8080), name="later"))
    reasons = [verdict(node, "Accepted")[1] for node in gateway_of(graph).listeners]
    assert reasons == ["Accepted", "ProtocolConflict", "ProtocolConflict", "ProtocolConflict"]


def test_a_set_that_is_not_let_in_claims_nothing() -> None:
    allowed = admitting("Same")
    graph = graph_of(gateway(**allowed), listener_set(name="far", namespace="far", created=OLDER), listener_set())
    assert verdict(set_of(graph), "Accepted") == ACCEPTED


def test_sets_never_make_their_gateway_invalid() -> None:
    """A-15. With nothing of its own to serve, a Gateway still serves what its sets have."""
    bad = listener_set(listener("odd", 9, "odd"), https("tls", 9443, secret="gone"))
    graph = graph_of(gateway(**admitting()), bad)
    assert [verdict(gateway_of(graph), type_)[0] for type_ in ("Accepted", "Programmed", "ResolvedRefs")] == ["True"] * 3
    graph = graph_of(gateway(https(secret="gone"), **admitting()), listener_set())
    assert verdict(gateway_of(graph), "Programmed") == ("True", "Programmed")
    assert verdict(set_of(graph), "Accepted") == ACCEPTED


# -------------------------------------------------------------------------------------------------- secrets and validation


FAR_SECRET: Manifest = {"name": "cert", "namespace": "data"}


@pytest.mark.parametrize(
    ("source", "permitted"),
    [
        (from_("ListenerSet", "shop"), True),
        (from_("Gateway"), False),
        (from_("Gateway", "shop"), False),
        (from_("ListenerSet"), False),
        (from_("XListenerSet", "shop", "gateway.networking.x-k8s.io"), False),
    ],
)
def test_a_set_needs_its_own_grant(source: Manifest, permitted: bool) -> None:
    """HI-S5, A-53, A-15: without it the set is worth nothing."""
    graph = graph_of(
        gateway(**admitting()),
        listener_set(https(secret=FAR_SECRET), namespace="shop"),
        secret(namespace="data"),
        grant([{"group": "", "kind": "Secret"}], source=[source]),
    )
    found = entry_of(graph, "tls")
    assert verdict(found, "ResolvedRefs") == (("True", "ResolvedRefs") if permitted else ("False", "RefNotPermitted"))
    assert verdict(set_of(graph), "Accepted") == (ACCEPTED if permitted else ("False", "ListenersNotValid"))
    assert verdict(gateway_of(graph), "ResolvedRefs") == ("True", "ResolvedRefs")


def test_secrets_are_those_of_the_sets_namespace() -> None:
    made = [gateway(**admitting()), listener_set(https(), namespace="shop")]
    assert verdict(entry_of(graph_of(*made, secret()), "tls"), "ResolvedRefs") == ("False", "InvalidCertificateRef")
    graph = graph_of(*made, secret(namespace="shop"))
    assert [key.namespace for key in entry_of(graph, "tls").certificates] == ["shop"]


CA: Manifest = {"group": "", "kind": "ConfigMap", "name": "ca"}


def validating(*refs: Manifest) -> Manifest:
    return {"tls": {"frontend": {"default": {"validation": {"caCertificateRefs": list(refs)}}}}}


def test_frontend_validation_applies_to_sets() -> None:
    """OQ-16: the references are the Gateway's own, so they are followed from its namespace."""
    made = [listener_set(https(), namespace="shop"), secret(namespace="shop"), secret(), config_map()]
    graph = graph_of(gateway(https("own", 8443), **admitting(), **validating(CA)), *made)
    validation = entry_of(graph, "tls").client_validation
    assert validation is not None
    assert [key.namespace for key in validation.ca_bundles] == ["infra"]

    broken = gateway(listener(), **admitting(), **validating({**CA, "name": "secret-project"}))
    found = entry_of(graph_of(broken, *made), "tls")
    assert verdict(found, "Accepted") == ("False", "NoValidCACertificate")
    assert verdict(found, "ResolvedRefs") == ("False", "InvalidCACertificateRef")


# --------------------------------------------------------------------------------------------------------------- isolation


def test_gateway_refs_and_set_refs_do_not_mix() -> None:
    """A-34, HI-S4."""
    base = [gateway(**admitting()), listener_set()]
    both = route(name="both", parents=[TO_SET, {"name": "public"}])
    graph = graph_of(*base, route(), route(name="other", parents=[TO_SET]), both)
    assert counts(graph) == {("public", "web"): 2, ("extra", "more"): 2}
    to_more = {"name": "public", "sectionName": "more"}
    assert verdict(parent_of(graph_of(*base, route(parents=[to_more]))), "Accepted") == ("False", "NoMatchingParent")
    to_web = {**TO_SET, "sectionName": "web"}
    assert verdict(parent_of(graph_of(*base, route(parents=[to_web]))), "Accepted") == ("False", "NoMatchingParent")


def test_statuses_of_two_parents_are_independent() -> None:
    extra = listener_set(listener("more", 8080, hostname="b.test"))
    graph = graph_of(gateway(**admitting()), extra, route(parents=[{"name": "public"}, TO_SET], hostnames=["a.test"]))
    assert [verdict(parent, "Accepted")[1] for parent in route_of(graph).parents] == ["Accepted", "NoMatchingListenerHostname"]


@pytest.mark.parametrize(("where", "reason"), [("shop", "Accepted"), ("infra", "NotAllowedByListeners")])
def test_same_is_the_namespace_of_the_set(where: str, reason: str) -> None:
    to_set = {"kind": "ListenerSet", "name": "extra", "namespace": "shop"}
    graph = graph_of(gateway(**admitting()), listener_set(namespace="shop"), route(namespace=where, parents=[to_set]))
    assert verdict(parent_of(graph), "Accepted")[1] == reason


def test_the_old_kind_is_a_parent_by_either_name() -> None:
    old = listener_set(version="gateway.networking.x-k8s.io/v1alpha1", kind="XListenerSet")
    by_old_name = {"group": "gateway.networking.x-k8s.io", "kind": "XListenerSet", "name": "extra"}
    graph = graph_of(gateway(**admitting()), old, route(parents=[by_old_name]), route(name="new", parents=[TO_SET]))
    assert counts(graph)["extra", "more"] == 2
    (written,) = (each["status"] for each in graph.status() if each["metadata"]["name"] == "shop")
    assert written["parents"][0]["parentRef"] == by_old_name
