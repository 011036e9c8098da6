"""attachment.md 10 and hostile-inputs.md 6.1: each permission with the near miss beside it."""

from __future__ import annotations

import msgspec
import pytest

from gwmatch.api import ReferenceGrant, ResourceKey, load
from gwmatch.graph.grants import Grants, Target

from .builders import (
    Manifest,
    backend,
    config_map,
    from_,
    gateway,
    gateway_of,
    grant,
    graph_of,
    https,
    listener_of,
    parent_of,
    route,
    route_of,
    rule,
    secret,
    service,
    verdict,
)

FOREIGN = rule(backend("db", 80, namespace="data"))
DB = service("db", "data")
TO_SERVICE = {"group": "", "kind": "Service"}


def resolved(*manifests: Manifest) -> tuple[str, str]:
    return verdict(parent_of(graph_of(gateway(), *manifests)), "ResolvedRefs")


PERMITTED, REFUSED = ("True", "ResolvedRefs"), ("False", "RefNotPermitted")


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_grant_permits(version: str) -> None:
    assert resolved(route(FOREIGN), DB, grant([TO_SERVICE], source=[from_()], version=version)) == PERMITTED


def test_no_grant_and_the_grant_gone_again() -> None:
    """HI-R8: each graph is made anew."""
    assert resolved(route(FOREIGN), DB) == REFUSED


@pytest.mark.parametrize(
    "allowed",
    [
        grant([TO_SERVICE], source=[from_(namespace="other")]),
        grant([TO_SERVICE], source=[from_(kind="GRPCRoute")]),
        grant([TO_SERVICE], source=[from_(kind="httproute")]),
        grant([TO_SERVICE], source=[from_(kind="HTTPRoutes")]),
        grant([TO_SERVICE], source=[from_(kind="Gateway")]),
        grant([TO_SERVICE], source=[from_(group="gateway.networking.x-k8s.io")]),
        grant([TO_SERVICE], source=[from_(group="")]),
        grant([{"group": "core", "kind": "Service"}], source=[from_()]),
        grant([{"group": "", "kind": "Secret"}], source=[from_()]),
        grant([{**TO_SERVICE, "name": "other"}], source=[from_()]),
        grant([{**TO_SERVICE, "name": "d"}], source=[from_()]),
        grant([TO_SERVICE], source=[from_()], namespace="infra"),
        grant([TO_SERVICE], source=[from_()], namespace="other"),
    ],
)
def test_text_is_exact(allowed: Manifest) -> None:
    """HI-R1, A-52: no wildcard, prefix, plural, case folding; the target's namespace is the one that grants."""
    assert resolved(route(FOREIGN), DB, allowed) == REFUSED


def test_a_name_narrows() -> None:
    assert resolved(route(FOREIGN), DB, grant([{**TO_SERVICE, "name": "db"}], source=[from_()])) == PERMITTED


def test_entries_of_one_grant_combine() -> None:
    """A-51: any `from` with any `to`."""
    both = grant([{"group": "", "kind": "Secret"}, TO_SERVICE], source=[from_(kind="Gateway"), from_()])
    assert resolved(route(FOREIGN), DB, both) == PERMITTED


def test_entries_of_two_grants_do_not_combine() -> None:
    halves = (
        grant([TO_SERVICE], source=[from_(namespace="other")], name="one"),
        grant([{"group": "", "kind": "Secret"}], source=[from_()], name="two"),
    )
    assert resolved(route(FOREIGN), DB, *halves) == REFUSED


def test_grants_add_up() -> None:
    useless = grant([TO_SERVICE], source=[from_(namespace="other")], name="one")
    assert resolved(route(FOREIGN), DB, useless, grant([TO_SERVICE], source=[from_()], name="two")) == PERMITTED


def test_an_empty_name_matches_nothing() -> None:
    """OQ-17. The CRD does not admit it; whatever made the object, the grant fails closed."""
    (found,) = load([grant([TO_SERVICE], source=[from_()])]).of(ReferenceGrant)
    empty = tuple(msgspec.structs.replace(to, name="") for to in found.spec.to)
    broken = msgspec.structs.replace(found, spec=msgspec.structs.replace(found.spec, to=empty))
    source = ResourceKey("gateway.networking.k8s.io", "HTTPRoute", "infra", "shop")
    assert Grants([found]).permit(source, Target("", "Service", "data", "db"))
    assert not Grants([broken]).permit(source, Target("", "Service", "data", "db"))
    assert not Grants([broken]).permit(source, Target("", "Service", "data", ""))


