"""Candidates in the order of trying: what each asks, where it lost, which key put the winner first."""

from __future__ import annotations

from typing import Any

import pytest

import gwmatch

from .world import Manifest, exact, gateway, headers, listener, prefix, regex, route, router, rule

URL = "http://x.a.test/p?q=1&r=2"
SENT = [("h", "1"), ("i", "2")]
HIT = {"path": {"type": "PathPrefix", "value": "/p"}}


def with_(**fields: Any) -> Manifest:
    return {**HIT, **fields}


DECIDED: list[tuple[str, list[Manifest], str, str, str]] = [
    ("K1", [route("r", hosts=("x.a.test",)), route("s", hosts=("*.a.test",))], "a/r#0", "8 (x.a.test)", "0 (*.a.test)"),
    ("K2", [route("r", hosts=("*.a.test",)), route("s", hosts=("*.test",))], "a/r#0", "8 (*.a.test)", "6 (*.test)"),
    ("K2", [route("r"), route("s", hosts=("*.test",))], "a/s#0", "6 (*.test)", "0 (no hostname)"),
    ("K3", [route("r", rule(prefix("/p")), rule(exact("/p")))], "a/r#1", "Exact", "PathPrefix"),
    ("K3", [route("r", rule(prefix("/p")), rule(regex("/.")))], "a/r#1", "RegularExpression", "PathPrefix"),
    ("K4", [route("r", rule(prefix("/")), rule(prefix("/p/")))], "a/r#1", "2", "0"),
    ("K4", [route("r", rule(regex("/.")), rule(regex("/p|q")))], "a/r#1", "4", "2"),
    ("K5", [route("r", rule(with_(headers=headers("h"))), rule(with_(method="GET")))], "a/r#1", "GET", "none"),
    ("K6", [route("r", rule(with_(queryParams=headers("q"))), rule(with_(headers=headers("h"))))], "a/r#1", "1", "0"),
    ("K7", [route("r", rule(HIT), rule(with_(queryParams=headers("q"))))], "a/r#1", "1", "0"),
    (
        "K8",
        [route("r", created="2026-02-01T00:00:00Z"), route("s", created="2026-01-01T00:00:00Z")],
        "a/s#0",
        "2026-01-01T00:00:00Z",
        "2026-02-01T00:00:00Z",
    ),
    ("K8", [route("r"), route("s", created="2026-01-01T00:00:00Z")], "a/s#0", "2026-01-01T00:00:00Z", "no creationTimestamp"),
    ("K9", [route("r", namespace="a"), route("s", namespace="a-b")], "a-b/s#0", "a-b/s", "a/r"),
    ("K10", [route("r", rule(HIT), rule(HIT))], "a/r#0", "rule 0", "rule 1"),
    ("K11", [route("r", rule(HIT, HIT))], "a/r#0", "match 0", "match 1"),
]


@pytest.mark.parametrize(("key", "routes", "winner", "first", "second"), DECIDED)
def test_the_key_that_decided(key: str, routes: list[Manifest], winner: str, first: str, second: str) -> None:
    explanation = gwmatch.explain(router(gateway(), *routes), URL, headers=SENT)
    won, decided = explanation.winner, explanation.decided
    assert won is not None
    assert decided is not None
    assert (won.name, decided.key, decided.first, decided.second) == (winner, key, first, second)
    behind = [each for each in explanation.candidates if each.outcome == "outranked"]
    assert [each.decided for each in behind] == [decided]
    assert str(decided) in behind[0].verdict
    assert str(decided) in explanation.summary


LOST: list[tuple[Manifest, str, str, str]] = [
    (exact("/q"), "path", "Exact /q", "/p"),
    (prefix("/pp"), "path", "PathPrefix /pp", "/p"),
    (regex("/q+"), "path", "RegularExpression /q+", "/p"),
    (with_(method="POST"), "method", "POST", "GET"),
    (with_(headers=headers("H", value="2")), "headers[h]", '"2"', '"1"'),
    (with_(headers=headers("gone")), "headers[gone]", '"1"', "none"),
    (with_(headers=headers("h", type_="RegularExpression", value="2+")), "headers[h]", 'all of it to match "2+"', '"1"'),
    (with_(headers=headers("odd")), "headers[odd]", '"1"', '"1\\r2", which holds NUL, CR or LF'),
    (with_(queryParams=headers("q", value="9")), "queryParams[q]", '"9"', '"1"'),
    (with_(queryParams=headers("gone")), "queryParams[gone]", '"1"', "none"),
]


@pytest.mark.parametrize(("match", "field", "expected", "got"), LOST)
def test_where_a_loser_lost(match: Manifest, field: str, expected: str, got: str) -> None:
    explanation = gwmatch.explain(router(gateway(), route("r", rule(match))), URL, headers=[*SENT, ("odd", "1\r2")])
    (candidate,) = explanation.candidates
    assert (candidate.outcome, candidate.field, candidate.expected, candidate.got) == ("lost", field, expected, got)
    assert not candidate.matched
    assert explanation.winner is None
    assert explanation.decision.status == 404


def test_all_conditions_of_a_match_are_told() -> None:
    match = exact("/p", method="GET", headers=headers("h"), queryParams=headers("q", type_="RegularExpression", value="[0-9]"))
    (candidate,) = gwmatch.explain(router(gateway(), route("r", rule(match))), URL, headers=SENT).candidates
    assert candidate.conditions == "Exact /p, method GET, header h=1, query q~[0-9]"
    assert (candidate.kind, candidate.route, candidate.rule, candidate.match, candidate.hostname) == (
        "HTTPRoute", "a/r", 0, 0, None,
    )  # fmt: skip


