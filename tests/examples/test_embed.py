"""The programs of examples/embed, run on real sockets: a client that writes bytes, backends that note what reaches them."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import gwmatch

EMBED = Path(__file__).resolve().parents[2] / "examples" / "embed"
SITE = EMBED / "site.yaml"
BOTH = pytest.mark.parametrize("kind", ["proxy", "asgi"])

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any]:
        """The request as the backend noted it."""
        noted: dict[str, Any] = json.loads(self.body)
        return noted


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs lie in a folder of their own and import each other by name, as when they are started there."""
    monkeypatch.syspath_prepend(EMBED)


# ------------------------------------------------------------------------------------------------------------ both programs


@BOTH
def test_routes_by_header(kind: str) -> None:
    (plain, canary), _ = run(kind, get("/a?b=1"), get("/", "x-canary: always"))
    assert (plain.status, plain.seen["backend"], plain.seen["target"]) == (200, "app", "/a?b=1")
    assert (canary.status, canary.seen["backend"]) == (200, "canary")


@BOTH
def test_filters_edit_both_ways_and_mirror(kind: str) -> None:
    (reply,), noted = run(kind, get("/api/users?x=1", "X-Debug: 1", "x-gateway: forged"))
    assert reply.seen["target"] == "/v1/users?x=1"
    assert (reply.seen["headers"]["host"], reply.seen["headers"]["x-gateway"]) == ("api.internal", "site")
    assert "x-debug" not in reply.seen["headers"]
    assert reply.headers["x-served"] == "yes"
    assert "server" not in reply.headers
    copies = [request for request in noted if request["backend"] == "shadow"]
    assert [copy["target"] for copy in copies] == ["/v1/users?x=1"]


@BOTH
def test_gateway_answers_itself(kind: str) -> None:
    (moved, unknown), noted = run(kind, get("/old/a?b=1"), get("/", host="other.example.com"))
    assert (moved.status, moved.headers["location"]) == (301, "http://www.example.com:8080/new/a?b=1")
    assert unknown.status == 404
    assert noted == []


@BOTH
def test_share_of_a_missing_backend_answers_500(kind: str) -> None:
    replies, _ = run(kind, *[get("/half")] * 60)  # all alike once in 2**59 runs
    assert {reply.status for reply in replies} == {200, 500}


@BOTH
def test_path_read_two_ways_is_refused(kind: str) -> None:
    (refused, clean), noted = run(kind, get("/api/%2e%2e/old/a"), get("/api/%41"))
    assert (refused.status, clean.status) == (400, 200)
    assert [request["target"] for request in noted if request["backend"] == "app"] == ["/v1/%41"]


@BOTH
def test_bodies_reach_the_backend(kind: str) -> None:
    (reply,), _ = run(kind, b"POST /form HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 5\r\n\r\nhello")
    assert (reply.seen["method"], reply.seen["body"]) == ("POST", "hello")
    assert reply.seen["headers"]["content-length"] == "5"


@BOTH
def test_backend_that_fails(kind: str) -> None:
    (dark, slow), _ = run(kind, get("/dark"), get("/slow"))
    assert (dark.status, slow.status) == (502, 504)


@BOTH
def test_headers_of_one_hop_stay(kind: str) -> None:
    (reply,), _ = run(
        kind, get("/", "Connection: keep-alive, X-Secret", "X-Secret: 1", "Keep-Alive: 5", "TE: trailers", "x-kept: 1")
    )
    assert reply.seen["headers"] == {"host": "demo.example.com", "x-kept": "1", "connection": "close"}
    assert "x-hop" not in reply.headers


@BOTH
def test_two_hosts_are_refused(kind: str) -> None:
    (reply,), noted = run(kind, get("/", "Host: other.example.com"))
    assert reply.status == 400
    assert noted == []


