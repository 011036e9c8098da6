"""A gateway as an ASGI application, for any server that speaks ASGI 3: uvicorn, hypercorn, granian.

    GATEWAY_MANIFESTS=examples/embed/site.yaml GATEWAY_PORT=8080 GATEWAY_BACKENDS="demo/app:8080=127.0.0.1:9001" \\
        uvicorn --app-dir examples/embed --factory asgi_app:create

The server has parsed the request; which route takes it and what becomes of it is gwmatch's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import http1
from backends import FAILURES, Backends, patience, returned

import gwmatch

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Gateway:
    """The application. To swap configurations under load, set `port`."""

    def __init__(self, port: gwmatch.PortTable, backends: Backends) -> None:
        self.port = port
        self.backends = backends

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["type"] == "http":
            await self.serve(read(scope), receive, send)
        else:
            raise ValueError(f"this gateway takes no {scope['type']}")  # what ASGI asks of an application

    async def serve(self, request: gwmatch.Request, receive: Receive, send: Send) -> None:
        decision = self.port.match(request.method, request.host, request.path, request.headers)
        applied = decision.apply(request)
        if applied is None:
            raise ConnectionAbortedError("refused")  # the server closes the connection; ASGI has no word for it
        if isinstance(applied, gwmatch.Response):  # a redirect, a preflight's answer, 404, 500, or 400 from the guard
            await answer(send, applied)
            return
        try:
            body = await read_body(receive)
        except http1.Refused as error:
            await answer(send, gwmatch.Response(error.status))
            return
        except ConnectionAbortedError:
            return  # nobody is left to answer
        self.backends.mirror(decision, applied, body)
        started = False
        try:
            async with asyncio.timeout(patience(decision)), self.backends.exchange(decision.backend, applied, body) as reply:
                await send(start(reply.status, returned(decision, request, reply)))
                started = True
                async for chunk in reply.body:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body"})
        except FAILURES as error:
            if started:
                raise  # the server cuts the connection, and the client sees that the answer is not whole
            await answer(send, gwmatch.Response(504 if isinstance(error, TimeoutError) else 502))


def read(scope: Message) -> gwmatch.Request:
    """The request as it came. The decoded `path` would not do: paths that can be read two ways show in the raw one only."""
    path, query = scope["raw_path"].partition(b"?")[0], scope["query_string"]
    headers = [(bytes(name), bytes(value)) for name, value in scope["headers"]]
    hosts = [line for line in headers if line[0] == b"host"]  # all of them stay: match refuses a request whose Hosts differ
    lines = (*hosts, *(line for line in http1.end_to_end(headers) if line[0] != b"host"))
    target = path + b"?" + query if query else path
    return gwmatch.Request(scope["method"].encode(), hosts[0][1] if hosts else None, target, lines)


async def read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the client went away")
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        if sum(map(len, parts)) > http1.MAX_BODY:
            raise http1.Refused(413)
    return b"".join(parts)


async def answer(send: Send, response: gwmatch.Response) -> None:
    await send(start(response.status, response.headers))
    await send({"type": "http.response.body"})


def start(status: int, headers: Iterable[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": [(name.lower(), value) for name, value in headers]}


async def lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def create() -> Gateway:
    """The application that the environment describes."""
    table = gwmatch.compile(gwmatch.load(os.environ["GATEWAY_MANIFESTS"])).port(int(os.environ["GATEWAY_PORT"]))
    return Gateway(table, Backends.parse(os.environ["GATEWAY_BACKENDS"].split()))
