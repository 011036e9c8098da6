"""The types of a Graph: every reference resolved, or carrying the Condition that says why not.

Those of which there are many stand under `gc=False`: made of finished parts and never changed, they are in no cycle, and
the collector's walks over them would cost a large graph as much as its making.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import msgspec

from ..api import (
    Gateway,
    GatewayClass,
    GatewaySpecAddress,
    GRPCRoute,
    GRPCRouteFilter,
    GRPCRouteRule,
    HTTPRoute,
    HTTPRouteFilter,
    HTTPRouteRule,
    Listener,
    ListenerSet,
    ParentReference,
    ResourceKey,
    RouteGroupKind,
    TCPRoute,
    TCPRouteRule,
    TLSRoute,
    TLSRouteRule,
    UDPRoute,
    UDPRouteRule,
    XBackendTrafficPolicy,
    XMesh,
)
from ..errors import Problem
from ..ir import HostMatch
from ..options import Options
from .conditions import Condition as Condition
from .conditions import condition_of
from .policy_nodes import BackendTLSNode, Policies, PolicyTarget

Route: TypeAlias = HTTPRoute | GRPCRoute | TLSRoute | TCPRoute | UDPRoute
RouteRule: TypeAlias = HTTPRouteRule | GRPCRouteRule | TLSRouteRule | TCPRouteRule | UDPRouteRule

ROUTE_TYPES: tuple[type[Route], ...] = (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute)
"""In the order of `Graph.routes`."""


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


class ListenerNode(msgspec.Struct, frozen=True, gc=False):
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
        return condition_of(self.conditions, type)


class GatewayNode(msgspec.Struct, frozen=True):
    """A Gateway of a GatewayClass that is ours."""

    resource: Gateway
    key: ResourceKey
    listeners: tuple[ListenerNode, ...]
    """The merged list (attachment.md 2)."""
    conditions: tuple[Condition, ...]
    controller: str
    """The controllerName of its GatewayClass."""
    attached_listener_sets: int = 0
    """How many ListenerSets are accepted (A-16)."""
    addresses: tuple[GatewaySpecAddress, ...] = ()
    """Those requested with a value that can be used."""
    client_certificate: ResourceKey | None = None
    """The Secret it shows to backends, if that could be resolved."""
    parameters: ResourceKey | None = None
    """What its own parametersRef names, of a kind that the caller registered."""
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to itself that the set does not hold, and that are taken to exist."""

    def condition(self, type: str) -> Condition:
        return condition_of(self.conditions, type)


class ListenerSetNode(msgspec.Struct, frozen=True):
    """A ListenerSet that names a Gateway of ours."""

    resource: ListenerSet
    key: ResourceKey
    gateway: ResourceKey
    listeners: tuple[ListenerNode, ...]
    """Its part of the Gateway's merged list; empty if the Gateway does not let it in."""
    conditions: tuple[Condition, ...]
    closed: str | None = None
    """Why none of its listeners is live, whatever they are like, so that no route can attach there (A-38); else None."""
    assumed: tuple[ResourceKey, ...] = ()
    """Its own Namespace, if a selector asked for labels that nobody has seen."""

    @property
    def accepted(self) -> bool:
        return self.condition("Accepted").is_true

    def condition(self, type: str) -> Condition:
        return condition_of(self.conditions, type)


class GatewayClassNode(msgspec.Struct, frozen=True):
    resource: GatewayClass
    key: ResourceKey
    conditions: tuple[Condition, ...]
    parameters: ResourceKey | None = None
    """What its parametersRef names, of a kind that the caller registered."""

    @property
    def accepted(self) -> bool:
        return condition_of(self.conditions, "Accepted").is_true


class MeshNode(msgspec.Struct, frozen=True):
    """An XMesh that is ours: what a GatewayClass is to Gateways."""

    resource: XMesh
    key: ResourceKey
    conditions: tuple[Condition, ...]
    parameters: ResourceKey | None = None
    """What its parametersRef names, of a kind that the caller registered."""


class BackendNode(msgspec.Struct, frozen=True, gc=False):
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
    tls: BackendTLSNode | None = None
    """None: nobody asks for TLS. What it says does not hold for connections that are passed through (L-1)."""
    traffic: XBackendTrafficPolicy | None = None
    """The policy that holds for it (actions.md 14)."""
    address: str | None = None
    """The external host of an XBackend."""
    section: str | None = None
    """The name of its port, which policies know it by."""
    ready: bool = True
    """Whether anything answers there, as far as EndpointSlices tell."""

    @property
    def detail(self) -> str:
        """In words, why nothing can be sent there; empty if nothing is known against it."""
        if self.reason is None and self.tls is not None and self.tls.reason is not None:
            return self.tls.message
        return self.message or ("" if self.ready else "no endpoint of the Service is ready")

    @property
    def target(self) -> PolicyTarget:
        return PolicyTarget(self.group, self.kind, self.namespace, self.name, self.section)


