"""What the CRDs say of a status: conditions (resources.md 3), listeners, addresses (V-GA)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..status import (
    Condition,
    GatewayClassStatus,
    GatewayStatus,
    ListenerSetStatus,
    ListenerStatus,
    PolicyStatus,
    RouteParentStatus,
    Status,
    SupportedFeature,
    XBackendParentStatus,
    XMeshStatus,
)
from ..timestamps import nanoseconds_since_1970
from .gateway import address_values
from .violation import Violation, distinct, one_of

_AT: Final = FieldPath() / "status"


def status_violations(status: Status) -> Iterator[Violation]:
    """The rules that a status breaks whose types and limits are known to hold."""
    match status:
        case GatewayClassStatus() | XMeshStatus():
            yield from _conditions(status.conditions, _AT)
            yield from _features(status.supported_features)
        case GatewayStatus():
            yield from _conditions(status.conditions, _AT)
            yield from _listeners(status.listeners)
            yield from address_values(status.addresses, _AT / "addresses")
        case ListenerSetStatus():
            yield from _conditions(status.conditions, _AT)
            yield from _listeners(status.listeners)
        case PolicyStatus():
            for index, ancestor in enumerate(status.ancestors):
                yield from _conditions(ancestor.conditions, (_AT / "ancestors")[index])
        case _:
            parents: tuple[RouteParentStatus | XBackendParentStatus, ...] = status.parents
            for index, parent in enumerate(parents):
                yield from _conditions(parent.conditions, (_AT / "parents")[index])


def _conditions(conditions: tuple[Condition, ...], at: FieldPath) -> Iterator[Violation]:
    yield from distinct(conditions, "types must be unique", at, "conditions", field="type", key=lambda each: each.type)
    for index, each in enumerate(conditions):
        yield from one_of(each.status, ("True", "False", "Unknown"), at, "conditions", index, "status")
        if nanoseconds_since_1970(each.last_transition_time) is None:
            message = f"must be a time such as 2024-05-01T12:00:00Z (RFC 3339); is {shown(each.last_transition_time)}"
            yield Violation(at=(at / "conditions")[index] / "lastTransitionTime", message=message)


def _listeners(listeners: tuple[ListenerStatus, ...]) -> Iterator[Violation]:
    yield from distinct(listeners, "names must be unique", _AT, "listeners", field="name", key=lambda each: each.name)
    for index, each in enumerate(listeners):
        yield from _conditions(each.conditions, (_AT / "listeners")[index])


def _features(features: tuple[SupportedFeature, ...]) -> Iterator[Violation]:
    yield from distinct(features, "names must be unique", _AT, "supportedFeatures", field="name", key=lambda each: each.name)
