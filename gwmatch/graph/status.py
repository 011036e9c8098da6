"""A Graph as status objects, the way kubectl would show them (status.md).

Pure: what was stored before and the time are arguments. Objects that are not ours are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from ..api import GATEWAY_GROUP, Gateway, GatewayClass, ListenerSet, ParentReference, Resource, ResourceKey, Service
from .ancestors import PLACES, POLICY_PLACE
from .features import MESH_FEATURES, supported_features
from .gateways import ASSUMED_CONTROLLER
from .nodes import (
    Condition,
    GatewayClassNode,
    GatewayNode,
    Graph,
    ListenerNode,
    ListenerSetNode,
    MeshNode,
    ParentNode,
    Route,
    RouteNode,
)
from .policy_nodes import PolicyNode

EPOCH = "1970-01-01T00:00:00Z"
"""The time of conditions when no clock is given: the one that the API's own defaults have (ST-9)."""

_API_VERSION = f"{GATEWAY_GROUP}/v1"
_MAX_MESSAGE = 32768  # of a condition, in the CRDs (ST-1)

_LISTENER_TYPES = frozenset({"Accepted", "Programmed", "ResolvedRefs", "Conflicted", "OverlappingTLSConfig"})
_MESH_TYPES = frozenset({"Accepted"})
_CLASS_TYPES = frozenset({"Accepted", "SupportedVersion"})
_GATEWAY_TYPES = frozenset({"Accepted", "Programmed", "ResolvedRefs", "InsecureFrontendValidationMode", "DefaultGateway"})
_LISTENER_SET_TYPES = frozenset({"Accepted", "Programmed"})
_ROUTE_TYPES = frozenset({"Accepted", "ResolvedRefs", "PartiallyInvalid"})
_POLICY_TYPES = frozenset({"Accepted", "ResolvedRefs"})
"""The types that are written; of these, one that does not hold any more is removed (ST-6). Others are left alone (ST-5)."""


def report(
    graph: Graph, previous: Iterable[Mapping[str, Any]] | None = None, now: datetime | str | None = None
) -> tuple[dict[str, Any], ...]:
    """The status of each GatewayClass, XMesh, Gateway, ListenerSet, route and policy that is ours, in this order.

    `previous` has objects as returned here or by the API server; an object it lacks counts with the status it was loaded
    with. A condition keeps its lastTransitionTime while its status stays (ST-4), otherwise it gets `now`.
    """
    reporter = _Reporter(_index(previous or ()), _timestamp(now))
    ours = {ASSUMED_CONTROLLER, graph.controller or ASSUMED_CONTROLLER}
    ours.update(node.resource.spec.controller_name for node in graph.gateway_classes)
    ours.update(node.resource.spec.controller_name for node in graph.meshes)
    return (
        *(reporter.gateway_class(node, graph) for node in graph.gateway_classes),
        *(reporter.mesh(node) for node in graph.meshes),
        *(reporter.gateway(node, graph) for node in graph.gateways.values()),
        *(reporter.listener_set(node, graph) for node in graph.listener_sets.values()),
        *(reporter.route(node, graph, ours) for node in graph.routes if node.parents),
        *(found for node in graph.policies.reported for found in [reporter.ancestors(node, graph, ours)] if found),
    )


_Carrier: TypeAlias = GatewayClass | Gateway | ListenerSet | Route | Resource
"""What carries conditions."""


class _Said(NamedTuple):
    """What is written about an object in regard of another."""

    ref: dict[str, Any]
    controller: str
    conditions: tuple[Condition, ...]


class _Name(NamedTuple):
    kind: str
    namespace: str
    name: str


def _index(objects: Iterable[Mapping[str, Any]]) -> dict[_Name, Mapping[str, Any]]:
    found: dict[_Name, Mapping[str, Any]] = {}
    for each in objects:
        metadata = _mapping(each.get("metadata"))
        name = _Name(str(each.get("kind")), str(metadata.get("namespace") or ""), str(metadata.get("name")))
        found[name] = _mapping(each.get("status"))
    return found


