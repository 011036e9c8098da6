"""Why a rule that takes a request or a connection can only refuse it: what the graph says about its filters and backends."""

from __future__ import annotations

from collections.abc import Iterable

from ..graph import BackendNode, FilterNode, RuleNode
from ..ir import Rule, Verdict
from ..router import Router


def failure(router: Router, rule: Rule, verdict: Verdict) -> str:
    """The reason of the standard with the graph's message, which names the field and the object."""
    node = _node(router, rule)
    if rule.filters.failure is not None:
        return _of_filters(rule.filters.failure, node.filters)
    if verdict.backend is None:
        return "all of its backends have weight 0" if rule.backends else "it has no backends"
    backend, picked = rule.backends[verdict.backend], node.backends[verdict.backend]
    if backend.failure is not None:
        return f"{backend.failure}: {_of_backend(picked, backend.failure)}"
    return _of_filters(backend.filters.failure or "", picked.filters)


def _node(router: Router, rule: Rule) -> RuleNode:
    for route in router.graph.routes:
        if (route.key.kind, route.key.namespace, route.key.name) == (rule.route.kind, rule.route.namespace, rule.route.name):
            return next(each for each in route.rules if each.index == rule.index)
    raise AssertionError(f"a bug in gwmatch: no {rule.route.full_name} in the graph of its table")


def _of_backend(node: BackendNode, failure: str) -> str:
    if failure == "Invalid" and node.reason is None and node.tls is not None and node.tls.reason is None:
        # L-11: nothing is wrong with the policy itself, but this Gateway has no place to say that it heeds it.
        return f"the status of {node.tls.policy} has no room for this Gateway"
    return node.detail


def _of_filters(reason: str, nodes: Iterable[FilterNode]) -> str:
    message = next((each.message for each in nodes if each.reason == reason and each.message), None)
    return reason if message is None else f"{reason}: {message}"
