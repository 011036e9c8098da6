"""Where a route attaches: one parentRef, judged alone (attachment.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..api import ParentReference, RouteGroupKind
from . import hostnames
from .nodes import Attachment, ListenerNode
from .references import Fault
from .selectors import Namespaces

_WITH_HOSTNAMES = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute"})


class Visitor(NamedTuple):
    """What attachment asks of a route."""

    kind: RouteGroupKind
    namespace: str
    hostnames: tuple[str, ...]
    """Lower-case."""


class Reached(NamedTuple):
    attachments: tuple[Attachment, ...]
    fault: Fault | None
    """Why it attaches nowhere."""
    unseen: bool
    """Whether a selector was asked about the route's Namespace, and nobody has seen it."""


def attach(visitor: Visitor, ref: ParentReference, listeners: Sequence[ListenerNode], namespaces: Namespaces) -> Reached:
    """Attach a route to the listeners of one parent. `listeners` are those that the parent itself states (A-34).

    The reason for failure is that of the furthest step which any listener reached (A-30).
    """
    relevant = [node for node in listeners if _selected(ref, node)]
    if not relevant:
        return Reached((), Fault("NoMatchingParent", _nothing_selected(ref)), False)
    # The listener's own conditions are not asked: a conflicted one takes no traffic, but it has routes. One that was
    # rejected outright supports no kind, which keeps everybody out.
    knows_kind = [node for node in relevant if visitor.kind in node.supported_kinds]
    allowed = [node for node in knows_kind if _admits(node, visitor.namespace, namespaces)]
    selects = any(node.listener.allowed_routes.namespaces.from_ == "Selector" for node in knows_kind)
    unseen = selects and visitor.namespace not in namespaces
    if not allowed:
        return Reached((), Fault("NotAllowedByListeners", _not_allowed(visitor, relevant, knows_kind)), unseen)
    attachments = tuple(
        Attachment(node.key, left)
        for node in allowed
        for left in [hostnames.intersect(node.hostname, visitor.hostnames if visitor.kind.kind in _WITH_HOSTNAMES else ())]
        if left
    )
    if not attachments:
        theirs = ", ".join(f"{node.key.name} ({node.hostname})" for node in allowed)
        message = f"none of the hostnames {', '.join(visitor.hostnames)} is one of a listener that allows the route: {theirs}"
        return Reached((), Fault("NoMatchingListenerHostname", message), unseen)
    return Reached(attachments, None, unseen)


def _selected(ref: ParentReference, node: ListenerNode) -> bool:
    """Step 2: given both, name and port must hold for the same listener."""
    return (not ref.section_name or node.key.name == ref.section_name) and ref.port in (None, node.listener.port)


def _nothing_selected(ref: ParentReference) -> str:
    wanted = [f"name {ref.section_name}"] if ref.section_name else []
    if ref.port is not None:
        wanted.append(f"port {ref.port}")
    return f"{ref.kind} {ref.name} has no listener" + (f" with {' and '.join(wanted)}" if wanted else "")


def _admits(node: ListenerNode, namespace: str, namespaces: Namespaces) -> bool:
    """Step 3: whether a listener lets routes of a Namespace in. `Same` is that of the object that states the listener."""
    allowed = node.listener.allowed_routes.namespaces
    match allowed.from_:
        case "Same":
            return namespace == node.key.owner.namespace
        case "All":
            return True
        case "Selector":
            return namespaces.selected(allowed.selector, namespace)
        case _:
            return False


def _not_allowed(visitor: Visitor, relevant: Sequence[ListenerNode], knows_kind: Sequence[ListenerNode]) -> str:
    if not knows_kind:
        return f"no kind {visitor.kind.kind} on listeners: {', '.join(node.key.name for node in relevant)}"
    return (
        f"namespace {visitor.namespace} is not among those that the listeners allow routes from: "
        f"{', '.join(node.key.name for node in knows_kind)}"
    )
