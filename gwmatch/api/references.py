"""How one object names another (resources.md 4)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .meta import GATEWAY_GROUP
from .model import Model
from .scalars import Group, Kind, NamespaceName, ObjectName, PortNumber, SectionName


class ParentReference(Model, frozen=True, kw_only=True):
    """What a route wants to attach to."""

    group: Group = GATEWAY_GROUP
    kind: Kind = "Gateway"
    namespace: NamespaceName | None = None
    name: ObjectName
    section_name: SectionName | None = None
    port: PortNumber | None = None


class BackendObjectReference(Model, frozen=True, kw_only=True):
    group: Group = ""
    kind: Kind = "Service"
    name: ObjectName
    namespace: NamespaceName | None = None
    port: PortNumber | None = None
    """Needed for a Service (V-BR-1)."""


class BackendRef(BackendObjectReference, frozen=True, kw_only=True):
    weight: Annotated[int, Meta(ge=0, le=1_000_000)] = 1


class SecretObjectReference(Model, frozen=True, kw_only=True):
    group: Group = ""
    kind: Kind = "Secret"
    name: ObjectName
    namespace: NamespaceName | None = None


class ParentGatewayReference(Model, frozen=True, kw_only=True):
    """What a ListenerSet wants to attach to."""

    group: Group = GATEWAY_GROUP
    kind: Kind = "Gateway"
    name: ObjectName
    namespace: NamespaceName | None = None


class ObjectReference(Model, frozen=True, kw_only=True):
    group: Group
    kind: Kind
    name: ObjectName
    namespace: NamespaceName | None = None


class LocalObjectReference(Model, frozen=True, kw_only=True):
    """Names an object of the same namespace."""

    group: Group
    kind: Kind
    name: ObjectName


class ParametersReference(Model, frozen=True, kw_only=True):
    group: Group
    kind: Kind
    name: ObjectName
    namespace: NamespaceName | None = None


class LocalParametersReference(Model, frozen=True, kw_only=True):
    group: Group
    kind: Kind
    name: ObjectName


class LocalPolicyTargetReference(Model, frozen=True, kw_only=True):
    """What a policy is for: an object of its own namespace."""

    group: Group
    kind: Kind
    name: ObjectName


class LocalPolicyTargetReferenceWithSectionName(LocalPolicyTargetReference, frozen=True, kw_only=True):
    section_name: SectionName | None = None
    """A port of a Service, a listener of a Gateway, a rule of a route; None is all of it."""