def _timestamp(now: datetime | str | None) -> str:
    """RFC 3339 with seconds, in UTC. A time without a zone is taken as UTC: the result may not depend on the machine."""
    if now is None:
        return EPOCH
    if isinstance(now, str):
        return now
    aware = now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Reporter:
    def __init__(self, previous: Mapping[_Name, Mapping[str, Any]], now: str) -> None:
        self._previous = previous
        self._now = now

    def gateway_class(self, node: GatewayClassNode, graph: Graph) -> dict[str, Any]:
        stored = self._stored(node.resource)
        status = {
            "conditions": self._conditions(node.conditions, node.resource, stored, _CLASS_TYPES),
            "supportedFeatures": [{"name": name} for name in supported_features(graph.options)],
        }
        return _object(node.resource, status)

    def mesh(self, node: MeshNode) -> dict[str, Any]:
        stored = self._stored(node.resource)
        conditions = self._conditions(node.conditions, node.resource, stored, _MESH_TYPES)
        return _object(
            node.resource, {"conditions": conditions, "supportedFeatures": [{"name": name} for name in MESH_FEATURES]}
        )

    def gateway(self, node: GatewayNode, graph: Graph) -> dict[str, Any]:
        stored = self._stored(node.resource)
        # Without a data plane no address is ever chosen; one that somebody else's wrote stays.
        addresses = [{"type": each.type, "value": each.value} for each in node.addresses] or stored.get("addresses")
        own = [listener for listener in node.listeners if listener.key.owner == node.key]
        status = {
            **({"addresses": addresses} if addresses else {}),
            **({"attachedListenerSets": node.attached_listener_sets} if node.resource.spec.allowed_listeners else {}),
            "conditions": self._conditions(node.conditions, node.resource, stored, _GATEWAY_TYPES),
            "listeners": self._listeners(own, node.resource, stored, graph),
        }
        return _object(node.resource, status)

    def listener_set(self, node: ListenerSetNode, graph: Graph) -> dict[str, Any]:
        stored = self._stored(node.resource)
        conditions = self._conditions(node.conditions, node.resource, stored, _LISTENER_SET_TYPES)
        listeners = self._listeners(node.listeners, node.resource, stored, graph)
        # Without the Gateway's consent the listeners are not looked at, and there is nothing to say about them.
        return _object(node.resource, {"conditions": conditions, **({"listeners": listeners} if listeners else {})})

    def route(self, node: RouteNode, graph: Graph, ours: set[str]) -> dict[str, Any]:
        stored = _mappings(self._stored(node.resource).get("parents"))
        said = [_Said(_parent_ref(parent.ref), _controller(graph, parent), parent.conditions) for parent in node.parents]
        parents = self._entries(said, node.resource, stored, "parentRef", _ROUTE_TYPES)
        # ST-7: entries of other controllers stay as they are; ours for parents that are gone are left out. Services are the
        # parents of another graph than Gateways, and a controller of both writes the entries of each by themselves.
        others = [
            entry for entry in stored if str(entry.get("controllerName")) not in ours or _of_mesh(entry) != _is_mesh(node)
        ]
        return _object(node.resource, {"parents": [*parents, *others]})

    def ancestors(self, node: PolicyNode, graph: Graph, ours: set[str]) -> dict[str, Any] | None:
        """A policy, by the Gateways that it concerns (L-11); None if it never had to do with one of ours."""
        field, ref, limit = PLACES.get(type(node.resource), POLICY_PLACE)
        stored = _mappings(self._stored(node.resource).get(field))
        others = _foreign(stored, ours)
        if not node.ancestors and len(others) == len(stored):
            return None
        said = [_Said(_gateway_ref(key), graph.gateways[key].controller, node.conditions) for key in node.ancestors]
        entries = self._entries(said, node.resource, stored, ref, _POLICY_TYPES)
        return _object(node.resource, {field: [*entries[: max(limit - len(others), 0)], *others]})

    def _entries(
        self, said: Iterable[_Said], carrier: _Carrier, stored: list[Mapping[str, Any]], ref: str, own: frozenset[str]
    ) -> list[dict[str, Any]]:
        before = {_entry_key(entry, ref): entry for entry in stored}
        written: dict[tuple[str, ...], dict[str, Any]] = {}
        for each in said:
            entry: dict[str, Any] = {ref: each.ref, "controllerName": each.controller}
            key = _entry_key(entry, ref)
            entry["conditions"] = self._conditions(each.conditions, carrier, before.get(key, {}), own)
            written.setdefault(key, entry)
        return list(written.values())

    def _listeners(
        self, nodes: Iterable[ListenerNode], owner: Gateway | ListenerSet, stored: Mapping[str, Any], graph: Graph
    ) -> list[dict[str, Any]]:
        """What their owner says of its listeners, in the order of its spec."""
        entries = {str(entry.get("name")): entry for entry in _mappings(stored.get("listeners"))}
        return [
            {
                "name": node.key.name,
                "supportedKinds": [{"group": kind.group, "kind": kind.kind} for kind in node.supported_kinds],
                "attachedRoutes": len(graph.attached[node.key]),
                "conditions": self._conditions(node.conditions, owner, entries.get(node.key.name, {}), _LISTENER_TYPES),
            }
            for node in nodes
        ]

    def _stored(self, resource: _Carrier) -> Mapping[str, Any]:
        key = resource.key
        return self._previous.get(_Name(key.kind, key.namespace or "", key.name), _mapping(resource.status))

    def _conditions(
        self,
        conditions: Sequence[Condition],
        carrier: _Carrier,
        stored: Mapping[str, Any],
        own: frozenset[str],
    ) -> list[dict[str, Any]]:
        """Conditions with the generation of the object that carries them (ST-2), merged by type with those stored (ST-5)."""
        generation = carrier.metadata.generation or 1  # what an API server gives a new object
        before = {str(each.get("type")): each for each in _mappings(stored.get("conditions"))}
        written: dict[str, dict[str, Any]] = {}
        for condition in conditions:
            old = before.get(condition.type, {})
            if _is_newer(old, generation):  # ST-3
                written[condition.type] = dict(old)
                continue
            kept = old.get("lastTransitionTime") if old.get("status") == condition.status else None
            written[condition.type] = {
                "type": condition.type,
                "status": condition.status,
                "observedGeneration": generation,
                "lastTransitionTime": kept or self._now,
                "reason": condition.reason,
                "message": condition.message[:_MAX_MESSAGE],
            }
        for type_, old in before.items():
            if type_ not in written and (type_ not in own or _is_newer(old, generation)):
                written[type_] = dict(old)
        return list(written.values())


