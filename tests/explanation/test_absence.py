"""Why not: every reason for which a route, or one rule of it, does not take a request."""

from __future__ import annotations

import pytest

import gwmatch

from .world import Manifest, exact, gateway, listener, prefix, regex, route, router, rule

URL = "http://x.a.test/p"
SAME = {"from": "Same"}
LABELLED = {"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}


def on_8080(name: str, **fields: bool) -> Manifest:
    return listener(name, **fields) | {"port": 8080}


REASONS: list[tuple[str, str, list[Manifest], str]] = [
    ("not in the set", "a/no", [gateway(), route("r")], "There is no route a/no in the set."),
    (
        "elsewhere in the set",
        "z/r",
        [gateway(), route("r")],
        "There is no route z/r in the set, but HTTPRoute a/r.",
    ),
    (
        "no such rule",
        "a/r#7",
        [gateway(), route("r", rule(), rule(name="n"))],
        "HTTPRoute a/r has no rule 7: its rules are 0, 1 (n).",
    ),
    (
        "another Gateway",
        "a/r",
        [gateway(), gateway(listener(), name="other"), route("r", parent="other")],
        "HTTPRoute a/r is not attached to Gateway infra/gw: its parentRefs lead to infra/other.",
    ),
    (
        "no Gateway of ours",
        "a/r",
        [gateway(), route("r", parent="gone")],
        "HTTPRoute a/r is not attached to Gateway infra/gw: none of its parentRefs names a Gateway of ours: "
        "Gateway infra/gone.",
    ),
    (
        "no such listener",
        "a/r",
        [gateway(), route("r", section="nope")],
        "HTTPRoute a/r is not attached to Gateway infra/gw (listener nope): NoMatchingParent: ",
    ),
    (
        "not allowed",
        "a/r",
        [gateway(listener(allow=SAME)), route("r")],
        "HTTPRoute a/r is not attached to Gateway infra/gw: NotAllowedByListeners: ",
    ),
    (
        "no hostname in common",
        "a/r",
        [gateway(listener(hostname="x.a.test")), route("r", hosts=("b.test",))],
        "HTTPRoute a/r is not attached to Gateway infra/gw: NoMatchingListenerHostname: ",
    ),
    (
        "dropped rule",
        "a/r#0",
        [gateway(), route("r", rule(regex("/(")), rule())],
        "HTTPRoute a/r rule 0 is dropped: UnsupportedValue: spec.rules[0].matches[0].path.value: ",
    ),
    (
        "all rules dropped",
        "a/r",
        [gateway(), route("r", rule(regex("/(")))],
        "HTTPRoute a/r is not attached to Gateway infra/gw: UnsupportedValue: no rule can be used: ",
    ),
    (
        "isolation, by parentRef",
        "a/r",
        [gateway(listener(), listener("one", "x.a.test")), route("r", section="web")],
        "HTTPRoute a/r is attached to listener web, but listener one takes the request, and no other listener's routes are "
        "tried: its parentRef names listener web.",
    ),
    (
        "isolation, by hostname",
        "a/r",
        [gateway(listener(), listener("one", "x.a.test")), route("r", hosts=("y.a.test",))],
        "tried: hostname x.a.test of listener one and its own (y.a.test) have nothing in common.",
    ),
    (
        "isolation, by namespace",
        "a/r",
        [gateway(listener(), listener("one", "x.a.test", allow=SAME)), route("r")],
        "tried: listener one allows routes of namespace infra only.",
    ),
    (
        "isolation, by selector",
        "a/r",
        [gateway(listener(), listener("one", "x.a.test", allow=LABELLED)), route("r")],
        "tried: listener one does not allow routes of namespace a (allowedRoutes.namespaces.from Selector).",
    ),
    (
        "a listener without traffic",
        "a/r",
        [gateway(listener(), on_8080("one"), on_8080("two", tls=True)), route("r", section="one")],
        "HTTPRoute a/r is attached to listener one (takes no traffic: ProtocolConflict: ",
    ),
    (
        "another host",
        "a/r",
        [gateway(), route("r", hosts=("y.a.test", "*.b.test"))],
        "HTTPRoute a/r does not cover host x.a.test: on listener web its hostnames are y.a.test, *.b.test.",
    ),
    (
        "a condition",
        "a/r",
        [gateway(), route("r", rule(exact("/q")))],
        "HTTPRoute a/r rule 0: path: expected Exact /q, got /p.",
    ),
    (
        "outranked by another route",
        "a/r",
        [gateway(), route("r"), route("s", rule(prefix("/p")))],
        "HTTPRoute a/r rule 0 matches too, but HTTPRoute a/s rule 0 comes first, "
        "decided by length of the path match: 2 before 0.",
    ),
    (
        "outranked by another rule",
        "a/r#0",
        [gateway(), route("r", rule(), rule(prefix("/p")))],
        "HTTPRoute a/r rule 0 matches too, but rule 1 of the same route comes first, decided by length of the path match: ",
    ),
    (
        "by its name",
        "a/r#first",
        [gateway(), route("r", rule(name="first"), rule(prefix("/p")))],
        "HTTPRoute a/r rule 0 matches too, but rule 1 of the same route",
    ),
    ("it does", "a/r", [gateway(), route("r")], "HTTPRoute a/r does take the request: match 0 of rule 0 won."),
]


@pytest.mark.parametrize(("asked", "manifests", "said"), [each[1:] for each in REASONS], ids=[each[0] for each in REASONS])
def test_reason(asked: str, manifests: list[Manifest], said: str) -> None:
    (sentence,) = gwmatch.explain(router(*manifests), URL, why_not=asked).why_not
    assert said in sentence
    assert sentence.endswith(".")


def test_every_match_of_every_rule_is_told_where_none_holds() -> None:
    made = router(gateway(), route("r", rule(exact("/1"), exact("/2")), rule(exact("/3"))))
    told = sorted(gwmatch.explain(made, URL, why_not="a/r").why_not)
    assert told == [
        "HTTPRoute a/r rule 0 match 0: path: expected Exact /1, got /p.",
        "HTTPRoute a/r rule 0 match 1: path: expected Exact /2, got /p.",
        "HTTPRoute a/r rule 1: path: expected Exact /3, got /p.",
    ]


def test_a_dropped_rule_is_told_beside_the_others() -> None:
    made = router(gateway(), route("r", rule(regex("/(")), rule(exact("/q"))))
    dropped, lost = gwmatch.explain(made, URL, why_not="a/r").why_not
    assert dropped.startswith("HTTPRoute a/r rule 0 is dropped: ")
    assert lost == "HTTPRoute a/r rule 1: path: expected Exact /q, got /p."


def test_hidden_by_a_more_specific_hostname() -> None:
    routes = [route("r", hosts=("*.a.test",)), route("s", rule(exact("/q")), hosts=("x.a.test",))]
    made = router(gateway(), *routes, hostname_fallthrough="isolated")
    (sentence,) = gwmatch.explain(made, URL, why_not="a/r").why_not
    assert sentence == (
        "HTTPRoute a/r is not tried for host x.a.test: routes with a more specific hostname hide it "
        "(hostname_fallthrough is isolated): a/s."
    )
    ordered = router(gateway(), *routes)
    assert "does take the request" in gwmatch.explain(ordered, URL, why_not="a/r").why_not[0]


@pytest.mark.parametrize("name", ["r", "a/", "/r", "a/r/s", "HTTPRoute/a/", "HTTPRoute/a/r/s", "Gateway/a/r", "a/r#", "#1", ""])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(gwmatch.UsageError):
        gwmatch.explain(router(gateway(), route("r")), URL, why_not=name)
