"""hostile-inputs.md 7 (HI-X): what a tenant's pattern can do to its own requests, and not to those of others."""

from __future__ import annotations

import time

import pytest

import gwmatch

from .world import Manifest, route, rule, world

BLUE = route("blue", hostnames=["blue.test"])


def path(value: str, **fields: object) -> Manifest:
    return rule(path=value, kind="RegularExpression", **fields)


def header(value: str, **fields: object) -> Manifest:
    return rule(matches=[{"headers": [{"name": "x-team", "type": "RegularExpression", "value": value}]}], **fields)


@pytest.mark.parametrize(
    ("pattern", "taken", "passed"),
    [
        ("/x|/y", ["/x", "/y"], ["/x/z", "/z/y"]),
        ("(?x)/x # y", ["/x"], ["/x/z"]),
        ("(?m)^/x$", ["/x"], ["/x%0A/y", "/y%0A/x"]),
        ("(?s)/x.", ["/xy"], ["/xyz"]),
        ("/x(?i)y", ["/xy", "/xY"], ["/Xy"]),
        ("/k", ["/k"], ["/K", "/\u212a"]),
        (r"/\d", ["/1"], ["/\u0661"]),
    ],
)
def test_the_whole_value_matches(pattern: str, taken: list[str], passed: list[str]) -> None:
    """HI-X1: what a pattern does not span goes to the next rule, here another tenant's."""
    given = world(route("red", path(pattern)), route("blue"), options=gwmatch.Options(assume=(), normalize="none"))
    assert [given.ask(path=each) for each in taken] == ["red/app"] * len(taken)
    assert [given.ask(path=each) for each in passed] == ["blue/app"] * len(passed)


# what is refused, and the nearest that is taken, with a path that it matches
UNUSABLE = [
    ("HI-X1", "/a)|(b", "/a|/(b)", "/a"),
    ("HI-X2", "/(?=a).*", "/(?:a).*", "/ab"),
    ("HI-X2", r"/(a)\1", "/(a)a", "/aa"),
    ("HI-X2", "/[a", r"/\[a", "/[a"),
    ("HI-X2", "/(?q)a", "/(?i)a", "/A"),
    ("HI-X3", "/.*x.{5000}y", "/.*x.*y", "/axby"),
    ("HI-X3", "/[xy]*x[xy]{400}", "/(x+x+)+y", "/xxy"),
    ("HI-X3", "/" + "(" * 51 + "a" + ")" * 51, "/" + "(" * 49 + "a" + ")" * 49, "/a"),
]


@pytest.mark.parametrize(("row", "bad", "good", "taken"), UNUSABLE, ids=[f"{row[0]} {row[1][:20]}" for row in UNUSABLE])
def test_a_pattern_that_is_refused_is_its_authors_concern(row: str, bad: str, good: str, taken: str) -> None:
    """HI-X4 too: one rule, then all rules; never an exception, and blue is as before in every way."""
    alone = world(BLUE)
    before = alone.ask("blue.test"), alone.of_route("blue"), alone.messages("HTTPRoute", "blue", "r")
    for make in (path, header):
        partly = world(route("red", make(bad), rule(path="/ok")), BLUE)
        assert partly.of_route("red")["Accepted"] == ("True", "Accepted")
        assert partly.of_route("red")["PartiallyInvalid"] == ("True", "UnsupportedValue")
        assert "Dropped Rule" in partly.messages("HTTPRoute", "red", "r")
        assert [partly.ask(path="/ok"), partly.ask(path=taken)] == ["red/app", "404"]
        wholly = world(route("red", make(bad)), BLUE)
        assert wholly.of_route("red")["Accepted"] == ("False", "UnsupportedValue")
        assert wholly.ask(path="/ok") == "404"
        for given in (partly, wholly):
            assert (given.ask("blue.test"), given.of_route("blue"), given.messages("HTTPRoute", "blue", "r")) == before
    fine = world(route("red", path(good), rule(path="/ok")))
    assert "PartiallyInvalid" not in fine.of_route("red")
    assert fine.ask(path=taken) == "red/app"


