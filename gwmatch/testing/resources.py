"""Hypothesis strategies for resources: whole sets of manifests, as mappings, that make one Gateway with HTTPRoutes. Those with
every kind are in `clusters`.

Names, hosts and paths come from small alphabets, so that routes of several namespaces compete for the same requests.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

GROUP = "gateway.networking.k8s.io"
GATEWAY = "infra/edge"
HOSTNAMES = ("a.test", "b.a.test", "*.a.test", "*.test", "c.b.a.test", "org")
PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/b")
PATTERNS = ("/a.*", "/(a|b)+", "/.*")
NAMESPACES = ("red", "red-a", "blue")

Mapping = dict[str, Any]


def manifest(kind: str, namespace: str | None, name: str, version: str = f"{GROUP}/v1", **fields: Any) -> Mapping:
    """An object of the group and version of most kinds, unless another is given."""
    metadata = {"name": name} if namespace is None else {"namespace": namespace, "name": name}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


_paths = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(("Exact", "PathPrefix")), "value": st.sampled_from(PATHS)}),
    st.fixed_dictionaries({"type": st.just("PathPrefix"), "value": st.sampled_from(PATHS)}),
    st.fixed_dictionaries({"type": st.just("RegularExpression"), "value": st.sampled_from(PATTERNS)}),
)
_named = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(("x-a", "x-b")), "value": st.sampled_from(("1", "2"))}),
    max_size=2,
    unique_by=lambda condition: condition["name"],
)
_matches = st.fixed_dictionaries(
    {"path": _paths},
    optional={"method": st.sampled_from(("GET", "POST")), "headers": _named, "queryParams": _named},
)
_backends = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(("one", "two")), "port": st.sampled_from((80, 80, 80, 81)), "weight": st.integers(0, 3)}
    ),
    max_size=3,
)
rules = st.fixed_dictionaries({"matches": st.lists(_matches, min_size=1, max_size=3), "backendRefs": _backends})
"""A rule of an HTTPRoute. Port 81 is one that no Service of the set has, so its share answers 500."""

_CREATED = (None, "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")


@st.composite
def created(draw: st.DrawFn, made: Mapping) -> Mapping:
    """The same object with an age, or without one."""
    when = draw(st.sampled_from(_CREATED))
    if when is not None:
        made["metadata"]["creationTimestamp"] = when
    return made


@st.composite
def http_routes(draw: st.DrawFn, namespace: str, name: str) -> Mapping:
    """One HTTPRoute that is attached to all listeners of the Gateway, or to one of them by name."""
    parent: Mapping = {"namespace": "infra", "name": "edge"}
    section = draw(st.sampled_from((None, None, "l0", "l1")))
    if section is not None:
        parent["sectionName"] = section
    route = manifest(
        "HTTPRoute", namespace, name, spec={"parentRefs": [parent], "rules": draw(st.lists(rules, min_size=1, max_size=3))}
    )
    hostnames = draw(st.lists(st.sampled_from(HOSTNAMES), max_size=2, unique=True))
    if hostnames:
        route["spec"]["hostnames"] = hostnames
    return draw(created(route))


@st.composite
def resource_sets(draw: st.DrawFn) -> list[Mapping]:
    """Manifests of one Gateway `infra/edge` on port 80, Services, and up to six HTTPRoutes of three namespaces."""
    listeners = []
    hostnames: list[str | None] = draw(st.lists(st.sampled_from((None, *HOSTNAMES)), min_size=1, max_size=3, unique=True))
    for index, hostname in enumerate(hostnames):
        listener = {"name": f"l{index}", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
        listeners.append(listener if hostname is None else {**listener, "hostname": hostname})
    found = [manifest("Gateway", "infra", "edge", spec={"gatewayClassName": "any", "listeners": listeners})]
    for namespace in NAMESPACES:
        for name in ("one", "two"):
            found.append(manifest("Service", namespace, name, "v1", spec={"ports": [{"port": 80}]}))
    wanted = st.lists(st.tuples(st.sampled_from(NAMESPACES), st.sampled_from(("x", "y"))), min_size=1, max_size=6, unique=True)
    found.extend(draw(http_routes(namespace, name)) for namespace, name in draw(wanted))
    return found
