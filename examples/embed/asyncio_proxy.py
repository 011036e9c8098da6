"""A reverse proxy in plain asyncio: one request per connection, and every question of routing asked of gwmatch.

    python examples/embed/asyncio_proxy.py examples/embed/site.yaml 8080 demo/app:8080=127.0.0.1:9001

Whoever terminates TLS hands the server name of the handshake to `match` as `sni`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from http import HTTPStatus

import http1
from backends import FAILURES, PATIENCE, Backends, patience, returned

import gwmatch


class Proxy:
    """Handles the connections of one listening socket. To swap configurations under load, set `port`."""

    def __init__(self, port: gwmatch.PortTable, backends: Backends) -> None:
        self.port = port
        self.backends = backends

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError):
            pass  # the client went away, or never said what it wanted
        finally:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                request, body = await http1.read_request(reader)
        except http1.Refused as error:
            await answer(writer, gwmatch.Response(error.status))
            writer.write_eof()
            async with asyncio.timeout(1):  # what still comes has to be read: a reset would overtake the answer
                while await reader.read(http1.CHUNK):
                    pass
            return
        decision = self.port.match(request.method, request.host, request.path, request.headers)
        applied = decision.apply(request)
        if isinstance(applied, gwmatch.Response):  # a redirect, a preflight's answer, 404, 500, or 400 from the guard
            await answer(writer, applied)
        elif applied is not None:  # None: close without a word
            self.backends.mirror(decision, applied, body)
            await self.forward(writer, decision, request, applied, body)

    async def forward(
        self,
        writer: asyncio.StreamWriter,
        decision: gwmatch.Decision,
        request: gwmatch.Request,
        applied: gwmatch.Request,
        body: bytes,
    ) -> None:
        started = False
        try:
            async with asyncio.timeout(patience(decision)), self.backends.exchange(decision.backend, applied, body) as reply:
                writer.write(start(reply.status, returned(decision, request, reply)))
                started = True
                async for chunk in reply.body:
                    writer.write(chunk)
                    await writer.drain()
        except FAILURES as error:
            if not started:  # later there is nothing to say but that the connection ends
                await answer(writer, gwmatch.Response(504 if isinstance(error, TimeoutError) else 502))


async def answer(writer: asyncio.StreamWriter, response: gwmatch.Response) -> None:
    size = [] if response.status == 204 else [(b"Content-Length", b"0")]
    writer.write(start(response.status, [*response.headers, *size]))
    await writer.drain()


def start(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return http1.head(f"HTTP/1.1 {status} {phrase}".encode(), [*headers, (b"Connection", b"close")])


async def main(manifests: str, port: str, *backends: str) -> None:
    table = gwmatch.compile(gwmatch.load(manifests)).port(int(port))
    server = await asyncio.start_server(Proxy(table, Backends.parse(backends)), "127.0.0.1", int(port))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
