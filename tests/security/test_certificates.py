"""The boundary of certificates: whose keys a listener may show, and that a name's traffic stays behind its certificate."""

from __future__ import annotations

from typing import Any

import pytest

import gwmatch

from .world import ACCEPTED, NOT_PERMITTED, RESOLVED, Manifest, gateway, grant, listener, made, route, world

NOBODY_SAW_SECRETS = gwmatch.Options(assume=("Secret", "ConfigMap"))
"""Then one that may be referred to counts as there and in order."""


def https(name: str, hostname: str | None, ref: Manifest | None = None, **fields: Any) -> Manifest:
    host = {} if hostname is None else {"hostname": hostname}
    return listener(name, 443, "HTTPS", tls={"certificateRefs": [ref or {"name": "cert"}]}, **host, **fields)


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ([], False),
        ([grant("red", source="infra", kind="HTTPRoute", to="Secret")], False),
        ([grant("red", source="infra", kind="ListenerSet", to="Secret")], False),
        ([grant("red", source="infra", kind="Gateway", to="Secret", name="other")], False),
        ([grant("infra", source="red", kind="Gateway", to="Secret")], False),
        ([grant("red", source="infra", kind="Gateway", to="Secret", name="cert")], True),
    ],
)
def test_a_secret_of_another_namespace_needs_its_consent(given: list[Manifest], opened: bool) -> None:
    """HI-R3: a listener whose certificate may not be read serves nobody, and says no more than that."""
    edge = gateway(https("tls", None, {"name": "cert", "namespace": "red"}), listener())
    found = world(route("red"), *given, edge=edge, options=NOBODY_SAW_SECRETS)
    assert found.conditions("Gateway", "infra", "edge", "tls")["ResolvedRefs"] == (RESOLVED if opened else NOT_PERMITTED)
    assert (443 in found.router.ports) is opened
    assert found.ask() == "red/app"


def test_a_route_brings_no_certificate() -> None:
    """A tenant's Secret is shown by nobody who was not told to: a route has no field that leads to one."""
    mine = route("red", hostnames=["red.test"])
    secret = made("Secret", "red", "cert", {}, api="v1")
    found = world(mine, secret, edge=gateway(https("tls", None, {"name": "cert", "namespace": "red"}), listener()))
    assert found.router.ports == (80,)


NAMES = gateway(https("reds", "red.test"), https("blues", "blue.test"), https("wild", "*.apps.test"))
ROUTES = (
    route("red", parentRefs=[{"name": "edge", "namespace": "infra", "sectionName": "reds"}]),
    route("blue", parentRefs=[{"name": "edge", "namespace": "infra", "sectionName": "blues"}]),
    route("blue", name="wild", parentRefs=[{"name": "edge", "namespace": "infra", "sectionName": "wild"}]),
)


def test_a_connection_made_for_one_name_asks_for_no_other_listeners() -> None:
    """HI-T2: client certificates were settled for the name of the handshake; a request for another one is misdirected."""
    found = world(*ROUTES, edge=NAMES, options=NOBODY_SAW_SECRETS)
    assert found.ask("red.test", port=443, sni="red.test") == "red/app"
    assert found.ask("blue.test", port=443, sni="red.test") == "421"
    assert found.ask("RED.test.:443", port=443, sni="Red.Test.") == "red/app"
    assert found.ask("blue.test.", port=443, sni="red.test") == "421"


def test_a_handshake_for_a_name_that_nobody_has_gets_nothing() -> None:
    """HI-T1, HI-T3: nor does one without a name, where every listener has one."""
    found = world(*ROUTES, edge=NAMES, options=NOBODY_SAW_SECRETS)
    assert [found.match("red.test", port=443, sni=sni).outcome for sni in ("green.test", None, "")] == ["refuse"] * 3
    assert found.ask("red.test", port=443, sni="red.test:443") == "bad_sni"


def test_a_certificate_without_consent_leaves_the_sibling_alone() -> None:
    """One listener's bad reference is not another's."""
    edge = gateway(https("reds", "red.test", {"name": "cert", "namespace": "red"}), https("blues", "blue.test"))
    found = world(*ROUTES[:2], edge=edge, options=NOBODY_SAW_SECRETS)
    assert found.conditions("Gateway", "infra", "edge", "blues")["Accepted"] == ACCEPTED
    assert found.ask("blue.test", port=443, sni="blue.test") == "blue/app"
    assert found.match("red.test", port=443, sni="red.test").outcome == "refuse"
