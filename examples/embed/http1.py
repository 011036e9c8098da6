"""As much of HTTP/1.1 as the two sides of a proxy need. It is strict: what two parsers read differently gets smuggled."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

import gwmatch

Headers = list[tuple[bytes, bytes]]

MAX_BODY = 1 << 20
CHUNK = 1 << 16
TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
NUMBER = re.compile(rb"[0-9]{1,18}")
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# RFC 9110 7.6.1: these speak about one connection, and so do those that Connection names.
ONE_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect")
)
# Written by us, from what was matched and from the body as it was read; never copied.
OURS = frozenset((b"host", b"content-length"))


class Refused(Exception):
    """A message that is not taken, and the status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Answer(NamedTuple):
    status: int
    headers: Headers
    body: AsyncIterator[bytes]


async def read_request(reader: asyncio.StreamReader) -> tuple[gwmatch.Request, bytes]:
    """The request without what concerns one hop, and its body. There is one view of it: what is matched is what is sent on."""
    start, headers = await _read_head(reader)
    parts = start.split(b" ")
    if len(parts) != 3 or parts[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise Refused(400)
    hosts = values(headers, b"host")
    if len(hosts) != 1 and (hosts or parts[2] == b"HTTP/1.1"):
        raise Refused(400)
    size = _body_size(headers)
    lines = tuple(line for line in end_to_end(headers) if line[0].lower() not in OURS)
    request = gwmatch.Request(parts[0], hosts[0] if hosts else None, parts[1], lines)
    return request, await reader.readexactly(size)


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    lines = list(headers)
    named = {name.strip(b" \t").lower() for value in values(lines, b"connection") for name in value.split(b",")}
    return [line for line in lines if line[0].lower() not in ONE_HOP | named]


def values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for other, value in headers if other.lower() == name]


@asynccontextmanager
async def exchange(address: tuple[str, int], request: gwmatch.Request, body: bytes) -> AsyncIterator[Answer]:
    """The backend's answer to a request. In HTTP/1.0, to which nobody may answer in chunks, on a connection for this alone."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        host = [] if request.host is None else [(b"Host", request.host)]
        size = [(b"Content-Length", b"%d" % len(body))] if body or request.method not in (b"GET", b"HEAD", b"OPTIONS") else []
        lines = [line for line in request.headers if line[0].lower() not in ONE_HOP | OURS]
        if any(CONTROL.search(value) for _, value in (*host, *lines)) or CONTROL.search(request.path):
            raise Refused(400)  # an ASGI server may be less strict than read_request
        start = b"%b %b HTTP/1.0" % (request.method, request.path)
        writer.write(head(start, [*host, *lines, *size, (b"Connection", b"close")]) + body)
        start, headers = await _read_head(reader)
        parts = start.split(b" ", 2)
        if not parts[0].startswith(b"HTTP/1.") or not re.fullmatch(rb"[2-5][0-9]{2}", parts[1] if parts[1:] else b""):
            raise Refused(502)
        sizes = set(values(headers, b"content-length"))
        if values(headers, b"transfer-encoding") or len(sizes) > 1 or not all(map(NUMBER.fullmatch, sizes)):
            raise Refused(502)
        yield Answer(int(parts[1]), end_to_end(headers), _chunks(reader))
    finally:
        writer.close()


def head(start: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join((start, *(name + b": " + value for name, value in headers), b"", b""))


async def _read_head(reader: asyncio.StreamReader) -> tuple[bytes, Headers]:
    try:
        start, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
    except asyncio.LimitOverrunError:
        raise Refused(431) from None
    pairs = [line.partition(b":")[::2] for line in lines]
    if CONTROL.search(start) or any(not TOKEN.fullmatch(name) or CONTROL.search(value) for name, value in pairs):
        raise Refused(400)
    return start, [(name, value.strip(b" \t")) for name, value in pairs]


def _body_size(headers: Headers) -> int:
    if values(headers, b"transfer-encoding"):
        raise Refused(501)
    sizes = values(headers, b"content-length") or [b"0"]
    if len(sizes) != 1 or not NUMBER.fullmatch(sizes[0]):
        raise Refused(400)
    if int(sizes[0]) > MAX_BODY:
        raise Refused(413)
    return int(sizes[0])


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while chunk := await reader.read(CHUNK):
        yield chunk
