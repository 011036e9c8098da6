"""Every Hypothesis strategy of gwmatch, under one name.

    from gwmatch.testing import strategies

    @given(strategies.clusters(), st.data())
    def test_mine(manifests, data):
        router = gwmatch.compile(gwmatch.load(manifests))
        port, request, draw = data.draw(strategies.requests_near(router))

Raises: ImportError without Hypothesis, which comes with `pip install 'gwmatch[test]'`.
"""

try:
    import hypothesis as hypothesis
except ModuleNotFoundError as error:
    raise ImportError("gwmatch.testing.strategies needs Hypothesis: pip install 'gwmatch[test]'") from error

from .clusters import backend_refs, bent, clusters, listeners, routes
from .objects import KINDS, NearMiss, hostnames, invalid, near_valid, valid
from .requests import requests_near, respelled_paths
from .resources import http_routes, manifest, resource_sets, rules
from .tables import options, tables

__all__ = [
    "KINDS",
    "NearMiss",
    "backend_refs",
    "bent",
    "clusters",
    "hostnames",
    "http_routes",
    "invalid",
    "listeners",
    "manifest",
    "near_valid",
    "options",
    "requests_near",
    "resource_sets",
    "respelled_paths",
    "routes",
    "rules",
    "tables",
    "valid",
]
