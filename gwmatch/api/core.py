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
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")
    """All addresses of a Service of both families, `cluster_ip` first."""
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


class EndpointConditions(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    ready: bool | None = None
    """None is unknown, which counts as ready."""
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()

    @property
    def is_ready(self) -> bool:
        """Whether it takes requests.

        >>> Endpoint().is_ready, Endpoint(conditions=EndpointConditions(ready=False)).is_ready
        (True, False)
        """
        return self.conditions.ready is not False


class EndpointPort(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    name: str | None = None
    port: PortNumber | None = None
    """None: all ports."""
    protocol: str = "TCP"
    app_protocol: str | None = None


class EndpointSlice(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    GROUP: ClassVar[str] = "discovery.k8s.io"
    KIND: ClassVar[str] = "EndpointSlice"

    api_version: str = "discovery.k8s.io/v1"
    kind: str = "EndpointSlice"
    address_type: str = "IPv4"
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()

    @property
    def service_name(self) -> str | None:
        """The Service of the same namespace whose endpoints these are, or a part of them."""
        return self.metadata.labels.get("kubernetes.io/service-name")


class ServiceImportSpec(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    type: str = "ClusterSetIP"
    """`ClusterSetIP` or `Headless`."""
    ports: tuple[ServicePort, ...] = ()
    ips: tuple[str, ...] = ()
    session_affinity: str | None = None


class ServiceImport(CoreResource, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A Service of all clusters."""

    GROUP: ClassVar[str] = "multicluster.x-k8s.io"
    KIND: ClassVar[str] = "ServiceImport"

    api_version: str = "multicluster.x-k8s.io/v1alpha1"
    kind: str = "ServiceImport"
    spec: ServiceImportSpec = ServiceImportSpec()
