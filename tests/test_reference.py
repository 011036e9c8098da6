"""The reference matcher where no case of the corpus comes."""

from __future__ import annotations

import gwmatch
from gwmatch import Request, reference


def table() -> gwmatch.ir.Table:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"namespace": "shop", "name": "edge"},
        "spec": {"gatewayClassName": "any", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]},
    }
    backends = [{"name": name, "port": 80} for name in "abc"]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "shop", "name": "a"},
        "spec": {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": backends}]},
    }
    return gwmatch.compile(gwmatch.load([gateway, route])).table


def test_without_a_draw_the_first_backend_is_picked() -> None:
    request = Request.of("GET", "a.test", "/", ())
    assert reference.match(table(), 80, request).backend == 0
    assert reference.match(table(), 80, request, 0.99).backend == 2
