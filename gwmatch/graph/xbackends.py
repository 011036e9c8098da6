"""XBackends: hosts outside the cluster that routes of their own namespace may send to (actions.md 9, GEP-4894)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from ..api import ResourceKey, XBackend
from ..errors import FieldPath
from .backendtls import validate
from .grants import Target
from .listeners import resolved_refs
from .policies import Judged, accepted
from .policy_nodes import BackendTLSNode, PolicyTarget
from .references import Fault, Reference, References
from .tls_policies import TLSPolicies

_TLS = FieldPath() / "spec" / "tls"
_MODES = ("None", "ServerOnly", "ClientAndServer")


class XBackends:
    """The XBackends of a set, judged. Never changes."""

    __slots__ = ("_tls", "judged")

    def __init__(self, backends: Sequence[XBackend], policies: TLSPolicies, references: References) -> None:
        self._tls: dict[ResourceKey, BackendTLSNode | None] = {}
        self.judged: tuple[Judged, ...] = tuple(self._judge(backend, policies, references) for backend in backends)

    def tls(self, backend: XBackend) -> BackendTLSNode | None:
        """How connections to it are secured; None for plain text, which it asks for."""
        return self._tls[backend.key]

    def differing(self, other: XBackends) -> set[ResourceKey]:
        """Those to which connections are secured differently."""
        if self is other:
            return set()
        return {key for key in {*self._tls, *other._tls} if self._tls.get(key) != other._tls.get(key)}

    def _judge(self, backend: XBackend, policies: TLSPolicies, references: References) -> Judged:
        settings, unresolved, assumed = _settings(backend, references)
        key = backend.key
        target = Target(key.group, key.kind, key.namespace or "", key.name)
        if settings is None and policies.names(target):
            # Such a policy is Invalid, for the object has TLS settings of its own; where these are silent, its author
            # still wants no plain text (HI-C7).
            message = f"a BackendTLSPolicy names {target}, which must say itself, in spec.tls, that it wants TLS"
            settings = BackendTLSNode(hostname="", reason="Invalid", message=message)
        self._tls[key] = settings
        fault = None if settings is None or settings.reason is None else Fault(settings.reason, settings.message)
        if fault is None and backend.spec.external_hostname is None:
            # V-XB-1
            fault = Fault("Invalid", f"spec.type {backend.spec.type} without spec.externalHostname leads nowhere")
        return Judged(backend, (), (PolicyTarget(*target),), (accepted(fault), resolved_refs(unresolved)), assumed)


def _settings(
    backend: XBackend, references: References
) -> tuple[BackendTLSNode | None, tuple[Fault, ...], tuple[ResourceKey, ...]]:
    tls = backend.spec.tls
    if tls is None or tls.mode == "None":
        return None, (), ()
    validation = tls.validation
    if tls.mode not in _MODES or validation is None:
        missing = "mode" if tls.mode not in _MODES else "validation"
        message = f"{_TLS / missing}: without one that is known nothing is verified"
        return BackendTLSNode(hostname="", reason="Invalid", message=message), (), ()
    validated = validate(backend.key, validation, _TLS / "validation", references)
    if tls.mode == "ServerOnly":
        return validated.settings, validated.unresolved, validated.assumed
    client = _client_certificate(backend, references)
    if client.fault is not None:
        settings = structs.replace(validated.settings, reason=client.fault.reason, message=client.fault.message)
        return settings, (*validated.unresolved, client.fault), validated.assumed
    settings = structs.replace(validated.settings, client_certificate=client.key)
    return settings, validated.unresolved, (*validated.assumed, *([client.key] if client.assumed else []))


def _client_certificate(backend: XBackend, references: References) -> Reference:
    ref = None if backend.spec.tls is None else backend.spec.tls.client_certificate_ref
    at = _TLS / "clientCertificateRef"
    if ref is None:  # V-XB-4
        return Reference(backend.key, Fault("InvalidClientCertificateRef", f"{at} is needed by mode ClientAndServer"))
    return references.certificate(backend.key, ref, at, invalid="InvalidClientCertificateRef")
