"""hostile-inputs.md 5 (HI-C): what one tenant writes wrongly is that tenant's alone."""

from __future__ import annotations

from typing import Any

import pytest

import gwmatch

from .world import ACCEPTED, Manifest, backend, made, rejected, route, rule, service, world

BTP = "gateway.networking.k8s.io/v1"
MINE = "HTTPRoute red/r"


def header(**fields: Any) -> Manifest:
    return rule(matches=[{"headers": [{"name": "x", "value": "y", **fields}]}])


def method(name: str) -> Manifest:
    return rule(matches=[{"method": name}])


# rule, the field, what is rejected, the nearest that is not
HEADER = "spec.rules[0].matches[0].headers[0]"
WEIGHT = "spec.rules[0].backendRefs[0].weight"
REJECTED = [
    ("HI-C1", "metadata.name", route("red", name="r\n"), route("red")),
    ("HI-C1", "spec.hostnames[0]", route("red", hostnames=["a.test\n"]), route("red", hostnames=["a.test"])),
    ("HI-C1", "spec.rules[0].matches[0].path.value", route("red", rule(path="/a//b")), route("red", rule(path="/a/b"))),
    ("HI-C2", WEIGHT, route("red", rule(backend(weight=True))), route("red", rule(backend(weight=1)))),
    ("HI-C2", WEIGHT, route("red", rule(backend(weight="1"))), route("red", rule(backend(weight=0)))),
    ("HI-C2", WEIGHT, route("red", rule(backend(weight=1.5))), route("red", rule(backend(weight=2)))),
    (
        "HI-C2",
        "spec.rules[0].backendRefs[0].port",
        route("red", rule(backend(port=65536))),
        route("red", rule(backend(port=65535))),
    ),
    ("HI-C3", "spec.hostnames", route("red", hostnames=["a.test"] * 17), route("red", hostnames=["a.test"] * 16)),
    ("HI-C3", "spec.rules", route("red", *[rule()] * 17), route("red", *[rule()] * 16)),
    ("HI-C6", "spec.rules[0].matches[0].path.type", route("red", rule(path="/", kind="Glob")), route("red", rule(path="/"))),
    ("HI-C6", HEADER + ".type", route("red", header(type="exact")), route("red", header())),
    ("HI-C6", "spec.rules[0].matches[0].method", route("red", method("get")), route("red", method("GET"))),
    ("HI-C6", "spec.rules[0].filters[0].type", route("red", rule(filters=[{"type": "Deny"}])), route("red", rule(filters=[]))),
    ("HI-C8", "metadata.creationTimestamp", route("red", created="yesterday"), route("red", created="2024-01-01T00:00:00.5Z")),
    ("HI-C9", "metadata.name", route("red", name="R"), route("red", name="r.v1")),
    ("HI-C9", "metadata.namespace", route("red/blue"), route("red-blue")),
]


@pytest.mark.parametrize(("row", "at", "bad", "good"), REJECTED, ids=[f"{row[0]} {row[1]}" for row in REJECTED])
def test_a_rejected_object_is_named_and_takes_no_part(row: str, at: str, bad: Manifest, good: Manifest) -> None:
    """It is reported with its field, and what another tenant has is served as if it were not there."""
    assert at in [where for _, where in rejected(bad)]
    assert rejected(good) == []
    both = world(bad, route("blue", hostnames=["blue.test"]), invalid="drop")
    assert str(both.resources.rejected[0].at) == at
    assert (both.ask("blue.test"), both.ask("a.test")) == ("blue/app", "404")
    assert both.of_route("blue") == world(route("blue", hostnames=["blue.test"])).of_route("blue")


def test_what_is_rejected_is_reported_together() -> None:
    """hostile-inputs.md 1."""
    found = rejected(route("red", rule(backend(port="80"))), route("blue", hostnames=["A.test"]), service("red"))
    assert found == [(MINE, "spec.rules[0].backendRefs[0].port"), ("HTTPRoute blue/r", "spec.hostnames[0]")]


def test_null_is_absent() -> None:
    """HI-C4: and not, say, a match on nothing."""
    null = route("red", rule(matches=None, filters=None, name=None, timeouts=None), hostnames=None)
    assert world(null).ask() == "red/app"
    assert rejected(route("red", rule(matches=[None]))) != []


