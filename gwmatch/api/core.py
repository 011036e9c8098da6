"""Objects of Kubernetes itself, as far as they are read (resources.md 16). Their other fields are ignored without a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from msgspec import field

from .meta import Resource
from .model import Model
from .scalars import PortNumber


class CoreResource(Resource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    GROUP: ClassVar[str] = ""


class Namespace(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    KIND: ClassVar[str] = "Namespace"
    NAMESPACED: ClassVar[bool] = False

    api_version: str = "v1"
    kind: str = "Namespace"


class ServicePort(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    name: str | None = None
    port: PortNumber
    target_port: int | str | None = None
    protocol: str = "TCP"
    app_protocol: str | None = None


class ServiceSpec(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    type: str = "ClusterIP"
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str | None = field(default=None, name="clusterIP")
    """`None`, the text, for a headless Service."""
    session_affinity: str | None = None


class Service(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    KIND: ClassVar[str] = "Service"

    api_version: str = "v1"
    kind: str = "Service"
    spec: ServiceSpec = ServiceSpec()


class Secret(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """`data` has the octets themselves; what is written as `stringData` is there too, as the API server would store it."""

    KIND: ClassVar[str] = "Secret"

    api_version: str = "v1"
    kind: str = "Secret"
    type: str = "Opaque"
    data: Mapping[str, bytes] = {}
    string_data: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        if self.string_data:
            written = {key: text.encode("utf-8", "surrogateescape") for key, text in self.string_data.items()}
            msgspec.structs.force_setattr(self, "data", {**self.data, **written})
            msgspec.structs.force_setattr(self, "string_data", {})


class ConfigMap(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    KIND: ClassVar[str] = "ConfigMap"

    api_version: str = "v1"
    kind: str = "ConfigMap"
    data: Mapping[str, str] = {}
