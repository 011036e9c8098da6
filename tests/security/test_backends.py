"""hostile-inputs.md 6.1 (HI-R4, HI-R5): what a back end is, so that no Service makes the gateway connect to where it likes."""

from __future__ import annotations

import pytest

from .world import NOT_PERMITTED, RESOLVED, Manifest, backend, grant, made, route, rule, service, world


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ({}, "ResolvedRefs"),
        ({"group": "core"}, "InvalidKind"),
        ({"kind": "service"}, "InvalidKind"),
        ({"kind": "Services"}, "InvalidKind"),
        ({"kind": "Secret"}, "InvalidKind"),
        ({"group": "example.net", "kind": "Bucket"}, "InvalidKind"),
    ],
)
def test_a_kind_is_exact_text(ref: Manifest, reason: str) -> None:
    """HI-R4."""
    asked = world(route("blue", rule(backend(**ref))))
    assert asked.of_route("blue")["ResolvedRefs"][1] == reason
    assert asked.ask() == ("blue/app" if reason == "ResolvedRefs" else "500")


@pytest.mark.parametrize(
    ("held", "port", "reason"),
    [
        (service("blue"), 80, "ResolvedRefs"),
        (service("blue"), 81, "BackendNotFound"),
        (service("blue", type="ExternalName", externalName="metadata.internal"), 80, "InvalidKind"),
        (service("blue", type="ClusterIP", externalName="metadata.internal"), 80, "ResolvedRefs"),
        (service("blue", ports=[{"port": 80, "protocol": "UDP"}]), 80, "UnsupportedProtocol"),
        (service("blue", ports=[{"port": 80, "protocol": "UDP"}, {"port": 80, "protocol": "TCP"}]), 80, "ResolvedRefs"),
    ],
)
def test_a_backend_is_a_tcp_port_of_the_cluster(held: Manifest, port: int, reason: str) -> None:
    """HI-R5: an ExternalName could lead anywhere, the gateway's own network included."""
    asked = world(route("blue", rule(backend(port=port))), held)
    assert asked.of_route("blue")["ResolvedRefs"][1] == reason
    assert asked.ask() == ("blue/app" if reason == "ResolvedRefs" else "500")


def test_an_external_host_is_for_its_own_namespace() -> None:
    """A-53, HI-R3: an XBackend of another namespace is out of reach, and no grant helps."""
    api = "gateway.networking.x-k8s.io"
    spec = {"type": "ExternalHostname", "externalHostname": {"hostname": "out.test"}, "protocol": "HTTP", "port": {"port": 80}}
    outside = made("XBackend", "red", "out", spec, api=f"{api}/v1alpha1")
    lent = grant("red", source="blue", to="XBackend")
    lent["spec"]["to"][0]["group"] = api

    def to(namespace: str) -> Manifest:
        return rule({"group": api, "kind": "XBackend", "name": "out", "namespace": namespace, "port": 80})

    for given in ([], [lent]):
        closed = world(route("blue", to("red")), outside, *given)
        assert (closed.of_route("blue")["ResolvedRefs"], closed.ask()) == (NOT_PERMITTED, "500")
    own = world(route("red", to("red")), outside)
    assert (own.of_route("red")["ResolvedRefs"], own.ask()) == (RESOLVED, "red/out")
