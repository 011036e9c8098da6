"""What a route depends on, and what has changed between two contexts: together, which routes have to be resolved again.

A route may be named without need, since one that comes out as it was changes nothing. It must never be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..api import (
    EXPERIMENTAL_GROUP,
    GATEWAY_GROUP,
    BackendObjectReference,
    GRPCBackendRef,
    GRPCRouteFilter,
    GRPCRouteRule,
    HTTPBackendRef,
    HTTPRouteFilter,
    HTTPRouteRule,
    Namespace,
    ReferenceGrant,
    ResourceKey,
    Service,
    XBackend,
)
from .nodes import Route
from .routes import Context, Parent, parent_of

Subject = ResourceKey
"""What a route can depend on: an object, or one of the keys that stand for several."""

_BY_DEFAULT = ResourceKey(GATEWAY_GROUP, "Gateway", None, "")
"""All default Gateways: of routes with `useDefaultGateways`."""
_PARENTS = frozenset({"Gateway", "ListenerSet", "GatewayClass"})
"""Kinds that a route depends on by what they become, which is compared."""


def _grants(namespace: str | None) -> Subject:
    """All ReferenceGrants of a namespace: of routes elsewhere that send there."""
    return ResourceKey(GATEWAY_GROUP, ReferenceGrant.KIND, namespace, "")


def _namespace(name: str | None) -> Subject:
    return ResourceKey("", Namespace.KIND, None, name or "")


def subjects(route: Route, key: ResourceKey) -> Iterator[Subject]:
    """All that the node of a route follows from, apart from the route itself; some more than once."""
    home = key.namespace or ""
    yield _namespace(home)
    for ref in route.spec.parent_refs:
        yield parent_of(ref, home)
    if route.spec.use_default_gateways == "All":
        yield _BY_DEFAULT
    for rule in route.spec.rules:
        for each in rule.backend_refs:
            yield from _of_backend(each, home)
            if isinstance(each, HTTPBackendRef | GRPCBackendRef):
                yield from _of_filters(each.filters, home)
        if isinstance(rule, HTTPRouteRule | GRPCRouteRule):
            yield from _of_filters(rule.filters, home)


def _of_filters(filters: Iterable[HTTPRouteFilter | GRPCRouteFilter], home: str) -> Iterator[Subject]:
    for each in filters:
        if each.request_mirror is not None:
            yield from _of_backend(each.request_mirror.backend_ref, home)
        if isinstance(each, HTTPRouteFilter) and each.external_auth is not None:
            yield from _of_backend(each.external_auth.backend_ref, home)
        if each.extension_ref is not None:
            yield ResourceKey(each.extension_ref.group, each.extension_ref.kind, home, each.extension_ref.name)


def _of_backend(ref: BackendObjectReference, home: str) -> Iterator[Subject]:
    namespace = ref.namespace or home
    yield ResourceKey(ref.group, ref.kind, namespace, ref.name)
    if namespace != home:
        yield _grants(namespace)


def differing(old: Context, new: Context, touched: Iterable[ResourceKey]) -> frozenset[Subject] | None:
    """What two contexts of the same options answer differently about; None if it may be everything.

    `touched` are the objects that are not what they were; routes do not count. What follows from several objects (whether a
    policy holds, what a listener takes) is compared as it came out, so that no rule of the standard is told a second time.
    """
    before, after = old.references, new.references
    if before.assumed != after.assumed or before.extensions.assumed != after.extensions.assumed:
        return None
    found = {key for key in touched if key.kind not in _PARENTS}
    found.update(map(_grants, before.grants.differing(after.grants)))
    found.update(map(_namespace, old.namespaces.differing(new.namespaces)))
    found.update(
        ResourceKey("", Service.KIND, namespace, name) for namespace, name in before.endpoints.differing(after.endpoints)
    )
    for targets in (
        before.tls_policies.differing(after.tls_policies),
        before.traffic_policies.differing(after.traffic_policies),
    ):
        found.update(ResourceKey(target.group, target.kind, target.namespace, target.name) for target in targets)
    found.update(
        ResourceKey(EXPERIMENTAL_GROUP, XBackend.KIND, key.namespace, key.name)
        for key in before.xbackends.differing(after.xbackends)
    )
    parents = _parents(old.parents, new.parents) if old.parents is not new.parents else set()
    found |= parents
    if old.default_gateways != new.default_gateways or parents & {*old.default_gateways, *new.default_gateways}:
        found.add(_BY_DEFAULT)
    return frozenset(found)


def _parents(old: Mapping[ResourceKey, Parent], new: Mapping[ResourceKey, Parent]) -> set[ResourceKey]:
    """Those to which routes may attach by one of the two in another way than by the other."""
    both = old.keys() & new.keys()
    return (old.keys() ^ new.keys()) | {key for key in both if _seen(old[key]) != _seen(new[key])}


def _seen(parent: Parent) -> tuple[object, ...]:
    """All that attaching a route asks of a parent: certificates and conditions of a listener are none of its business."""
    listeners = tuple(
        (each.key, each.hostname, each.supported_kinds, each.listener.port, each.listener.allowed_routes)
        for each in parent.listeners
    )
    return parent.key, parent.gateway, parent.closed, listeners


class Dependents(NamedTuple):
    """Which routes depend on what, as it was at one time; and the routes that have changed since, which may on anything."""

    by_subject: Mapping[Subject, Collection[ResourceKey]]
    since: frozenset[ResourceKey] = frozenset()

    def of(self, found: Iterable[Subject]) -> set[ResourceKey]:
        """The routes that depend on any of the subjects."""
        return set(self.since).union(*(self.by_subject.get(subject, ()) for subject in found))

    def carried(self, changed: Collection[ResourceKey]) -> Dependents | None:
        """The same when some routes have changed; None when they were so many that it is worth making anew."""
        if not changed:
            return self
        since = self.since.union(changed)
        return None if len(since) > _MANY else Dependents(self.by_subject, since)


_MANY = 256
"""Routes that are resolved again at every change of anything, before the index is made anew."""


def dependents(routes: Iterable[Route]) -> Dependents:
    """The index of all routes, from what they name, so that none is resolved for it."""
    index: dict[Subject, dict[ResourceKey, None]] = {}
    for route in routes:
        key = route.key
        for subject in subjects(route, key):
            held = index.get(subject)
            if held is None:
                held = index[subject] = {}
            held[key] = None
    return Dependents({subject: tuple(keys) for subject, keys in index.items()})
