"""Features that a gateway may lack: what listeners become without them, what a GatewayClass reports (GEP-2162, GEP-2643)."""

from __future__ import annotations

from typing import Any

from gwmatch.graph import Graph
from gwmatch.graph.features import SUPPORTED_FEATURES, supported_features
from gwmatch.options import Options

from .builders import (
    counts,
    gateway,
    gateway_of,
    graph_of,
    listener,
    parent_of,
    route_of_kind,
    secret,
    verdict,
)

TERMINATE = {"certificateRefs": [{"name": "cert"}]}


def without(**off: Any) -> Options:
    return Options(assume=(), **off)


def made(options: Options) -> Graph:
    public = gateway(
        listener("stop", 8443, "TLS", hostname="stop.test", tls=TERMINATE),
        listener("pass", 8443, "TLS", hostname="pass.test", tls={"mode": "Passthrough"}),
        listener("web", 443, "HTTPS", tls=TERMINATE),
    )
    return graph_of(public, secret(), route_of_kind("TLSRoute", hostnames=["stop.test"]), options=options)


def reasons(graph: Graph) -> dict[str, str]:
    return {node.key.name: verdict(node, "Accepted")[1] for node in gateway_of(graph).listeners}


def test_both_modes_on_one_port() -> None:
    graph = made(without())
    assert set(reasons(graph).values()) == {"Accepted"}
    assert verdict(parent_of(graph), "Accepted") == ("True", "Accepted")


def test_without_mixed_modes() -> None:
    """attachment.md 3: a port has one mode. Their routes attach all the same (A-33)."""
    graph = made(without(tls_route_mode_mixed=False))
    assert reasons(graph) == {"stop": "ProtocolConflict", "pass": "ProtocolConflict", "web": "Accepted"}
    assert counts(graph)["public", "stop"] == 1


def test_without_terminate() -> None:
    """Step 2 of attachment.md 4, OQ-9: it is rejected, supports no kind, has no route and is in nobody's way."""
    graph = made(without(tls_route_mode_terminate=False, tls_route_mode_mixed=False))
    assert reasons(graph) == {"stop": "UnsupportedValue", "pass": "Accepted", "web": "Accepted"}
    stopped = gateway_of(graph).listeners[0]
    assert (stopped.supported_kinds, counts(graph)["public", "stop"]) == ((), 0)
    assert verdict(parent_of(graph), "Accepted") == ("False", "NoMatchingListenerHostname")


def reported(options: Options) -> list[str]:
    (found, *_) = made(options).status()
    return [each["name"] for each in found["status"]["supportedFeatures"]]


def test_what_is_switched_off_is_not_reported() -> None:
    def missing(**off: Any) -> set[str]:
        return set(SUPPORTED_FEATURES) - set(reported(without(**off)))

    assert missing() == set()
    assert missing(tls_route_mode_mixed=False) == {"TLSRouteModeMixed"}
    assert missing(tls_route_mode_terminate=False) == {"TLSRouteModeMixed", "TLSRouteModeTerminate"}
    assert supported_features(Options()) == SUPPORTED_FEATURES


def test_core_features_of_every_profile_but_the_mesh() -> None:
    """PF-1, section 7 of features.md."""
    core = {"Gateway", "ReferenceGrant", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"}
    assert core <= set(reported(without()))
