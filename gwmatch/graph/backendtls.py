"""What a `validation` says about connections to a backend (actions.md 13): of a BackendTLSPolicy, or inside an XBackend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..api import BackendTLSPolicyValidation, ResourceKey
from ..errors import FieldPath
from .policy_nodes import BackendTLSNode
from .references import Fault, References

SYSTEM = "System"
"""The one name of well-known certificates that everybody has; what is behind it is the caller's (L-7)."""


class Validated(NamedTuple):
    settings: BackendTLSNode
    """With a reason, if no connection can be made by them (L-9)."""
    rejected: Fault | None
    unresolved: tuple[Fault, ...]
    assumed: tuple[ResourceKey, ...]


def validate(owner: ResourceKey, written: BackendTLSPolicyValidation, at: FieldPath, references: References) -> Validated:
    """Follow the references of a validation of `owner`, which stands at the field `at`."""
    followed = [
        references.local_ca_bundle(owner, ref, (at / "caCertificateRefs")[index])
        for index, ref in enumerate(written.ca_certificate_refs)
    ]
    unresolved = tuple(reference.fault for reference in followed if reference.fault is not None)
    good = tuple(reference.key for reference in followed if reference.fault is None)
    rejected = next(_broken(written, at), None)
    if rejected is None and followed and not good:  # L-6; one good certificate is enough, as for listeners (OQ-14)
        rejected = Fault("NoValidCACertificate", "; ".join(fault.message for fault in unresolved))
    settings = BackendTLSNode(
        hostname=written.hostname,
        # L-8: where there are any, these are verified, and the hostname is only sent.
        subject_alt_names=tuple((name.type, name.hostname or name.uri or "") for name in written.subject_alt_names),
        ca_certificates=good,
        well_known=written.well_known_ca_certificates or None,
        reason=None if rejected is None else rejected.reason,
        message="" if rejected is None else rejected.message,
    )
    return Validated(settings, rejected, unresolved, tuple(each.key for each in followed if each.assumed))


def _broken(written: BackendTLSPolicyValidation, at: FieldPath) -> Iterator[Fault]:
    """What the CRDs refuse, in case an object came in all the same (V-BT-3, V-BT-4), and names that mean nothing here."""
    known = written.well_known_ca_certificates
    if bool(known) == bool(written.ca_certificate_refs):
        both = "both" if known else "neither"
        yield Fault("Invalid", f"{at} has {both} of caCertificateRefs and wellKnownCACertificates, where one is needed")
    elif known and known != SYSTEM:
        message = f"{at / 'wellKnownCACertificates'}: {known} is not supported, only {SYSTEM}"
        yield Fault("Invalid", message)
    if not written.hostname or written.hostname.startswith("*"):
        yield Fault("Invalid", f"{at / 'hostname'} must be one exact name, which is sent as SNI")
    for index, name in enumerate(written.subject_alt_names):
        wanted, other = (name.hostname, name.uri) if name.type == "Hostname" else (name.uri, name.hostname)
        if name.type not in ("Hostname", "URI") or not wanted or other:
            here = (at / "subjectAltNames")[index]
            yield Fault("Invalid", f"{here} must hold what its type {name.type} names, and only that")
