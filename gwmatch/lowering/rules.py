"""What a rule does at a place, resolved: its filters, backends, timeouts, retry and session persistence as plain data."""

from __future__ import annotations

from functools import partial

from ..api import GRPCRouteRule, HTTPRouteRule
from ..graph import Policies, PolicyTarget, RouteRule, RuleNode
from ..ir import Route, Rule, Timeouts
from .backends import lower_backend, lower_backends
from .filters import lower_filters
from .places import Place, refs
from .settings import lower_persistence, lower_retry, lower_timeouts

_GROUP = "gateway.networking.k8s.io"


def lower_rule(route: Route, written: RouteRule, node: RuleNode, place: Place, policies: Policies) -> Rule:
    """The rule as the table has it. `node` is valid."""
    prefix = _only_prefix(written)
    sessions = written.session_persistence if isinstance(written, HTTPRouteRule | GRPCRouteRule) else None
    own = policies.at(PolicyTarget(_GROUP, route.kind, route.namespace, route.name, written.name or None))
    http = written if isinstance(written, HTTPRouteRule) else None
    return Rule(
        route=route,
        index=node.index,
        name=written.name,
        filters=lower_filters(node.filters, prefix, partial(lower_backend, prefix=b"", place=place, policies=policies)),
        backends=lower_backends(node.backends, prefix, place, policies, own_sessions=sessions is not None),
        timeouts=Timeouts() if http is None else lower_timeouts(http.timeouts),
        retry=None if http is None else lower_retry(http.retry),
        session_persistence=lower_persistence(sessions),
        policies=refs((*own, *place.policies)),
    )


def _only_prefix(written: RouteRule) -> bytes:
    """The prefix that ReplacePrefixMatch replaces: such a rule has exactly one match, of type PathPrefix (V-HR-4)."""
    if not isinstance(written, HTTPRouteRule) or not written.matches:
        return b""
    return written.matches[0].path.value.encode().removesuffix(b"/")
