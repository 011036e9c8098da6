"""BackendTLSPolicies: whom they hold for, what they are worth, what they close (actions.md 13)."""

from __future__ import annotations

import pytest

from gwmatch.api import load
from gwmatch.graph import Graph, resolve
from gwmatch.options import Options

from .builders import (
    CLASS,
    CONTROLLER,
    SEES_EVERYTHING,
    Manifest,
    backend,
    config_map,
    gateway,
    graph_of,
    parent_of,
    route,
    rule,
    secret,
    service,
    verdict,
)
from .policy_builders import (
    OLD,
    WELL_KNOWN,
    YOUNG,
    WithThings,
    backend_in,
    ca,
    policy_of,
    service_import,
    service_ref,
    tls_policy,
)

HELD = ("True", "Accepted")
PORTS = [{"name": "web", "port": 80}, {"name": "alt", "port": 8080}]


def world(*manifests: Manifest, options: Options = SEES_EVERYTHING) -> Graph:
    return graph_of(gateway(), route(rule(backend())), service(ports=PORTS), *manifests, options=options)


def said(graph: Graph, name: str = "policy", type_: str = "Accepted") -> tuple[str, str]:
    found = policy_of(graph, name).condition(type_)
    return found.status, found.reason


def test_a_policy_secures_its_service() -> None:
    """L-1, L-8."""
    names = [{"type": "Hostname", "hostname": "a.cart.test"}, {"type": "URI", "uri": "spiffe://cart/a"}]
    validation = {"hostname": "cart.test", "caCertificateRefs": [ca()], "subjectAltNames": names}
    graph = world(tls_policy(validation=validation, options={"a.test/version": "1.3"}), config_map())
    assert said(graph) == HELD
    assert said(graph, type_="ResolvedRefs") == ("True", "ResolvedRefs")
    found = backend_in(graph)
    assert found.failure is None
    assert found.tls is not None
    assert (found.tls.hostname, found.tls.ca_certificates, found.tls.policy) == ("cart.test", ("infra/ca",), "infra/policy")
    assert found.tls.subject_alt_names == (("Hostname", "a.cart.test"), ("URI", "spiffe://cart/a"))
    assert found.tls.options == (("a.test/version", "1.3"),)


def test_without_a_policy_there_is_no_tls() -> None:
    assert backend_in(world()).tls is None


def test_other_services_and_other_namespaces_have_no_part_in_it() -> None:
    """HI-W7: targets are of the policy's own namespace."""
    graph = world(tls_policy(service_ref("other")), tls_policy(name="strange", namespace="far"), service("other"))
    assert backend_in(graph).tls is None
    assert said(graph) == HELD
    assert said(graph, "strange") == ("False", "TargetNotFound")


def test_a_service_import_too() -> None:
    ref = {"group": "multicluster.x-k8s.io", "kind": "ServiceImport"}
    graph = graph_of(gateway(), route(rule(backend(**ref))), service_import(), tls_policy({**ref, "name": "cart"}))
    found = backend_in(graph)
    assert (found.failure, found.tls is not None) == (None, True)


# ------------------------------------------------------------------------------------------------------- who holds a target


def test_a_port_beats_the_whole_service() -> None:
    """L-2."""
    for_port = tls_policy(
        service_ref(sectionName="web"), name="port", created=YOUNG, validation={**WELL_KNOWN, "hostname": "port.test"}
    )
    graph = world(tls_policy(created=OLD), for_port)
    assert backend_in(graph).tls.hostname == "port.test"  # type: ignore[union-attr]
    assert said(graph) == said(graph, "port") == HELD
    other = graph_of(gateway(), route(rule(backend(port=8080))), service(ports=PORTS), tls_policy(created=OLD), for_port)
    assert backend_in(other).tls.hostname == "cart.test"  # type: ignore[union-attr]


