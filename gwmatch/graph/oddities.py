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
    usual: set[int] = set()
    """PERF(bench_compile::bench_one_rule_resolve): the numbers of rules without escapes, which many routes share."""
    for route in routes:
        written = route.resource
        if isinstance(written, _WITH_HOSTNAMES):
            for hostname in written.spec.hostnames:
                if hostname[-1:].isdigit():  # a name of a cluster seldom ends with a digit, and an address always does
                    at = _SPEC / "hostnames"
                    for index, each in enumerate(written.spec.hostnames):
                        yield from _address(each, str(route.key), at[index])
                    break
        if isinstance(written, HTTPRoute):
            rules = written.spec.rules
            if id(rules) not in usual:
                if _has_escapes(written):
                    yield from _http(route, written)
                else:
                    usual.add(id(rules))
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


def _has_escapes(written: HTTPRoute) -> bool:
    """Without any, paths are spelt as clients spell them."""
    for rule in written.spec.rules:
        for match in rule.matches:
            if "%" in match.path.value:
                return True
    return False


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