class FilterNode(msgspec.Struct, frozen=True, gc=False):
    filter: HTTPRouteFilter | GRPCRouteFilter
    backend: BackendNode | None = None
    """Of a RequestMirror or an ExternalAuth."""
    reason: str | None = None
    """Why the filter cannot be carried out: requests of the rule answer 500 (a bad mirror is dropped instead)."""
    message: str = ""
    extension: ResourceKey | None = None
    """Of an ExtensionRef whose kind the caller registered."""


class RuleNode(msgspec.Struct, frozen=True, gc=False):
    index: int
    invalid: tuple[Problem, ...]
    """Why the rule is dropped (status.md 7); empty for a rule that counts."""
    invalid_reason: str | None
    """`UnsupportedValue` or `IncompatibleFilters`, where `invalid` is not empty."""
    filters: tuple[FilterNode, ...] = ()
    backends: tuple[BackendNode, ...] = ()


class Attachment(msgspec.Struct, frozen=True, gc=False):
    """A route at one listener, with what is left of its hostnames there (A-40, A-41)."""

    listener: ListenerKey
    hostnames: tuple[HostMatch, ...]


class ParentNode(msgspec.Struct, frozen=True, gc=False):
    """One parentRef of a route whose parent exists and is ours."""

    ref: ParentReference
    """As written."""
    parent: ResourceKey
    gateway: ResourceKey
    attachments: tuple[Attachment, ...]
    conditions: tuple[Condition, ...]
    """Accepted, ResolvedRefs, and PartiallyInvalid where it holds."""
    by_default: bool = False
    """Whether the route does not name it, but attaches to all default Gateways; `ref` is what it could have written."""

    @property
    def accepted(self) -> bool:
        for condition in self.conditions:  # asked of every route: the first, as a rule
            if condition.type == "Accepted":
                return condition.status == "True"
        return False

    def condition(self, type: str) -> Condition:
        return condition_of(self.conditions, type)


class RouteNode(msgspec.Struct, frozen=True, gc=False):
    resource: Route
    key: ResourceKey
    parents: tuple[ParentNode, ...]
    rules: tuple[RuleNode, ...]
    assumed: tuple[ResourceKey, ...] = ()
    """Objects it refers to that the set does not hold, and that are taken to exist; its own Namespace, if a selector asked
    for labels that nobody has seen."""


class Graph(msgspec.Struct, frozen=True, dict=True):
    """What the resources mean together. Nothing after it looks a name up."""

    controller: str | None
    options: Options
    gateway_classes: tuple[GatewayClassNode, ...]
    gateways: Mapping[ResourceKey, GatewayNode]
    listener_sets: Mapping[ResourceKey, ListenerSetNode]
    """Those that name one of these Gateways."""
    routes: tuple[RouteNode, ...]
    """Of all kinds: kind by kind, each by namespace and name."""
    notices: tuple[Problem, ...] = ()
    """What was assumed or looks unintended; nothing here stops anything."""
    policies: Policies = Policies()
    meshes: tuple[MeshNode, ...] = ()
    """Of a mesh: the XMeshes of its controller."""

    @cached_property
    def attached(self) -> Mapping[ListenerKey, tuple[ResourceKey, ...]]:
        """The distinct routes that reached each listener (A-35), of which two parentRefs may lead to one listener (OQ-13)."""
        attached: dict[ListenerKey, dict[ResourceKey, None]] = {
            listener.key: {} for gateway in self.gateways.values() for listener in gateway.listeners
        }
        for route in self.routes:
            for parent in route.parents:
                for attachment in parent.attachments if parent.accepted else ():
                    attached.setdefault(attachment.listener, {})[route.key] = None
        return {key: tuple(keys) for key, keys in attached.items()}

    def status(
        self, previous: Iterable[Mapping[str, Any]] | None = None, now: datetime | str | None = None
    ) -> tuple[dict[str, Any], ...]:
        """The status of every object that is ours, as kubectl would show it; see `gwmatch.graph.status`."""
        from .status import report  # it reads these types

        return report(self, previous, now)
