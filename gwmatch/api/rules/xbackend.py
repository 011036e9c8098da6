"""XBackend (V-XB)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..scalars import DNS_LABEL, MEANING
from ..xbackend import XBackend, XBackendTLS
from .backendtlspolicy import tls_validation
from .violation import Channel, Violation, one_of

_SPEC: Final = FieldPath() / "spec"
_LABEL: Final = re.compile(DNS_LABEL)
_PROTOCOLS: Final = ("TCP", "HTTP", "HTTP2", "HTTP11", "H2C", "MCP")
_INSIDE: Final = ".cluster.local"


def xbackend(resource: XBackend, channel: Channel) -> Iterator[Violation]:
    spec = resource.spec
    yield from one_of(spec.type, ("ExternalHostname",), _SPEC, "type")
    if spec.external_hostname is None and spec.type == "ExternalHostname":  # V-XB-1
        yield Violation(at=_SPEC / "externalHostname", message="is required for type ExternalHostname")
    elif spec.external_hostname is not None:
        hostname = spec.external_hostname.hostname
        if spec.type != "ExternalHostname":  # V-XB-1
            yield Violation(at=_SPEC / "externalHostname", message=f"must not be given for type {spec.type}")
        if hostname.endswith(_INSIDE):  # V-XB-2
            message = f"must not end with '{_INSIDE}'; name the Service itself as the backend; is {shown(hostname)}"
            yield Violation(at=_SPEC / "externalHostname" / "hostname", message=message)
    if spec.port.name and _LABEL.match(spec.port.name) is None:  # V-XB-3
        yield Violation(at=_SPEC / "port" / "name", message=f"{MEANING[DNS_LABEL]}; is {shown(spec.port.name)}")
    yield from one_of(spec.protocol, _PROTOCOLS, _SPEC, "protocol")
    if spec.tls is not None:
        yield from _tls(spec.tls, _SPEC / "tls")


def _tls(given: XBackendTLS, at: FieldPath) -> Iterator[Violation]:
    yield from one_of(given.mode, ("None", "ServerOnly", "ClientAndServer"), at, "mode")
    if given.mode == "ClientAndServer" and given.client_certificate_ref is None:  # V-XB-4
        yield Violation(at=at / "clientCertificateRef", message="is required for mode ClientAndServer")
    elif given.mode != "ClientAndServer" and given.client_certificate_ref is not None:
        yield Violation(at=at / "clientCertificateRef", message=f"must not be given for mode {given.mode}")
    if given.validation is not None:
        yield from tls_validation(given.validation, at / "validation")
