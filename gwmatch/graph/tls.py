"""TLS on listeners: which certificates they have, and how they check those of their clients (attachment.md 9)."""

from __future__ import annotations

from typing import NamedTuple

from ..api import FrontendTLSValidation, Gateway, Listener, ResourceKey
from ..errors import FieldPath
from .nodes import ClientValidation
from .references import Fault, References

PROTOCOLS = frozenset({"HTTPS", "TLS"})

_CERTIFICATE_REFS = FieldPath() / "tls" / "certificateRefs"
"""Seen from the listener that carries the condition."""
_FRONTEND = FieldPath() / "spec" / "tls" / "frontend"


class TLSModes(NamedTuple):
    """What listeners may do about TLS: features that a gateway may lack (features.py)."""

    terminate: bool = True
    """TLSRouteModeTerminate: listeners of protocol TLS may terminate it; those of HTTPS always do."""
    mixed: bool = True
    """TLSRouteModeMixed: TLS listeners of both modes on one port are told apart by SNI."""

    def of(self, protocol: str) -> tuple[str, ...]:
        """The modes that listeners of a protocol may have."""
        if protocol != "TLS":
            return ("Terminate",)
        return ("Terminate", "Passthrough") if self.terminate else ("Passthrough",)


class Checked(NamedTuple):
    """What the references of one listener came to."""

    unresolved: tuple[Fault, ...] = ()
    unusable: Fault | None = None
    rejected: Fault | None = None
    certificates: tuple[ResourceKey, ...] = ()
    client_validation: ClientValidation | None = None
    assumed: tuple[ResourceKey, ...] = ()


def mode(listener: Listener) -> str | None:
    """The TLS mode; None where the protocol has none."""
    if listener.protocol not in PROTOCOLS:
        return None
    return "Terminate" if listener.tls is None else listener.tls.mode


def check(gateway: Gateway, owner: ResourceKey, listener: Listener, references: References) -> Checked:
    """Steps 4, 6 and 7 of attachment.md 4: certificates, then how clients' certificates are checked."""
    certificates = _check_certificates(owner, listener, references)
    clients = _check_clients(gateway, listener, references)
    if owner != gateway.key:
        clients = _in_general(clients)
    return Checked(
        unresolved=certificates.unresolved + clients.unresolved,
        unusable=certificates.unusable,
        rejected=clients.rejected,
        certificates=certificates.certificates,
        client_validation=clients.client_validation,
        assumed=certificates.assumed + clients.assumed,
    )


def _check_certificates(owner: ResourceKey, listener: Listener, references: References) -> Checked:
    if mode(listener) != "Terminate":  # no TLS, or Passthrough, which ignores certificateRefs
        return Checked()
    refs = () if listener.tls is None else listener.tls.certificate_refs
    if not refs:
        # OQ-12. No option of tls.options is understood here that could supply a certificate.
        return Checked(unusable=Fault("Invalid", "tls.certificateRefs names no certificate to terminate TLS with"))
    followed = [
        references.certificate(owner, ref, _CERTIFICATE_REFS[index], invalid="InvalidCertificateRef")
        for index, ref in enumerate(refs)
    ]
    faults = tuple(reference.fault for reference in followed if reference.fault is not None)
    good = tuple(reference.key for reference in followed if reference.fault is None)
    return Checked(
        unresolved=faults,
        # OQ-14: one good certificate is enough to serve with.
        unusable=None if good else Fault("Invalid", "; ".join(fault.message for fault in faults)),
        certificates=good,
        assumed=tuple(reference.key for reference in followed if reference.assumed),
    )


def _check_clients(gateway: Gateway, listener: Listener, references: References) -> Checked:
    """Frontend validation: the Gateway's, so its references are the Gateway's own, also for a ListenerSet (OQ-16)."""
    at, validation = _frontend_validation(gateway, listener)
    if validation is None:
        return Checked()
    followed = [
        references.ca_bundle(gateway.key, ref, (at / "caCertificateRefs")[index])
        for index, ref in enumerate(validation.ca_certificate_refs)
    ]
    faults = tuple(reference.fault for reference in followed if reference.fault is not None)
    good = tuple(reference.key for reference in followed if reference.fault is None)
    return Checked(
        unresolved=faults,
        rejected=None if good else Fault("NoValidCACertificate", "; ".join(fault.message for fault in faults)),
        client_validation=ClientValidation(mode=validation.mode, ca_bundles=good),
        assumed=tuple(reference.key for reference in followed if reference.assumed),
    )


def _in_general(clients: Checked) -> Checked:
    """The same for the eyes of a ListenerSet's owner, who has no right to know what the Gateway refers to (status.md 5)."""
    message = "spec.tls.frontend of the Gateway refers to CA certificates that cannot be used"
    return clients._replace(
        unresolved=tuple(Fault(fault.reason, message) for fault in clients.unresolved),
        rejected=None if clients.rejected is None else Fault(clients.rejected.reason, message),
    )


def _frontend_validation(gateway: Gateway, listener: Listener) -> tuple[FieldPath, FrontendTLSValidation | None]:
    """The validation that applies to a listener, and where it is written.

    HTTPS listeners only. An entry for the port replaces the default wholly, even by nothing.
    """
    frontend = gateway.spec.tls.frontend if gateway.spec.tls is not None else None
    if frontend is None or listener.protocol != "HTTPS":
        return FieldPath(), None
    for index, entry in enumerate(frontend.per_port):
        if entry.port == listener.port:
            return (_FRONTEND / "perPort")[index] / "tls" / "validation", entry.tls.validation
    return _FRONTEND / "default" / "validation", frontend.default.validation
