"""Backends that are no Services, and whether anybody is there (actions.md 9)."""

from __future__ import annotations

import pytest

from gwmatch.graph import Graph

from .builders import (
    Manifest,
    backend,
    everybody,
    from_,
    gateway,
    grant,
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
from .policy_builders import (
    WELL_KNOWN,
    backend_in,
    ca,
    endpoint_slice,
    external,
    service_import,
    tls_policy,
    xbackend,
)

GOOD = ("True", "ResolvedRefs")
OPEN = gateway(listener(**everybody()))
IMPORT = {"group": "multicluster.x-k8s.io", "kind": "ServiceImport"}


def outcome(graph: Graph) -> str | None:
    """The reason why the backend cannot be used; the route's ResolvedRefs says the same."""
    found = backend_in(graph).failure
    assert verdict(parent_of(graph), "ResolvedRefs") == (GOOD if found is None else ("False", found))
    return found


# --------------------------------------------------------------------------------------------------------------- XBackends


def test_a_host_outside() -> None:
    graph = graph_of(gateway(), route(rule(external())), xbackend(protocol="HTTP2"))
    assert outcome(graph) is None
    found = backend_in(graph)
    assert (found.kind, found.address, found.port, found.protocol, found.tls) == (
        "XBackend",
        "api.far.test",
        443,
        "HTTP2",
        None,
    )


@pytest.mark.parametrize(
    ("ref", "held", "reason"),
    [
        (external(port=443), xbackend(), None),
        (external(port=80), xbackend(), "BackendNotFound"),
        (external("gone"), xbackend(), "BackendNotFound"),
        (external(namespace="infra"), xbackend(), None),
        (external(), xbackend(protocol="H2C"), None),
    ],
)
def test_references_to_xbackends(ref: Manifest, held: Manifest, reason: str | None) -> None:
    assert outcome(graph_of(gateway(), route(rule(ref)), held)) == reason


@pytest.mark.parametrize("there", [True, False])
def test_no_grant_helps_to_one_of_another_namespace(there: bool) -> None:
    """GEP-4894; and nobody learns whether it exists (HI-R2)."""
    to = [{"group": "gateway.networking.x-k8s.io", "kind": "XBackend"}]
    made = [OPEN, route(rule(external(namespace="data"))), grant(to, source=[from_()])]
    graph = graph_of(*made, *([xbackend(namespace="data")] if there else []))
    assert outcome(graph) == "RefNotPermitted"


@pytest.mark.parametrize(
    ("kind", "protocol", "reason"),
    [
        ("HTTPRoute", "TCP", None),
        ("GRPCRoute", "HTTP2", None),
        ("GRPCRoute", None, None),
        ("GRPCRoute", "HTTP11", "UnsupportedProtocol"),
        ("TCPRoute", "TCP", None),
        ("UDPRoute", None, "UnsupportedProtocol"),
    ],
)
def test_what_speaks_to_it(kind: str, protocol: str | None, reason: str | None) -> None:
    made = gateway(listener(protocol={"TCPRoute": "TCP", "UDPRoute": "UDP"}.get(kind, "HTTP")))
    held = xbackend() if protocol is None else xbackend(protocol=protocol)
    assert outcome(graph_of(made, route_of_kind(kind, rule(external())), held)) == reason


def test_h2c_is_said_as_of_a_service() -> None:
    assert backend_in(graph_of(gateway(), route(rule(external())), xbackend(protocol="H2C"))).protocol == "kubernetes.io/h2c"


CLIENT = {"clientCertificateRef": {"name": "own"}}


@pytest.mark.parametrize(
    ("tls", "secured", "client"),
    [
        ({"mode": "None"}, False, None),
        ({"mode": "ServerOnly", "validation": WELL_KNOWN}, True, "infra/gateways"),
        ({"mode": "ClientAndServer", "validation": WELL_KNOWN, **CLIENT}, True, "infra/own"),
    ],
)
def test_tls_of_its_own(tls: Manifest, secured: bool, client: str | None) -> None:
    """Section 9, L-12."""
    made = gateway(tls={"backend": {"clientCertificateRef": {"name": "gateways"}}})
    found = backend_in(graph_of(made, route(rule(external())), xbackend(tls=tls), secret("own"), secret("gateways")))
    assert (found.failure, found.tls is not None) == (None, secured)
    if found.tls is not None:
        assert (found.tls.hostname, found.tls.client_certificate, found.tls.policy) == ("cart.test", client, None)


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ({"mode": "ServerOnly"}, "Invalid"),
        (
            {"mode": "ServerOnly", "validation": {"hostname": "a.test", "caCertificateRefs": [ca("gone")]}},
            "NoValidCACertificate",
        ),
        ({"mode": "ClientAndServer", "validation": WELL_KNOWN, **CLIENT}, "InvalidClientCertificateRef"),
    ],
)
def test_tls_that_cannot_be_met_closes_it(tls: Manifest, reason: str) -> None:
    """L-9 for an XBackend: no plain text."""
    graph = graph_of(gateway(), route(rule(external())), xbackend(tls=tls))
    assert (backend_in(graph).failure, backend_in(graph).tls) == (reason, None)
    (found,) = (each for each in graph.status() if each["kind"] == "XBackend")
    (entry,) = found["status"]["parents"]
    assert entry["parentRef"]["name"] == "public"
    assert {each["type"]: each["status"] for each in entry["conditions"]}["Accepted"] == "False"


