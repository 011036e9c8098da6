"""Which listener takes a request, in words: chosen, none, misdirected."""

from __future__ import annotations

import pytest

import gwmatch

from .world import gateway, listener, route, router

PLAIN = (listener("any"), listener("wide", "*.a.test"), listener("one", "x.a.test"))
SECURE = (listener("wide", "*.a.test", tls=True), listener("one", "x.a.test", tls=True))


@pytest.mark.parametrize(
    ("host", "chosen"), [("x.a.test", "one"), ("y.a.test", "wide"), ("a.test", "any"), ("198.51.100.7", "any")]
)
def test_http(host: str, chosen: str) -> None:
    explanation = gwmatch.explain(router(gateway(*PLAIN), route("r")), f"http://{host}/")
    assert [each.name for each in explanation.listeners] == ["any", "wide", "one"]
    assert [each.name for each in explanation.listeners if each.chosen] == [chosen]
    assert f"listener {chosen} " in explanation.selection
    others = {each.name: each.why for each in explanation.listeners if not each.chosen}
    if host == "x.a.test":
        assert others == {
            "any": "it covers host x.a.test too, but one is more specific",
            "wide": "it covers host x.a.test too, but one is more specific",
        }
    if host == "a.test":
        assert others["wide"] == "its hostname does not cover host a.test"


SAID = [
    ("https://x.a.test/", None, None, "the most specific that covers server name x.a.test and host x.a.test"),
    ("https://x.a.test/", "y.a.test", 421, "but host x.a.test belongs to listener one (x.a.test): misdirected, 421"),
    ("https://b.test/", "x.a.test", 404, "but no listener covers host b.test: 404"),
    ("https://b.test/", None, None, "no listener covers server name b.test: the TLS handshake is refused"),
    ("https://x.a.test/", "", None, "no listener covers a handshake without server name"),
    ("https://x.a.test/", "x..test", 400, "the server name of its TLS handshake is malformed"),
]


@pytest.mark.parametrize(("url", "sni", "status", "said"), SAID)
def test_https(url: str, sni: str | None, status: int | None, said: str) -> None:
    explanation = gwmatch.explain(router(gateway(*SECURE), route("r")), url, sni=sni, why_not="a/r")
    assert explanation.decision.status == status
    assert said in explanation.selection
    if status or explanation.decision.outcome == "refuse":
        assert "no route is asked" in explanation.why_not[0]


def test_misdirected_undetected() -> None:
    made = router(gateway(*SECURE), route("r"), detect_misdirected=False)
    assert gwmatch.explain(made, "https://x.a.test/", sni="y.a.test").decision.listener.name == "wide"
    explanation = gwmatch.explain(made, "https://y.a.test/", sni="x.a.test")
    assert (explanation.decision.status, explanation.candidates) == (404, ())
    assert "does not cover host y.a.test: 404" in explanation.selection


def test_nothing_covers_the_host() -> None:
    explanation = gwmatch.explain(router(gateway(listener("one", "x.test")), route("r")), "http://y.test/")
    assert explanation.selection == "no listener covers host y.test, so nothing is served: 404"
    assert explanation.summary == "No listener covers host y.test, so nothing is served: 404."


def test_summaries_of_a_404() -> None:
    empty = gwmatch.explain(router(gateway()), "http://y.test/")
    assert empty.summary == "Listener web takes the request, but no rule is attached to it."
    elsewhere = gwmatch.explain(router(gateway(), route("r", hosts=("x.test",))), "http://y.test/")
    assert elsewhere.summary == "Listener web takes the request, but no route that is attached to it covers the host."
