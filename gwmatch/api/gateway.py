"""Gateway and its listeners (resources.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta, field

from .meta import GATEWAY_GROUP, LabelSelector, Resource
from .model import Model
from .references import LocalParametersReference, ObjectReference, SecretObjectReference
from .scalars import (
    EXPERIMENTAL,
    AddressType,
    AnnotationValue,
    Group,
    Hostname,
    Kind,
    LabelValue,
    ObjectName,
    PortNumber,
    ProtocolType,
    SectionName,
)


class RouteGroupKind(Model, frozen=True, kw_only=True):
    group: Group = GATEWAY_GROUP
    kind: Kind


class RouteNamespaces(Model, frozen=True, kw_only=True):
    """The namespaces whose routes may attach."""

    from_: str = field(default="Same", name="from")
    """`All`, `Selector` or `Same`."""
    selector: LabelSelector | None = None


class AllowedRoutes(Model, frozen=True, kw_only=True):
    namespaces: RouteNamespaces = RouteNamespaces()
    kinds: Annotated[tuple[RouteGroupKind, ...], Meta(max_length=8)] = ()
    """Empty: those that the protocol suggests."""


class ListenerTLSConfig(Model, frozen=True, kw_only=True):
    mode: str = "Terminate"
    """`Terminate` or `Passthrough`."""
    certificate_refs: Annotated[tuple[SecretObjectReference, ...], Meta(max_length=64)] = ()
    options: Annotated[Mapping[str, AnnotationValue], Meta(max_length=16)] = {}


class Listener(Model, frozen=True, kw_only=True):
    name: SectionName
    hostname: Hostname | None = None
    port: PortNumber
    protocol: ProtocolType
    tls: ListenerTLSConfig | None = None
    allowed_routes: AllowedRoutes = AllowedRoutes()


class ListenerNamespaces(Model, frozen=True, kw_only=True):
    """The namespaces whose ListenerSets may attach."""

    from_: str = field(default="None", name="from")
    """`All`, `Selector`, `Same` or `None`."""
    selector: LabelSelector | None = None


class AllowedListeners(Model, frozen=True, kw_only=True):
    namespaces: ListenerNamespaces = ListenerNamespaces()


class GatewaySpecAddress(Model, frozen=True, kw_only=True):
    type: AddressType = "IPAddress"
    value: Annotated[str, Meta(max_length=253)] | None = None
    """Absent: the implementation picks one."""


class GatewayInfrastructure(Model, frozen=True, kw_only=True):
    labels: Annotated[Mapping[str, LabelValue], Meta(max_length=8)] = {}
    annotations: Annotated[Mapping[str, AnnotationValue], Meta(max_length=16)] = {}
    parameters_ref: LocalParametersReference | None = None


class GatewayBackendTLS(Model, frozen=True, kw_only=True):
    client_certificate_ref: SecretObjectReference | None = None


class FrontendTLSValidation(Model, frozen=True, kw_only=True):
    """How client certificates are checked."""

    ca_certificate_refs: Annotated[tuple[ObjectReference, ...], Meta(min_length=1, max_length=16)]
    mode: str = "AllowValidOnly"
    """`AllowValidOnly` or `AllowInsecureFallback`."""


class TLSConfig(Model, frozen=True, kw_only=True):
    validation: FrontendTLSValidation | None = None


class TLSPortConfig(Model, frozen=True, kw_only=True):
    port: PortNumber
    tls: TLSConfig


class FrontendTLSConfig(Model, frozen=True, kw_only=True):
    default: TLSConfig
    per_port: Annotated[tuple[TLSPortConfig, ...], Meta(max_length=64)] = ()


class GatewayTLSConfig(Model, frozen=True, kw_only=True):
    backend: GatewayBackendTLS | None = None
    frontend: FrontendTLSConfig | None = None


class GatewaySpec(Model, frozen=True, kw_only=True):
    gateway_class_name: ObjectName
    listeners: Annotated[tuple[Listener, ...], Meta(min_length=1, max_length=64)]
    addresses: Annotated[tuple[GatewaySpecAddress, ...], Meta(max_length=16)] = ()
    infrastructure: GatewayInfrastructure | None = None
    allowed_listeners: AllowedListeners | None = None
    tls: GatewayTLSConfig | None = None
    default_scope: Annotated[str | None, EXPERIMENTAL] = None
    """`All` or `None`, where it is given."""


class Gateway(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "Gateway"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "Gateway"
    spec: GatewaySpec
