"""Notices about what is valid and hardly meant: HI-P4, HI-H11, OQ-36."""

from __future__ import annotations

import pytest

from gwmatch import load, resolve

from .builders import CLASS, gateway, listener, route, rule


def said(*manifests: dict) -> list[str]:
    return [
        f"{each.resource}: {each.at}: {each.message}" for each in resolve(load([CLASS, *manifests])).notices if each.at.steps
    ]


@pytest.mark.parametrize(("value", "usual"), [("/caf%c3%a9", "/caf%C3%A9"), ("/%61", "/a")])
def test_an_odd_spelling_of_a_path_is_reported(value: str, usual: str) -> None:
    matches = [{"path": {"type": "Exact", "value": value}}]
    (found,) = said(gateway(listener()), route(rule(matches=matches)))
    assert found.startswith("HTTPRoute")
    assert usual in found
    assert "spec.rules[0].matches[0].path.value" in found


@pytest.mark.parametrize("value", ["/caf%C3%A9", "/a", "/~me"])
def test_the_usual_spelling_is_not(value: str) -> None:
    assert said(gateway(listener()), route(rule(matches=[{"path": {"type": "Exact", "value": value}}]))) == []


def test_an_address_as_a_hostname_is_reported() -> None:
    found = said(gateway(listener(hostname="192.0.2.1")), route(rule(), hostnames=["192.0.2.1"]))
    assert ["spec.listeners[0].hostname" in found[0], "spec.hostnames[0]" in found[1], len(found)] == [True, True, 2]


def test_a_name_is_not() -> None:
    assert said(gateway(listener(hostname="192.0.2.test")), route(rule(), hostnames=["192.0.2.test"])) == []
