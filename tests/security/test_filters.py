"""hostile-inputs.md 6.4 (HI-W): filters, weights and policies fail closed, never open."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import gwmatch

from .world import NOT_PERMITTED, RESOLVED, Manifest, backend, grant, made, modifier, rejected, route, rule, service, world

LAST = 1.0 - sys.float_info.epsilon / 2
"""The largest float below 1."""
DRAWS = (0.0, sys.float_info.min, 0.25, 0.5, 0.999999, LAST)


def weighted(*weights: int) -> Manifest:
    return rule(*(backend(f"b{number}", weight=weight) for number, weight in enumerate(weights)))


def services(count: int) -> list[Manifest]:
    return [service("red", f"b{number}") for number in range(count)]


# ---------------------------------------------------------------------------------------------- HI-W1 to HI-W3: shares


def test_weight_0_is_never_picked() -> None:
    """HI-W1: first, last or between."""
    given = world(route("red", weighted(0, 1, 0, 1, 0)), *services(5))
    assert {given.ask(draw=draw) for draw in DRAWS} == {"red/b1", "red/b3"}
    assert [given.ask(draw=0.0), given.ask(draw=LAST)] == ["red/b1", "red/b3"]


def test_nothing_but_weight_0_is_an_error() -> None:
    """HI-W1: and no even share for all; its neighbour is one that has a weight."""
    nobody, one = (world(route("red", weighted(*weights)), *services(3)) for weights in ((0, 0, 0), (0, 1, 0)))
    assert {nobody.ask(draw=draw) for draw in DRAWS} == {"500"}
    assert {one.ask(draw=draw) for draw in DRAWS} == {"red/b1"}


def test_the_share_of_what_is_not_permitted_goes_to_nobody() -> None:
    """HI-W2: an unusable backend does not swell the others, nor do the others carry its requests."""
    split = rule(backend("db", "blue", weight=1), backend(weight=3))
    closed, lent = (world(route("red", split), service("blue", "db"), *given) for given in ([], [grant("blue", source="red")]))
    for draw, there in ((0.0, "blue/db"), (0.2499, "blue/db"), (0.25, "red/app"), (LAST, "red/app")):
        assert lent.ask(draw=draw) == there
        assert closed.ask(draw=draw) == ("500" if there == "blue/db" else there)
    assert [each.share for each in closed.match().backends] == [0.25, 0.75]


def test_sums_are_exact() -> None:
    """HI-W2: sixteen times the largest weight, and one beside 999,999."""
    many = world(route("red", weighted(*[1_000_000] * 16)), *services(16))
    assert [many.ask(draw=number / 16) for number in range(16)] == [f"red/b{number}" for number in range(16)]
    assert many.ask(draw=LAST) == "red/b15"
    few = world(route("red", weighted(1, 999_999)), *services(2))
    assert [few.ask(draw=draw) for draw in (0.0, 9.99999e-07, 1e-06, LAST)] == ["red/b0", "red/b0", "red/b1", "red/b1"]


def test_a_rule_without_backends_answers_an_error() -> None:
    """HI-W3: unless it answers by itself."""
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}
    given = world(
        route(
            "red", {"matches": [{"path": {"value": "/none"}}]}, {"matches": [{"path": {"value": "/go"}}], "filters": [redirect]}
        )
    )
    assert [given.ask(path="/none"), given.ask(path="/go")] == ["500", "302"]


# ------------------------------------------------------------------------------------- HI-W4 to HI-W6: never skipped


def auth(**fields: Any) -> Manifest:
    return {"type": "ExternalAuth", "externalAuth": {"protocol": "HTTP", "http": {}, "backendRef": backend(**fields)}}


@pytest.mark.parametrize("ref", [{"name": "gone"}, {"name": "db", "namespace": "blue"}, {"port": 81}, {"kind": "Oracle"}])
@pytest.mark.parametrize("carried_out", [False, True])
def test_an_authorizer_that_cannot_be_reached_lets_nobody_through(ref: Manifest, carried_out: bool) -> None:
    """HI-W4: whether or not the caller carries such filters out."""
    options = gwmatch.Options(assume=(), external_auth=carried_out)
    guarded = world(route("red", rule(path="/in", filters=[auth(**ref)]), rule()), service("blue", "db"), options=options)
    assert [guarded.ask(path="/in"), guarded.ask(path="/")] == ["500", "red/app"]
    assert guarded.of_route("red")["ResolvedRefs"][0] == "False"


def test_an_authorizer_is_skipped_by_nobody_who_cannot_ask_it() -> None:
    """HI-W4: a caller has to say that it asks, and then gets told whom."""
    there = route("red", rule(filters=[auth(name="gate")])), service("red", "gate")
    assert world(*there).ask() == "500"
    decision = world(*there, options=gwmatch.Options(assume=(), external_auth=True)).match()
    assert decision.outcome == "forward"
    assert decision.filters is not None
    assert [each.backend.name for each in decision.filters.external_auth] == ["gate"]


EXTENSION = {"type": "ExtensionRef", "extensionRef": {"group": "example.net", "kind": "RateLimit", "name": "strict"}}


@pytest.mark.parametrize("where", ["rule", "backend"])
def test_an_unknown_filter_is_never_skipped(where: str) -> None:
    """HI-W5."""
    held = rule(filters=[EXTENSION]) if where == "rule" else rule(backend(filters=[EXTENSION]))
    given = world(route("red", {**held, "matches": [{"path": {"value": "/in"}}]}, rule()))
    assert [given.ask(path="/in"), given.ask(path="/")] == ["500", "red/app"]
    assert given.of_route("red")["ResolvedRefs"] == ("False", "InvalidKind")


def test_a_filter_of_a_registered_kind_is_handed_over() -> None:
    """HI-W5: the neighbour; what is not there of it is no filter either, and blue's is not red's."""
    kind = gwmatch.ExtensionKind(group="example.net", kind="RateLimit", roles=("filter",))
    options = gwmatch.Options(assume=(), extensions=(kind,))
    mine, theirs = (made("RateLimit", namespace, "strict", {}, api="example.net/v1") for namespace in ("red", "blue"))
    decision = world(route("red", rule(filters=[EXTENSION])), mine, options=options).match()
    assert decision.outcome == "forward"
    assert decision.filters is not None
    assert [(each.kind, each.namespace, each.name) for each in decision.filters.extensions] == [("RateLimit", "red", "strict")]
    assert world(route("red", rule(filters=[EXTENSION])), theirs, options=options).ask() == "500"


def mirror(**fields: Any) -> Manifest:
    return {"type": "RequestMirror", "requestMirror": {"backendRef": backend(**fields)}}


def test_a_bad_mirror_is_dropped_alone() -> None:
    """HI-W6: the request goes on, and so do the other mirrors."""
    copies = [mirror(name="db", namespace="blue"), mirror(name="gone"), mirror(name="audit")]
    given = world(route("red", rule(filters=copies)), service("red", "audit"), service("blue", "db"))
    assert given.ask() == "red/app"
    assert [each.backend.name for each in given.match().mirrors] == ["audit"]
    assert given.of_route("red")["ResolvedRefs"] == NOT_PERMITTED
    good = world(route("red", rule(filters=copies[2:])), service("red", "audit"))
    assert good.of_route("red")["ResolvedRefs"] == RESOLVED


# ------------------------------------------------------------------------------------------- HI-W7: TLS to back ends


def policy(
    namespace: str = "red", *, section: str | None = None, ca: str | None = None, name: str = "tls", created: str | None = None
) -> Manifest:
    target = {"group": "", "kind": "Service", "name": "app", **({} if section is None else {"sectionName": section})}
    trust: Manifest = {"wellKnownCACertificates": "System"}
    if ca is not None:
        trust = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": ca}]}
    spec = {"targetRefs": [target], "validation": {"hostname": "app.test", **trust}}
    return made("BackendTLSPolicy", namespace, name, spec, **({} if created is None else {"creationTimestamp": created}))


def secured(*manifests: Manifest) -> tuple[str, str | None]:
    """Where a request goes, and the server name that is sent there; None is plain text."""
    decision = world(route("red"), *manifests).match()
    if decision.outcome != "forward":
        return str(decision.status), None
    assert decision.backend is not None
    return "red/app", None if decision.backend.tls is None else decision.backend.tls.hostname


def test_a_policy_that_cannot_be_met_leaves_no_plain_text() -> None:
    """HI-W7."""
    assert secured(policy()) == ("red/app", "app.test")
    assert secured(policy(ca="gone")) == ("500", None)
    assert secured() == ("red/app", None)


def test_a_broken_policy_of_a_port_does_not_fall_back() -> None:
    """HI-W7, L-9: neither to the policy of the whole Service nor to plain text."""
    named = service("red", ports=[{"name": "web", "port": 80}])
    assert secured(named, policy(section="web", ca="gone"), policy(name="whole")) == ("500", None)
    assert secured(named, policy(section="other", ca="gone"), policy(name="whole")) == ("red/app", "app.test")


def test_an_older_broken_policy_is_not_replaced_by_a_younger_one() -> None:
    """HI-W7, L-3: validity is no way to win, so nobody can wait for a mistake."""
    older, younger = (
        policy(name="a", ca="gone", created="2020-01-01T00:00:00Z"),
        policy(name="b", created="2024-01-01T00:00:00Z"),
    )
    assert secured(older, younger) == ("500", None)
    assert secured({**older, "spec": younger["spec"]}, younger) == ("red/app", "app.test")


def test_a_policy_of_another_namespace_has_no_say() -> None:
    """HI-W7: neither to break red's traffic nor to choose its server name; no grant makes it one."""
    lent = grant("red", source="blue", kind="BackendTLSPolicy")
    for given in ([policy("blue")], [policy("blue", ca="gone")], [policy("blue", ca="gone"), lent]):
        assert secured(*given) == ("red/app", None)


