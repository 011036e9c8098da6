"""Workloads as the library takes them. In: the name and size of a workload. Out: resources, a port, the calls to time."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import gwmatch

from .workloads import GATEWAY, Workload, make

RULES_PER_HOST = 6.5
"""W1 counts hostnames, every other workload rules."""
SAMPLE = 256
"""Different requests in one pass. One request over and over would flatter the branch predictor, and every cache."""

REQUESTS = 2_000
"""That the sample is taken from."""
CHECKED = 1_000
"""From here on the reference, which is linear, is asked for four decisions only."""

Call = tuple[str, str, str, list[tuple[bytes, bytes]]]
"""Method, Host, target and header lines: text as from an HTTP parser, header lines as from ASGI."""


class Subject(NamedTuple):
    router: gwmatch.Router
    calls: list[Call]

    @property
    def port(self) -> gwmatch.PortTable:
        return self.router.port(80)


@cache
def subject(name: str, rules: int) -> Subject:
    """A workload of about so many rules, compiled, and a sample of its requests, each a correct decision."""
    return sized(name, max(1, round(rules / RULES_PER_HOST)) if name == "W1" else rules)


@cache
def sized(name: str, count: int) -> Subject:
    """The same by what the workload counts: W1 hosts, the others rules. Up to some thousands, every decision is checked."""
    workload = make(name, count, n_requests=REQUESTS)
    router = gwmatch.compile(gwmatch.load(documents(workload)))
    assert len(router.table.rules) == workload.stats()["rules"], "a route of the workload was not attached"
    step = max(1, len(workload.requests) // SAMPLE)
    made = Subject(router, [call(request) for request in workload.requests[::step][:SAMPLE]])
    for each in made.calls if count <= CHECKED else made.calls[:: SAMPLE // 4]:
        check(made, each)
    return made


def documents(workload: Workload) -> list[dict[str, Any]]:
    """The Gateway and the routes; these name it without its namespace, which holds for one namespace only."""
    parents = [{"name": GATEWAY["metadata"]["name"], "namespace": GATEWAY["metadata"]["namespace"]}]
    return [GATEWAY, *({**route, "spec": {**route["spec"], "parentRefs": parents}} for route in workload.routes)]


def call(request: dict[str, Any]) -> Call:
    target = request["path"] + ("?" + request["query"] if request["query"] else "")
    return request["method"], request["host"], target, [(name.encode(), value.encode()) for name, value in request["headers"]]


def check(subject: Subject, call: Call) -> None:
    """The decision is the slow twin's. Every rule has one backend, so that chance changes nothing."""
    expected = gwmatch.reference.match(subject.router.table, 80, gwmatch.Request.of(*call))
    assert subject.port.match(*call).verdict == expected, call


def renewed(calls: list[Call]) -> list[Call]:
    """Equal calls with new objects: a server has never seen the text of its next request."""
    return [
        (_new(method), _new(host), _new(target), [(bytes(bytearray(name)), bytes(bytearray(value))) for name, value in lines])
        for method, host, target, lines in calls
    ]


def _new(text: str) -> str:
    return text.encode().decode()
