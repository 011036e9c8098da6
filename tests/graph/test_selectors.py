"""A-5, HI-R7, OQ-15."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import LabelSelector, LabelSelectorRequirement
from gwmatch.graph.selectors import selects

from .builders import Manifest, gateway, graph_of, listener, namespace, parent_of, route, verdict

SHOP = namespace("shop", team="web", tier="front")


def admitted(selector: Manifest | None, *manifests: Manifest, **allowed: Any) -> bool:
    """Whether a listener with this selector lets a route of the Namespace `shop` in."""
    namespaces: Manifest = {"from": "Selector", **allowed}
    if selector is not None:
        namespaces["selector"] = selector
    public = gateway(listener(allowedRoutes={"namespaces": namespaces}))
    graph = graph_of(public, route(namespace="shop"), *manifests)
    status, reason = verdict(parent_of(graph), "Accepted")
    assert (status, reason) in {("True", "Accepted"), ("False", "NotAllowedByListeners")}
    return status == "True"


def expression(operator: str, key: str = "team", values: list[str] | None = None) -> Manifest:
    return {"matchExpressions": [{"key": key, "operator": operator, **({} if values is None else {"values": values})}]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"team": "web"}}, True),
        ({"matchLabels": {"team": "web", "tier": "back"}}, False),
        ({"matchLabels": {"team": "web"}, **expression("Exists", "tier")}, True),
        ({"matchLabels": {"team": "web"}, **expression("DoesNotExist", "tier")}, False),
        (expression("In", values=["web", "api"]), True),
        (expression("In", values=["api"]), False),
        (expression("In", "absent", ["web"]), False),
        (expression("NotIn", values=["api"]), True),
        (expression("NotIn", values=["web"]), False),
        (expression("NotIn", "absent", ["web"]), True),
        (expression("Exists"), True),
        (expression("Exists", "absent"), False),
        (expression("DoesNotExist", "absent"), True),
        (expression("DoesNotExist"), False),
    ],
)
def test_operators(selector: Manifest | None, expected: bool) -> None:
    assert admitted(selector, SHOP) is expected


@pytest.mark.parametrize(
    "selector", [expression("In", values=[]), expression("NotIn", "absent", []), expression("Exists", values=["web"])]
)
def test_malformed_expressions_select_nothing(selector: Manifest) -> None:
    assert not admitted(selector, SHOP)


def test_unknown_operators_select_nothing() -> None:
    requirement = LabelSelectorRequirement(key="team", operator="Matches", values=("web",))
    assert not selects(LabelSelector(match_expressions=(requirement,)), "shop", {"team": "web"})


def test_the_name_label_is_the_true_name_whatever_the_labels_say() -> None:
    liar = namespace("shop", **{"kubernetes.io/metadata.name": "kube-system"})
    by_name = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    assert not admitted(by_name, liar)
    assert admitted({"matchLabels": {"kubernetes.io/metadata.name": "shop"}}, liar)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, True),
        ({"matchLabels": {"kubernetes.io/metadata.name": "shop"}}, True),
        ({"matchLabels": {"team": "web"}}, False),
        (expression("NotIn", "anything", ["web"]), False),
        (expression("DoesNotExist", "anything"), False),
    ],
)
def test_of_a_namespace_not_seen_only_the_name_is_known(selector: Manifest, expected: bool) -> None:
    """Negative operators do not select it: it may carry just the label they want absent."""
    assert admitted(selector, namespace("other")) is expected
    assert admitted(selector) is expected


def test_selector_is_ignored_for_other_values_of_from() -> None:
    nobody = {"matchLabels": {"no": "body"}}
    assert admitted(nobody, SHOP, **{"from": "All"})


def test_a_namespace_not_seen_is_reported_once() -> None:
    allowed = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}
    public = gateway(listener(allowedRoutes=allowed))
    graph = graph_of(public, route(namespace="shop"), route(name="other", namespace="shop"), namespace("infra"))
    assert [notice.resource for notice in graph.notices] == ["Namespace shop"]
    assert graph_of(gateway(), route(namespace="shop"), namespace("infra")).notices == ()
