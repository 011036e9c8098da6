"""TLSRoute, TCPRoute and UDPRoute in all their versions, and ListenerSet (V-TL, V-LS, resources.md 7 and 10)."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import ListenerSet, TCPRoute, TLSRoute, UDPRoute, check, invalid_rules, load
from gwmatch.api.scalars import Channel

from .build import listener

BACKEND = {"name": "db", "port": 5432}
RULE = {"backendRefs": [BACKEND]}
CERTIFICATE = {"certificateRefs": [{"name": "tls"}]}


def l4(kind: str, version: str = "v1", **spec: Any) -> dict[str, Any]:
    given = {"rules": [RULE], **({"hostnames": ["db.test"]} if kind == "TLSRoute" else {}), **spec}
    made = {key: value for key, value in given.items() if value is not None}
    return {
        "apiVersion": f"gateway.networking.k8s.io/{version}",
        "kind": kind,
        "metadata": {"name": "db", "namespace": "shop"},
        "spec": made,
    }


def listeners(*items: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "ListenerSet",
        "metadata": {"name": "more", "namespace": "shop"},
        "spec": {"parentRef": {"name": "edge"}, "listeners": list(items) or [listener()], **spec},
    }


def refusals(given: dict[str, Any], channel: Channel = "experimental") -> list[str]:
    return [str(each.at) for each in check(given, channel=channel)]


REFUSED = [
    (
        "V-TL-1",
        "spec.hostnames[1]",
        l4("TLSRoute", hostnames=["a.test", "192.0.2.1"]),
        l4("TLSRoute", hostnames=["192.0.2.1.a"]),
    ),
    (
        "V-TL-1",
        "spec.hostnames[0]",
        l4("TLSRoute", "v1alpha3", hostnames=["1.2.3.4"]),
        l4("TLSRoute", "v1alpha2", hostnames=["1.2.3.4"]),
    ),
    ("V-TL-2", "spec.hostnames[0]", l4("TLSRoute", hostnames=["A.test"]), l4("TLSRoute", hostnames=["a.test"])),
    ("V-TL-3", "spec.hostnames[0]", l4("TLSRoute", hostnames=["a.*.test"]), l4("TLSRoute", hostnames=["*.a.test"])),
    ("hostnames", "spec.hostnames", l4("TLSRoute", hostnames=None), l4("TLSRoute", "v1alpha2", hostnames=None)),
    ("hostnames", "spec.hostnames", l4("TLSRoute", "v1alpha3", hostnames=[]), l4("TLSRoute", "v1alpha2", hostnames=[])),
    (
        "hostnames",
        "spec.hostnames",
        l4("TLSRoute", hostnames=[f"a{n}.test" for n in range(1025)]),
        l4("TLSRoute", hostnames=[f"a{n}.test" for n in range(1024)]),
    ),
    *[
        ("rules", "spec.rules", l4(kind, rules=[RULE, RULE]), l4(kind, "v1alpha2", rules=[RULE, RULE]))
        for kind in ("TLSRoute", "TCPRoute", "UDPRoute")
    ],
    *[
        ("rules", "spec.rules", l4(kind, "v1alpha2", rules=[RULE] * 17), l4(kind, "v1alpha2", rules=[RULE] * 16))
        for kind in ("TLSRoute", "TCPRoute", "UDPRoute")
    ],
    ("rules", "spec.rules", l4("TLSRoute", "v1alpha3", rules=[RULE, RULE]), l4("TLSRoute", "v1alpha3")),
    ("rules", "spec.rules", l4("TCPRoute", rules=[]), l4("TCPRoute")),
    ("rules", "spec.rules", l4("UDPRoute", rules=None), l4("UDPRoute")),
    (
        "names",
        "spec.rules[1].name",
        l4("TCPRoute", "v1alpha2", rules=[{**RULE, "name": "a"}, {**RULE, "name": "a"}]),
        l4("TCPRoute", "v1alpha2", rules=[{**RULE, "name": "a"}, RULE, RULE]),
    ),
    ("V-BR-1", "spec.rules[0].backendRefs[0].port", l4("UDPRoute", rules=[{"backendRefs": [{"name": "a"}]}]), l4("UDPRoute")),
    ("backends", "spec.rules[0].backendRefs", l4("TCPRoute", rules=[{"backendRefs": []}]), l4("TCPRoute")),
    ("backends", "spec.rules[0].backendRefs", l4("TLSRoute", rules=[{}]), l4("TLSRoute")),
    (
        "V-PR-2e",
        "spec.parentRefs[1]",
        l4("TCPRoute", parentRefs=[{"name": "a"}] * 2),
        l4("TCPRoute", parentRefs=[{"name": "a"}]),
    ),
    ("enum", "spec.useDefaultGateways", l4("UDPRoute", useDefaultGateways="x"), l4("UDPRoute", useDefaultGateways="None")),
    # ListenerSet
    (
        "V-LS-1",
        "spec.listeners[0].tls",
        listeners(listener(tls=CERTIFICATE)),
        listeners(listener(protocol="HTTPS", tls=CERTIFICATE)),
    ),
    ("V-LS-3", "spec.listeners[0].tls", listeners(listener(protocol="TLS")), listeners(listener(protocol="HTTPS"))),
    (
        "V-LS-5",
        "spec.listeners[1].name",
        listeners(listener(), listener(port=81)),
        listeners(listener(), listener(name="b", port=81)),
    ),
    (
        "V-LS-6",
        "spec.listeners[1]",
        listeners(listener(), listener(name="b")),
        listeners(listener(), listener(name="b", port=81)),
    ),
    (
        "V-LS-7",
        "spec.listeners[0].tls",
        listeners(listener(protocol="TLS", tls={})),
        listeners(listener(protocol="TLS", tls=CERTIFICATE)),
    ),
    ("port", "spec.listeners[0].port", listeners({"name": "a", "protocol": "HTTP"}), listeners()),
    ("listeners", "spec.listeners", listeners(listeners=[]), listeners()),
    ("parent", "spec.parentRef.name", listeners(parentRef={}), listeners(parentRef={"name": "a", "namespace": "b"})),
]


@pytest.mark.parametrize(("name", "at", "bad", "good"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_refused(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert refusals(bad) == [at]
    assert refusals(good) == []


@pytest.mark.parametrize("kind", [TLSRoute, TCPRoute, UDPRoute])
def test_what_an_old_version_let_in_is_held(kind: type[TLSRoute | TCPRoute | UDPRoute]) -> None:
    """Conversion is none: an API server hands an object written as v1alpha2 out as v1 (resources.md 1)."""
    old = l4(kind.KIND, "v1", rules=[RULE, RULE], hostnames=None)
    resources = load(old, invalid="keep")
    (made,) = resources.of(kind)
    assert len(made.spec.rules) == 2
    assert resources.rejected != ()
    assert invalid_rules(made) == {}


def test_deprecated_versions() -> None:
    for kind, version in (
        ("TLSRoute", "v1alpha3"),
        ("TLSRoute", "v1alpha2"),
        ("TCPRoute", "v1alpha2"),
        ("UDPRoute", "v1alpha2"),
    ):
        (notice,) = load(l4(kind, version)).notices
        assert (str(notice.at), notice.message) == ("apiVersion", f"is deprecated for {kind}; use gateway.networking.k8s.io/v1")
        assert refusals(l4(kind, version), "standard") == ["apiVersion"]
        assert refusals(l4(kind), "standard") == []
    assert refusals(l4("TCPRoute", "v1beta1")) == ["apiVersion"]


def test_listener_set_of_old() -> None:
    old = {**listeners(), "kind": "XListenerSet", "apiVersion": "gateway.networking.x-k8s.io/v1alpha1"}
    resources = load(old)
    (made,) = resources.of(ListenerSet)
    assert (str(made.key), made.kind, made.api_version) == (
        "ListenerSet shop/more",
        "ListenerSet",
        "gateway.networking.k8s.io/v1",
    )
    assert [each.message for each in resources.notices] == ["XListenerSet is called ListenerSet now, and read as one"]
    assert made.spec.parent_ref.kind == "Gateway"
    assert resources.updated(deletes=[old]).of(ListenerSet) == ()
    assert resources.updated(upserts=[listeners()]).notices == ()
