"""hostile-inputs.md 6.3 (HI-S): listeners of several owners at one Gateway."""

from __future__ import annotations

from typing import Any

import pytest

import gwmatch

from .world import (
    ACCEPTED,
    ALL,
    NOT_PERMITTED,
    RESOLVED,
    Manifest,
    backend,
    gateway,
    grant,
    listener,
    made,
    route,
    world,
)

NOBODY_SAW_SECRETS = gwmatch.Options(assume=("Secret",))
"""Then one that may be referred to counts as there and in order."""
OLD, NEW = "2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"


def listener_set(namespace: str, *listeners: Manifest, created: str = OLD) -> Manifest:
    spec = {"parentRef": {"name": "edge", "namespace": "infra"}, "listeners": list(listeners)}
    return made("ListenerSet", namespace, "set", spec, creationTimestamp=created)


def to_set(namespace: str, of: str | None = None, **spec: Any) -> Manifest:
    """A route to the set of `of`."""
    return route(namespace, parentRefs=[{"kind": "ListenerSet", "name": "set", "namespace": of or namespace}], **spec)


def shared(*listeners: Manifest) -> Manifest:
    return gateway(*listeners, allowedListeners=ALL)


def conflicted(kind: str, namespace: str, name: str, at: str, given: Any) -> tuple[str, str]:
    found: tuple[str, str] = given.conditions(kind, namespace, name, at).get("Conflicted", ("False", "Absent"))
    return found


# ---------------------------------------------------------------------------------------------------- HI-S1, HI-S2


@pytest.mark.parametrize(
    ("protocols", "reason"),
    [
        (("HTTP", "HTTPS"), "ProtocolConflict"),
        (("HTTP", "TLS"), "ProtocolConflict"),
        (("HTTPS", "HTTPS"), "HostnameConflict"),
        (("HTTPS", "TLS"), "HostnameConflict"),
        (("HTTP", "UDP"), None),
    ],
)
def test_of_one_owner_nobody_wins(protocols: tuple[str, str], reason: str | None) -> None:
    """HI-S1."""

    def one(name: str, protocol: str) -> Manifest:
        tls = {"tls": {"mode": "Passthrough"}} if protocol == "TLS" else {}
        hostname = {} if protocol in ("UDP", "TCP") else {"hostname": "a.test"}
        return listener(name, 8000, protocol, **tls, **hostname)

    # The CRDs refuse some of these already; whatever made the object, nobody gets the port.
    edge = gateway(*(one(f"l{number}", protocol) for number, protocol in enumerate(protocols)), listener("rest", 80))
    both = world(route("red"), edge=edge, invalid="keep")
    wanted = ("False", "Absent") if reason is None else ("True", reason)
    for name in ("l0", "l1"):
        found = conflicted("Gateway", "infra", "edge", name, both)
        assert found == wanted or (reason is None and found[0] == "False")
    assert (8000 in both.router.ports) is (reason is None)
    assert both.ask() == "red/app"


def test_between_owners_the_gateway_is_first_and_only_the_loser_is_marked() -> None:
    """HI-S2: its valid sibling, the winner, the other set and the Gateway stay as they are."""
    reds = listener_set("red", listener("same", hostname="a.test"), listener("own", hostname="red.test"))
    blues = listener_set("blue", listener("other", hostname="blue.test"))
    edge = shared(listener(hostname="a.test"))
    given = world(reds, blues, route("infra"), to_set("red"), to_set("blue"), edge=edge)
    assert conflicted("ListenerSet", "red", "set", "same", given) == ("True", "HostnameConflict")
    for kind, namespace, name, at in (
        ("Gateway", "infra", "edge", "web"),
        ("ListenerSet", "red", "set", "own"),
        ("ListenerSet", "blue", "set", "other"),
    ):
        assert conflicted(kind, namespace, name, at, given)[0] == "False"
        assert given.conditions(kind, namespace, name)["Accepted"][0] == "True"
    assert [given.ask(f"{name}.test") for name in ("a", "red", "blue")] == ["infra/app", "red/app", "blue/app"]


