"""BackendTLSPolicy: how connections to a backend are secured (resources.md 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta, field

from .meta import Resource
from .model import Model
from .references import LocalObjectReference, LocalPolicyTargetReferenceWithSectionName
from .scalars import AbsoluteURI, AnnotationValue, Hostname, PreciseHostname, WellKnownCACertificates


class SubjectAltName(Model, frozen=True, kw_only=True):
    """A union: `type` names the one member that is given (V-BT-4)."""

    type: str
    """`Hostname` or `URI`."""
    hostname: Hostname | None = None
    uri: AbsoluteURI | None = None


class BackendTLSPolicyValidation(Model, frozen=True, kw_only=True):
    """What the backend's certificate must show: who signed it, and for which names."""

    ca_certificate_refs: Annotated[tuple[LocalObjectReference, ...], Meta(max_length=8)] = ()
    well_known_ca_certificates: WellKnownCACertificates | None = field(default=None, name="wellKnownCACertificates")
    """`System`, or a name of somebody's own. Either this or references (V-BT-3)."""
    hostname: PreciseHostname
    """What is sent as SNI, and the name to verify where there are no `subject_alt_names`."""
    subject_alt_names: Annotated[tuple[SubjectAltName, ...], Meta(max_length=5)] = ()


class BackendTLSPolicySpec(Model, frozen=True, kw_only=True):
    target_refs: Annotated[tuple[LocalPolicyTargetReferenceWithSectionName, ...], Meta(min_length=1, max_length=16)]
    validation: BackendTLSPolicyValidation
    options: Annotated[Mapping[str, AnnotationValue], Meta(max_length=16)] = {}


class BackendTLSPolicy(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "BackendTLSPolicy"

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "BackendTLSPolicy"
    spec: BackendTLSPolicySpec
