"""match_scope and match_environ say what `match` says of the request that a server describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import reference
from gwmatch._core import RouteTable
from gwmatch.ir import Request, Table
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables

many = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

SHOP = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public").port(443)
NAME = "shop.example.com"


def wire_target(target: bytes, host: bytes | None) -> tuple[bytes | None, bytes]:
    """Host and target, parted by hand where the target is an absolute one."""
    for scheme in (b"http://", b"https://"):
        if target.lower().startswith(scheme):
            rest = target[len(scheme) :]
            end = next((at for at, byte in enumerate(rest) if byte in b"/?#"), len(rest))
            return rest[:end], rest[end:] if rest[end : end + 1] == b"/" else b"/" + rest[end:]
    return host, target


def text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


# --------------------------------------------------------------------------------------------------------------------- ASGI


def scope_of(request: Request) -> dict[str, Any]:
    path, _, query = request.path.partition(b"?")
    hosts = [] if request.host is None else [(b"host", request.host)]
    return {
        "type": "http",
        "method": text(request.method),
        "path": "" if not path else "/not-what-is-matched",
        "raw_path": path,
        "query_string": query,
        "headers": [*hosts, *request.headers],
        "extensions": {} if request.sni is None else {"tls": {"server_name": text(request.sni)}},
    }


@many
@given(tables(), st.data())
def test_scopes_agree_with_the_reference(table: Table, data: st.DataObject) -> None:
    if not table.listeners:
        return
    compiled = RouteTable(table)
    for _ in range(20):
        number, request, draw = data.draw(requests_near(table))
        scope = scope_of(request)
        lines = tuple(scope["headers"])
        first = next((value for name, value in lines if name.lower() == b"host"), None)
        query = scope["query_string"]
        host, path = wire_target(scope["raw_path"], first)
        target = path + b"?" + query if query else path
        asked = Request(request.method, host, target, lines, request.sni)
        decision = compiled.port(number).match_scope(scope, draw=draw)
        assert decision.verdict == reference.match(table, number, asked, draw), asked


def scope(**changes: Any) -> dict[str, Any]:
    made = {
        "type": "http",
        "method": "GET",
        "path": "/cart",
        "raw_path": b"/cart",
        "query_string": b"",
        "headers": [(b"host", NAME.encode())],
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def rule_of(decision: gwmatch.Decision) -> str | None:
    return None if decision.rule is None else f"{decision.rule.route.full_name}#{decision.rule.index}"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "shop/cart#0"),
        ({"raw_path": b"/cart?x=1", "query_string": b"x=1"}, "shop/cart#0"),
        ({"query_string": b"q" * 4000}, "shop/cart#0"),
        ({"query_string": b"q" * 17000}, None),
        ({"raw_path": None}, "shop/cart#0"),
        ({"raw_path": b""}, "shop/cart#0"),
        ({"raw_path": None, "path": "/cart/../x"}, None),
        ({"raw_path": None, "path": "/cart/..\\x"}, None),  # %5C may be read as a slash
        ({"raw_path": None, "path": "/cart/a b?c%2e%2e#dé"}, "shop/cart#0"),
        ({"raw_path": b"/cart/%2e%2e/x"}, None),
        ({"raw_path": b"http://shop.example.com/cart"}, "shop/cart#0"),
        ({"raw_path": b"HTTPS://shop.example.com", "query_string": b"a"}, "shop/storefront#0"),
        ({"raw_path": b"http://other.example.com/cart"}, None),  # Host says otherwise
        ({"raw_path": b"ftp://shop.example.com/cart"}, None),
        ({"raw_path": b"*"}, None),
        ({"headers": [(b":authority", NAME.encode()), (b"host", b"other.example.com")]}, None),
        ({"headers": [(b":authority", NAME.encode()), (b"host", NAME.encode())]}, "shop/cart#0"),
        ({"headers": [[b"Host", NAME.encode()], [b"x-canary", b"always"]]}, "shop/cart#1"),
        ({"headers": {b"a": b"1", b"b": b"1"}.items()}, None),
        ({"headers": [(b"host", NAME.encode()), (b"x-canary", b"always"), *[(b"x", b"y")] * 100]}, "shop/cart#1"),
        ({"headers": None}, None),
        ({"method": b"POST", "raw_path": b"/cart/checkout"}, "shop/cart#2"),
        ({"type": "websocket", "method": None}, "shop/cart#0"),
        ({"query_string": None}, "shop/cart#0"),
    ],
)
def test_scopes(changes: Mapping[str, Any], rule: str | None) -> None:
    made = SHOP.match_scope(scope(**changes), sni=NAME, draw=0.0)
    assert rule_of(made) == rule


def test_an_escaped_slash_shows_only_in_the_raw_path() -> None:
    """What the docstring warns of: without raw_path nobody can see that it was none."""
    raw = SHOP.match_scope(scope(raw_path=b"/cart%2Fcheckout", path="/cart/checkout"), sni=NAME)
    assert raw.refusal == "ambiguous_path"
    assert rule_of(SHOP.match_scope(scope(raw_path=None, path="/cart/checkout"), sni=NAME, draw=0.0)) == "shop/cart#0"


def test_server_name_of_a_scope() -> None:
    assert SHOP.match_scope(scope(extensions={"tls": {"server_name": NAME}})).outcome == "forward"
    assert SHOP.match_scope(scope(extensions={"tls": {"sni": NAME}})).outcome == "forward"
    for extensions in (None, {}, {"tls": None}, {"tls": {}}, {"tls": {"server_name": None}}):
        assert SHOP.match_scope(scope(extensions=extensions)).outcome == "refuse"
    assert SHOP.match_scope(scope(extensions={"tls": {"server_name": "x.test"}}), sni=NAME).outcome == "forward"


def test_any_mapping_is_a_scope() -> None:
    class Scope(dict[str, Any]):
        pass

    assert SHOP.match_scope(Scope(scope()), sni=NAME).outcome == "forward"


def test_seeded_draws_are_those_of_match() -> None:
    for seed in range(50):
        one = SHOP.match("GET", NAME, "/cart", [("host", NAME)], sni=NAME, draw=seed)
        assert SHOP.match_scope(scope(), sni=NAME, draw=seed).verdict == one.verdict
        assert SHOP.match_environ(environ(), sni=NAME, draw=seed).verdict == one.verdict


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"type": "lifespan"}, ValueError),
        ({"method": None}, KeyError),
        ({"path": None, "raw_path": None}, KeyError),
        ({"method": 1}, TypeError),
        ({"type": "websocket", "method": 1}, TypeError),
        ({"raw_path": 1}, TypeError),
        ({"query_string": 1}, TypeError),
        ({"headers": [1]}, TypeError),
        ({"headers": 1}, TypeError),
        ({"extensions": {"tls": {"server_name": 1}}}, TypeError),
    ],
)
def test_what_is_no_scope(changes: Mapping[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        SHOP.match_scope(scope(**changes))


# --------------------------------------------------------------------------------------------------------------------- WSGI


def environ(**changes: Any) -> dict[str, Any]:
    made = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/cart",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/not-what-is-matched",
        "QUERY_STRING": "",
        "HTTP_HOST": NAME,
        "SERVER_NAME": "localhost",
        "wsgi.input": object(),
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def environ_of(request: Request) -> dict[str, Any]:
    """As a server makes it: one character for each byte, lines of one name joined."""
    made: dict[str, Any] = environ(RAW_URI=request.path.decode("latin-1"), REQUEST_METHOD=request.method.decode("latin-1"))
    del made["HTTP_HOST"]
    lines = request.headers if request.host is None else ((b"Host", request.host), *request.headers)
    for name, value in lines:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        decoded = value.decode("latin-1")
        made[key] = f"{made[key]},{decoded}" if key in made else decoded
    if request.sni is not None:
        made["SSL_TLS_SNI"] = request.sni.decode("latin-1")
    return made


def lines_of(made: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    lines = []
    for key, value in made.items():
        name = key.removeprefix("HTTP_")
        is_line = bool(name) and key.startswith("HTTP_") and key.isascii()
        if is_line or (value and key in ("CONTENT_TYPE", "CONTENT_LENGTH")):
            lines.append((name.lower().replace("_", "-").encode(), value.encode("latin-1")))
    return lines


@many
@given(tables(), st.data())
def test_environs_agree_with_the_reference(table: Table, data: st.DataObject) -> None:
    if not table.listeners:
        return
    compiled = RouteTable(table)
    for _ in range(20):
        number, request, draw = data.draw(requests_near(table))
        if not request.path:
            continue  # an empty RAW_URI is one that the server does not know
        made = environ_of(request)
        lines = lines_of(made)
        host, target = wire_target(request.path, next((value for name, value in lines if name == b"host"), None))
        asked = Request(request.method, host, target, tuple(lines), request.sni)
        decision = compiled.port(number).match_environ(made, draw=draw)
        assert decision.verdict == reference.match(table, number, asked, draw), asked


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "shop/cart#0"),
        ({"RAW_URI": None, "REQUEST_URI": "/cart"}, "shop/cart#0"),
        ({"RAW_URI": "", "REQUEST_URI": "/cart?a=b"}, "shop/cart#0"),
        ({"RAW_URI": None, "PATH_INFO": "/cart", "QUERY_STRING": "a=b"}, "shop/cart#0"),
        ({"RAW_URI": None, "SCRIPT_NAME": "/cart", "PATH_INFO": "/x"}, "shop/cart#0"),
        ({"RAW_URI": None, "SCRIPT_NAME": "/cart", "PATH_INFO": ""}, "shop/cart#0"),
        ({"RAW_URI": None, "PATH_INFO": ""}, "shop/storefront#0"),
        ({"RAW_URI": None, "PATH_INFO": None, "SCRIPT_NAME": None, "QUERY_STRING": None}, "shop/storefront#0"),
        ({"RAW_URI": None, "PATH_INFO": "/cart/\xc3\xa9 ?#%2e%2e"}, "shop/cart#0"),
        ({"RAW_URI": None, "PATH_INFO": "/cart/../x"}, None),
        ({"RAW_URI": "/cart/%2e%2e/x", "PATH_INFO": "/x"}, None),
        ({"RAW_URI": "http://shop.example.com/cart"}, "shop/cart#0"),
        ({"RAW_URI": "http://shop.example.com"}, "shop/storefront#0"),
        ({"RAW_URI": "http://other.example.com/cart"}, None),
        ({"RAW_URI": "/cart/\xe9"}, "shop/cart#0"),
        ({"RAW_URI": "/cart/\u20ac"}, "shop/cart#0"),  # no server of PEP 3333 gives that
        ({"HTTP_HOST": None}, None),
        ({"HTTP_X_CANARY": "always"}, "shop/cart#1"),
        ({"HTTP_X_CANARY": b"always"}, "shop/cart#1"),
        ({"HTTP_X_CANARY": "alw\u0430ys"}, "shop/cart#0"),
        ({"HTTP_X_CANARY": "always", **{f"HTTP_{number}": "1" for number in range(100)}}, "shop/cart#1"),
        ({"REQUEST_METHOD": "POST", "RAW_URI": "/cart/checkout"}, "shop/cart#2"),
        ({"CONTENT_TYPE": "", "CONTENT_LENGTH": ""}, "shop/cart#0"),
    ],
)
def test_environs(changes: Mapping[str, Any], rule: str | None) -> None:
    assert rule_of(SHOP.match_environ(environ(**changes), sni=NAME, draw=0.0)) == rule


def test_server_name_of_an_environ() -> None:
    assert SHOP.match_environ(environ(SSL_TLS_SNI=NAME)).outcome == "forward"
    assert SHOP.match_environ(environ(SSL_TLS_SNI="")).outcome == "refuse"
    assert SHOP.match_environ(environ()).outcome == "refuse"


def test_grpc_of_an_environ() -> None:
    """An error that a gRPC client has to get in its own way; only the Content-Type itself counts."""
    asked = {"REQUEST_METHOD": "POST", "RAW_URI": "/cart/%2e%2e/x"}
    assert SHOP.match_environ(environ(**asked, CONTENT_TYPE="application/grpc"), sni=NAME).grpc_status is not None
    assert SHOP.match_environ(environ(**asked, HTTP_CONTENT_TYPE="application/grpc"), sni=NAME).grpc_status is None
    headers = [(b"host", NAME.encode()), (b"content-type", b"application/grpc")]
    assert SHOP.match_scope(scope(method="POST", raw_path=b"/cart/%2e%2e/x", headers=headers), sni=NAME).grpc_status is not None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"REQUEST_METHOD": None}, KeyError),
        ({"REQUEST_METHOD": 1}, TypeError),
        ({"RAW_URI": 1}, TypeError),
        ({"RAW_URI": None, "PATH_INFO": 1}, TypeError),
        ({"HTTP_X_A": 1}, TypeError),
        ({"SSL_TLS_SNI": 1}, TypeError),
    ],
)
def test_what_is_no_environ(changes: Mapping[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        SHOP.match_environ(environ(**changes))