@pytest.mark.parametrize(("reds", "blues", "winner"), [(OLD, NEW, "red"), (NEW, OLD, "blue"), (OLD, OLD, "blue")])
def test_between_sets_the_older_wins_then_the_first_by_name(reds: str, blues: str, winner: str) -> None:
    """HI-S2; a set without a listener of its own left says so."""
    same = listener("same", hostname="a.test")
    given = world(
        listener_set("red", same, created=reds),
        listener_set("blue", same, created=blues),
        to_set("red"),
        to_set("blue"),
        edge=shared(listener(hostname="infra.test")),
    )
    loser = "red" if winner == "blue" else "blue"
    assert given.conditions("ListenerSet", winner, "set")["Accepted"] == ACCEPTED
    assert given.conditions("ListenerSet", loser, "set")["Accepted"] == ("False", "ListenersNotValid")
    assert given.ask("a.test") == f"{winner}/app"


def test_quarrelling_listeners_of_the_gateway_still_hold_the_port() -> None:
    """HI-S2: no tenant inherits what the platform team got wrong."""
    edge = shared(listener("web", 8000, "TCP"), listener("tls", 8000, "TLS", tls={"mode": "Passthrough"}), listener("rest"))
    given = world(listener_set("red", listener("own", 8000)), to_set("red"), edge=edge)
    assert conflicted("ListenerSet", "red", "set", "own", given) == ("True", "ProtocolConflict")
    assert 8000 not in given.router.ports
    free = world(listener_set("red", listener("own", 8001)), to_set("red"), edge=edge)
    assert free.ask(port=8001) == "red/app"


# ------------------------------------------------------------------------------------------------- HI-S3 to HI-S6


@pytest.mark.parametrize(
    ("allowed", "lets_in"),
    [
        ({}, False),
        ({"allowedListeners": {}}, False),
        ({"allowedListeners": {"namespaces": {"from": "None"}}}, False),
        ({"allowedListeners": {"namespaces": {"from": "Same"}}}, False),
        ({"allowedListeners": {"namespaces": {"from": "Selector"}}}, False),
        ({"allowedListeners": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "red"}}}}}, True),
        ({"allowedListeners": ALL}, True),
    ],
)
def test_nobody_brings_listeners_unless_let_in(allowed: Manifest, lets_in: bool) -> None:
    """HI-S3: absent is nobody; no ReferenceGrant helps."""
    permit = grant("infra", source="red", kind="ListenerSet", to="Gateway")
    given = world(listener_set("red", listener("own", 81)), to_set("red"), permit, edge=gateway(**allowed))
    reason = ("True", "Accepted") if lets_in else ("False", "NotAllowed")
    assert given.conditions("ListenerSet", "red", "set")["Accepted"] == reason
    assert given.router.ports == ((80, 81) if lets_in else (80,))


def test_routes_of_the_gateway_and_of_its_sets_stay_apart() -> None:
    """HI-S4: neither reaches the other's listeners; who wants both names both."""
    own = listener_set("red", listener("own", 81))
    apart = world(own, route("blue"), to_set("red"), edge=shared())
    assert [apart.ask(port=80), apart.ask(port=81)] == ["blue/app", "red/app"]
    refs = [{"name": "edge", "namespace": "infra"}, {"kind": "ListenerSet", "name": "set", "namespace": "red"}]
    both = world(own, route("blue", parentRefs=refs), edge=shared())
    assert [both.ask(port=80), both.ask(port=81)] == ["blue/app", "blue/app"]


def test_same_is_the_namespace_of_the_set() -> None:
    """HI-S4: not that of the Gateway, whose owner has no say in a set's routes, either."""
    same = {"namespaces": {"from": "Same"}}
    own = listener_set("red", listener("own", 81, allowedRoutes=same))
    for namespace, taken in (("red", "red/app"), ("blue", "404"), ("infra", "404")):
        given = world(own, to_set(namespace, "red"), edge=shared())
        accepted = ACCEPTED if namespace == "red" else ("False", "NotAllowedByListeners")
        assert given.of_route(namespace)["Accepted"] == accepted
        assert given.ask(port=81) == taken


def test_a_set_needs_a_grant_of_its_own() -> None:
    """HI-S5: that of its Gateway is none for it, nor the other way round."""
    tls = {"tls": {"certificateRefs": [{"name": "cert", "namespace": "infra"}]}}
    own = listener_set("red", listener("own", 443, "HTTPS", **tls))
    for kind, opened in (("Gateway", False), ("HTTPRoute", False), ("ListenerSet", True)):
        given = world(
            own, to_set("red"), grant("infra", source="red", kind=kind, to="Secret"), edge=shared(), options=NOBODY_SAW_SECRETS
        )
        assert given.conditions("ListenerSet", "red", "set", "own")["ResolvedRefs"] == (RESOLVED if opened else NOT_PERMITTED)
        assert (443 in given.router.ports) is opened


