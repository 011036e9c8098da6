"""ResourceSet: lookups, order, and updates that leave the old set alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwmatch.api import Gateway, GatewayClass, HTTPRoute, ResourceKey, ResourceSet, Service, load
from gwmatch.errors import LoadError

from .build import gateway, gateway_class, route, rule, service

BAD = rule(matches=[{"path": {"value": "a"}}])
CART = ResourceKey("gateway.networking.k8s.io", "HTTPRoute", "shop", "cart")


def test_lookups() -> None:
    resources = load(route(), route(name="b"), route(namespace="a"), gateway(), gateway_class())
    found = resources.get(HTTPRoute, "shop", "cart")
    assert found is not None
    assert found.key == CART
    assert resources.get(HTTPRoute, "shop", "gone") is None
    assert resources.get(Service, "shop", "cart") is None
    assert resources.get(GatewayClass, None, "edge") is not None
    assert [str(each.key) for each in resources.of(HTTPRoute)] == [
        "HTTPRoute a/cart",
        "HTTPRoute shop/b",
        "HTTPRoute shop/cart",
    ]
    assert resources.of(Service) == ()
    assert CART in resources
    assert "cart" not in resources
    assert len(resources) == 5
    assert (resources.holds("HTTPRoute"), resources.holds("Service")) == (True, False)
    assert repr(resources) == "ResourceSet(Gateway: 1, GatewayClass: 1, HTTPRoute: 3)"
    assert len(ResourceSet()) == 0


def test_a_rejected_object_is_no_reason_to_assume() -> None:
    assert load({**service("A")}, invalid="drop").holds("Service")


def test_updates() -> None:
    old = load(route(), service())
    new = old.updated(upserts=[route({"hostnames": ["a.test"]}), gateway()], deletes=[service()])
    assert [str(each.key) for each in new] == ["Gateway infra/edge", "HTTPRoute shop/cart"]
    assert new.of(HTTPRoute)[0].spec.hostnames == ("a.test",)
    assert old == load(route(), service())
    assert old.updated() == old
    assert new.get(Gateway, "infra", "edge") is new.updated().get(Gateway, "infra", "edge")


@pytest.mark.parametrize("form", ["key", "mapping", "partial", "typed"])
def test_deletes(form: str) -> None:
    resources = load(route(), service())
    partial = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "cart", "namespace": "shop"},
    }
    forms: dict[str, Any] = {"key": CART, "mapping": route(), "partial": partial, "typed": resources.of(HTTPRoute)[0]}
    assert [str(each.key) for each in resources.updated(deletes=[forms[form]])] == ["Service shop/cart"]
    assert resources.updated(deletes=[forms[form]]).updated(deletes=[forms[form]]) == load(service())


def test_deletes_of_nothing_we_know() -> None:
    resources = load(route())
    foreign = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    assert resources.updated(deletes=[foreign, CART._replace(name="gone")]) == resources
    with pytest.raises(LoadError):
        resources.updated(deletes=[5])  # type: ignore[list-item]


def test_updates_are_judged_as_the_load_was() -> None:
    with pytest.raises(LoadError):
        load(route()).updated(upserts=[BAD])
    dropped = load(route(), invalid="drop").updated(upserts=[BAD])
    assert (len(dropped), len(dropped.rejected)) == (0, 1)
    assert dropped == load(BAD, invalid="drop")
    healed = dropped.updated(upserts=[route()])
    assert (len(healed), healed.rejected) == (1, ())
    assert dropped.updated(deletes=[CART]).rejected == ()
    kept = load(route(), invalid="keep").updated(upserts=[BAD])
    assert (len(kept), len(kept.rejected)) == (1, 1)


def test_notices_follow_their_objects() -> None:
    resources = load(rule(nam="a"), service())
    assert len(resources.notices) == 1
    assert resources.updated(upserts=[service()]).notices == resources.notices
    assert resources.updated(upserts=[route()]).notices == ()


def test_skipped_objects_come_and_go() -> None:
    """However often one is written, there is one of it, and one thing to say about it."""
    unknown = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Teapot", "metadata": {"name": "a"}}
    resources = load(unknown)
    for _ in range(3):
        resources = resources.updated(upserts=[unknown])
    assert (resources.skipped, len(resources.notices)) == ({"Teapot": 1}, 1)
    gone = resources.updated(deletes=[unknown])
    assert (gone.skipped, gone.notices) == ({}, ())


def test_what_is_not_changed_is_shared() -> None:
    old = load(route(), service())
    new = old.updated(upserts=[route(name="b")])
    assert new.of(Service)[0] is old.of(Service)[0]
    assert new.get(HTTPRoute, "shop", "cart") is old.get(HTTPRoute, "shop", "cart")


NAMES = st.sampled_from(["a", "b", "c", "a-b"])
ROUTES = st.builds(lambda name, namespace: route(name=name, namespace=namespace), NAMES, NAMES)


def _distinct(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(each["metadata"]["namespace"], each["metadata"]["name"]): each for each in items}.values())


@settings(max_examples=50)
@given(st.lists(ROUTES), st.lists(ROUTES), st.lists(ROUTES))
def test_update_is_load(first: list[Any], puts: list[Any], takes: list[Any]) -> None:
    """However a set came to hold its objects, it is the same set."""
    updated = load(_distinct(first)).updated(upserts=_distinct(puts), deletes=takes)
    remaining = [each for each in first if each not in takes or each in puts]
    assert updated == load(_distinct(remaining + puts))
    assert [each.key for each in updated] == sorted(each.key for each in updated)
