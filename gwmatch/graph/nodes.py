"""The types of a Graph: every reference resolved, or carrying the Condition that says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ..api import (
    Gateway,
    GatewayClass,
    GatewaySpecAddress,
    HTTPRoute,
    HTTPRouteFilter,
    Listener,
    ParentReference,
    ResourceKey,
    RouteGroupKind,
)
from ..errors import Problem
from ..ir import HostMatch
from ..options import Options


class Condition(msgspec.Struct, frozen=True):
    type: str
    status: str
    """`True`, `False` or `Unknown`."""
    reason: str
    message: str = ""

    @property
    def is_true(self) -> bool:
        return self.status == "True"


def _condition(conditions: tuple[Condition, ...], type: str) -> Condition:
    """The condition of a type. Conditions of negative polarity are absent where they do not hold (ST-6)."""
    for condition in conditions:
        if condition.type == type:
            return condition
    return Condition(type, "False", "Absent")


class ListenerKey(NamedTuple):
    """Identity of a listener (attachment.md 2): names are unique within one owner only."""

    owner: ResourceKey
    """The Gateway or ListenerSet that states it."""
    name: str


class ClientValidation(msgspec.Struct, frozen=True):
    """How an HTTPS listener checks the certificates of its clients."""

    mode: str
    ca_bundles: tuple[ResourceKey, ...]
    """The ConfigMaps that could be resolved."""


class ListenerNode(msgspec.Struct, frozen=True):
    key: ListenerKey
    gateway: ResourceKey
    listener: Listener
    """As written."""
    hostname: str | None
    """Lower-case; None where it is absent or the protocol has none."""
    supported_kinds: tuple[RouteGroupKind, ...]
    conditions: tuple[Condition, ...]
    serving: bool
    """Whether it takes traffic: accepted, not in conflict, programmed, on a Gateway that is accepted."""
    certificates: tuple[ResourceKey, ...] = ()
    """The Secrets of a listener that terminates TLS; those that could be resolved."""
    client_validation: ClientValidation | None = None
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to that the set does not hold, and that are taken to exist."""

    def condition(self, type: str) -> Condition:
        return _condition(self.conditions, type)


class GatewayNode(msgspec.Struct, frozen=True):
    """A Gateway of a GatewayClass that is ours."""

    resource: Gateway
    key: ResourceKey
    listeners: tuple[ListenerNode, ...]
    """The merged list (attachment.md 2)."""
    conditions: tuple[Condition, ...]
    controller: str
    """The controllerName of its GatewayClass."""
    addresses: tuple[GatewaySpecAddress, ...] = ()
    """Those requested with a value that can be used."""
    client_certificate: ResourceKey | None = None
    """The Secret it shows to backends, if that could be resolved."""
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to itself that the set does not hold, and that are taken to exist."""

    def condition(self, type: str) -> Condition:
        return _condition(self.conditions, type)


class GatewayClassNode(msgspec.Struct, frozen=True):
    resource: GatewayClass
    key: ResourceKey
    conditions: tuple[Condition, ...]

    @property
    def accepted(self) -> bool:
        return _condition(self.conditions, "Accepted").is_true


class BackendNode(msgspec.Struct, frozen=True):
    """A reference to a backend (a backendRef, a mirror's, an authorizer's), resolved."""

    group: str
    kind: str
    namespace: str
    name: str
    port: int | None
    weight: int
    reason: str | None
    """The standard's reason why nothing can be sent there, else None."""
    message: str = ""
    app_protocol: str | None = None
    filters: tuple[FilterNode, ...] = ()


class FilterNode(msgspec.Struct, frozen=True):
    filter: HTTPRouteFilter
    backend: BackendNode | None = None
    """Of a RequestMirror or an ExternalAuth."""
    reason: str | None = None
    """Why the filter cannot be carried out: requests of the rule answer 500 (a bad mirror is dropped instead)."""
    message: str = ""


class RuleNode(msgspec.Struct, frozen=True):
    index: int
    invalid: tuple[Problem, ...]
    """Why the rule is dropped (status.md 7); empty for a rule that counts."""
    invalid_reason: str | None
    """`UnsupportedValue` or `IncompatibleFilters`, where `invalid` is not empty."""
    filters: tuple[FilterNode, ...] = ()
    backends: tuple[BackendNode, ...] = ()


class Attachment(msgspec.Struct, frozen=True):
    """A route at one listener, with what is left of its hostnames there (A-40, A-41)."""

    listener: ListenerKey
    hostnames: tuple[HostMatch, ...]


class ParentNode(msgspec.Struct, frozen=True):
    """One parentRef of a route whose parent exists and is ours."""

    ref: ParentReference
    """As written."""
    parent: ResourceKey
    gateway: ResourceKey
    attachments: tuple[Attachment, ...]
    conditions: tuple[Condition, ...]
    """Accepted, ResolvedRefs, and PartiallyInvalid where it holds."""

    @property
    def accepted(self) -> bool:
        return self.condition("Accepted").is_true

    def condition(self, type: str) -> Condition:
        return _condition(self.conditions, type)


class RouteNode(msgspec.Struct, frozen=True):
    resource: HTTPRoute
    key: ResourceKey
    parents: tuple[ParentNode, ...]
    rules: tuple[RuleNode, ...]
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to that the set does not hold, and that are taken to exist; its own Namespace, if a selector asked
    for labels that nobody has seen."""


class Graph(msgspec.Struct, frozen=True):
    """What the resources mean together. Nothing after it looks a name up."""

    controller: str | None
    options: Options
    gateway_classes: tuple[GatewayClassNode, ...]
    gateways: Mapping[ResourceKey, GatewayNode]
    routes: tuple[RouteNode, ...]
    attached: Mapping[ListenerKey, tuple[ResourceKey, ...]]
    """The distinct routes that reached each listener (A-35)."""
    notices: tuple[Problem, ...] = ()
    """What was assumed or looks unintended; nothing here stops anything."""

    def status(
        self, previous: Iterable[Mapping[str, Any]] | None = None, now: datetime | str | None = None
    ) -> tuple[dict[str, Any], ...]:
        """The status of every object that is ours, as kubectl would show it; see `gwmatch.graph.status`."""
        from .status import report  # it reads these types

        return report(self, previous, now)