@pytest.mark.parametrize(
    ("given", "at", "words"),
    [
        (route("red", {**rule(), "match": [{"path": {"value": "/a"}}]}), "spec.rules[0].match", "takes every request"),
        (route("red", header(typ="RegularExpression")), "spec.rules[0].matches[0].headers[0].typ", "more requests"),
    ],
)
def test_a_misspelt_condition_is_told(given: Manifest, at: str, words: str) -> None:
    """HI-C5: the API drops such a field, and the rule takes more than was meant."""
    (notice,) = world(given).resources.notices
    assert (notice.resource, str(notice.at)) == (MINE, at)
    assert words in notice.message
    assert rejected(given, strict=True) == [(MINE, at)]


@pytest.mark.parametrize(
    "bad",
    [rule(path="/", kind="Glob"), header(type="Prefix"), method("PURGE"), rule(filters=[{"type": "Deny"}])],
)
def test_an_enum_value_that_came_in_all_the_same_drops_its_rule(bad: Manifest) -> None:
    """HI-C6: with another version's CRDs an API server may admit it; nobody guesses what it means."""
    mixed = world(route("red", bad, rule(path="/ok")), route("blue", hostnames=["blue.test"]), invalid="keep")
    assert (mixed.ask(path="/"), mixed.ask(path="/ok"), mixed.ask("blue.test")) == ("404", "red/app", "blue/app")
    assert mixed.of_route("red")["PartiallyInvalid"] == ("True", "UnsupportedValue")
    alone = world(route("red", bad), invalid="keep")
    assert alone.of_route("red")["Accepted"] == ("False", "UnsupportedValue")
    assert alone.ask() == "404"


def policy(name: str = "tls", *, created: str = "2024-01-01T00:00:00Z", **validation: Any) -> Manifest:
    """Connections to red/app are secured."""
    spec = {
        "targetRefs": [{"group": "", "kind": "Service", "name": "app"}],
        "validation": {"hostname": "app.test", "wellKnownCACertificates": "System", **validation},
    }
    return made("BackendTLSPolicy", "red", name, spec, api=BTP, creationTimestamp=created)


REJECTED_POLICY = policy(wellKnownCACertificates=None)
"""V-BT-3: no certificates at all."""


def test_a_protective_object_that_is_rejected_still_protects() -> None:
    """HI-C7: rejected or unresolved, its author wanted no plain text."""
    lost = {"wellKnownCACertificates": None, "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "gone"}]}
    there = route("red"), route("blue", hostnames=["blue.test"])
    assert rejected(REJECTED_POLICY) != []
    for bad in (REJECTED_POLICY, policy(**lost)):
        for invalid in ("drop", "keep"):
            guarded = world(bad, *there, invalid=invalid)
            assert (guarded.ask(), guarded.ask("blue.test")) == ("500", "blue/app")
    for fine in ([policy()], []):
        assert world(*fine, *there).ask() == "red/app"


def test_a_single_target_in_the_place_of_a_list_is_understood() -> None:
    """HI-C7: rejected, since it is no list; but there is no doubt what it is for."""
    single = {**REJECTED_POLICY, "spec": {**REJECTED_POLICY["spec"], "targetRefs": REJECTED_POLICY["spec"]["targetRefs"][0]}}
    assert world(single, route("red"), invalid="drop").ask() == "500"


def test_protection_by_a_rejected_object_ends_with_it() -> None:
    """HI-C7 and HI-R8: deleted, it protects no longer; corrected, it holds."""
    guarded = world(REJECTED_POLICY, route("red"), invalid="drop")
    assert guarded.ask() == "500"
    assert guarded.changed(deletes=(REJECTED_POLICY,)).ask() == "red/app"
    assert guarded.changed(policy()).ask() == "red/app"


def test_age_is_an_instant_and_none_is_newest() -> None:
    """HI-C8: not a text; and who leaves it out is no elder."""
    early, late = "2024-01-01T01:00:00+02:00", "2024-01-01T00:00:00Z"
    assert world(route("red", created=late), route("blue", created=early)).ask() == "blue/app"
    assert world(route("red", created=early), route("blue", created=late)).ask() == "red/app"
    assert world(route("blue"), route("red", created="2030-01-01T00:00:00Z")).ask() == "red/app"


def test_the_neighbours_of_all_that_is_rejected_are_accepted() -> None:
    """HI-C1 to HI-C9, the other way."""
    for _, _, _, good in REJECTED:
        if good["metadata"]["namespace"] == "red":
            name = good["metadata"]["name"]
            assert world(good).of_route("red", name)["Accepted"] == ACCEPTED
    assert isinstance(world().router, gwmatch.Router)
