"""Where the backends are, and what goes to and fro: the half that the proxy and the ASGI application share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager

import http1

import gwmatch

PATIENCE = 10.0
"""Seconds for whatever no route limits."""
FAILURES = (OSError, EOFError, http1.Refused)
"""What an exchange raises when it comes to nothing; TimeoutError is an OSError, too."""


class Backends:
    """Addresses by namespace/name:port."""

    def __init__(self, addresses: Mapping[str, tuple[str, int]]) -> None:
        self.addresses = addresses
        self.copies: set[asyncio.Task[None]] = set()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Backends:
        """From texts such as demo/app:8080=127.0.0.1:9001."""
        named = (text.partition("=") for text in texts)
        split = ((name, address.rpartition(":")) for name, _, address in named)
        return cls({name: (host, int(port)) for name, (host, _, port) in split})

    def exchange(
        self, backend: gwmatch.ir.Backend | None, request: gwmatch.Request, body: bytes
    ) -> AbstractAsyncContextManager[http1.Answer]:
        name = "" if backend is None else f"{backend.namespace}/{backend.name}:{backend.port}"
        if name not in self.addresses:
            raise ConnectionError(f"no address for {name}")
        return http1.exchange(self.addresses[name], request, body)

    def mirror(self, decision: gwmatch.Decision, request: gwmatch.Request, body: bytes) -> None:
        """Starts the copies that the decision asks for."""
        for mirror in decision.mirrors:
            task = asyncio.create_task(self._copy(mirror.backend, request, body))
            self.copies.add(task)  # the loop itself holds tasks weakly
            task.add_done_callback(self.copies.discard)

    async def _copy(self, backend: gwmatch.ir.Backend, request: gwmatch.Request, body: bytes) -> None:
        """Nobody waits for its answer, and its failure changes nothing."""
        try:
            async with asyncio.timeout(PATIENCE), self.exchange(backend, request, body) as answer:
                async for _ in answer.body:
                    pass
        except FAILURES:
            pass


def patience(decision: gwmatch.Decision) -> float | None:
    """HTTPRouteTimeouts.request in seconds: 0 is no limit, None leaves it to us."""
    limit = None if decision.timeouts is None else decision.timeouts.request
    return PATIENCE if limit is None else limit / 1e9 or None


def returned(decision: gwmatch.Decision, request: gwmatch.Request, answer: http1.Answer) -> http1.Headers:
    """The answer's headers as the client gets them. The body goes on as it came, so no edit may touch its length."""
    edited = decision.response_headers(request, [line for line in answer.headers if line[0].lower() not in http1.OURS])
    size = [(b"Content-Length", value) for value in http1.values(answer.headers, b"content-length")[:1]]
    return [line for line in http1.end_to_end(edited) if line[0].lower() not in http1.OURS] + size
