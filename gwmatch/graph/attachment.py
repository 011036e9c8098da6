"""Where a route attaches: one parentRef, judged alone (attachment.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..api import ParentReference, RouteGroupKind
from . import hostnames
from .nodes import Attachment, ListenerNode
from .references import Fault
from .selectors import Namespaces


class Visitor(NamedTuple):
    """What attachment asks of a route."""

    kind: RouteGroupKind
    namespace: str
    hostnames: tuple[str, ...]
    """Lower-case; of a kind without hostnames none."""


class LetIn(NamedTuple):
    """What a parentRef comes to for the routes of one kind and namespace, before their hostnames are looked at."""

    listeners: tuple[ListenerNode, ...]
    """Those that it selects and that allow the route."""
    fault: Fault | None
    """Why there is none."""
    unseen: bool
    """Whether a selector was asked about the route's Namespace, and nobody has seen it."""


def attach(
    visitor: Visitor, ref: ParentReference, listeners: Sequence[ListenerNode], namespaces: Namespaces
) -> tuple[Attachment, ...]:
    """A route at the listeners of one parent. `listeners` are those that the parent itself states (A-34)."""
    return reach(let_in(visitor.kind, visitor.namespace, ref, listeners, namespaces), visitor.hostnames)


def let_in(
    kind: RouteGroupKind, namespace: str, ref: ParentReference, listeners: Sequence[ListenerNode], namespaces: Namespaces
) -> LetIn:
    """The first steps, which are the same for all routes of a kind and namespace that write the same parentRef."""
    relevant = [node for node in listeners if _selected(ref, node)]
    if not relevant:
        return LetIn((), Fault("NoMatchingParent", _nothing_selected(ref)), False)
    # The listener's own conditions are not asked: a conflicted one takes no traffic, but it has routes. One that was
    # rejected outright supports no kind, which keeps everybody out.
    knows_kind = [node for node in relevant if kind in node.supported_kinds]
    allowed = tuple(node for node in knows_kind if _admits(node, namespace, namespaces))
    selects = any(node.listener.allowed_routes.namespaces.from_ == "Selector" for node in knows_kind)
    unseen = selects and namespace not in namespaces
    fault = None if allowed else Fault("NotAllowedByListeners", _not_allowed(kind, namespace, relevant, knows_kind))
    return LetIn(allowed, fault, unseen)


def reach(let_in: LetIn, stated: tuple[str, ...]) -> tuple[Attachment, ...]:
    """The last step: what is left of the hostnames of a route, in lower case, at the listeners that let it in."""
    attachments = []
    for node in let_in.listeners:
        left = hostnames.intersect(node.hostname, stated)
        if left:
            attachments.append(Attachment(node.key, left))
    return tuple(attachments)


def unreached(let_in: LetIn, stated: tuple[str, ...]) -> Fault:
    """Why it attaches nowhere: the reason of the furthest step that any listener reached (A-30)."""
    if let_in.fault is not None:
        return let_in.fault
    theirs = ", ".join(f"{node.key.name} ({node.hostname})" for node in let_in.listeners)
    message = f"none of the hostnames {', '.join(stated)} is one of a listener that allows the route: {theirs}"
    return Fault("NoMatchingListenerHostname", message)


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


def _not_allowed(
    kind: RouteGroupKind, namespace: str, relevant: Sequence[ListenerNode], knows_kind: Sequence[ListenerNode]
) -> str:
    if not knows_kind:
        return f"no kind {kind.kind} on listeners: {', '.join(node.key.name for node in relevant)}"
    return (
        f"namespace {namespace} is not among those that the listeners allow routes from: "
        f"{', '.join(node.key.name for node in knows_kind)}"
    )