@pytest.mark.parametrize("section", [None, "web"])
@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ((OLD, "z"), (YOUNG, "a"), "z"),
        ((OLD, "b"), (OLD, "a"), "a"),
        ((None, "a"), (YOUNG, "z"), "z"),
        ((None, "a"), (None, "b"), "a"),
    ],
)
def test_the_oldest_holds_the_target(
    section: str | None, first: tuple[str | None, str], second: tuple[str | None, str], winner: str
) -> None:
    """L-3, OQ-19."""
    target = service_ref() if section is None else service_ref(sectionName=section)
    made = [tls_policy(target, created=created, name=name) for created, name in (first, second)]
    for manifests in (made, made[::-1]):
        graph = world(*manifests)
        (loser,) = {first[1], second[1]} - {winner}
        assert (said(graph, winner), said(graph, loser)) == (HELD, ("False", "Conflicted"))
        assert backend_in(graph).tls.policy == f"infra/{winner}"  # type: ignore[union-attr]


def test_each_target_is_judged_alone() -> None:
    """L-4."""
    both = tls_policy(service_ref(), service_ref("other"), name="both", created=YOUNG)
    made = [tls_policy(created=OLD), both, service("other")]
    graph = graph_of(gateway(), route(rule(backend("other"))), service(), *made)
    assert said(graph, "both") == ("False", "Conflicted")
    assert backend_in(graph).tls.policy == "infra/both"  # type: ignore[union-attr]


def test_the_oldest_holds_it_whatever_it_is_worth() -> None:
    """OQ-30, L-9: neither the younger one nor that for the whole Service steps in."""
    broken = {"hostname": "cart.test", "caCertificateRefs": [ca("gone")]}
    same = world(tls_policy(created=OLD, validation=broken), tls_policy(name="young", created=YOUNG))
    assert (said(same), said(same, "young")) == (("False", "NoValidCACertificate"), ("False", "Conflicted"))
    whole = world(tls_policy(service_ref(sectionName="web"), validation=broken), tls_policy(name="whole"))
    for graph in (same, whole):
        found = backend_in(graph)
        assert (found.failure, found.failure_status, found.tls) == ("NoValidCACertificate", 500, None)
        (node,) = graph.routes[0].rules[0].backends
        assert "ConfigMap infra/gone" in node.detail


# ------------------------------------------------------------------------------------------------------ what a target may be


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (service_ref("gone"), "TargetNotFound"),
        (service_ref(sectionName="gone"), "TargetNotFound"),
        (service_ref("dns"), "Invalid"),
        (service_ref("dns", sectionName="dns"), "Invalid"),
        (service_ref(group="core"), "Invalid"),
        ({"group": "gateway.networking.x-k8s.io", "kind": "XBackend", "name": "far"}, "Invalid"),
    ],
)
def test_targets(target: Manifest, reason: str) -> None:
    """L-5."""
    dns = service("dns", ports=[{"name": "dns", "port": 53, "protocol": "UDP"}])
    graph = world(tls_policy(target), dns)
    assert said(graph) == ("False", reason)
    assert (backend_in(graph).tls, backend_in(graph).failure) == (None, None)


def test_a_service_with_ports_of_both_protocols_can_have_one() -> None:
    graph = graph_of(
        gateway(), route(rule(backend())), service(ports=[*PORTS, {"name": "u", "port": 80, "protocol": "UDP"}]), tls_policy()
    )
    assert said(graph) == HELD
    assert backend_in(graph).tls is not None


# ------------------------------------------------------------------------------------------------------------ certificates

BAD_CA = config_map("bad", **{"ca.crt": "not a certificate"})


