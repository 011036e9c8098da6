"""A client for HTTP/1.1 that sends a request to the letter: nothing is decoded, merged, added or left out.

One connection per request, so that no answer can belong to another one. It connects to the address that the user named, and
nowhere else, whatever Host or Location say.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl

import msgspec

from gwmatch import Request, UsageError

MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024
"""Of a body so much is read, and only if somebody wants to see it."""

_STATUS_LINE = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?: .*)?\Z")
_BASE = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^/:@\[\]?#\s]+)(?::([0-9]{1,5}))?/?\Z")


class Address(msgspec.Struct, frozen=True):
    """Where an implementation runs."""

    scheme: str
    host: str
    """Without brackets."""
    port: int

    @property
    def authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def of(cls, url: str) -> Address:
        """The address of a base URL.

        >>> Address.of("http://127.0.0.1:8080"), Address.of("https://[::1]/").authority
        (Address(scheme='http', host='127.0.0.1', port=8080), '[::1]:443')

        Raises:
            UsageError: it is no absolute URL of http or https, or it has a path.
        """
        found = _BASE.match(url)
        port = int(found[3]) if found and found[3] else 0
        if not found or port > 65535:
            remedy = "it must be of the form http://127.0.0.1:8080, without a path: paths come from the routes"
            raise UsageError(f"base URL {url!r}: {remedy}")
        return cls(found[1], found[2].strip("[]"), port or (443 if found[1] == "https" else 80))


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    failure: str | None = None
    """What came instead of an answer: `closed`, `timeout`, `no-http`, `unreachable` or `untrusted`."""
    detail: str = ""

    def value(self, name: str) -> bytes | None:
        """The first header of this name."""
        wanted = name.lower().encode()
        return next((value for each, value in self.headers if each.lower() == wanted), None)


class Client:
    """Sends requests to one address."""

    def __init__(self, address: Address, *, timeout: float, wants_body: bool, trusted: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.timeout = timeout
        self.wants_body = wants_body
        self.trusted = trusted

    async def ask(self, request: Request) -> Answer:
        """The answer; also what went wrong is one."""
        writer = None
        try:
            async with asyncio.timeout(self.timeout):
                try:
                    reader, writer = await self._connect(request)
                except ssl.SSLCertVerificationError as error:
                    return Answer(failure="untrusted", detail=error.verify_message)
                except ssl.SSLError as error:
                    return Answer(failure="closed", detail=f"the TLS handshake failed: {error.reason or error}")
                except OSError as error:
                    return Answer(failure="unreachable", detail=error.strerror or str(error))
                writer.write(written(request))
                await writer.drain()
                return await self._read(reader, request)
        except TimeoutError:
            return Answer(failure="timeout", detail=f"no answer within {self.timeout:g} s")
        except (OSError, EOFError) as error:
            return Answer(failure="closed", detail=f"the connection was closed ({type(error).__name__})")
        except (ValueError, asyncio.LimitOverrunError) as error:
            return Answer(failure="no-http", detail=str(error))
        finally:
            if writer is not None:
                writer.transport.abort()  # nothing more is wanted, and an orderly end could hang

    async def _connect(self, request: Request) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = self.address
        if self.trusted is None:
            return await asyncio.open_connection(where.host, where.port, limit=MAX_HEAD)
        name = (request.sni or b"").decode("ascii", "ignore") or None
        return await asyncio.open_connection(
            where.host, where.port, limit=MAX_HEAD, ssl=self.trusted, server_hostname=name or where.host
        )

    async def _read(self, reader: asyncio.StreamReader, request: Request) -> Answer:
        status, headers = await _head(reader)
        while 100 <= status < 200 and status != 101:  # RFC 9110 15.2: the answer is still to come
            status, headers = await _head(reader)
        body = b""
        if self.wants_body and request.method != b"HEAD" and status not in (101, 204, 304):
            body = await _body(reader, headers)
        return Answer(status, headers, body)


def written(request: Request) -> bytes:
    """The request as it goes over the wire.

    >>> written(Request.of("GET", "a.test", "/a/../b?c", [("X-A", "1")]))
    b'GET /a/../b?c HTTP/1.1\\r\\nHost: a.test\\r\\nX-A: 1\\r\\nConnection: close\\r\\n\\r\\n'
    """
    lines = [b"%s %s HTTP/1.1" % (request.method, request.path)]
    if request.host is not None:
        lines.append(b"Host: " + request.host)
    lines += [name + b": " + value for name, value in request.headers]
    if request.method in (b"POST", b"PUT", b"PATCH"):  # RFC 9110 8.6: these say that they have no content
        lines.append(b"Content-Length: 0")
    return b"\r\n".join((*lines, b"Connection: close", b"", b""))


async def _head(reader: asyncio.StreamReader) -> tuple[int, tuple[tuple[bytes, bytes], ...]]:
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ValueError(f"the answer is no HTTP/1.1: {error.partial[:60]!r}") from None
        raise
    first, *lines = block[:-4].split(b"\r\n")
    found = _STATUS_LINE.match(first)
    if not found:
        raise ValueError(f"the answer is no HTTP/1.1: {first[:60]!r}")
    pairs = (line.partition(b":") for line in lines)
    return int(found[1]), tuple((name.strip(), value.strip(b" \t")) for name, _, value in pairs)


async def _body(reader: asyncio.StreamReader, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """The beginning of the body."""
    by_name = {name.lower(): value for name, value in headers}
    if b"chunked" in by_name.get(b"transfer-encoding", b"").lower():
        return await _chunks(reader)
    length = by_name.get(b"content-length", b"")
    wanted = min(int(length), MAX_BODY) if length.isdigit() else MAX_BODY
    body = b""
    with contextlib.suppress(OSError):
        while len(body) < wanted and (part := await reader.read(wanted - len(body))):
            body += part
    return body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while len(body) < MAX_BODY:
        size = int((await reader.readline()).partition(b";")[0].strip() or b"0", 16)
        if size <= 0:
            break
        body += await reader.readexactly(min(size, MAX_BODY))
        if size <= MAX_BODY:
            await reader.readexactly(2)
    return body[:MAX_BODY]
