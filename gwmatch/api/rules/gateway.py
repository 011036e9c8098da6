"""Gateway: listeners (V-LS), addresses (V-GA), infrastructure (V-GI), client certificates (V-GF)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..gateway import Gateway, GatewayInfrastructure, GatewaySpecAddress, GatewayTLSConfig, Listener
from ..scalars import HOSTNAME, LABEL_KEY, MEANING
from ..status import GatewayStatusAddress
from .violation import Channel, Violation, distinct, one_of

_SPEC: Final = FieldPath() / "spec"
_HOSTNAME: Final = re.compile(HOSTNAME)
_KEY: Final = re.compile(LABEL_KEY)


def gateway(resource: Gateway, channel: Channel) -> Iterator[Violation]:
    spec = resource.spec
    yield from listeners(spec.listeners, _SPEC / "listeners")
    yield from addresses(spec.addresses, _SPEC / "addresses")
    if spec.infrastructure is not None:
        yield from infrastructure(spec.infrastructure, _SPEC / "infrastructure")
    if spec.allowed_listeners is not None:
        from_ = spec.allowed_listeners.namespaces.from_
        yield from one_of(from_, ("All", "Selector", "Same", "None"), _SPEC, "allowedListeners", "namespaces", "from")
    if spec.tls is not None:
        yield from client_certificates(spec.tls, _SPEC / "tls" / "frontend")
    yield from one_of(spec.default_scope, ("All", "None"), _SPEC, "defaultScope")


def listeners(items: tuple[Listener, ...], at: FieldPath) -> Iterator[Violation]:
    for index, listener in enumerate(items):
        yield from one_listener(listener, at[index])
    # V-LS-5
    yield from distinct(items, "listener names must be unique", at, field="name", key=lambda each: each.name)
    # V-LS-6: an absent hostname equals an absent one only
    seen: dict[object, int] = {}
    for index, each in enumerate(items):
        first = seen.setdefault((each.port, each.protocol, each.hostname), index)
        if first != index:
            message = f"has the port, protocol and hostname of item {first}; listeners must differ in one of them"
            yield Violation(at=at[index], message=message)


def one_listener(listener: Listener, at: FieldPath) -> Iterator[Violation]:
    tls, protocol = listener.tls, listener.protocol
    from_ = listener.allowed_routes.namespaces.from_
    yield from one_of(from_, ("All", "Selector", "Same"), at, "allowedRoutes", "namespaces", "from")
    if tls is None:
        if protocol == "TLS":  # V-LS-3
            yield Violation(at=at / "tls", message="is required for protocol TLS")
    else:
        yield from one_of(tls.mode, ("Terminate", "Passthrough"), at, "tls", "mode")
        if protocol in ("HTTP", "TCP", "UDP"):  # V-LS-1
            yield Violation(at=at / "tls", message=f"must not be given for protocol {protocol}")
        if protocol == "HTTPS" and tls.mode != "Terminate":  # V-LS-2
            yield Violation(at=at / "tls" / "mode", message="must be Terminate for protocol HTTPS")
        if tls.mode == "Terminate" and not tls.certificate_refs and not tls.options:  # V-LS-7
            yield Violation(at=at / "tls", message="must have certificateRefs or options where mode is Terminate")
    if protocol in ("TCP", "UDP") and listener.hostname:  # V-LS-4
        yield Violation(at=at / "hostname", message=f"must not be given for protocol {protocol}")


def addresses(items: tuple[GatewaySpecAddress, ...], at: FieldPath) -> Iterator[Violation]:
    yield from address_values(items, at)
    for kind in ("IPAddress", "Hostname"):  # V-GA-3
        values = [each.value if each.type == kind else None for each in items]
        yield from distinct(values, f"{kind} values must be unique", at, field="value")


def address_values(items: Iterable[GatewaySpecAddress | GatewayStatusAddress], at: FieldPath) -> Iterator[Violation]:
    """V-GA-1 and 2, of a spec or a status."""
    for index, address in enumerate(items):
        if address.value is None:
            continue
        if address.type == "IPAddress" and not _is_ip(address.value):  # V-GA-1
            yield Violation(at=at[index] / "value", message=f"must be an IPv4 or IPv6 address; is {shown(address.value)}")
        elif address.type == "Hostname" and not _HOSTNAME.match(address.value):  # V-GA-2
            yield Violation(at=at[index] / "value", message=f"{MEANING[HOSTNAME]}; is {shown(address.value)}")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone means something on one machine only


def infrastructure(given: GatewayInfrastructure, at: FieldPath) -> Iterator[Violation]:
    yield from _keys(given.labels, at / "labels")
    yield from _keys(given.annotations, at / "annotations")


def _keys(names: Iterable[str], at: FieldPath) -> Iterator[Violation]:
    for name in names:
        if _KEY.match(name) is None:  # V-GI-1
            message = (
                "the key must be a name of at most 63 letters, digits, '-', '_' and '.', after an optional DNS domain and '/'"
            )
            yield Violation(at=at / name, message=message)
        if len(name.partition("/")[0]) >= 253:  # V-GI-2
            yield Violation(at=at / name, message="the domain of the key must have fewer than 253 characters")


def client_certificates(tls: GatewayTLSConfig, at: FieldPath) -> Iterator[Violation]:
    if tls.frontend is None:
        return
    configs = [(tls.frontend.default, at / "default")]
    configs += [(each.tls, (at / "perPort")[index] / "tls") for index, each in enumerate(tls.frontend.per_port)]
    for config, where in configs:
        if config.validation is not None:
            modes = ("AllowValidOnly", "AllowInsecureFallback")
            yield from one_of(config.validation.mode, modes, where, "validation", "mode")
    # V-GF-1
    yield from distinct(tls.frontend.per_port, "ports must be unique", at, "perPort", field="port", key=lambda each: each.port)
