"""The reference matcher where no case of the corpus comes."""

from __future__ import annotations

import gwmatch
from gwmatch import Request, reference

SECURE = {"port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "any"}]}}
LISTENERS = [
    {"name": "http", "port": 80, "protocol": "HTTP"},
    {"name": "tcp", "port": 90, "protocol": "TCP"},
    {"name": "a", "hostname": "a.test", **SECURE},
    {"name": "b", "hostname": "b.test", **SECURE},
]


def table() -> gwmatch.ir.Table:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"namespace": "shop", "name": "edge"},
        "spec": {"gatewayClassName": "any", "listeners": LISTENERS},
    }
    backends = [{"name": name, "port": 80} for name in "abc"]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "shop", "name": "a"},
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": backends}]},
    }
    connections = {**route, "apiVersion": "gateway.networking.k8s.io/v1alpha2", "kind": "TCPRoute"}
    return gwmatch.compile(gwmatch.load([gateway, route, connections])).table


def test_without_a_draw_the_first_backend_is_picked() -> None:
    request = Request.of("GET", "a.test", "/", ())
    assert reference.match(table(), 80, request).backend == 0
    assert reference.match(table(), 80, request, 0.99).backend == 2
    assert reference.match_tcp(table(), 90).backend == 0
    assert reference.match_tcp(table(), 90, 0.99).backend == 2


def test_the_trace_of_a_misdirected_request_names_the_listener_of_the_handshake() -> None:
    trace = reference.trace(table(), 443, Request.of("GET", "a.test", "/", (), sni=b"b.test"))
    assert trace.verdict.status == 421
    assert trace.listener is not None
    assert trace.listener.hostname == "b.test"