@pytest.mark.parametrize(("tls", "reason"), [({"mode": "ServerOnly", "validation": WELL_KNOWN}, None), (None, "Invalid")])
def test_a_backend_tls_policy_must_not_name_it(tls: Manifest | None, reason: str | None) -> None:
    """HI-C7: whoever wrote it wants no plain text; where the XBackend has TLS anyway, that holds."""
    held = xbackend() if tls is None else xbackend(tls=tls)
    graph = graph_of(gateway(), route(rule(external())), held, tls_policy(external()))
    assert backend_in(graph).failure == reason


# ---------------------------------------------------------------------------------------------------------- ServiceImports


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        (backend(**IMPORT), None),
        (backend("gone", **IMPORT), "BackendNotFound"),
        (backend(port=81, **IMPORT), "BackendNotFound"),
        (backend(namespace="data", **IMPORT), "RefNotPermitted"),
    ],
)
def test_references_to_service_imports(ref: Manifest, reason: str | None) -> None:
    made = [gateway(), route(rule(ref)), service_import(), service_import(namespace="data")]
    assert outcome(graph_of(*made)) == reason


def test_a_grant_lets_to_a_service_import() -> None:
    to = [{"group": "multicluster.x-k8s.io", "kind": "ServiceImport"}]
    made = [gateway(), route(rule(backend(namespace="data", **IMPORT))), service_import(namespace="data")]
    assert outcome(graph_of(*made, grant(to, source=[from_()]))) is None


# ----------------------------------------------------------------------------------------------------------- EndpointSlices


@pytest.mark.parametrize(
    ("slices", "ready"),
    [
        ([], True),
        ([endpoint_slice(service="other")], True),
        ([endpoint_slice()], False),
        ([endpoint_slice(False)], False),
        ([endpoint_slice(False, True)], True),
        ([endpoint_slice(None)], True),
        ([endpoint_slice(False), endpoint_slice(True, name="s2")], True),
        ([endpoint_slice(True, ports=[])], True),
    ],
)
def test_readiness(slices: list[Manifest], ready: bool) -> None:
    graph = graph_of(gateway(), route(rule(backend())), service(), *slices)
    found = backend_in(graph)
    assert (found.failure, found.failure_status) == ((None, 500) if ready else ("NoReadyEndpoints", 503))
    assert verdict(parent_of(graph), "ResolvedRefs") == GOOD


@pytest.mark.parametrize(("port", "ready"), [(80, True), (8080, False)])
def test_readiness_is_that_of_the_port(port: int, ready: bool) -> None:
    held = service(ports=[{"name": "web", "port": 80}, {"name": "admin", "port": 8080}])
    slices = [
        endpoint_slice(True, ports=[{"name": "web", "port": 8080}]),
        endpoint_slice(False, ports=[{"name": "admin", "port": 9090}], name="s2"),
    ]
    graph = graph_of(gateway(), route(rule(backend(port=port))), held, *slices)
    assert (backend_in(graph).failure is None) == ready


def test_what_is_wrong_with_the_reference_comes_first() -> None:
    graph = graph_of(gateway(), route(rule(backend(port=81))), service(), endpoint_slice(False))
    assert (backend_in(graph).failure, backend_in(graph).failure_status) == ("BackendNotFound", 500)
