"""GRPCRoute, rule by rule: what each refuses, and the nearest neighbour that it does not (V-GR, V-GM, V-GF-2)."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import GRPCRoute, check, invalid_rules, load, violations
from gwmatch.api.scalars import Channel

from .build import GATEWAY_API

BACKEND = {"name": "cart", "port": 80}
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": BACKEND}}
SET = {"set": [{"name": "x-a", "value": "1"}]}
ON_REQUEST = {"type": "RequestHeaderModifier", "requestHeaderModifier": SET}
ON_RESPONSE = {"type": "ResponseHeaderModifier", "responseHeaderModifier": SET}
RULE = "spec.rules[0]."
FILTER = RULE + "filters[0]."
METHOD = RULE + "matches[0].method"


def grpc(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": GATEWAY_API, "kind": "GRPCRoute", "metadata": {"name": "cart", "namespace": "shop"}, "spec": spec}


def rule(**fields: Any) -> dict[str, Any]:
    return grpc(rules=[fields])


def method(**fields: Any) -> dict[str, Any]:
    return rule(matches=[{"method": fields}])


def headers(*items: dict[str, Any]) -> dict[str, Any]:
    return rule(matches=[{"headers": list(items)}])


def filters(*items: dict[str, Any]) -> dict[str, Any]:
    return rule(filters=list(items))


def mirror(**fields: Any) -> dict[str, Any]:
    return filters({"type": "RequestMirror", "requestMirror": {"backendRef": BACKEND, **fields}})


def matches(*counts: int) -> dict[str, Any]:
    return grpc(rules=[{"matches": [{"method": {"service": "a"}}] * count} for count in counts])


# rule, where it is broken, the object that breaks it, its nearest neighbour that does not
REFUSED = [
    ("V-GR-1", "spec.rules", matches(64, 64, 1), matches(64, 64, 0)),
    ("V-GR-2", "spec.rules[1].name", grpc(rules=[{"name": "a"}, {"name": "a"}]), grpc(rules=[{"name": "a"}, {}, {}])),
    ("V-PR-2e", "spec.parentRefs[1]", grpc(parentRefs=[{"name": "a"}] * 2), grpc(parentRefs=[{"name": "a"}, {"name": "b"}])),
    ("enum", "spec.useDefaultGateways", grpc(useDefaultGateways="Some"), grpc(useDefaultGateways="All")),
    ("V-GM-1", METHOD, method(), method(service="shop.Cart")),
    ("V-GM-1", METHOD, method(type="RegularExpression"), method(type="RegularExpression", method="")),
    *[
        ("V-GM-2", METHOD + ".service", method(service=bad), method(service=good))
        for bad, good in (
            ("", "_"),
            ("shop/Cart", "shop.Cart"),
            ("..Cart", ".Cart"),
            ("shop.", "shop"),
            ("shop.1Cart", "shop.Cart1"),
            ("Cart\n", "Cart"),
            ("shop.v1.Çart", "SHOP.v1.Cart_2"),
        )
    ],
    ("V-GM-2", METHOD + ".service", method(service="a/.*"), method(service="a/.*", type="RegularExpression")),
    *[
        ("V-GM-3", METHOD + ".method", method(method=bad), method(method=good))
        for bad, good in (("", "_"), ("1a", "a1"), ("a.b", "a_b"), ("a\n", "A"))
    ],
    ("V-GM-3", METHOD + ".method", method(method="a|b"), method(method="a|b", type="RegularExpression")),
    ("enum", METHOD + ".type", method(type="Prefix", method="a"), method(type="Exact", method="a")),
    (
        "enum",
        RULE + "matches[0].headers[0].type",
        headers({"name": "a", "value": "b", "type": "exact"}),
        headers({"name": "a", "value": "b", "type": "RegularExpression"}),
    ),
    (
        "V-API-3",
        RULE + "matches[0].headers[1].name",
        headers({"name": "a", "value": "b"}, {"name": "a", "value": "c"}),
        headers({"name": "a", "value": "b"}, {"name": "A", "value": "c"}),
    ),
    ("V-GF-2", RULE + "filters", filters(ON_REQUEST, ON_REQUEST), filters(ON_REQUEST, ON_RESPONSE)),
    ("V-GF-2", RULE + "filters", filters(ON_RESPONSE, ON_RESPONSE), filters(MIRROR, MIRROR)),
    ("V-GF-2", FILTER + "requestMirror", filters({"type": "RequestMirror"}), filters(MIRROR)),
    (
        "V-GF-2",
        FILTER + "extensionRef",
        filters({**MIRROR, "extensionRef": {"group": "a", "kind": "b", "name": "c"}}),
        filters({"type": "ExtensionRef", "extensionRef": {"group": "a", "kind": "b", "name": "c"}}),
    ),
    ("enum", FILTER + "type", filters({"type": "URLRewrite"}), filters(ON_REQUEST)),
    (
        "V-GF-2",
        RULE + "backendRefs[0].filters",
        rule(backendRefs=[{**BACKEND, "filters": [ON_REQUEST, ON_REQUEST]}]),
        rule(filters=[ON_REQUEST], backendRefs=[{**BACKEND, "filters": [ON_REQUEST]}]),
    ),
    ("V-HF-5", FILTER + "requestMirror", mirror(percent=1, fraction={"numerator": 1}), mirror(fraction={"numerator": 1})),
    ("V-FR-1", FILTER + "requestMirror.fraction.numerator", mirror(fraction={"numerator": 101}), mirror(percent=100)),
    ("V-BR-1", FILTER + "requestMirror.backendRef.port", mirror(backendRef={"name": "a"}), mirror()),
    ("V-BR-1", RULE + "backendRefs[0].port", rule(backendRefs=[{"name": "a"}]), rule(backendRefs=[BACKEND])),
    (
        "V-SP-1",
        RULE + "sessionPersistence.absoluteTimeout",
        rule(sessionPersistence={"cookieConfig": {"lifetimeType": "Permanent"}}),
        rule(sessionPersistence={"cookieConfig": {}}),
    ),
    ("enum", RULE + "sessionPersistence.type", rule(sessionPersistence={"type": "x"}), rule(sessionPersistence={})),
    (
        "E values",
        FILTER + "requestHeaderModifier.set[0].value",
        filters({**ON_REQUEST, "requestHeaderModifier": {"set": [{"name": "a", "value": "b  c"}]}}),
        headers({"name": "a", "value": "b  c"}),  # unlike an HTTPRoute's
    ),
]


def refusals(given: dict[str, Any], channel: Channel = "experimental") -> list[str]:
    return [str(each.at) for each in check(given, channel=channel)]


@pytest.mark.parametrize(("name", "at", "bad", "good"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_refused(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert refusals(bad) == [at]
    assert refusals(good) == []


def test_rules_may_be_missing() -> None:
    assert refusals(grpc()) == refusals(grpc(rules=[])) == []
    (made,) = load(rule()).of(GRPCRoute)
    assert made.spec.rules[0].matches == ()
    assert load(grpc()).of(GRPCRoute)[0].spec.rules == ()


def test_standard_channel() -> None:
    assert refusals(grpc(rules=[{"name": "a"}, {"name": "a"}]), "standard") == []
    assert refusals(filters({**ON_REQUEST, "requestHeaderModifier": {"set": [{"name": "a", "value": "é"}]}}), "standard") == []
    assert refusals(grpc(parentRefs=[{"name": "a", "port": 1}, {"name": "a", "port": 2}]), "standard") == ["spec.parentRefs[1]"]


INVALID = [
    ("V-GM-2", METHOD + ".service", method(service="a b")),
    ("V-GM-1", METHOD, method()),
    ("V-GF-2", FILTER + "requestMirror", filters({"type": "RequestMirror"})),
    (
        "HI-W8",
        FILTER + "requestHeaderModifier.remove[0]",
        filters({**ON_REQUEST, "requestHeaderModifier": {"remove": ["a b"]}}),
    ),
    ("HI-W9", FILTER + "requestHeaderModifier.remove[0]", filters({**ON_REQUEST, "requestHeaderModifier": {"remove": ["te"]}})),
    (
        "HI-W10",
        RULE + "backendRefs[0].filters[0].responseHeaderModifier.remove[0]",
        rule(backendRefs=[{**BACKEND, "filters": [{**ON_RESPONSE, "responseHeaderModifier": {**SET, "remove": ["X-A"]}}]}]),
    ),
    ("limits", RULE + "matches[0].headers[0].name", headers({"name": "a b", "value": "c"})),
]


@pytest.mark.parametrize(("name", "at", "given"), INVALID, ids=[f"{row[0]} {row[1]}" for row in INVALID])
def test_invalid_rules(name: str, at: str, given: dict[str, Any]) -> None:
    given["spec"]["rules"].append({"matches": [{"method": {"method": "Get"}}]})
    (made,) = load(given, invalid="keep").of(GRPCRoute)
    assert {index: [str(each.at) for each in broken] for index, broken in invalid_rules(made).items()} == {0: [at]}
    assert at in [str(each.at) for each in violations(made)]


def test_what_is_only_refused_makes_no_rule_invalid() -> None:
    for given in (rule(backendRefs=[{"name": "a"}]), headers({"name": "a", "value": "b"}, {"name": "a", "value": "c"})):
        (made,) = load(given, invalid="keep").of(GRPCRoute)
        assert invalid_rules(made) == {}
