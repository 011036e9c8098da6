"""ListenerSets: which take part in their Gateway's merged list, and what they are worth (attachment.md 1, status.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..api import Gateway, ListenerSet, ResourceKey
from .nodes import Condition, ListenerNode, ListenerSetNode
from .references import Fault
from .selectors import Namespaces


class Candidate(NamedTuple):
    """A ListenerSet that names a Gateway of ours, with the Gateway's answer."""

    resource: ListenerSet
    refused: Fault | None
    """Why none of its listeners is used."""
    unseen: bool
    """Whether a selector was asked about its Namespace, and nobody has seen it."""


def by_gateway(found: Iterable[ListenerSet]) -> dict[ResourceKey, tuple[ListenerSet, ...]]:
    """The ListenerSets that name each Gateway (A-2), in the order of its merged list: the oldest first, then by name."""
    named: dict[ResourceKey, list[ListenerSet]] = {}
    for each in found:
        ref = each.spec.parent_ref
        # A parent of any other group or kind, another ListenerSet included, is in no one's list.
        key = ResourceKey(ref.group, ref.kind, ref.namespace or each.key.namespace, ref.name)
        named.setdefault(key, []).append(each)
    return {key: tuple(sorted(sets, key=_age)) for key, sets in named.items()}


def _age(found: ListenerSet) -> tuple[bool, int, str]:
    created = found.metadata.created
    return created is None, created or 0, f"{found.key.namespace}/{found.key.name}"


def judge_sets(gateway: Gateway, sets: Sequence[ListenerSet], namespaces: Namespaces) -> tuple[Candidate, ...]:
    """Which of its ListenerSets a Gateway lets in (A-3, HI-S3). No ReferenceGrant has a say."""
    allowed = gateway.spec.allowed_listeners
    from_ = "None" if allowed is None else allowed.namespaces.from_
    judged = []
    for found in sets:
        where = found.key.namespace or ""
        match from_:
            case "Same":
                let_in = where == gateway.key.namespace
            case "All":
                let_in = True
            case "Selector":
                let_in = allowed is not None and namespaces.selected(allowed.namespaces.selector, where)
            case _:
                let_in = False
        message = f"the Gateway's allowedListeners does not admit ListenerSets of namespace {where}"
        refused = None if let_in else Fault("NotAllowed", message)
        judged.append(Candidate(found, refused, from_ == "Selector" and where not in namespaces))
    return tuple(judged)


def finish_set(
    candidate: Candidate, gateway: ResourceKey, accepted: Condition, programmed: Condition, listeners: tuple[ListenerNode, ...]
) -> ListenerSetNode:
    """The ListenerSet with its conditions. `accepted` and `programmed` are its Gateway's; `listeners` are its own."""
    found = candidate.resource
    closed = candidate.refused
    if closed is None and not accepted.is_true:
        closed = Fault("ParentNotAccepted", "The Gateway is not accepted.")
    return ListenerSetNode(
        resource=found,
        key=found.key,
        gateway=gateway,
        listeners=listeners,
        conditions=_conditions(closed, programmed, listeners),
        closed=None if closed is None else f"{closed.reason}: {closed.message}",
        assumed=(ResourceKey("", "Namespace", None, found.key.namespace or ""),) if candidate.unseen else (),
    )


def _conditions(closed: Fault | None, programmed: Condition, listeners: Sequence[ListenerNode]) -> tuple[Condition, Condition]:
    if closed is not None:
        # A-3 wants one reason in both; for a Gateway that is not accepted each condition has a reason of its own.
        below = closed if closed.reason == "NotAllowed" else Fault("ParentNotProgrammed", closed.message)
        return Condition("Accepted", "False", *closed), Condition("Programmed", "False", *below)
    unusable = ", ".join(node.key.name for node in listeners if not node.serving)
    if not any(node.serving for node in listeners):
        # Unlike a Gateway, a set with nothing but unresolved certificates counts for nothing.
        message = f"none of these listeners can be used: {unusable}" if unusable else "the ListenerSet has no listener"
        fault = Fault("ListenersNotValid", message)
        return Condition("Accepted", "False", *fault), Condition("Programmed", "False", *fault)
    if unusable:
        accepted = Condition("Accepted", "True", "ListenersNotValid", f"these listeners cannot be used: {unusable}")
    else:
        accepted = Condition("Accepted", "True", "Accepted", "The ListenerSet is accepted.")
    if not programmed.is_true:
        return accepted, Condition("Programmed", "False", "ParentNotProgrammed", "The Gateway is not programmed.")
    return accepted, Condition("Programmed", "True", "Programmed", "The ListenerSet is in the table.")
