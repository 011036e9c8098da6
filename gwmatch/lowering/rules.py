"""What a rule does at a place, resolved: its filters, backends, timeouts, retry and session persistence as plain data."""

from __future__ import annotations

from functools import partial

from ..api import GRPCRouteRule, HTTPRouteRule
from ..graph import Policies, PolicyTarget, RouteRule, RuleNode
from ..ir import Route, Rule
from .backends import Backends
from .filters import UNFILTERED, lower_filters
from .places import Place, refs
from .settings import UNTIMED, lower_persistence, lower_retry, lower_timeouts

_GROUP = "gateway.networking.k8s.io"
_WITH_SESSIONS = (HTTPRouteRule, GRPCRouteRule)


def lower_rule(route: Route, written: RouteRule, node: RuleNode, place: Place, policies: Policies, backends: Backends) -> Rule:
    """The rule as the table has it. `node` is valid."""
    prefix = _only_prefix(written, node)
    sessions = written.session_persistence if isinstance(written, _WITH_SESSIONS) else None
    http = written if isinstance(written, HTTPRouteRule) else None
    asked = place.policies
    if policies.effective:
        own = policies.at(PolicyTarget(_GROUP, route.kind, route.namespace, route.name, written.name or None))
        asked = (*own, *place.policies)
    return Rule(
        route,
        node.index,
        written.name,
        lower_filters(node.filters, prefix, partial(backends.one, prefix=b"", place=place)) if node.filters else UNFILTERED,
        backends.of_rule(node.backends, prefix, place, own_sessions=sessions is not None),
        UNTIMED if http is None or http.timeouts is None else lower_timeouts(http.timeouts),
        None if http is None or http.retry is None else lower_retry(http.retry),
        None if sessions is None else lower_persistence(sessions),
        refs(asked) if asked else (),
    )


def _only_prefix(written: RouteRule, node: RuleNode) -> bytes:
    """The prefix that ReplacePrefixMatch replaces: such a rule has exactly one match, of type PathPrefix (V-HR-4). Nothing,
    where there is no filter that could ask for it."""
    if not node.filters:
        for backend in node.backends:
            if backend.filters:
                break
        else:
            return b""
    if not isinstance(written, HTTPRouteRule) or not written.matches:
        return b""
    return written.matches[0].path.value.encode().removesuffix(b"/")
