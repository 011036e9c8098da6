"""XBackend: a backend that is no Service, such as a host outside the cluster (resources.md 14). Experimental channel."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .backendtlspolicy import BackendTLSPolicyValidation
from .meta import EXPERIMENTAL_GROUP, Resource
from .model import Model
from .references import SecretObjectReference
from .scalars import PortNumber, PreciseHostname


class XBackendExternalHostname(Model, frozen=True, kw_only=True):
    hostname: PreciseHostname


class XBackendPort(Model, frozen=True, kw_only=True):
    port: PortNumber
    name: Annotated[str, Meta(max_length=63)] | None = None


class XBackendTLS(Model, frozen=True, kw_only=True):
    mode: str
    """`None`, `ServerOnly` or `ClientAndServer`."""
    client_certificate_ref: SecretObjectReference | None = None
    validation: BackendTLSPolicyValidation | None = None


class XBackendSpec(Model, frozen=True, kw_only=True):
    type: str
    """`ExternalHostname`; V-XB-1."""
    external_hostname: XBackendExternalHostname | None = None
    port: XBackendPort
    protocol: str | None = None
    """`TCP`, `HTTP`, `HTTP2`, `HTTP11`, `H2C` or `MCP`."""
    tls: XBackendTLS | None = None


class XBackend(Resource, frozen=True, kw_only=True):
    GROUP: ClassVar[str] = EXPERIMENTAL_GROUP
    KIND: ClassVar[str] = "XBackend"

    api_version: str = f"{EXPERIMENTAL_GROUP}/v1alpha1"
    kind: str = "XBackend"
    spec: XBackendSpec
