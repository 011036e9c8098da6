"""What looks unintended about routes and listeners, though it is valid. Nothing here stops anything."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from ..api import GRPCRoute, HTTPRoute, TLSRoute
from ..errors import FieldPath, Problem
from ..spellings import normal_spelling
from .nodes import GatewayNode, RouteNode

_SPEC = FieldPath(("spec",))
_WITH_HOSTNAMES = (HTTPRoute, GRPCRoute, TLSRoute)


def route_notices(routes: Iterable[RouteNode]) -> Iterator[Problem]:
    """Conditions that hardly any request can meet, in the order of the routes and their fields."""
    for route in routes:
        yield from oddities(route)


def oddities(route: RouteNode) -> Iterable[Problem]:
    """Those of one route. Mostly there are none, which is found out without a list of them."""
    written = route.resource
    if isinstance(written, _WITH_HOSTNAMES):
        for hostname in written.spec.hostnames:
            if _may_be_address(hostname):
                return list(_of(route))
    if isinstance(written, HTTPRoute):
        for rule in written.spec.rules:
            for match in rule.matches:
                if "%" in match.path.value:  # without any, paths are spelt as clients spell them
                    return list(_of(route))
    elif isinstance(written, GRPCRoute):
        return list(_of(route))
    return ()


def _of(route: RouteNode) -> Iterator[Problem]:
    written = route.resource
    for index, hostname in enumerate(written.spec.hostnames if isinstance(written, _WITH_HOSTNAMES) else ()):
        yield from _address(hostname, str(route.key), (_SPEC / "hostnames")[index])
    if isinstance(written, HTTPRoute):
        yield from _http(route, written)
    elif isinstance(written, GRPCRoute):
        yield from _grpc(route, written)


def listener_notices(gateways: Iterable[GatewayNode]) -> Iterator[Problem]:
    """The same for hostnames of listeners."""
    for gateway in gateways:
        for listener in gateway.listeners:
            index = next((at for at, each in enumerate(gateway.resource.spec.listeners) if each is listener.listener), None)
            if listener.hostname is not None and index is not None and _may_be_address(listener.hostname):
                yield from _address(listener.hostname, str(gateway.key), (_SPEC / "listeners")[index] / "hostname")


def _may_be_address(hostname: str) -> bool:
    """A name of a cluster seldom ends with a digit, and an address always does."""
    return hostname[-1:].isdigit()


def _address(hostname: str, resource: str, at: FieldPath) -> Iterator[Problem]:
    """HI-H11: a request for an address is only for those who state no hostname (HI-H4)."""
    try:
        ipaddress.IPv4Address(hostname)
    except ValueError:
        return
    message = (
        f"no request is for {hostname} by name, since it is an address; leave the hostname out to take requests for addresses"
    )
    yield Problem(message=message, resource=resource, at=at)


def _http(route: RouteNode, written: HTTPRoute) -> Iterator[Problem]:
    """HI-P4: paths are compared as they are written, and few clients write them like this."""
    for index, rule in enumerate(written.spec.rules):
        for number, match in enumerate(rule.matches):
            path = match.path
            if path.type not in ("Exact", "PathPrefix"):
                continue
            usual = normal_spelling(path.value.encode()).decode()
            if usual != path.value:
                at = ((_SPEC / "rules")[index] / "matches")[number] / "path" / "value"
                message = f"clients write {usual}, which is another path to a matcher of bytes; write it so"
                yield Problem(message=message, resource=str(route.key), at=at)


def _grpc(route: RouteNode, written: GRPCRoute) -> Iterator[Problem]:
    for index, rule in enumerate(written.spec.rules):
        for number, match in enumerate(rule.matches):
            method = match.method
            # OQ-36: the name in a path never begins with a dot.
            if method is not None and method.type == "Exact" and method.service and method.service.startswith("."):
                at = ((_SPEC / "rules")[index] / "matches")[number] / "method" / "service"
                message = f"no call has a service named {method.service}; remove the leading dot"
                yield Problem(message=message, resource=str(route.key), at=at)
