"""Hypothesis strategies for single objects of every kind: valid, invalid, and such as are wrong by a hair."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from ..api import check
from . import clusters
from .nearmisses import applied, bends
from .resources import HOSTNAMES, Mapping, created, manifest

NAMESPACE = "red"
_NAMES = st.sampled_from(clusters.NAMES)
_LABELS = st.dictionaries(st.sampled_from(("team", "example.net/stage")), st.sampled_from(("web", "db", "")), max_size=2)


class NearMiss(NamedTuple):
    """An object that exactly one rule rejects, and its nearest neighbour, which none does."""

    rule: str
    """`V-…` and `HI-…` as in docs/semantics.md; `pattern`, `limit` or `enum` where the schema says it."""
    at: str
    """The field that is found fault with."""
    manifest: Mapping
    neighbour: Mapping


@st.composite
def _gateways(draw: st.DrawFn) -> Mapping:
    return manifest(
        "Gateway", NAMESPACE, draw(_NAMES), spec={"gatewayClassName": "any", "listeners": draw(clusters.listeners())}
    )


@st.composite
def _listener_sets(draw: st.DrawFn) -> Mapping:
    parent = draw(st.sampled_from(({"name": "edge"}, {"namespace": clusters.PLATFORM, "name": "edge"})))
    return manifest(
        "ListenerSet", NAMESPACE, draw(_NAMES), spec={"parentRef": dict(parent), "listeners": draw(clusters.listeners())}
    )


@st.composite
def _classes(draw: st.DrawFn) -> Mapping:
    spec: Mapping = {"controllerName": draw(st.sampled_from(("example.net/gwmatch", "example.org/a/b")))}
    if draw(st.booleans()):
        spec["description"] = draw(st.text("abc ", max_size=64))
    return manifest("GatewayClass", None, draw(_NAMES), spec=spec)


@st.composite
def _meshes(draw: st.DrawFn) -> Mapping:
    version = f"{clusters.EXPERIMENTAL}/v1alpha1"
    return manifest("XMesh", None, draw(_NAMES), version, spec={"controllerName": "example.net/mesh"})


def _part_of(kind: str, whole: st.SearchStrategy[list[Mapping]]) -> st.SearchStrategy[Mapping]:
    """One object of a kind out of what a strategy of several draws."""
    found = whole.map(lambda items: [each for each in items if each["kind"] == kind])
    return found.filter(bool).flatmap(st.sampled_from)


@st.composite
def _core(draw: st.DrawFn, kind: str) -> Mapping:
    match kind:
        case "Namespace":
            made = manifest(kind, None, draw(_NAMES), "v1")
            made["metadata"]["labels"] = draw(_LABELS)
        case "Secret":
            keys = st.sampled_from(("tls.crt", "tls.key", "ca.crt"))
            made = manifest(kind, NAMESPACE, draw(_NAMES), "v1", type=draw(st.sampled_from(("kubernetes.io/tls", "Opaque"))))
            made["data"] = draw(st.dictionaries(keys, st.sampled_from(("", "YQ==")), max_size=2))
        case "ConfigMap":
            made = manifest(kind, NAMESPACE, draw(_NAMES), "v1", data=draw(st.dictionaries(st.just("ca.crt"), st.text("abc"))))
        case "EndpointSlice":
            name = draw(_NAMES)
            endpoints = [{"addresses": ["192.0.2.1"], "conditions": {"ready": draw(st.booleans())}}]
            made = manifest(kind, NAMESPACE, f"{name}-1", "discovery.k8s.io/v1", addressType="IPv4", endpoints=endpoints)
            made["ports"] = [{"name": "web", "port": draw(st.integers(1, 65535))}]
            made["metadata"]["labels"] = {"kubernetes.io/service-name": name}
        case _:
            ports = draw(st.lists(st.integers(1, 65535), max_size=2, unique=True))
            made = manifest(kind, NAMESPACE, draw(_NAMES), "multicluster.x-k8s.io/v1alpha1")
            made["spec"] = {"ports": [{"name": f"p{port}", "port": port} for port in ports]}
    return made


@st.composite
def _route(draw: st.DrawFn, kind: str) -> Mapping:
    return draw(clusters.routes(kind, NAMESPACE, draw(_NAMES)))


_MADE: dict[str, Callable[[], st.SearchStrategy[Mapping]]] = {
    "GatewayClass": _classes,
    "Gateway": _gateways,
    "ListenerSet": _listener_sets,
    **{kind: partial(_route, kind) for kind in clusters.ROUTES},
    "ReferenceGrant": lambda: _part_of("ReferenceGrant", clusters.grants(NAMESPACE)),
    "BackendTLSPolicy": lambda: _part_of("BackendTLSPolicy", clusters.policies(NAMESPACE)),
    "XBackendTrafficPolicy": lambda: _part_of("XBackendTrafficPolicy", clusters.policies(NAMESPACE)),
    "XBackend": lambda: _part_of("XBackend", clusters.xbackends(NAMESPACE)),
    "XMesh": _meshes,
    "Service": lambda: _part_of("Service", clusters.services(NAMESPACE)),
    **{kind: partial(_core, kind) for kind in ("Namespace", "Secret", "ConfigMap", "EndpointSlice", "ServiceImport")},
}
KINDS = tuple(_MADE)
"""Every kind that gwmatch reads."""


def valid(kind: str) -> st.SearchStrategy[Mapping]:
    """Objects of a kind that an API server takes: gwmatch.check finds nothing in them.

    >>> from hypothesis import find
    >>> check(find(valid("HTTPRoute"), lambda route: True))
    ()
    """
    return _MADE[kind]().flatmap(created)


@st.composite
def near_valid(draw: st.DrawFn, kind: str) -> NearMiss:
    """A valid object of a kind with one field bent such that exactly one rule rejects it, and its neighbour."""
    whole = draw(valid(kind))
    bend = draw(st.sampled_from(bends(kind)))
    return NearMiss(bend.rule, bend.at, applied(whole, bend, bend.bad), applied(whole, bend, bend.good))


@st.composite
def invalid(draw: st.DrawFn, kind: str) -> Mapping:
    """Objects of a kind that an API server refuses: fields doubled, taken away, or replaced by what does not belong there."""
    if draw(st.booleans()):
        return draw(near_valid(kind)).manifest
    whole = draw(valid(kind))
    if "spec" not in whole:
        return applied(whole, (bend := draw(st.sampled_from(bends(kind)))), bend.bad)
    (broken,) = draw(clusters.bent([whole]))
    assume(check(broken))
    return broken


def hostnames() -> st.SearchStrategy[str]:
    """The names that all strategies here use: exact ones, wildcards that cover them, and one of another domain."""
    return st.sampled_from(HOSTNAMES)
