"""The status of each kind, as controllers write it (resources.md 4 to 7, 14, 15).

Loading keeps a status as it was written, since nobody but its writer has a say in it; these types tell a good one.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from .backendtlspolicy import BackendTLSPolicy
from .gateway import Gateway, RouteGroupKind
from .gatewayclass import GatewayClass
from .grpcroute import GRPCRoute
from .httproute import HTTPRoute
from .listenerset import ListenerSet
from .meta import Resource
from .model import Model
from .references import ParentReference
from .scalars import (
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    AddressType,
    ConditionReason,
    ConditionType,
    GatewayController,
    SectionName,
)
from .tcproute import TCPRoute
from .tlsroute import TLSRoute
from .udproute import UDPRoute
from .xbackend import XBackend
from .xbackendtrafficpolicy import XBackendTrafficPolicy
from .xmesh import XMesh

_Int32 = Annotated[int, Meta(ge=INT32_MIN, le=INT32_MAX)]


class Condition(Model, frozen=True, kw_only=True):
    type: ConditionType
    status: str
    """`True`, `False` or `Unknown`."""
    reason: ConditionReason
    message: Annotated[str, Meta(max_length=32768)]
    last_transition_time: str
    observed_generation: Annotated[int, Meta(ge=0, le=INT64_MAX)] | None = None


def _pending(type: str) -> Condition:
    """What the CRDs say as long as no controller does."""
    return Condition(
        type=type,
        status="Unknown",
        reason="Pending",
        message="Waiting for controller",
        last_transition_time="1970-01-01T00:00:00Z",
    )


_Conditions = Annotated[tuple[Condition, ...], Meta(max_length=8)]
_SomeConditions = Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=8)]
_ACCEPTED: Final = (_pending("Accepted"),)
_PROGRAMMED: Final = (*_ACCEPTED, _pending("Programmed"))


class SupportedFeature(Model, frozen=True, kw_only=True):
    name: str


_Features = Annotated[tuple[SupportedFeature, ...], Meta(max_length=64)]


class GatewayClassStatus(Model, frozen=True, kw_only=True):
    conditions: _Conditions = _ACCEPTED
    supported_features: _Features = ()


class GatewayStatusAddress(Model, frozen=True, kw_only=True):
    type: AddressType = "IPAddress"
    value: Annotated[str, Meta(min_length=1, max_length=253)]


class ListenerStatus(Model, frozen=True, kw_only=True):
    """Of a listener of a Gateway or of a ListenerSet."""

    name: SectionName
    supported_kinds: Annotated[tuple[RouteGroupKind, ...], Meta(max_length=8)] = ()
    attached_routes: _Int32
    conditions: _Conditions


_Listeners = Annotated[tuple[ListenerStatus, ...], Meta(max_length=64)]


class GatewayStatus(Model, frozen=True, kw_only=True):
    addresses: Annotated[tuple[GatewayStatusAddress, ...], Meta(max_length=16)] = ()
    conditions: _Conditions = _PROGRAMMED
    listeners: _Listeners = ()
    attached_listener_sets: _Int32 | None = None


class ListenerSetStatus(Model, frozen=True, kw_only=True):
    conditions: _Conditions = _PROGRAMMED
    listeners: _Listeners = ()


class RouteParentStatus(Model, frozen=True, kw_only=True):
    """What one controller says of a route at one parent."""

    parent_ref: ParentReference
    controller_name: GatewayController
    conditions: _SomeConditions


class RouteStatus(Model, frozen=True, kw_only=True):
    parents: Annotated[tuple[RouteParentStatus, ...], Meta(max_length=32)]


class PolicyAncestorStatus(Model, frozen=True, kw_only=True):
    """What one controller says of a policy at one ancestor of its target."""

    ancestor_ref: ParentReference
    controller_name: GatewayController
    conditions: _SomeConditions


class PolicyStatus(Model, frozen=True, kw_only=True):
    ancestors: Annotated[tuple[PolicyAncestorStatus, ...], Meta(max_length=16)]


class XBackendParentStatus(Model, frozen=True, kw_only=True):
    parent_ref: ParentReference
    controller_name: GatewayController
    conditions: tuple[Condition, ...] = ()


class XBackendStatus(Model, frozen=True, kw_only=True):
    parents: Annotated[tuple[XBackendParentStatus, ...], Meta(max_length=32)] = ()


class XMeshStatus(Model, frozen=True, kw_only=True):
    conditions: _Conditions = _PROGRAMMED
    supported_features: _Features = ()


Status = GatewayClassStatus | GatewayStatus | ListenerSetStatus | RouteStatus | PolicyStatus | XBackendStatus | XMeshStatus

STATUS: Final[dict[type[Resource], type[Status]]] = {
    BackendTLSPolicy: PolicyStatus,
    GRPCRoute: RouteStatus,
    Gateway: GatewayStatus,
    GatewayClass: GatewayClassStatus,
    HTTPRoute: RouteStatus,
    ListenerSet: ListenerSetStatus,
    TCPRoute: RouteStatus,
    TLSRoute: RouteStatus,
    UDPRoute: RouteStatus,
    XBackend: XBackendStatus,
    XBackendTrafficPolicy: PolicyStatus,
    XMesh: XMeshStatus,
}
"""The kinds of the standard that have one: all but ReferenceGrant."""