def test_a_value_too_long_for_a_regular_expression_is_refused() -> None:
    asks = with_(headers=headers("h", type_="RegularExpression", value="a*"))
    explanation = gwmatch.explain(router(gateway(), route("r", rule(asks))), URL, headers=[("h", "a" * 9000)])
    (candidate,) = explanation.candidates
    assert (candidate.outcome, candidate.field) == ("refused", "too_long")
    assert explanation.decision.refusal == "too_long"


def test_a_refusal_by_the_guard_shows_the_readings() -> None:
    explanation = gwmatch.explain(
        router(gateway(), route("r", rule(prefix("/")), rule(prefix("/p")))), "http://a.test/p/%2e%2e/q", why_not="a/r#1"
    )
    assert [(each.path, each.selects, each.agrees) for each in explanation.readings] == [
        ("/p/../q", "a/r#1", True),
        ("/q", "a/r#0", False),
    ]
    assert [each.outcome for each in explanation.candidates] == ["refused", "outranked"]
    assert explanation.why_not == (
        "HTTPRoute a/r rule 1 matches, but the request is refused: ambiguous_path: read as /q selects a/r#0.",
    )


@pytest.mark.parametrize("refused", [("GET /", "bad_method"), ("GET", "bad_path")])
def test_a_malformed_request_has_no_candidates(refused: tuple[str, str]) -> None:
    method, refusal = refused
    path = "/a b" if refusal == "bad_path" else "/"
    request = gwmatch.Request.of(method, "a.test", path)
    explanation = gwmatch.explain(router(gateway(), route("r")), request, why_not="a/r")
    assert explanation.decision.refusal == refusal
    assert explanation.candidates == ()
    assert [each.chosen for each in explanation.listeners] == [False]
    assert "no route is asked" in explanation.why_not[0]


FAULTS: list[tuple[Manifest, str]] = [
    (rule(backendRefs=[]), "It answers 500: it has no backends."),
    (rule(backendRefs=[{"name": "b", "port": 80, "weight": 0}]), "It answers 500: all of its backends have weight 0."),
    (
        rule(backendRefs=[{"name": "b", "namespace": "z", "port": 80}]),
        "It answers 500: RefNotPermitted: spec.rules[0].backendRefs[0] ",
    ),
    (
        rule(filters=[{"type": "ExtensionRef", "extensionRef": {"group": "e.net", "kind": "Auth", "name": "x"}}]),
        "It answers 500: InvalidKind: spec.rules[0].filters[0].extensionRef refers to a Auth.e.net",
    ),
    (
        rule(
            backendRefs=[
                {
                    "name": "b",
                    "port": 80,
                    "filters": [{"type": "ExtensionRef", "extensionRef": {"group": "", "kind": "Auth", "name": "x"}}],
                }
            ]
        ),
        "It answers 500: InvalidKind: spec.rules[0].backendRefs[0].filters[0].extensionRef refers to a Auth",
    ),
]


@pytest.mark.parametrize(("asked", "said"), FAULTS)
def test_a_rule_that_can_only_fail_says_why(asked: Manifest, said: str) -> None:
    explanation = gwmatch.explain(router(gateway(), route("r", asked)), URL)
    assert (explanation.decision.status, explanation.winner and explanation.winner.name) == (500, "a/r#0")
    assert said in explanation.summary


def test_the_draw_is_told_and_decides_again() -> None:
    shares = rule(backendRefs=[{"name": "b", "port": 80}, {"name": "c", "port": 80}])
    made = router(gateway(), route("r", shares))
    first = gwmatch.explain(made, URL)
    again = gwmatch.explain(made, URL, draw=first.draw)
    assert again.decision.verdict == first.decision.verdict


class TestAsking:
    @pytest.fixture
    def made(self) -> gwmatch.Router:
        return router(gateway(listener("plain"), listener("tls", tls=True)), route("r"))

    def test_a_request_needs_a_port_where_there_are_several(self, made: gwmatch.Router) -> None:
        request = gwmatch.Request.of("GET", "a.test", "/")
        assert gwmatch.explain(made, request, port=80).decision.outcome == "forward"
        with pytest.raises(gwmatch.UsageError, match="80, 443"):
            gwmatch.explain(made, request)

    def test_a_request_is_complete(self, made: gwmatch.Router) -> None:
        with pytest.raises(gwmatch.UsageError):
            gwmatch.explain(made, gwmatch.Request.of("GET", "a.test", "/"), port=80, method="POST")

    def test_a_url_brings_its_port_and_server_name(self, made: gwmatch.Router) -> None:
        explanation = gwmatch.explain(made, "https://a.test:443/x", method="PUT", headers=[("a", "b")])
        assert (explanation.port, explanation.request.sni, explanation.request.method) == (443, b"a.test", b"PUT")
        assert explanation.request.headers == ((b"a", b"b"),)
        assert gwmatch.explain(made, "http://a.test/", port=443, sni="").decision.listener.name == "tls"

    def test_nothing_listens_there(self, made: gwmatch.Router) -> None:
        with pytest.raises(gwmatch.UsageError):
            gwmatch.explain(made, "http://a.test:8080/")
