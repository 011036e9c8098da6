"""HI-F7: a request costs in line with the number of its header lines, whatever their names."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pytest

import gwmatch
from gwmatch.testing.resources import GATEWAY, manifest

FEW, MANY = 1_000, 16_000
"""Sixteen times the lines; what is quadratic would take 256 times as long."""


def took(router: gwmatch.Router, lines: tuple[tuple[bytes, bytes], ...]) -> float:
    port, best = router.port(80), float("inf")
    for _ in range(9):
        start = perf_counter()
        assert port.match("GET", "a.test", "/", lines, draw=0.5).outcome == "respond"
        best = min(best, perf_counter() - start)
    return best


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(lambda index: b"x-a", id="one name"),
        pytest.param(lambda index: b"x-%d" % index, id="many names"),
        pytest.param(lambda index: b"X-B" if index % 2 else b"x-a", id="two names"),
    ],
)
def test_header_lines_cost_in_line_with_their_number(name: Callable[[int], bytes]) -> None:
    namespace, gateway = GATEWAY.split("/")
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    headers = [{"name": name, "value": "never"} for name in ("x-a", "x-b", "x-c")]
    router = gwmatch.compile(
        gwmatch.load(
            manifest("Gateway", namespace, gateway, spec={"gatewayClassName": "any", "listeners": [listener]}),
            manifest(
                "HTTPRoute",
                namespace,
                "r",
                spec={"parentRefs": [{"name": gateway}], "rules": [{"matches": [{"headers": headers}]}]},
            ),
        )
    )
    few, many = (took(router, tuple((name(index), b"v") for index in range(count))) for count in (FEW, MANY))
    assert many < 64 * few
