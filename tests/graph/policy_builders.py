"""Policies and backends that are no Services, as manifests; and what one Gateway's table makes of them."""

from __future__ import annotations

from typing import Any

from gwmatch import ir
from gwmatch.api import Resource, ResourceKey, ResourceSet, load
from gwmatch.graph import Graph, PolicyNode, resolve
from gwmatch.lowering import lower
from gwmatch.options import ExtensionKind, Options

from .builders import CLASS, CONTROLLER, SEES_EVERYTHING, Manifest

EXPERIMENTAL = "gateway.networking.x-k8s.io/v1alpha1"
OLD, YOUNG = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
WELL_KNOWN = {"hostname": "cart.test", "wellKnownCACertificates": "System"}


def service_ref(name: str = "cart", **fields: Any) -> Manifest:
    return {"group": "", "kind": "Service", "name": name, **fields}


def ca(name: str = "ca", kind: str = "ConfigMap", group: str = "") -> Manifest:
    return {"group": group, "kind": kind, "name": name}


def policy(
    kind: str,
    *targets: Manifest,
    name: str = "policy",
    namespace: str = "infra",
    version: str = "gateway.networking.k8s.io/v1",
    created: str | None = None,
    status: Manifest | None = None,
    **spec: Any,
) -> Manifest:
    metadata: Manifest = {"name": name, "namespace": namespace, "generation": 4}
    if created is not None:
        metadata["creationTimestamp"] = created
    made = {
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata,
        "spec": {"targetRefs": list(targets or (service_ref(),)), **spec},
    }
    return made if status is None else {**made, "status": status}


def tls_policy(*targets: Manifest, validation: Manifest | None = None, **fields: Any) -> Manifest:
    return policy("BackendTLSPolicy", *targets, validation=validation or WELL_KNOWN, **fields)


def traffic_policy(*targets: Manifest, **fields: Any) -> Manifest:
    return policy("XBackendTrafficPolicy", *targets, version=EXPERIMENTAL, **fields)


def xbackend(name: str = "far", namespace: str = "infra", host: str = "api.far.test", **spec: Any) -> Manifest:
    return {
        "apiVersion": EXPERIMENTAL,
        "kind": "XBackend",
        "metadata": {"name": name, "namespace": namespace, "generation": 4},
        "spec": {"type": "ExternalHostname", "externalHostname": {"hostname": host}, "port": {"port": 443}, **spec},
    }


def external(name: str = "far", **fields: Any) -> Manifest:
    """A backendRef to an XBackend."""
    return {"group": "gateway.networking.x-k8s.io", "kind": "XBackend", "name": name, **fields}


def service_import(name: str = "cart", namespace: str = "infra", **port: Any) -> Manifest:
    return {
        "apiVersion": "multicluster.x-k8s.io/v1alpha1",
        "kind": "ServiceImport",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "ClusterSetIP", "ports": [{"port": 80, **port}]},
    }


def endpoint_slice(
    *ready: bool | None, service: str = "cart", ports: list[Manifest] | None = None, name: str = "s1"
) -> Manifest:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": "infra", "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {} if each is None else {"ready": each}} for each in ready],
        "ports": [{"name": "", "port": 8080}] if ports is None else ports,
    }


def policy_of(graph: Graph, name: str = "policy") -> PolicyNode:
    (found,) = (node for node in graph.policies.reported if node.key.name == name)
    return found


def table_of(graph: Graph, gateway: str = "public") -> ir.Table:
    (key,) = (key for key in graph.gateways if key.name == gateway)
    return lower(graph, key)


def backend_in(graph: Graph, gateway: str = "public") -> ir.Backend:
    """The only backend of the only rule that the table of a Gateway has."""
    (rule,) = table_of(graph, gateway).rules
    (backend,) = rule.backends
    return backend


# ------------------------------------------------------------------------------------------------------- registered kinds


class Thing(Resource, frozen=True, kw_only=True):
    """An object of a registered kind."""

    spec: dict[str, Any]

    @property
    def key(self) -> ResourceKey:
        return ResourceKey(self.api_version.partition("/")[0], self.kind, self.metadata.namespace, self.metadata.name)


class WithThings(ResourceSet):
    """A set that holds objects of registered kinds too, and remembers what it refused."""

    __slots__ = ("_refused", "_things")

    def __init__(self, held: ResourceSet, things: list[Thing], refused: list[Manifest] | None = None) -> None:
        super().__init__()
        for slot in ResourceSet.__slots__:
            setattr(self, slot, getattr(held, slot))
        self._things = things
        self._refused = refused or []

    def withheld(self, kind: type[Resource]) -> tuple[Manifest, ...]:
        return tuple(each for each in self._refused if each["kind"] == kind.KIND)

    def others(self, group: str, kind: str) -> tuple[Thing, ...]:
        return tuple(thing for thing in self._things if (thing.key.group, thing.key.kind) == (group, kind))


def registered(
    *manifests: Manifest, things: list[Thing], kinds: tuple[ExtensionKind, ...], controller: str | None = CONTROLLER
) -> Graph:
    options = Options(assume=SEES_EVERYTHING.assume, extensions=kinds)
    return resolve(WithThings(load([CLASS, *manifests]), things), controller=controller, options=options)