def test_a_mirror_under_a_policy_that_cannot_be_met_gets_no_plain_text() -> None:
    """HI-W7 and HI-W6, L-1: a copy is traffic too."""
    copied = route("blue", rule(filters=[mirror(name="app", namespace="red")]))
    given = grant("red", source="blue")
    assert len(world(copied, given).match().mirrors) == 1
    assert world(copied, given, policy(ca="gone")).match().mirrors == ()
    assert world(copied, given, policy(ca="gone")).ask() == "blue/app"


# ------------------------------------------------------------------------------------- HI-W8 to HI-W10: what they write


def replaced(value: str, kind: str = "ReplacePrefixMatch") -> Manifest:
    member = {"ReplacePrefixMatch": "replacePrefixMatch", "ReplaceFullPath": "replaceFullPath"}[kind]
    return {"type": "URLRewrite", "urlRewrite": {"path": {"type": kind, member: value}}}


def set_to(value: str) -> Manifest:
    return modifier(set=[{"name": "x-team", "value": value}])


X_A = {"name": "x-a", "value": "1"}

# rule, a filter that makes its rule unusable, its nearest neighbour that does not
WRITES = [
    ("HI-W8", set_to("a\nx-role: admin"), set_to("a x-role: admin")),
    ("HI-W8", set_to("a\r\n\r\nGET / HTTP/1.1"), set_to("a GET / HTTP/1.1")),
    ("HI-W8", set_to("a\0"), set_to("a0")),
    ("HI-W8", modifier(remove=["x-a "]), modifier(remove=["x-a"])),
    ("HI-W8", modifier(remove=["x:a"]), modifier(remove=["x.a"])),
    ("HI-W8", replaced("x"), replaced("/x")),
    ("HI-W8", replaced("", "ReplaceFullPath"), replaced("")),
    ("HI-W8", replaced("/x?admin=1"), replaced("/x%3Fadmin=1")),
    ("HI-W8", replaced("/x#y"), replaced("/x%23y")),
    ("HI-W8", replaced("/x y"), replaced("/x+y")),
    ("HI-W8", replaced("/x\r\nHost: y"), replaced("/x/Host:y")),
    ("HI-W8", replaced("/\u00e9"), replaced("/%C3%A9")),
    *[
        ("HI-W9", modifier(set=[{"name": name, "value": "x"}]), modifier(set=[{"name": f"x-{name}", "value": "x"}]))
        for name in ("host", "Connection", "content-length", "Transfer-Encoding", "te", "trailer", "upgrade", "keep-alive")
    ],
    ("HI-W9", modifier(remove=["Proxy-Connection"]), modifier(remove=["Proxy-Authorization"])),
    ("HI-W10", modifier(set=[X_A], remove=["X-A"]), modifier(set=[X_A], remove=["X-B"])),
    ("HI-W10", modifier(set=[X_A], add=[{**X_A, "name": "X-a"}]), modifier(set=[X_A], add=[{**X_A, "name": "X-b"}])),
]  # fmt: skip


