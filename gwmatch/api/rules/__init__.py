"""What the CRDs say in words beyond types and limits (V-… of resources.md), and what this project adds (HI-…).

In: a Struct. Out: the Violations. Each rule is a small function that names the rule it carries out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from ...errors import FieldPath
from ..backendtlspolicy import BackendTLSPolicy
from ..conversion import decode
from ..findings import Severity
from ..gateway import Gateway
from ..gatewayclass import GatewayClass
from ..grpcroute import GRPCRoute, GRPCRouteRule
from ..httproute import HTTPRoute, HTTPRouteRule
from ..listenerset import ListenerSet
from ..meta import Resource
from ..shapes import Reading, reader
from ..tcproute import TCPRoute, TCPRouteRule
from ..tlsroute import TLSRoute, TLSRouteRule
from ..udproute import UDPRoute, UDPRouteRule
from ..xbackend import XBackend
from ..xbackendtrafficpolicy import XBackendTrafficPolicy
from ..xmesh import XMesh
from .backendtlspolicy import backendtlspolicy
from .gateway import gateway
from .gatewayclass import immutable_controller
from .grpcroute import grpcroute, invalid_grpc_rule
from .httproute import httproute, invalid_rule
from .l4routes import l4route, tlsroute
from .listenerset import listenerset
from .metadata import metadata
from .routes import RULES
from .status import status_violations as status_violations
from .violation import Channel as Channel
from .violation import Violation as Violation
from .xbackend import xbackend
from .xbackendtrafficpolicy import xbackendtrafficpolicy

Route = HTTPRoute | GRPCRoute | TLSRoute | TCPRoute | UDPRoute
RouteRule = HTTPRouteRule | GRPCRouteRule | TLSRouteRule | TCPRouteRule | UDPRouteRule

_CHECKS: Final[dict[type[Resource], Callable[[Any, Channel], Iterator[Violation]]]] = {
    BackendTLSPolicy: backendtlspolicy,
    GRPCRoute: grpcroute,
    Gateway: gateway,
    HTTPRoute: httproute,
    ListenerSet: listenerset,
    TCPRoute: l4route,
    TLSRoute: tlsroute,
    UDPRoute: l4route,
    XBackend: xbackend,
    XBackendTrafficPolicy: xbackendtrafficpolicy,
}


def judge(resource: Resource, *, channel: Channel = "experimental", old: Resource | None = None) -> Iterator[Violation]:
    """The rules that an object breaks whose types and limits are known to hold."""
    yield from metadata(resource)
    check = _CHECKS.get(type(resource))
    if check is not None:
        yield from check(resource, channel)
    if old is not None:
        yield from transition(resource, old)


def transition(resource: Resource, old: Resource) -> Iterator[Violation]:
    """The rules that speak of the object as it was before an update."""
    if isinstance(resource, GatewayClass | XMesh) and isinstance(old, GatewayClass | XMesh):
        yield from immutable_controller(resource, old)


def violations(resource: Resource, *, channel: Channel = "experimental", old: Resource | None = None) -> tuple[Violation, ...]:
    """Everything that an API server would refuse about an object, limits included; `old` is the object before an update.

    Also what it would admit and no gateway can carry out: such violations have `refused=False`.

    >>> from gwmatch.api import HTTPPathMatch, HTTPRouteMatch, HTTPRouteSpec, ObjectMeta
    >>> rule = HTTPRouteRule(matches=(HTTPRouteMatch(path=HTTPPathMatch(value="cart")),))
    >>> route = HTTPRoute(metadata=ObjectMeta(name="cart"), spec=HTTPRouteSpec(rules=(rule,)))
    >>> [f"{each.at}: {each.message}" for each in violations(route)]
    ['spec.rules[0].matches[0].path.value: must start with \\'/\\'; is "cart"']
    """
    return (*_exceeded(resource, (), lengths=True), *judge(resource, channel=channel, old=old))


def invalid_rules(route: Route) -> dict[int, tuple[Violation, ...]]:
    """The rules of a route that are invalid (status.md 7), by index, each with the reasons why.

    For routes that an API server admitted. Lists that are longer than the CRDs allow are no reason: their limits may have been
    loosened since (V-API-6). Regular expressions are not looked at.
    """
    found = {}
    rules: tuple[RouteRule, ...] = route.spec.rules
    for index, rule in enumerate(rules):
        at = RULES[index]
        broken = (*_exceeded(rule, at.steps, lengths=False), *_unusable(rule, at))
        if broken:
            found[index] = broken
    return found


def _unusable(rule: RouteRule, at: FieldPath) -> Iterator[Violation]:
    """In a rule of a TLSRoute, TCPRoute or UDPRoute there is nothing but references, and those are resolved one by one."""
    if isinstance(rule, HTTPRouteRule):
        yield from invalid_rule(rule, at)
    elif isinstance(rule, GRPCRouteRule):
        yield from invalid_grpc_rule(rule, at)


def _exceeded(struct: Resource | RouteRule, at: tuple[str | int, ...], *, lengths: bool) -> Iterator[Violation]:
    """Limits and types that a Struct breaks which was made by hand, or kept although it was refused."""
    try:
        decode(msgspec.json.encode(struct), type(struct))
    except (msgspec.ValidationError, ValueError, TypeError):
        reading = Reading("experimental")
        reader(type(struct))(msgspec.to_builtins(struct), at, reading)
        for each in reading.findings:
            if each.severity is not Severity.UNKNOWN and (lengths or each.severity is not Severity.OVERSIZED):
                yield Violation(at=each.at, message=each.message)
        if not reading.findings:
            yield Violation(at=FieldPath(at), message="holds a lone surrogate, which no UTF-8 text can hold")