def test_secrets_of_a_set_are_those_of_its_namespace() -> None:
    """HI-S5: a reference without a namespace means the set's, and the Gateway's Secret of that name is another one."""
    own = listener_set("red", listener("own", 443, "HTTPS", tls={"certificateRefs": [{"name": "cert"}]}))
    given = world(own, to_set("red"), edge=shared(), options=NOBODY_SAW_SECRETS)
    (found,) = (node for each in given.graph.listener_sets.values() for node in each.listeners)
    assert [str(key) for key in found.certificates] == ["Secret red/cert"]


def test_a_more_specific_name_of_a_set_takes_its_traffic() -> None:
    """HI-S6, on purpose: letting a set in means to let it name names, here out of the Gateway's wildcard."""
    edge = shared(listener(hostname="*.apps.test"))
    own = listener_set("red", listener("own", hostname="red.apps.test"))
    given = world(own, to_set("red", hostnames=["red.apps.test"]), route("blue"), edge=edge)
    assert [given.ask("red.apps.test"), given.ask("other.apps.test")] == ["red/app", "blue/app"]
    empty = world(own, route("blue"), edge=edge)
    assert [empty.ask("red.apps.test"), empty.ask("other.apps.test")] == ["404", "blue/app"]


# ----------------------------------------------------------------------------------------------------------- HI-S7


@pytest.mark.parametrize("protocol", ["http", "Http", "HTTP3", "example.net/HTTP"])
def test_a_protocol_is_exact_text(protocol: str) -> None:
    """HI-S7: and a listener of an unknown one stands in nobody's way."""
    given = world(route("red"), edge=gateway(listener("odd", 80, protocol), listener("web", 80)))
    assert given.conditions("Gateway", "infra", "edge", "odd")["Accepted"] == ("False", "UnsupportedProtocol")
    assert given.conditions("Gateway", "infra", "edge", "web")["Accepted"] == ACCEPTED
    assert given.ask() == "red/app"


def test_a_listener_that_is_in_conflict_attaches_routes_and_serves_none() -> None:
    """HI-S1, A-33: counts are one thing, traffic is another."""
    pair = listener("a", 8000, "TCP"), listener("b", 8000, "TLS", tls={"mode": "Passthrough"})
    mine = route("red", {"backendRefs": [backend()]}, kind="TLSRoute", hostnames=["a.test"])
    given = world(mine, edge=gateway(*pair, listener("rest")))
    assert given.of_route("red", kind="TLSRoute")["Accepted"] == ACCEPTED
    assert 8000 not in given.router.ports


def test_the_name_of_a_listener_belongs_to_its_owner() -> None:
    """attachment.md 2: a set may use a name that the Gateway uses; a sectionName reaches only the owner's."""
    own = listener_set("red", listener("web", 81))
    aimed = route("blue", parentRefs=[{"name": "edge", "namespace": "infra", "sectionName": "web"}])
    given = world(own, aimed, edge=shared())
    assert [given.ask(port=80), given.ask(port=81)] == ["blue/app", "404"]


def test_a_tenant_is_told_that_a_place_is_taken_and_not_by_whom() -> None:
    """HI-S2 beside HI-R2: what blue reads is the same whoever holds the name, and names nobody."""
    blues = listener_set("blue", listener("b", hostname="a.test"), created=NEW)
    reds = listener_set("red", listener("crimson", hostname="a.test"), created=OLD)
    for held in ([reds, to_set("red")], [{**reds, "metadata": {**reds["metadata"], "name": "scarlet"}}]):
        given = world(blues, to_set("blue"), *held, edge=shared(listener(hostname="infra.test")))
        assert given.conditions("ListenerSet", "blue", "set")["Accepted"] == ("False", "ListenersNotValid")
        for kind, name in (("ListenerSet", "set"), ("HTTPRoute", "r")):
            told = repr(given.status(kind, "blue", name))
            assert [word for word in ("red", "crimson", "scarlet") if word in told] == []


def test_a_tenant_is_told_of_an_older_route_and_not_whose() -> None:
    """HI-R11 beside HI-R2: exclusive hostnames."""
    exclusive = gwmatch.Options(assume=(), grpc_http_exclusive=True)
    reds = route("red", name="crimson", kind="GRPCRoute", hostnames=["a.test"], created=OLD)
    given = world(reds, route("blue", hostnames=["a.test"], created=NEW), options=exclusive)
    assert given.of_route("blue")["Accepted"][0] == "False"
    assert [word for word in ("red/", "crimson") if word in given.messages("HTTPRoute", "blue", "r")] == []