@pytest.mark.parametrize("invalid", ["drop", "keep"])
@pytest.mark.parametrize(("row", "bad", "good"), WRITES, ids=[f"{row[0]} {number}" for number, row in enumerate(WRITES)])
def test_what_a_filter_may_not_write(row: str, bad: Manifest, good: Manifest, invalid: Any) -> None:
    """Nobody is served through it, on either channel; the rule of another tenant beside it is as before."""
    blues = route("blue", hostnames=["blue.test"])
    for channel in ("experimental", "standard"):
        given = world(route("red", rule(path="/in", filters=[bad])), blues, invalid=invalid, channel=channel)
        assert [given.ask(path="/in"), given.ask("blue.test")] == ["404", "blue/app"]
        fine = world(route("red", rule(path="/in", filters=[good])), blues, invalid=invalid, channel=channel)
        assert fine.ask(path="/in") == "red/app"
        assert rejected(route("red", rule(path="/in", filters=[good])), channel=channel) == []


def test_the_host_is_changed_by_a_rewrite() -> None:
    """HI-W9: the way that the gateway knows of."""
    rewrite = {"type": "URLRewrite", "urlRewrite": {"hostname": "inner.test"}}
    decision = world(route("red", rule(filters=[rewrite]))).match()
    seen = decision.apply(gwmatch.Request.of("GET", "a.test", "/", []))
    assert isinstance(seen, gwmatch.Request)
    assert seen.host == b"inner.test"
