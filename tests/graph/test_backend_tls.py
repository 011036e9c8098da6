"""Where BackendTLSPolicies apply: kinds of routes, modes of listeners, mirrors and authorizers; and the client certificate."""

from __future__ import annotations

import pytest

from gwmatch.options import Options

from .builders import (
    Manifest,
    backend,
    gateway,
    graph_of,
    listener,
    parent_of,
    route,
    route_of_kind,
    rule,
    secret,
    service,
    verdict,
)
from .policy_builders import backend_in, ca, policy_of, service_ref, table_of, tls_policy


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute"])
def test_routes_of_requests(kind: str) -> None:
    graph = graph_of(gateway(), route_of_kind(kind, rule(backend())), service(), tls_policy())
    assert backend_in(graph).tls is not None


@pytest.mark.parametrize(("mode", "secured"), [("Terminate", True), ("Passthrough", False)])
@pytest.mark.parametrize("good", [True, False])
def test_tls_routes_by_mode(mode: str, secured: bool, good: bool) -> None:
    """L-1: what is passed through is the client's own TLS, and not ours to secure or refuse."""
    tls: Manifest = {"mode": mode, **({"certificateRefs": [{"name": "cert"}]} if mode == "Terminate" else {})}
    made = gateway(listener("tls", 443, "TLS", tls=tls))
    theirs = tls_policy() if good else tls_policy(validation={"hostname": "cart.test", "caCertificateRefs": [ca("gone")]})
    passing = route_of_kind("TLSRoute", hostnames=["a.test"])
    graph = graph_of(made, passing, service(), secret(), theirs)
    found = backend_in(graph)
    assert (found.tls is not None) == (secured and good)
    assert (found.failure is not None) == (secured and not good)
    assert bool(policy_of(graph).ancestors) == secured


def test_one_tls_route_at_listeners_of_both_modes() -> None:
    """One rule, twice in the table."""
    made = gateway(
        listener("open", 443, "TLS", tls={"mode": "Terminate", "certificateRefs": [{"name": "cert"}]}),
        listener("through", 8443, "TLS", tls={"mode": "Passthrough"}),
    )
    table = table_of(graph_of(made, route_of_kind("TLSRoute", hostnames=["a.test"]), service(), secret(), tls_policy()))
    secured = {
        table.listeners[entry.listener].name: table.rule_of(entry).backends[0].tls is not None for entry in table.entries
    }
    assert secured == {"open": True, "through": False}


def test_mirrors_and_authorizers() -> None:
    """L-1, R-5."""
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": backend("audit")}}
    ask = {"type": "ExternalAuth", "externalAuth": {"protocol": "GRPC", "grpc": {}, "backendRef": backend("audit")}}
    made = [gateway(), route(rule(backend(), filters=[mirror, ask])), service(), service("audit")]
    options = Options(assume=(), external_auth=True)
    (found,) = table_of(graph_of(*made, tls_policy(service_ref("audit")), options=options)).rules
    assert found.filters.mirrors[0].backend.tls is not None
    assert found.filters.external_auth[0].backend.tls is not None
    assert found.filters.failure is None
    broken = tls_policy(service_ref("audit"), validation={"hostname": "a.test", "caCertificateRefs": [ca("gone")]})
    (found,) = table_of(graph_of(*made, broken, options=options)).rules
    assert found.filters.mirrors[0].backend.failure == "NoValidCACertificate"  # R-3: it gets nothing
    assert found.filters.failure == "NoValidCACertificate"  # HI-W4


@pytest.mark.parametrize(("policies", "reason"), [([], "UnsupportedProtocol"), ([tls_policy()], None)])
def test_wss_needs_a_policy(policies: list[Manifest], reason: str | None) -> None:
    wss = service(ports=[{"port": 80, "appProtocol": "kubernetes.io/wss"}])
    graph = graph_of(gateway(), route(rule(backend())), wss, *policies)
    assert backend_in(graph).failure == reason
    expected = ("True", "ResolvedRefs") if reason is None else ("False", reason)
    assert verdict(parent_of(graph), "ResolvedRefs") == expected


def test_services_that_nobody_has_seen() -> None:
    """A policy for all of an assumed Service holds; which port has a name is not known, so that one closes it."""
    made = [gateway(), route(rule(backend()))]
    options = Options(assume=("Service",))
    assert backend_in(graph_of(*made, tls_policy(), options=options)).tls is not None
    found = backend_in(graph_of(*made, tls_policy(service_ref(sectionName="web")), options=options))
    assert (found.tls, found.failure) == (None, "TargetNotFound")


# ------------------------------------------------------------------------------------------------------- client certificate


@pytest.mark.parametrize("secured", [True, False])
def test_the_gateways_client_certificate_only_where_tls_is_on(secured: bool) -> None:
    """L-12."""
    made = gateway(tls={"backend": {"clientCertificateRef": {"name": "client"}}})
    policies = [tls_policy()] if secured else []
    found = backend_in(graph_of(made, route(rule(backend())), service(), secret("client"), *policies))
    assert (None if found.tls is None else found.tls.client_certificate) == ("infra/client" if secured else None)


def test_two_gateways_show_their_own() -> None:
    gateways = [gateway(name=name, tls={"backend": {"clientCertificateRef": {"name": name}}}) for name in ("public", "private")]
    shared = route(rule(backend()), parents=[{"name": "public"}, {"name": "private"}])
    graph = graph_of(*gateways, shared, service(), secret("public"), secret("private"), tls_policy())
    for name in ("public", "private"):
        assert backend_in(graph, name).tls.client_certificate == f"infra/{name}"  # type: ignore[union-attr]
