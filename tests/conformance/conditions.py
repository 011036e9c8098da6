"""`condition` steps: the status of an object against what must be in it."""

from __future__ import annotations

from typing import Any

from .cluster import Cluster
from .failures import Findings
from .model import CONTROLLER, Condition, Expected, ParentRef

Status = dict[str, Any]


def check_condition(step: Condition, cluster: Cluster) -> Findings:
    """What is wrong with the object's status."""
    found = Findings(step)
    status = _status_of(step, cluster)
    if status is None:
        if step.no_accepted_parents:
            return found
        found.add("status", "written", None)
        return found
    for place, holders in _places(step, status, found):
        _check_expected(found, place, step.expect, holders)
    _check_generation(step, cluster.generation(step.object), status, found)
    _check_listener(step, status, found)
    _check_parents(step, status, found)
    _check_gateway(step, status, found)
    return found


def _status_of(step: Condition, cluster: Cluster) -> Status | None:
    ref = step.object
    for found in cluster.graph.status():
        metadata = found["metadata"]
        if (found["kind"], metadata.get("namespace") or "", metadata["name"]) == (ref.kind, ref.namespace, ref.name):
            return found["status"]
    return None


def _places(step: Condition, status: Status, found: Findings) -> list[tuple[str, list[Status]]]:
    """Where `expect` is looked for: of the holders at one place, one must meet it."""
    if step.parent_ref is not None:
        name = str(step.parent_ref) + (f"#{step.parent_ref.section_name}" if step.parent_ref.section_name else "")
        return [(f"parents[{name}]", _entries(step, status))]
    if step.listener is None:
        return [("status", [status])]
    return [(f"listeners[{entry['name']}]", [entry]) for entry in _listeners(step, status, found)]


def _entries(step: Condition, status: Status) -> list[Status]:
    """The entries of `status.parents` (of a policy: `status.ancestors`) for the step's parent and our controller."""
    name, field = ("ancestors", "ancestorRef") if step.object.kind == "BackendTLSPolicy" else ("parents", "parentRef")
    return [
        entry
        for entry in status.get(name, [])
        if entry["controllerName"] == CONTROLLER
        and (step.parent_ref is None or _is_parent(entry[field], step.parent_ref, step.object.namespace))
    ]


def _is_parent(ref: Status, wanted: ParentRef, namespace: str) -> bool:
    named = (ref.get("group"), ref.get("kind"), ref.get("namespace", namespace), ref["name"])
    if named != (wanted.group, wanted.kind, wanted.namespace, wanted.name):
        return False
    return wanted.section_name is None or ref.get("sectionName") == wanted.section_name


def _listeners(step: Condition, status: Status, found: Findings) -> list[Status]:
    entries = status.get("listeners", [])
    if step.listener != "*":
        entries = [entry for entry in entries if entry["name"] == step.listener]
    if not entries:
        found.add("listeners", step.listener, [entry["name"] for entry in status.get("listeners", [])])
    return entries


def _check_expected(found: Findings, place: str, expect: list[Expected], holders: list[Status]) -> None:
    if expect and not holders:
        found.add(place, "an entry", None)
        return
    for wanted in expect:
        conditions = [condition for holder in holders for condition in holder.get("conditions", [])]
        there = [condition for condition in conditions if condition["type"] == wanted.type]
        if not any(_meets(condition, wanted) for condition in there):
            shown = [(condition["status"], condition["reason"], condition.get("message", "")) for condition in there]
            found.add(f"{place}.conditions[{wanted.type}]", (wanted.status, wanted.reason), shown or None)


def _meets(condition: Status, wanted: Expected) -> bool:
    return wanted.status in (None, condition["status"]) and wanted.reason in (None, condition["reason"])


def _check_generation(step: Condition, generation: int, status: Status, found: Findings) -> None:
    if step.observed_generation is None:
        return
    holders = [holder for _, holders in _places(step, status, Findings(step)) for holder in holders]
    if not step.expect and step.parent_ref is None:
        holders += _entries(step, status)
    types = {wanted.type for wanted in step.expect}
    for condition in (condition for holder in holders for condition in holder.get("conditions", [])):
        if not types or condition["type"] in types:
            found.equal(f"conditions[{condition['type']}].observedGeneration", generation, condition.get("observedGeneration"))


def _check_listener(step: Condition, status: Status, found: Findings) -> None:
    if step.listeners is not None:
        found.equal("listeners", sorted(step.listeners), sorted(entry["name"] for entry in status.get("listeners", [])))
    if step.attached_routes is None and step.supported_kinds is None:
        return
    for entry in _listeners(step, status, found):
        if step.attached_routes is not None:
            found.equal(f"listeners[{entry['name']}].attachedRoutes", step.attached_routes, entry.get("attachedRoutes"))
        if step.supported_kinds is not None:
            wanted = [(kind.group, kind.kind) for kind in step.supported_kinds]
            kinds = entry.get("supportedKinds")
            got = None if kinds is None else [(kind.get("group"), kind["kind"]) for kind in kinds]
            if got is None or not set(wanted) <= set(got) or (got and not wanted):
                found.add(f"listeners[{entry['name']}].supportedKinds", wanted, got)


def _check_parents(step: Condition, status: Status, found: Findings) -> None:
    parents = status.get("parents", [])
    if step.no_accepted_parents and parents:
        refused = [
            condition["status"] == "False"
            for entry in parents
            for condition in entry["conditions"]
            if condition["type"] == "Accepted"
        ]
        if len(parents) > 1 or refused != [True]:
            found.add("no_accepted_parents", "none, or one with Accepted=False", parents)
    if step.only_parents is not None:
        namespace = step.object.namespace
        for entry in parents:
            if not any(_is_parent(entry["parentRef"], wanted, namespace) for wanted in step.only_parents):
                found.add("only_parents", [str(wanted) for wanted in step.only_parents], entry["parentRef"])
        for wanted in step.only_parents:
            if not any(_is_parent(entry["parentRef"], wanted, namespace) for entry in parents):
                found.add("only_parents", str(wanted), [entry["parentRef"] for entry in parents])
    if step.status_parent_ref_namespace_required:
        for entry in _entries(step, status):
            if "namespace" not in entry["parentRef"]:
                found.add("parentRef.namespace", "named", entry["parentRef"])


def _check_gateway(step: Condition, status: Status, found: Findings) -> None:
    if step.attached_listener_sets is not None:
        found.equal("attachedListenerSets", step.attached_listener_sets, status.get("attachedListenerSets", 0))
    if step.has_address and not status.get("addresses"):
        found.add("addresses", "at least one", status.get("addresses"))
    if step.addresses is not None:
        found.equal("addresses", step.addresses, status.get("addresses"))
    if step.infrastructure is not None:
        found.add("infrastructure", step.infrastructure, "nothing is generated without a data plane")
