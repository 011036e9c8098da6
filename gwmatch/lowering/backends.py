"""Backends, resolved: whether they can be reached from a place, how connections are secured, what their policies ask for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from ..actions import backend_shares
from ..api import ResourceKey, RetryConstraint, XBackendTrafficPolicy
from ..graph import NO_READY_ENDPOINTS, BackendNode, Policies
from ..ir import NEWEST, Backend, BackendTLS, RetryBudget
from .filters import lower_filters
from .places import Place, refs
from .settings import lower_persistence, nanoseconds

_UNAVAILABLE = 503  # HTTPBackendRef: for a backend without a ready endpoint


def lower_backends(
    nodes: Sequence[BackendNode], prefix: bytes, place: Place, policies: Policies, *, own_sessions: bool
) -> tuple[Backend, ...]:
    """The backends of a rule with their shares. `own_sessions`: the rule has session persistence of its own (S-2)."""
    made = [lower_backend(node, prefix, place, policies) for node in nodes]
    kept = set() if own_sessions else _session_holders(nodes)
    made = [
        backend if node.traffic is not None and node.traffic.key in kept else structs.replace(backend, session_persistence=None)
        for node, backend in zip(nodes, made, strict=True)
    ]
    shares = backend_shares(tuple(made))
    return tuple(structs.replace(backend, share=share) for backend, share in zip(made, shares, strict=True))


def lower_backend(node: BackendNode, prefix: bytes, place: Place, policies: Policies) -> Backend:
    """One backend as seen from a place."""
    failure = _failure(node, place)
    return Backend(
        group=node.group,
        kind=node.kind,
        namespace=node.namespace,
        name=node.name,
        port=node.port,
        weight=node.weight,
        failure=failure,
        protocol=node.app_protocol,
        filters=lower_filters(node.filters, prefix, partial(lower_backend, prefix=prefix, place=place, policies=policies)),
        failure_status=_UNAVAILABLE if failure == NO_READY_ENDPOINTS else 500,
        address=node.address,
        tls=_tls(node, place),
        retry_budget=None if node.traffic is None else _budget(node.traffic.spec.retry_constraint),
        session_persistence=None if node.traffic is None else lower_persistence(node.traffic.spec.session_persistence),
        policies=refs(policies.at(node.target)),
    )


def _failure(node: BackendNode, place: Place) -> str | None:
    if node.reason is not None:
        return node.reason
    return _tls_failure(node, place) or (None if node.ready else NO_READY_ENDPOINTS)


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
