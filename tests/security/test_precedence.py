"""hostile-inputs.md 6.2 (HI-R9 to HI-R14): who wins where two tenants claim one name, and what is open on purpose."""

from __future__ import annotations

from itertools import permutations

import pytest

import gwmatch

from .world import EVERYTHING_IS_SEEN, Manifest, gateway, listener, made, modifier, route, rule, world

OLD, NEW = "2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"
ISOLATED = gwmatch.Options(assume=(), hostname_fallthrough="isolated")


def test_equal_rules_of_one_route_are_not_merged() -> None:
    """HI-R9: the first takes all, and nothing of the second joins in."""
    first = rule(path="/a", filters=[modifier(set=[{"name": "x-first", "value": "1"}])])
    second = rule(path="/a", filters=[modifier(set=[{"name": "x-second", "value": "1"}])])
    decision = world(route("red", first, second)).match(path="/a")
    assert decision.rule is not None
    assert decision.rule.index == 0
    seen = decision.apply(gwmatch.Request.of("GET", "a.test", "/a", []))
    assert isinstance(seen, gwmatch.Request)
    assert [name for name, _ in seen.headers] == [b"x-first"]


def test_the_order_in_which_tenants_are_read_decides_nothing() -> None:
    """HI-R9."""
    routes = [route("red", created=NEW), route("blue", created=NEW), route("blue", name="q", created=NEW)]
    assert {world(*order).ask() for order in permutations(routes)} == {"blue/app"}
    assert len({world(*order).router.content_hash for order in permutations(routes)}) == 1


def test_an_older_route_keeps_what_it_has() -> None:
    """HI-R10: the same claim by a newer route takes nothing, whatever its name."""
    assert world(route("red", created=OLD), route("blue", created=NEW)).ask() == "red/app"
    assert world(route("red", created=NEW), route("blue", created=OLD)).ask() == "blue/app"


def test_names_are_compared_as_one_text() -> None:
    """HI-R10: `-` comes before `/`, so team-x/a before team/a, and not the shorter namespace first."""
    for created in (None, NEW):
        tied = world(route("team", rule(), name="a", created=created), route("team-x", rule(), name="a", created=created))
        decision = tied.match()
        assert decision.route is not None
        assert decision.route.namespace == "team-x"


def grpc(namespace: str, created: str) -> Manifest:
    return made(
        "GRPCRoute",
        namespace,
        "g",
        {"parentRefs": [{"name": "edge", "namespace": "infra"}], "hostnames": ["a.test"], "rules": [rule()]},
        creationTimestamp=created,
    )


def test_http_and_grpc_side_by_side_or_exclusive() -> None:
    """HI-R11: by default both have their requests; as an option the younger of the two is refused."""
    given = route("red", hostnames=["a.test"], created=OLD), grpc("blue", NEW)
    both = world(*given)
    call = [("content-type", "application/grpc")]
    assert (both.ask(), both.ask(path="/p.S/M", headers=call, method="POST")) == ("red/app", "blue/app")
    exclusive = world(*given, options=gwmatch.Options(assume=(), grpc_http_exclusive=True))
    assert exclusive.of_route("red")["Accepted"][0] == "True"
    assert exclusive.of_route("blue", "g", "GRPCRoute")["Accepted"][0] == "False"
    assert exclusive.ask(path="/p.S/M", headers=call, method="POST") == "red/app"
    apart = world(route("red", hostnames=["b.test"], created=OLD), grpc("blue", NEW), options=exclusive.options)
    assert apart.of_route("blue", "g", "GRPCRoute")["Accepted"][0] == "True"


@pytest.mark.parametrize(
    ("claim", "taken"),
    [
        (rule(path="/pay"), "/pay/now"),
        (rule(path="/pay", kind="Exact"), "/pay"),
        (rule(path="/p.*", kind="RegularExpression"), "/pay"),
        (rule(matches=[{"headers": [{"name": "x", "value": "1"}]}]), "/"),
    ],
)
def test_open_precedence_is_no_isolation(claim: Manifest, taken: str) -> None:
    """HI-R12, on purpose: on a name that both may claim, a newer and narrower route takes from an older one."""
    shared = world(route("red", created=OLD), route("blue", claim, created=NEW))
    headers = [("x", "1")]
    assert shared.ask(path=taken, headers=headers) == "blue/app"
    assert shared.ask(path="/other") == "red/app"


def test_a_name_of_ones_own_cannot_be_taken() -> None:
    """The neighbour of HI-R12: a listener for one namespace and its name leaves the other nothing to claim."""
    reds = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "red"}}}}
    edge = gateway(listener("red", hostname="red.test", allowedRoutes=reds), listener("rest"))
    claim = route("blue", rule(path="/pay", kind="Exact"), rule(), hostnames=["red.test"], created=OLD)
    apart = world(route("red", created=NEW), claim, edge=edge)
    assert [apart.ask("red.test", path) for path in ("/pay", "/", "/x")] == ["red/app"] * 3
    assert apart.ask("RED.test.", "/pay") == "red/app"


def test_gateways_of_a_foreign_class_do_nothing() -> None:
    """HI-R13: nor do routes to them, and nothing is written to either."""
    foreign = made("GatewayClass", None, "foreign", {"controllerName": "else.test/controller"})
    theirs = {**gateway(listener(port=8080)), "metadata": {"name": "theirs", "namespace": "infra"}}
    theirs["spec"] = {**theirs["spec"], "gatewayClassName": "foreign"}
    to_theirs = route("red", parentRefs=[{"name": "theirs", "namespace": "infra"}])
    apart = world(foreign, theirs, to_theirs, route("blue"))
    assert apart.router.ports == (80,)
    assert apart.ask() == "blue/app"
    assert [apart.status(*name) for name in (("Gateway", "infra", "theirs"), ("HTTPRoute", "red", "r"))] == [None, None]
    assert apart.status("GatewayClass", None, "foreign") is None


EXACT = route("red", rule(path="/mine"), hostnames=["red.apps.test"])
WILD = route("blue", hostnames=["*.apps.test"])


def test_open_what_an_exact_name_does_not_match_goes_on() -> None:
    """HI-R14, on purpose: by default to another tenant's wildcard."""
    ordered = world(EXACT, WILD)
    assert EVERYTHING_IS_SEEN.hostname_fallthrough == "ordered"
    assert (ordered.ask("red.apps.test", "/mine"), ordered.ask("red.apps.test", "/else")) == ("red/app", "blue/app")


def test_isolated_names_keep_what_they_do_not_match() -> None:
    """HI-R14: with `isolated` nobody gets it."""
    isolated = world(EXACT, WILD, options=ISOLATED)
    assert (isolated.ask("red.apps.test", "/mine"), isolated.ask("red.apps.test", "/else")) == ("red/app", "404")
    assert isolated.ask("any.apps.test", "/else") == "blue/app"


def test_a_listener_of_its_own_keeps_its_name_even_when_ordered() -> None:
    """HI-H10 beside HI-R14: no fall-through ever leaves a listener."""
    edge = gateway(listener("red", hostname="red.apps.test"), listener("rest", hostname="*.apps.test"))
    mine = {**EXACT, "spec": {**EXACT["spec"], "parentRefs": [{"name": "edge", "namespace": "infra", "sectionName": "red"}]}}
    other = {**WILD, "spec": {**WILD["spec"], "parentRefs": [{"name": "edge", "namespace": "infra", "sectionName": "rest"}]}}
    apart = world(mine, other, edge=edge)
    assert apart.ask("red.apps.test", "/else") == "404"
    assert apart.ask("any.apps.test", "/else") == "blue/app"
