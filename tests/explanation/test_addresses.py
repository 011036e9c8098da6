"""URLs of all schemes: what they stand for, and what is no request of theirs."""

from __future__ import annotations

import pytest

import gwmatch

from .world import call, connections, gateway, listener, other, router, rule

MADE = router(
    gateway(
        listener(),
        listener("secure", "x.test", tls=True),
        connections("db", "TLS", 443, "db.test"),
        connections("tcp", "TCP", 5432),
        connections("dns", "UDP", 53),
    ),
    other("GRPCRoute", "grpc", rule(call("shop.Cart"), backend="cart")),
    other("HTTPRoute", "http", rule(backend="web")),
    other("TLSRoute", "tls", rule(backend="db"), hosts=("db.test",)),
    other("TCPRoute", "tcp", rule(backend="tcp")),
    other("UDPRoute", "udp", rule(backend="dns")),
)


@pytest.mark.parametrize(
    ("url", "listener", "backend"),
    [
        ("http://x.test/", "web", "web"),
        ("https://x.test/", "secure", "web"),
        ("grpc://x.test/shop.Cart/Get", "web", "cart"),
        ("GRPCS://x.test/shop.Cart/Get", "secure", "cart"),
        ("grpc://x.test/other.Cart/Get", "web", "web"),
        ("tls://db.test", "db", "db"),
        ("tls://db.test:443/", "db", "db"),
        ("tcp://anything:5432", "tcp", "tcp"),
        ("udp://192.0.2.1:53", "dns", "dns"),
    ],
)
def test_what_a_url_stands_for(url: str, listener: str, backend: str) -> None:
    decision = MADE.match(None, url)
    assert (decision.outcome, decision.listener.name, decision.backend.name) == ("forward", listener, backend)
    explained = gwmatch.explain(MADE, url, draw=0.5)
    assert explained.decision.verdict == MADE.match(None, url, draw=0.5).verdict
    assert (explained.connection is None) == (explained.request is not None)


def test_a_server_name_of_its_own() -> None:
    assert MADE.match(None, "tls://other.test", sni="db.test").outcome == "forward"
    assert MADE.match(None, "tls://db.test", sni="").outcome == "refuse"


def test_an_empty_method_is_not_none() -> None:
    assert MADE.match("", "http://x.test/").refusal == "bad_method"


def test_headers_of_any_shape_keep_their_content_type() -> None:
    given = {"Content-Type": "application/grpc+json"}
    assert MADE.match("POST", "grpc://x.test/shop.Cart/Get", given).backend.name == "cart"
    assert MADE.match("POST", "grpc://x.test/shop.Cart/Get", None).backend.name == "cart"
    assert MADE.match("POST", "grpc://x.test/shop.Cart/Get", [(b"content-type", b"text/plain")]).backend.name == "web"


@pytest.mark.parametrize(
    ("method", "url", "headers", "said"),
    [
        ("GET", "grpc://x.test/shop.Cart/Get", (), "is a POST, not a GET"),
        ("GET", "tls://db.test", (), "has no method and no headers"),
        (None, "tcp://db.test:5432", [("a", "b")], "has no method and no headers"),
        (None, "tcp://db.test", (), "names no port"),
        (None, "udp://db.test/x", (), "names no port"),
        (None, "tcp://db.test:5432/x", (), "has no path"),
        (None, "tls://db.test?x", (), "has no path"),
        (None, "tls://:443", (), "names no host"),
        (None, "ftp://db.test", (), "schemes are http, https, grpc, grpcs, tls, tcp, udp"),
        (None, "db.test:5432", (), "is no absolute URL"),
        (None, "tcp://db.test:99999", (), "out of range"),
    ],
)
def test_what_is_none(method: str | None, url: str, headers: object, said: str) -> None:
    for ask in (
        lambda: MADE.match(method, url, headers),
        lambda: gwmatch.explain(MADE, url, method=method, headers=headers),  # type: ignore[arg-type]
    ):
        with pytest.raises(gwmatch.UsageError) as caught:
            ask()
        assert said in str(caught.value)
