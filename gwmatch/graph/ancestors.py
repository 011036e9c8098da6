"""Which Gateways a policy concerns, and for how many of them its status has room (L-11)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..api import GATEWAY_GROUP, GatewayClass, Resource, ResourceKey, ResourceSet, XBackend
from . import tls
from .gateways import ASSUMED_CONTROLLER
from .nodes import BackendNode, GatewayNode, ListenerKey, ListenerSetNode, RouteNode
from .policies import Judged
from .policy_nodes import Policies, PolicyNode, PolicyTarget
from .references import REF_NOT_PERMITTED
from .registered_policies import judge_registered
from .surroundings import Surroundings


class StatusPlace(NamedTuple):
    """Where a status lists Gateways, and how many it can take."""

    field: str
    ref: str
    limit: int


POLICY_PLACE = StatusPlace("ancestors", "ancestorRef", 16)
PLACES: Mapping[type[Resource], StatusPlace] = {XBackend: StatusPlace("parents", "parentRef", 32)}
"""Where it is not as for policies."""

Concerned = dict[PolicyTarget, dict[ResourceKey, None]]
"""The Gateways whose traffic passes an object, or a section of it."""


def place_policies(
    resources: ResourceSet,
    surroundings: Surroundings,
    gateways: Mapping[ResourceKey, GatewayNode],
    listener_sets: Iterable[ListenerSetNode],
    routes: Sequence[RouteNode],
) -> Policies:
    """The policies with the Gateways that they concern."""
    listeners = [listener for gateway in gateways.values() for listener in gateway.listeners]
    passed_through = {each.key for each in listeners if tls.mode(each.listener) == "Passthrough"}
    registered = judge_registered(resources, surroundings)
    tls_judged, others = surroundings.tls_policies.judged, (*surroundings.traffic_policies.judged, *registered.judged)
    everywhere = _of_routes(routes, gateways, frozenset(), (*others, *surroundings.xbackends.judged), themselves=True)
    # L-1: what is passed through is the client's own TLS.
    secured = _of_routes(routes, gateways, passed_through, tls_judged, themselves=False)
    for gateway in gateways.values():
        everywhere[PolicyTarget(*gateway.key)] = {gateway.key: None}
        named = PolicyTarget(GATEWAY_GROUP, GatewayClass.KIND, None, gateway.resource.spec.gateway_class_name)
        everywhere.setdefault(named, {})[gateway.key] = None
    for each in listener_sets:
        everywhere[PolicyTarget(*each.key)] = {each.gateway: None}
    controllers = {ASSUMED_CONTROLLER, *(gateway.controller for gateway in gateways.values())}

    def placed(judged: Iterable[Judged], concerned: Concerned) -> dict[ResourceKey, PolicyNode]:
        return {each.resource.key: _placed(each, concerned, controllers) for each in judged}

    return Policies(
        tls=placed(tls_judged, secured),
        traffic=placed(surroundings.traffic_policies.judged, everywhere),
        registered=placed(registered.judged, everywhere),
        backends=placed(surroundings.xbackends.judged, everywhere),
        effective=registered.effective,
        direct=registered.direct,
    )


def _gateways(
    route: RouteNode, gateways: Container[ResourceKey], passed_through: Container[ListenerKey]
) -> tuple[ResourceKey, ...]:
    return tuple(
        parent.gateway
        for parent in route.parents
        if parent.accepted
        and parent.gateway in gateways
        and any(each.listener not in passed_through for each in parent.attachments)
    )


def _of_routes(
    routes: Sequence[RouteNode],
    gateways: Container[ResourceKey],
    passed_through: Container[ListenerKey],
    judged: Sequence[Judged],
    *,
    themselves: bool,
) -> Concerned:
    """The backends of routes, and the routes themselves, as far as one of `judged` asks about them. Mostly none does."""
    asked = {target for each in judged for target in each.used}
    concerned: Concerned = {}
    for route in routes if asked else ():
        reached = _gateways(route, gateways, passed_through)
        _add_backends(concerned, route, reached, asked)
        if themselves and (*route.key, None) in asked:
            concerned[PolicyTarget(*route.key)] = dict.fromkeys(reached)
    return concerned


def _add_backends(
    concerned: Concerned, route: RouteNode, gateways: Sequence[ResourceKey], asked: Container[PolicyTarget]
) -> None:
    for backend in _backends(route) if gateways else ():
        if backend.reason != REF_NOT_PERMITTED:  # a stranger's wish makes nobody an ancestor
            own = backend.target
            for target in (own,) if own.section is None else (own, own.whole):
                if target in asked:
                    concerned.setdefault(target, {}).update(dict.fromkeys(gateways))


def _backends(route: RouteNode) -> Iterator[BackendNode]:
    """All that a route sends to: backends, mirrors, authorizers."""
    for rule in route.rules:
        if not rule.invalid:
            for backend in rule.backends:
                yield backend
                yield from (each.backend for each in backend.filters if each.backend is not None)
            yield from (each.backend for each in rule.filters if each.backend is not None)


def has_room(surroundings: Surroundings, gateways: Mapping[ResourceKey, GatewayNode]) -> bool:
    """Whether the BackendTLSPolicies have room for all Gateways, so that none is closed anywhere, whatever routes there are."""
    controllers = {ASSUMED_CONTROLLER, *(gateway.controller for gateway in gateways.values())}
    return all(_room(each, controllers) >= len(gateways) for each in surroundings.tls_policies.judged)


def _room(judged: Judged, controllers: Container[str]) -> int:
    """How many Gateways of ours the status can list, beside those of other controllers."""
    place = PLACES.get(type(judged.resource), POLICY_PLACE)
    entries = [entry for entry in _entries(judged.resource.status, place.field) if isinstance(entry, Mapping)]
    return place.limit - sum(entry.get("controllerName") not in controllers for entry in entries)


def _placed(judged: Judged, concerned: Concerned, controllers: set[str]) -> PolicyNode:
    place = PLACES.get(type(judged.resource), POLICY_PLACE)
    wanted = {gateway for target in judged.used for gateway in concerned.get(target, ())}
    entries = [entry for entry in _entries(judged.resource.status, place.field) if isinstance(entry, Mapping)]
    room = _room(judged, controllers)
    # Who has a place keeps it; the others come in the order of their names.
    held = [
        key
        for entry in entries
        if entry.get("controllerName") in controllers
        for key in [_named(entry.get(place.ref), judged.resource.key.namespace)]
        if key in wanted
    ]
    ordered = list(dict.fromkeys([*held, *sorted(wanted)]))
    return judged.node(tuple(ordered[: max(room, 0)]), frozenset(ordered[max(room, 0) :]))


def _entries(status: Any, field: str) -> Sequence[Any]:
    found = status.get(field) if isinstance(status, Mapping) else None
    return found if isinstance(found, list | tuple) else ()


def _named(ref: object, namespace: str | None) -> ResourceKey | None:
    if not isinstance(ref, Mapping):
        return None
    group, kind = ref.get("group", GATEWAY_GROUP), ref.get("kind", "Gateway")
    return ResourceKey(str(group), str(kind), str(ref.get("namespace") or namespace), str(ref.get("name")))
