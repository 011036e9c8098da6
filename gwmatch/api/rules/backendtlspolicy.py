"""BackendTLSPolicy (V-BT), whose validation an XBackend may have too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..backendtlspolicy import BackendTLSPolicy, BackendTLSPolicyValidation, SubjectAltName
from ..references import LocalPolicyTargetReferenceWithSectionName
from .violation import Channel, Violation, one_of

_SPEC: Final = FieldPath() / "spec"


def backendtlspolicy(resource: BackendTLSPolicy, channel: Channel) -> Iterator[Violation]:
    yield from _targets(resource.spec.target_refs, _SPEC / "targetRefs")
    yield from tls_validation(resource.spec.validation, _SPEC / "validation")


def _targets(refs: tuple[LocalPolicyTargetReferenceWithSectionName, ...], at: FieldPath) -> Iterator[Violation]:
    """V-BT-1 and 2: references to one target must name different sections of it."""
    first_of: dict[object, tuple[int, LocalPolicyTargetReferenceWithSectionName]] = {}
    seen: dict[object, int] = {}
    for index, ref in enumerate(refs):
        target = (ref.group, ref.kind, ref.name)
        earlier, first = first_of.setdefault(target, (index, ref))
        same = seen.setdefault((target, ref.section_name or None), index)
        if same != index:
            yield Violation(at=at[index], message=f"names the same target as item {same}; give each its own sectionName")
        elif (not ref.section_name) != (not first.section_name):
            message = f"names the target of item {earlier}, and only one of them has a sectionName; give it to both or to none"
            yield Violation(at=at[index], message=message)


def tls_validation(given: BackendTLSPolicyValidation, at: FieldPath) -> Iterator[Violation]:
    if given.ca_certificate_refs and given.well_known_ca_certificates:  # V-BT-3
        yield Violation(at=at, message="must not have both caCertificateRefs and wellKnownCACertificates; remove one")
    elif not given.ca_certificate_refs and not given.well_known_ca_certificates:
        yield Violation(at=at, message="must have caCertificateRefs, or wellKnownCACertificates: System")
    for index, each in enumerate(given.subject_alt_names):
        yield from _subject(each, (at / "subjectAltNames")[index])


def _subject(given: SubjectAltName, at: FieldPath) -> Iterator[Violation]:
    """V-BT-4."""
    yield from one_of(given.type, ("Hostname", "URI"), at, "type")
    for name, field, value in (("Hostname", "hostname", given.hostname), ("URI", "uri", given.uri)):
        if given.type == name and not value:
            yield Violation(at=at / field, message=f"is required for type {name}")
        elif given.type != name and value:
            yield Violation(at=at / field, message=f"must not be given for type {given.type}")
