"""TLSRoute, TCPRoute and UDPRoute: what v1 asks for beyond their older versions (V-TL, resources.md 10)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ...errors import FieldPath
from ..findings import shown
from ..references import BackendRef
from ..tcproute import TCPRoute, TCPRouteRule
from ..tlsroute import TLSRoute, TLSRouteRule
from ..udproute import UDPRoute, UDPRouteRule
from .references import backend_ref
from .routes import RULES, SPEC, rule_names, shared_fields
from .violation import Channel, Violation


def tlsroute(resource: TLSRoute, channel: Channel) -> Iterator[Violation]:
    spec = resource.spec
    if not _is_loose(resource):
        if not spec.hostnames:
            yield Violation(at=SPEC / "hostnames", message="is required; name what clients ask for, such as db.example.com")
        for index, hostname in enumerate(spec.hostnames):  # V-TL-1
            if _is_ip(hostname):
                message = f"must be a hostname and no IP address, which SNI cannot hold; is {shown(hostname)}"
                yield Violation(at=(SPEC / "hostnames")[index], message=message)
    yield from _rules(resource, channel)


def l4route(resource: TCPRoute | UDPRoute, channel: Channel) -> Iterator[Violation]:
    yield from _rules(resource, channel)


def _rules(resource: TLSRoute | TCPRoute | UDPRoute, channel: Channel) -> Iterator[Violation]:
    rules: tuple[TLSRouteRule | TCPRouteRule | UDPRouteRule, ...] = resource.spec.rules
    yield from shared_fields(resource.spec, channel)
    if _is_loose(resource):
        yield from rule_names(rules)
    elif len(rules) > 1:
        yield Violation(at=RULES, message=f"must have exactly one rule, has {len(rules)}; write a route for each")
    for index, rule in enumerate(rules):
        yield from _backends(rule.backend_refs, RULES[index] / "backendRefs")


def _backends(backends: tuple[BackendRef, ...], at: FieldPath) -> Iterator[Violation]:
    for index, backend in enumerate(backends):
        yield from backend_ref(backend, at[index])


def _is_loose(resource: TLSRoute | TCPRoute | UDPRoute) -> bool:
    """Whether it was written in the version of old that asks for less."""
    return resource.api_version.endswith("/v1alpha2")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
