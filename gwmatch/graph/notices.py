"""What was assumed, said once for each kind. Nothing here stops anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..api import GATEWAY_GROUP, ResourceKey
from ..errors import Problem
from ..options import ASSUMED_KINDS
from .nodes import GatewayNode, ListenerSetNode, RouteNode
from .policy_nodes import Policies
from .references import References
from .selectors import NAME_LABEL


def assumption_notices(
    gateways: Iterable[GatewayNode],
    listener_sets: Iterable[ListenerSetNode],
    routes: Iterable[RouteNode],
    policies: Policies,
    references: References,
) -> list[Problem]:
    """One notice per kind of which the set holds no object and something relied on one; one per Namespace missing otherwise."""
    relied: dict[str, set[ResourceKey]] = {kind: set() for kind in ASSUMED_KINDS}
    for gateway in gateways:
        if references.assumes("GatewayClass"):
            named = gateway.resource.spec.gateway_class_name
            relied["GatewayClass"].add(ResourceKey(GATEWAY_GROUP, "GatewayClass", None, named))
        for key in gateway.assumed:
            relied[key.kind].add(key)
        for listener in gateway.listeners:
            for key in listener.assumed:
                relied[key.kind].add(key)
    judged = (*policies.tls.values(), *policies.backends.values())
    for assumed in {each.assumed for group in (listener_sets, routes, judged) for each in group}:
        for key in assumed:
            relied.setdefault(key.kind, set()).add(key)
    notices: list[Problem] = []
    for kind, keys in relied.items():
        missing = sorted(keys)
        if not missing:
            continue
        if references.assumes(kind):
            notices.append(Problem(message=_assumption(kind, missing)))
        else:
            notices.extend(Problem(message=_UNSEEN_NAMESPACE, resource=str(key)) for key in missing)
    return notices


_UNSEEN_NAMESPACE = f"is not in the set, and selectors ask for its labels: only {NAME_LABEL} is known of it"


def _assumption(kind: str, missing: Sequence[ResourceKey]) -> str:
    example = "/".join(filter(None, (missing[0].namespace, missing[0].name)))
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    if kind == "Namespace":
        return f"the set holds no Namespace: of {example}{others} only the label {NAME_LABEL} is known"
    return f"the set holds no {kind}: {example}{others} {'is' if len(missing) == 1 else 'are'} taken to exist as referred to"