@pytest.mark.parametrize(
    ("refs", "accepted", "resolved"),
    [
        ([ca()], HELD, ("True", "ResolvedRefs")),
        ([ca(), ca("gone")], HELD, ("False", "InvalidCACertificateRef")),
        ([ca("gone")], ("False", "NoValidCACertificate"), ("False", "InvalidCACertificateRef")),
        ([ca("bad")], ("False", "NoValidCACertificate"), ("False", "InvalidCACertificateRef")),
        ([ca(kind="Secret")], ("False", "NoValidCACertificate"), ("False", "InvalidKind")),
        ([ca(group="a.test")], ("False", "NoValidCACertificate"), ("False", "InvalidKind")),
    ],
)
def test_ca_references(refs: list[Manifest], accepted: tuple[str, str], resolved: tuple[str, str]) -> None:
    """L-6."""
    graph = world(
        tls_policy(validation={"hostname": "cart.test", "caCertificateRefs": refs}), config_map(), BAD_CA, secret("ca")
    )
    assert (said(graph), said(graph, type_="ResolvedRefs")) == (accepted, resolved)
    found = backend_in(graph)
    assert (found.failure is None) == (accepted == HELD) == (found.tls is not None)
    # The reference itself is in order: what is wrong is said where it stands.
    assert verdict(parent_of(graph), "ResolvedRefs") == ("True", "ResolvedRefs")


def test_a_ca_of_another_namespace_is_out_of_reach() -> None:
    graph = world(tls_policy(validation={"hostname": "cart.test", "caCertificateRefs": [ca()]}), config_map(namespace="far"))
    assert said(graph) == ("False", "NoValidCACertificate")


@pytest.mark.parametrize(("named", "accepted"), [("System", HELD), ("a.test/theirs", ("False", "Invalid"))])
def test_well_known_certificates(named: str, accepted: tuple[str, str]) -> None:
    """L-7."""
    graph = world(tls_policy(validation={"hostname": "cart.test", "wellKnownCACertificates": named}))
    assert said(graph) == accepted
    assert (backend_in(graph).failure is None) == (accepted == HELD)


@pytest.mark.parametrize(
    "validation",
    [
        {"hostname": "cart.test"},
        {**WELL_KNOWN, "caCertificateRefs": [ca()]},
        {**WELL_KNOWN, "subjectAltNames": [{"type": "Hostname"}]},
        {**WELL_KNOWN, "subjectAltNames": [{"type": "URI", "uri": "spiffe://a", "hostname": "a.test"}]},
    ],
)
def test_what_the_crds_would_refuse_closes_all_the_same(validation: Manifest) -> None:
    """HI-C7, of an object that came in by other CRDs than ours."""
    made = [CLASS, gateway(), route(rule(backend())), service(), config_map(), tls_policy(validation=validation)]
    graph = resolve(load(made, invalid="keep"), controller=CONTROLLER, options=SEES_EVERYTHING)
    assert said(graph) == ("False", "Invalid")
    assert backend_in(graph).failure == "Invalid"


def refusing(*refused: Manifest, held: tuple[Manifest, ...] = ()) -> Graph:
    manifests = [CLASS, gateway(), route(rule(backend())), service(ports=PORTS), *held]
    return resolve(WithThings(load(manifests), [], list(refused)), controller=CONTROLLER, options=SEES_EVERYTHING)


@pytest.mark.parametrize(
    ("refs", "closed"),
    [
        ([service_ref()], True),
        ([service_ref(sectionName="web")], True),
        ([service_ref(sectionName="alt")], False),
        ([service_ref(sectionName=80)], True),
        ([{"name": "cart"}], True),
        ([service_ref("other")], False),
        ([None, {"name": 1}], False),
        ("cart", False),
    ],
)
def test_a_rejected_policy_still_closes(refs: object, closed: bool) -> None:
    """HI-C7."""
    refused = {**tls_policy(), "spec": {"targetRefs": refs, "validation": {}}}
    found = backend_in(refusing(refused))
    assert (found.failure, found.tls) == ("Invalid" if closed else None, None)


def test_a_rejected_policy_gives_way_to_any_that_was_not() -> None:
    """With another in effect there is no plain text."""
    found = backend_in(refusing(tls_policy(name="refused", created=OLD), held=(tls_policy(created=YOUNG),)))
    assert (found.failure, found.tls is not None) == (None, True)


@pytest.mark.parametrize("spec", [None, "x", {}, {"targetRef": {"name": "other"}}])
def test_a_rejected_policy_without_form(spec: object) -> None:
    assert backend_in(refusing({**tls_policy(), "spec": spec})).failure is None
