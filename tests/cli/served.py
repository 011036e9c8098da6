"""A small implementation of the Gateway API in this process: what it decides is up to the test, so that it can be wrong."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import gwmatch


class Reply(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Decide = Callable[[gwmatch.Request], Reply | bytes | None]
"""What a request gets: a reply, raw bytes, or (None) nothing at all, ever."""


def by(router: gwmatch.Router, *, header: str = "x-backend") -> Decide:
    """Decides as gwmatch does, and lets backends name themselves."""

    def decide(request: gwmatch.Request) -> Reply:
        decision = router.port(router.ports[0]).match(request.method, request.host, request.path, request.headers)
        if decision.backend is not None:
            return Reply(200, ((header, f"{decision.backend.namespace}/{decision.backend.name}"),))
        answer = decision.apply(request)
        assert isinstance(answer, gwmatch.Response)
        return Reply(answer.status, tuple((name.decode(), value.decode()) for name, value in answer.headers))

    return decide


@contextmanager
def served(decide: Decide, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The base URL of a server that runs until the block ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        listening.settimeout(0.1)
        threads = [threading.Thread(target=_accept, args=(listening, decide, stop, tls))]
        threads[0].start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            threads[0].join(10)


def _accept(listening: socket.socket, decide: Decide, stop: threading.Event, tls: ssl.SSLContext | None) -> None:
    while not stop.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_answer, args=(connection, decide, stop, tls), daemon=True).start()


def _answer(connection: socket.socket, decide: Decide, stop: threading.Event, tls: ssl.SSLContext | None) -> None:
    with connection:
        connection.settimeout(5)
        head = b""
        try:
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
            while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
                head += part
            if not head:
                return
            reply = decide(_request(head))
            if reply is None:
                stop.wait(30)
            elif isinstance(reply, bytes):
                connection.sendall(reply)
            else:
                lines = [f"HTTP/1.1 {reply.status} Any", *(f"{name}: {value}" for name, value in reply.headers)]
                lines += [f"Content-Length: {len(reply.body)}", "Connection: close", "", ""]
                connection.sendall("\r\n".join(lines).encode() + reply.body)
        except OSError:
            pass


def _request(head: bytes) -> gwmatch.Request:
    first, *lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    method, target, _ = first.split(b" ", 2)
    pairs = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    host = next((value for name, value in pairs if name.lower() == b"host"), None)
    ours = (b"host", b"connection", b"content-length")
    return gwmatch.Request(method, host, target, tuple(pair for pair in pairs if pair[0].lower() not in ours))