# ------------------------------------------------------------------------------------------------- what the proxy parses itself


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\nHost: demo.example.com\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: demo.example.com\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : demo.example.com\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: demo.example.com\r\nx: a\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: +1\r\n\r\na", 400),
        (b"POST / HTTP/1.1\r\nHost: demo.example.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: demo.example.com\r\nContent-Length: 9999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: demo.example.com\r\nx: " + b"a" * 200_000 + b"\r\n\r\n", 431),
    ],
)
def test_malformed_request_goes_nowhere(request_: bytes, status: int) -> None:
    (reply,), noted = run("proxy", request_)
    assert reply.status == status
    assert noted == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"",
    ],
)
@BOTH
def test_backend_that_talks_nonsense(kind: str, answer: bytes) -> None:
    (reply,), _ = run(kind, get("/"), answer=answer)
    assert reply.status == 502


# ------------------------------------------------------------------------------------------------------------------ the stage


def get(target: str, *lines: str, host: str = "demo.example.com") -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", f"Host: {host}", *lines, "", "")).encode()


def run(kind: str, *requests: bytes, answer: bytes | None = None) -> tuple[list[Reply], list[dict[str, Any]]]:
    """The replies, in order, and what the backends saw."""
    return asyncio.run(_run(kind, requests, answer))


async def _run(kind: str, requests: tuple[bytes, ...], answer: bytes | None) -> tuple[list[Reply], list[dict[str, Any]]]:
    noted: list[dict[str, Any]] = []
    ports = {name: await listen(backend(name, noted, answer)) for name in ("app", "canary", "shadow")}
    addresses = [f"demo/{name}:8080=127.0.0.1:{port}" for name, port in ports.items()]
    front, backends = program(kind, addresses)
    port = await listen(front)
    replies = [await ask(port, request) for request in requests]
    await asyncio.gather(*backends.copies)
    return replies, noted


def program(kind: str, addresses: list[str]) -> tuple[Handler, Any]:
    if kind == "proxy":
        backends = importlib.import_module("backends").Backends.parse(addresses)
        proxy: Handler = importlib.import_module("asyncio_proxy").Proxy(
            gwmatch.compile(gwmatch.load(SITE)).port(8080), backends
        )
        return proxy, backends
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GATEWAY_MANIFESTS", str(SITE))
        environment.setenv("GATEWAY_PORT", "8080")
        environment.setenv("GATEWAY_BACKENDS", " ".join(addresses))
        app = importlib.import_module("asgi_app").create()
    return served(app), app.backends


async def listen(handler: Handler) -> int:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return port


async def ask(port: int, request: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head, _, body = (await asyncio.wait_for(reader.read(-1), 10)).partition(b"\r\n\r\n")
    writer.close()
    start, *lines = head.decode().split("\r\n")
    return Reply(
        int(start.split(" ")[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body
    )


async def read(reader: asyncio.StreamReader) -> tuple[str, str, list[tuple[str, str]], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    start, *lines = head.strip().split("\r\n")
    method, target, _ = start.split(" ")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return method, target, headers, await reader.readexactly(int(dict(headers).get("content-length", 0)))


def backend(name: str, noted: list[dict[str, Any]], answer: bytes | None) -> Handler:
    """A server that notes each request and sends it back."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, headers, body = await read(reader)
        request = {"backend": name, "method": method, "target": target, "headers": dict(headers), "body": body.decode()}
        noted.append(request)
        if target == "/slow":
            await asyncio.sleep(1)
        text = json.dumps(request).encode()
        head = f"HTTP/1.1 200 OK\r\nServer: test\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text if answer is None else answer)
        writer.close()

    return handle


def served(app: Callable[..., Awaitable[None]]) -> Handler:
    """As much of an ASGI server as the tests need: one request for each connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, headers, body = await read(reader)
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                lines = [name + b": " + value for name, value in message["headers"]]
                writer.write(b"\r\n".join((f"HTTP/1.1 {message['status']} .".encode(), *lines, b"", b"")))
            else:
                writer.write(message.get("body", b""))

        await app(scope, receive, send)
        writer.close()

    return handle
