"""Many HTTPRoutes of one rule each, with one path and one backend: what a cluster of small services has."""

from __future__ import annotations

from typing import Any

from .workloads import GATEWAY


def hosted(routes: int, per_host: int) -> list[dict[str, Any]]:
    """The Gateway and the routes, so many of them at each host, with names and paths of ordinary length."""
    parents = [{"name": GATEWAY["metadata"]["name"], "namespace": GATEWAY["metadata"]["namespace"]}]
    made = [GATEWAY]
    for number in range(routes):
        match = {"path": {"type": "PathPrefix", "value": f"/p{number % per_host}"}}
        rule = {"matches": [match], "backendRefs": [{"name": f"svc{number}", "port": 80}]}
        spec = {"parentRefs": parents, "hostnames": [f"h{number // per_host}.example.com"], "rules": [rule]}
        metadata = {"namespace": f"ns{number % 100}", "name": f"r{number}"}
        made.append({"apiVersion": GATEWAY["apiVersion"], "kind": "HTTPRoute", "metadata": metadata, "spec": spec})
    return made
