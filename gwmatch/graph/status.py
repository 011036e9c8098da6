"""A Graph as status objects, the way kubectl would show them (status.md).

Pure: what was stored before and the time are arguments. Objects that are not ours are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..api import GATEWAY_GROUP, Gateway, GatewayClass, HTTPRoute, ParentReference
from .features import SUPPORTED_FEATURES
from .gateways import ASSUMED_CONTROLLER
from .nodes import Condition, GatewayClassNode, GatewayNode, Graph, ListenerNode, RouteNode

EPOCH = "1970-01-01T00:00:00Z"
"""The time of conditions when no clock is given: the one that the API's own defaults have (ST-9)."""

_API_VERSION = f"{GATEWAY_GROUP}/v1"
_MAX_MESSAGE = 32768  # of a condition, in the CRDs (ST-1)

_LISTENER_TYPES = frozenset({"Accepted", "Programmed", "ResolvedRefs", "Conflicted", "OverlappingTLSConfig"})
_OWN_TYPES = {
    "GatewayClass": frozenset({"Accepted", "SupportedVersion"}),
    "Gateway": frozenset({"Accepted", "Programmed", "ResolvedRefs", "InsecureFrontendValidationMode"}),
    "HTTPRoute": frozenset({"Accepted", "ResolvedRefs", "PartiallyInvalid"}),
}
"""The types that are written; of these, one that does not hold any more is removed (ST-6). Others are left alone (ST-5)."""


def report(
    graph: Graph, previous: Iterable[Mapping[str, Any]] | None = None, now: datetime | str | None = None
) -> tuple[dict[str, Any], ...]:
    """The status of each GatewayClass, Gateway and route that is ours, in this order.

    `previous` has objects as returned here or by the API server; an object it lacks counts with the status it was loaded
    with. A condition keeps its lastTransitionTime while its status stays (ST-4), otherwise it gets `now`.
    """
    reporter = _Reporter(_index(previous or ()), _timestamp(now))
    ours = {ASSUMED_CONTROLLER, graph.controller or ASSUMED_CONTROLLER}
    ours.update(node.resource.spec.controller_name for node in graph.gateway_classes)
    return (
        *(reporter.gateway_class(node) for node in graph.gateway_classes),
        *(reporter.gateway(node, graph) for node in graph.gateways.values()),
        *(reporter.route(node, graph, ours) for node in graph.routes if node.parents),
    )


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

    def gateway_class(self, node: GatewayClassNode) -> dict[str, Any]:
        stored = self._stored(node.resource)
        status = {
            "conditions": self._conditions(node.conditions, node.resource, stored, _OWN_TYPES["GatewayClass"]),
            "supportedFeatures": [{"name": name} for name in SUPPORTED_FEATURES],
        }
        return _object(node.resource, status)

    def gateway(self, node: GatewayNode, graph: Graph) -> dict[str, Any]:
        stored = self._stored(node.resource)
        # Without a data plane no address is ever chosen; one that somebody else's wrote stays.
        addresses = [{"type": each.type, "value": each.value} for each in node.addresses] or stored.get("addresses")
        listeners = {str(entry.get("name")): entry for entry in _mappings(stored.get("listeners"))}
        status = {
            **({"addresses": addresses} if addresses else {}),
            "conditions": self._conditions(node.conditions, node.resource, stored, _OWN_TYPES["Gateway"]),
            "listeners": [
                self._listener(listener, node.resource, listeners.get(listener.key.name, {}), len(graph.attached[listener.key]))
                for listener in node.listeners
                if listener.key.owner == node.key
            ],
        }
        return _object(node.resource, status)

    def route(self, node: RouteNode, graph: Graph, ours: set[str]) -> dict[str, Any]:
        entries = _mappings(self._stored(node.resource).get("parents"))
        stored = {_entry_key(entry): entry for entry in entries}
        parents: dict[tuple[str, ...], dict[str, Any]] = {}
        for parent in node.parents:
            entry: dict[str, Any] = {
                "parentRef": _parent_ref(parent.ref),
                "controllerName": graph.gateways[parent.gateway].controller,
            }
            key = _entry_key(entry)
            entry["conditions"] = self._conditions(
                parent.conditions, node.resource, stored.get(key, {}), _OWN_TYPES["HTTPRoute"]
            )
            parents.setdefault(key, entry)
        # ST-7: entries of other controllers stay as they are; ours for parents that are gone are left out.
        others = [entry for entry in entries if str(entry.get("controllerName")) not in ours]
        return _object(node.resource, {"parents": [*parents.values(), *others]})

    def _listener(self, node: ListenerNode, gateway: Gateway, stored: Mapping[str, Any], attached: int) -> dict[str, Any]:
        return {
            "name": node.key.name,
            "supportedKinds": [{"group": kind.group, "kind": kind.kind} for kind in node.supported_kinds],
            "attachedRoutes": attached,
            "conditions": self._conditions(node.conditions, gateway, stored, _LISTENER_TYPES),
        }

    def _stored(self, resource: GatewayClass | Gateway | HTTPRoute) -> Mapping[str, Any]:
        key = resource.key
        return self._previous.get(_Name(key.kind, key.namespace or "", key.name), _mapping(resource.status))

    def _conditions(
        self,
        conditions: Sequence[Condition],
        carrier: GatewayClass | Gateway | HTTPRoute,
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


def _object(resource: GatewayClass | Gateway | HTTPRoute, status: dict[str, Any]) -> dict[str, Any]:
    key = resource.key
    metadata = {"namespace": key.namespace, "name": key.name} if key.namespace else {"name": key.name}
    return {"apiVersion": _API_VERSION, "kind": key.kind, "metadata": metadata, "status": status}


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


def _entry_key(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells entries of `status.parents` apart: the reference as written, and the controller (ST-7)."""
    ref = _mapping(entry.get("parentRef"))
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
