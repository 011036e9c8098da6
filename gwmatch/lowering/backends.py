"""Backends, resolved: whether they can be reached from a place, how connections are secured, what their policies ask for."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import partial

from ..actions import shares
from ..api import ResourceKey, RetryConstraint, XBackendTrafficPolicy
from ..graph import NO_READY_ENDPOINTS, BackendNode, Policies
from ..ir import NEWEST, Backend, BackendTLS, RetryBudget
from .filters import UNFILTERED, lower_filters
from .places import Place, refs
from .settings import lower_persistence, nanoseconds

_Nodes = tuple[BackendNode, ...]
_UNAVAILABLE = 503  # HTTPBackendRef: for a backend without a ready endpoint


class Backends:
    """Lowers the backends of rules, those that rules share but once."""

    __slots__ = ("_here", "_known", "_place", "_policies")

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        # PERF(bench_compile::bench_lower): by identity, since the graph has one tuple for equal references of a namespace.
        # What the numbers stand for is kept beside the answer, so that none is given to another node.
        self._known: dict[Place, dict[tuple[int, bytes, bool], tuple[tuple[Backend, ...], _Nodes]]] = {}
        self._place: Place | None = None
        self._here: dict[tuple[int, bytes, bool], tuple[tuple[Backend, ...], _Nodes]] = {}
        """Those of `_known` at `_place`, which was asked about last."""

    def of_rule(
        self, nodes: tuple[BackendNode, ...], prefix: bytes, place: Place, *, own_sessions: bool
    ) -> tuple[Backend, ...]:
        """The backends of a rule with their shares. `own_sessions`: the rule has session persistence of its own (S-2)."""
        if not nodes:
            return ()
        if place is not self._place:
            self._place, self._here = place, self._known.setdefault(place, {})
        asked = id(nodes), prefix, own_sessions
        known = self._here.get(asked)
        if known is None:
            known = self._here[asked] = self._lowered(nodes, prefix, place, own_sessions=own_sessions), nodes
        return known[0]

    def _lowered(
        self, nodes: tuple[BackendNode, ...], prefix: bytes, place: Place, *, own_sessions: bool
    ) -> tuple[Backend, ...]:
        if len(nodes) == 1:  # as most rules: it gets everything, and has no rival for its sessions
            node = nodes[0]
            return (self._made(node, prefix, place, 1.0 if node.weight > 0 else 0.0, () if own_sessions else None),)
        kept = set() if own_sessions else _session_holders(nodes)
        parts = shares([node.weight for node in nodes])
        return tuple([self._made(node, prefix, place, part, kept) for node, part in zip(nodes, parts, strict=True)])

    def one(self, node: BackendNode, prefix: bytes, place: Place) -> Backend:
        """What a filter sends to."""
        return self._made(node, prefix, place, 0.0, None)

    def _made(
        self, node: BackendNode, prefix: bytes, place: Place, share: float, kept: Container[ResourceKey] | None
    ) -> Backend:
        """One backend as seen from a place. `kept` are the policies whose sessions count; None: all."""
        failure = _failure(node, place)
        policies = self._policies
        traffic = node.traffic
        filters = UNFILTERED
        if node.filters:
            filters = lower_filters(node.filters, prefix, partial(self.one, prefix=prefix, place=place))
        sessions = None
        if traffic is not None and (kept is None or traffic.key in kept):
            sessions = lower_persistence(traffic.spec.session_persistence)
        return Backend(
            node.group,
            node.kind,
            node.namespace,
            node.name,
            node.port,
            node.weight,
            failure,
            node.app_protocol,
            filters,
            share,
            _UNAVAILABLE if failure == NO_READY_ENDPOINTS else 500,
            node.address,
            None if node.tls is None else _tls(node, place),
            None if traffic is None else _budget(traffic.spec.retry_constraint),
            sessions,
            refs(policies.at(node.target)) if policies.effective else (),
        )


def _failure(node: BackendNode, place: Place) -> str | None:
    if node.reason is not None:
        return node.reason
    failure = None if node.tls is None else _tls_failure(node, place)
    return failure or (None if node.ready else NO_READY_ENDPOINTS)


def _tls_failure(node: BackendNode, place: Place) -> str | None:
    if node.tls is None or not place.secures:
        return None
    if node.tls.policy in place.closed:  # L-11
        return "Invalid"
    return node.tls.reason  # L-9


def _tls(node: BackendNode, place: Place) -> BackendTLS | None:
    tls = node.tls
    if tls is None or not place.secures or _tls_failure(node, place) is not None:
        return None
    client = tls.client_certificate or place.client_certificate
    return BackendTLS(
        hostname=tls.hostname,
        subject_alt_names=tls.subject_alt_names,
        ca_certificates=tuple(_name(key) for key in tls.ca_certificates),
        well_known=tls.well_known,
        client_certificate=None if client is None else _name(client),
        policy=None if tls.policy is None else _name(tls.policy),
        options=tls.options,
    )


def _name(key: ResourceKey) -> str:
    return f"{key.namespace}/{key.name}"


def _budget(written: RetryConstraint | None) -> RetryBudget | None:
    if written is None:
        return None
    rate = written.min_retry_rate
    return RetryBudget(
        percent=written.budget.percent,
        interval=nanoseconds(written.budget.interval) or 0,
        # A rate that is given has no defaults for its parts (resources.md 13); half a rate lets nothing through.
        min_count=0 if rate.interval is None else rate.count or 0,
        min_interval=nanoseconds(rate.interval) or 0,
    )


def _session_holders(nodes: Sequence[BackendNode]) -> set[ResourceKey]:
    """S-6: of the policies of one split that use the same session name, the oldest keeps it, and the others have none."""
    policies = {node.traffic.key: node.traffic for node in nodes if node.traffic is not None}
    named: dict[object, XBackendTrafficPolicy] = {}
    for policy in sorted(policies.values(), key=_age):
        sessions = policy.spec.session_persistence
        if sessions is not None:
            named.setdefault(sessions.session_name or policy.key, policy)
    return {policy.key for policy in named.values()}


def _age(policy: XBackendTrafficPolicy) -> tuple[int, str]:
    created = policy.metadata.created
    return NEWEST if created is None else created, _name(policy.key)
