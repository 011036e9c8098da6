"""`request` steps inside a mesh: what the client's proxy makes of what is sent to a Service, or past all Services to a Pod."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

import gwmatch
from gwmatch import ir

from .answers import ADDRESS_OF_THE_GATEWAY, DRAWS, Answer
from .cluster import Cluster
from .failures import Findings
from .model import HTTPRequest, Outcome, Request


class MeshAnswer(Answer):
    """One request from a workload to a Service."""

    def __init__(self, step: Request, cluster: Cluster, asked: HTTPRequest, found: Findings) -> None:
        self.step, self.found, self.asked = step, found, asked
        self.listener_port = step.destination["port"]
        service = step.destination["service"]
        mesh = gwmatch.compile_mesh(cluster.resources, step.client["namespace"], options=cluster.options)
        self.router: Any = mesh.service(f"{service['namespace']}/{service['name']}")
        self.port = self.router.port(self.listener_port)
        host = ADDRESS_OF_THE_GATEWAY if asked.host is None else asked.host
        self.request = ir.Request.of(asked.method, host, asked.target, asked.headers)
        self.decision = self.ask(DRAWS[0])

    def check(self) -> None:
        super().check()
        self.check_route_applies(self.step.expect)

    def check_route_applies(self, expect: Outcome) -> None:
        if expect.route_applies is not UNSET:
            route = self.decision.route
            self.found.equal("route_applies", expect.route_applies, route is not None and route.kind != "Service")


def check_mesh_request(step: Request, cluster: Cluster, found: Findings) -> None:
    """What is sent to a Pod's own address is known by no Service, so that nothing is decided about it."""
    if "pod_of" in step.destination:
        mesh = gwmatch.compile_mesh(cluster.resources, step.client["namespace"], options=cluster.options)
        found.equal("the Service of a Pod's address", None, mesh.by_address(ADDRESS_OF_THE_GATEWAY))
        found.equal("route_applies", step.expect.route_applies, False)
    elif step.request is not None:
        MeshAnswer(step, cluster, step.request, found).check()