def test_the_bound_is_the_platforms() -> None:
    """HI-X3: an option of who runs the gateway, which no resource sets; the message names it."""
    greedy = path("/[xy]*x[xy]{11}")
    tight = world(route("red", greedy, rule(path="/ok")))
    assert "regex_automaton_limit" in tight.messages("HTTPRoute", "red", "r")
    loose = world(route("red", greedy, rule(path="/ok")), options=gwmatch.Options(assume=(), regex_automaton_limit=1 << 24))
    assert "PartiallyInvalid" not in loose.of_route("red")


def test_a_long_value_does_not_slip_past_a_rule_that_denies() -> None:
    """HI-X5: a value that would have to be read and is not read gets no answer; nor is anybody else's rule consulted."""
    deny = {**header(".*admin.*"), "backendRefs": []}
    guarded = world(route("red", deny, rule(), hostnames=["red.test"]), BLUE)
    for value, answer in (
        ("admin", "500"),
        ("user", "red/app"),
        ("x" * 8187 + "admin", "500"),
        ("x" * 8188 + "admin", "too_long"),
    ):
        assert guarded.ask("red.test", headers=[("x-team", value)]) == answer
    long = [("x-team", "x" * 9000)]
    assert guarded.ask("blue.test", headers=long) == "blue/app"
    assert guarded.ask("red.test", headers=[("x-other", "x" * 9000)]) == "red/app"


def test_many_patterns_of_one_name_answer_as_each_alone() -> None:
    """HI-X6: together they would not fit any budget, so the set falls apart; decisions do not."""
    few, many = (
        [path(f"/[a-d]*{chr(97 + number % 4)}[a-d]{{{number % 7}}}/{number}") for number in range(count)] for count in (3, 256)
    )
    routes = [route("red", *many[start : start + 16], name=f"r{start}", hostnames=["red.test"]) for start in range(0, 256, 16)]
    crowd, alone = world(*routes, BLUE), world(route("red", *few, hostnames=["red.test"]), BLUE)
    assert crowd.ask("red.test", "/abcda/0") == alone.ask("red.test", "/abcda/0") == "red/app"
    for number in (0, 1, 2, 130, 255):
        letter = chr(97 + number % 4)
        decision = crowd.match("red.test", f"/dd{letter}{'c' * (number % 7)}/{number}")
        assert decision.rule is not None
        assert decision.route is not None
        assert (decision.route.name, decision.rule.index) == (f"r{number // 16 * 16}", number % 16)
    assert crowd.ask("red.test", "/dd/0") == "404"


def test_patterns_cost_the_names_that_hold_them() -> None:
    """HI-X6: blue's requests do not get slower by red's patterns. Medians of one run, so the ratio is far from its bound."""
    patterns = [path(f"/[a-z]*{chr(97 + number % 26)}[a-z]{{{number % 9}}}/{number}") for number in range(480)]
    routes = [
        route("red", *patterns[start : start + 16], name=f"r{start}", hostnames=["red.test"]) for start in range(0, 480, 16)
    ]
    target = "/" + "a" * 2000
    costs = [median_cost(world(*given, BLUE).router, target) for given in ([], routes)]
    assert costs[1] < 3 * costs[0] + 2e-6


def median_cost(router: gwmatch.Router, target: str) -> float:
    port = router.port(80)
    costs = []
    for _ in range(15):
        before = time.perf_counter()
        for _ in range(200):
            port.match("GET", "blue.test", target, (), draw=0.5)
        costs.append((time.perf_counter() - before) / 200)
    return sorted(costs)[7]


def test_the_worst_patterns_that_are_taken_are_quick() -> None:
    """HI-X3: no path of a tenant's choice makes a match cost what others would feel."""
    worst = ["/(x+x+)+y", "/(a|aa)+b", "/(.*)(.*)(.*)z", "/(a?){30}a{30}", "/.*a.*b.*c.*d"]
    given = world(route("red", *map(path, worst)), options=gwmatch.Options(assume=(), normalize="none"))
    port = given.router.port(80)
    for text in ("x", "a", "aab", "abc"):
        target = ("/" + text * 8000)[:8192]
        before = time.perf_counter()
        for _ in range(20):
            port.match("GET", "a.test", target, (), draw=0.5)
        assert (time.perf_counter() - before) / 20 < 0.01