def _is_newer(stored: Mapping[str, Any], generation: int) -> bool:
    observed = stored.get("observedGeneration")
    return isinstance(observed, int) and observed > generation


def _object(resource: _Carrier, status: dict[str, Any]) -> dict[str, Any]:
    key = resource.key
    metadata = {"namespace": key.namespace, "name": key.name} if key.namespace else {"name": key.name}
    version = _API_VERSION if key.group == GATEWAY_GROUP else resource.api_version
    return {"apiVersion": version, "kind": key.kind, "metadata": metadata, "status": status}


def _foreign(entries: list[Mapping[str, Any]], ours: set[str]) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if str(entry.get("controllerName")) not in ours]


def _gateway_ref(key: ResourceKey) -> dict[str, Any]:
    return {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}


def _controller(graph: Graph, parent: ParentNode) -> str:
    """Whose entry a parent's is: that of the Gateway's class; in a mesh, whose Services have no class, the one named."""
    gateway = graph.gateways.get(parent.gateway)
    return (graph.controller or ASSUMED_CONTROLLER) if gateway is None else gateway.controller


def _is_mesh(node: RouteNode) -> bool:
    return any(parent.parent.kind == Service.KIND for parent in node.parents)


def _of_mesh(entry: Mapping[str, Any]) -> bool:
    return _mapping(entry.get("parentRef")).get("kind") == Service.KIND


def _parent_ref(ref: ParentReference) -> dict[str, Any]:
    """The reference as written (A-37), with group and kind, which the CRD fills in."""
    written: dict[str, Any] = {"group": ref.group, "kind": ref.kind}
    if ref.namespace:
        written["namespace"] = ref.namespace
    written["name"] = ref.name
    if ref.section_name:
        written["sectionName"] = ref.section_name
    if ref.port is not None:
        written["port"] = ref.port
    return written


def _entry_key(entry: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """What tells entries apart: the reference as written, and the controller (ST-7)."""
    ref = _mapping(entry.get(field))
    return (
        repr(ref.get("group", GATEWAY_GROUP)),
        repr(ref.get("kind", "Gateway")),
        *(repr(ref.get(field)) for field in ("namespace", "name", "sectionName", "port")),
        repr(entry.get("controllerName")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    """A stored status may hold anything: nothing checks it before it gets here."""
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