@pytest.mark.parametrize("spelled", [{}, {"namespace": "infra"}])
def test_the_own_namespace_needs_no_grant(spelled: Manifest) -> None:
    """A-50."""
    assert resolved(route(rule(backend(**spelled))), service()) == PERMITTED


def test_permission_comes_before_existence_and_sounds_the_same() -> None:
    """HI-R2."""
    there, missing = (graph_of(gateway(), route(FOREIGN), *held) for held in ([DB], [service("other", "data")]))
    assert parent_of(there).conditions == parent_of(missing).conditions
    assert verdict(parent_of(there), "ResolvedRefs") == REFUSED
    assert route_of(there).rules == route_of(missing).rules


def test_with_a_grant_what_is_missing_is_said() -> None:
    assert resolved(route(FOREIGN), grant([TO_SERVICE], source=[from_()]), service()) == ("False", "BackendNotFound")


@pytest.mark.parametrize(
    "where",
    [
        {"filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": backend("db", namespace="data")}}]},
        {
            "filters": [
                {
                    "type": "ExternalAuth",
                    "externalAuth": {"protocol": "GRPC", "grpc": {}, "backendRef": backend("db", namespace="data")},
                }
            ]
        },
    ],
)
def test_mirrors_and_authorizers_need_grants_too(where: Manifest) -> None:
    """HI-R3."""
    assert resolved(route(rule(backend(), **where)), service(), DB) == REFUSED


def test_certificates_need_a_grant_for_gateways() -> None:
    """A-53: one for routes does not do."""
    public = gateway(https(secret={"name": "cert", "namespace": "data"}))
    to = [{"group": "", "kind": "Secret"}]
    cert = secret(namespace="data")
    for grants, expected in (
        ([], REFUSED),
        ([grant(to, source=[from_("HTTPRoute")])], REFUSED),
        ([grant(to, source=[from_("ListenerSet")])], REFUSED),
        ([grant(to, source=[from_("Gateway")])], PERMITTED),
    ):
        graph = graph_of(public, cert, *grants)
        assert verdict(listener_of(graph, "tls"), "ResolvedRefs") == expected


def test_certificates_permission_before_kind_and_existence() -> None:
    refs = [{"name": "cert", "namespace": "data"}, {"name": "x", "namespace": "data", "group": "a.test", "kind": "Odd"}]
    for ref in refs:
        for held in ([secret(namespace="data")], [secret("other")]):
            assert verdict(listener_of(graph_of(gateway(https(secret=ref)), *held), "tls"), "ResolvedRefs") == REFUSED


def test_ca_bundles_and_client_certificates_need_grants_for_the_gateway() -> None:
    tls = {
        "frontend": {
            "default": {
                "validation": {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca", "namespace": "data"}]}
            }
        },
        "backend": {"clientCertificateRef": {"name": "cert", "namespace": "data"}},
    }
    held = [gateway(https(), tls=tls), secret(), secret(namespace="data"), config_map(namespace="data")]
    graph = graph_of(*held)
    assert verdict(listener_of(graph, "tls"), "ResolvedRefs") == REFUSED
    assert verdict(gateway_of(graph), "ResolvedRefs") == REFUSED
    everything = [{"group": "", "kind": "ConfigMap"}, {"group": "", "kind": "Secret"}]
    graph = graph_of(*held, grant(everything, source=[from_("Gateway")]))
    assert verdict(listener_of(graph, "tls"), "ResolvedRefs") == PERMITTED
    assert verdict(gateway_of(graph), "ResolvedRefs") == PERMITTED


def test_attachment_needs_no_grant() -> None:
    """A-32."""
    public = gateway({"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}})
    assert verdict(parent_of(graph_of(public, route(namespace="far"))), "Accepted") == ("True", "Accepted")
