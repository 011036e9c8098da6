"""HTTPRoutes and GRPCRoutes that claim one hostname at one listener, where only one of them may (matching.md 9).

Only under `Options.grpc_http_exclusive`: the standard leaves it open, and by default both kinds stand side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from . import hostnames
from .nodes import Attachment, Condition, ListenerKey, ParentNode, RouteNode

_RIVAL = {"HTTPRoute": "GRPCRoute", "GRPCRoute": "HTTPRoute"}


def settle(routes: Sequence[RouteNode]) -> tuple[RouteNode, ...]:
    """The routes, without their places at listeners where an older route of the other kind has a hostname of theirs."""
    claims: defaultdict[tuple[ListenerKey, str], _Claims] = defaultdict(_Claims)
    settled = list(routes)
    for index in sorted(range(len(routes)), key=lambda index: _age(routes[index])):
        node = routes[index]
        rival = _RIVAL.get(node.key.kind)
        if rival is None or not node.parents:
            continue
        parents = [_without_losses(parent, rival, claims) for parent in node.parents]
        kept = tuple(parent for parent in parents if parent.accepted or not parent.by_default)
        if kept != node.parents:
            settled[index] = node = msgspec.structs.replace(node, parents=kept)
        # What lost claims nothing, so that it does not keep a third route out.
        for parent in node.parents:
            for attachment in parent.attachments:
                claims[attachment.listener, node.key.kind].add(host.effective for host in attachment.hostnames)
    return tuple(settled)


def _age(node: RouteNode) -> tuple[bool, int, str, str]:
    """Oldest first, then by `namespace/name`; a GRPCRoute before an HTTPRoute of one age and name."""
    created = node.resource.metadata.created
    return created is None, created or 0, f"{node.key.namespace}/{node.key.name}", node.key.kind


def _without_losses(parent: ParentNode, rival: str, claims: defaultdict[tuple[ListenerKey, str], _Claims]) -> ParentNode:
    kept = tuple(each for each in parent.attachments if not _is_lost(each, claims[each.listener, rival]))
    if len(kept) == len(parent.attachments):
        return parent
    if kept:
        return msgspec.structs.replace(parent, attachments=kept)
    # The winner may be another tenant's: that it is there is said, not its name.
    names = ", ".join(each.listener.name for each in parent.attachments)
    message = f"an older {rival} has a hostname of this route at every listener that it could attach to: {names}"
    conditions = tuple(
        Condition("Accepted", "False", "Conflicted", message) if condition.type == "Accepted" else condition
        for condition in parent.conditions
        if condition.type != "PartiallyInvalid"
    )
    return msgspec.structs.replace(parent, attachments=(), conditions=conditions)


def _is_lost(attachment: Attachment, theirs: _Claims) -> bool:
    return any(theirs.overlaps(host.effective) for host in attachment.hostnames)


class _Claims:
    """Hostnames at one listener, asked whether another overlaps with one of them in steps of its labels."""

    __slots__ = ("_covering", "_names")

    def __init__(self) -> None:
        self._names: set[str | None] = set()
        self._covering: set[str | None] = set()
        """Every hostname that covers one of the names."""

    def add(self, names: Iterable[str | None]) -> None:
        for name in names:
            if name not in self._names:
                self._names.add(name)
                self._covering.update(hostnames.wider(name))

    def overlaps(self, name: str | None) -> bool:
        return name in self._names or name in self._covering or any(each in self._names for each in hostnames.wider(name))
