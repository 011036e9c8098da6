"""`request` steps without HTTP: what becomes of a TLS connection, a TCP connection, a UDP flow."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from gwmatch import reference

from .answers import DRAWS, Answer
from .model import Outcome

SCHEMES = ("tls", "tcp", "udp")


class Connection(Answer):
    """One connection, asked and compared. What is sent inside it decides nothing."""

    def ask(self, draw: float | None) -> Any:
        if self.step.scheme == "tls":
            return self.port.match_tls(self.step.sni, draw=draw)
        return self.port.match_tcp(draw=draw) if self.step.scheme == "tcp" else self.port.match_udp(draw=draw)

    def slow(self, draw: float) -> Any:
        if self.step.scheme == "tls":
            sni = None if self.step.sni is None else self.step.sni.encode()
            return reference.match_tls(self.router.table, self.listener_port, sni, draw)
        asked = reference.match_tcp if self.step.scheme == "tcp" else reference.match_udp
        return asked(self.router.table, self.listener_port, draw)

    def check(self) -> None:
        for draw in DRAWS:
            self.found.equal(
                f"verdict of the slow twin and of the fast one, draw {draw}", self.slow(draw), self.ask(draw).verdict
            )
        self.check_connection(self.step.expect)
        self.check_backend(self.step.expect)
        self.check_derived()
        self.check_tls(self.step.expect)

    def check_connection(self, expect: Outcome) -> None:
        if expect.connection is UNSET or self.step.needs_dataplane:
            return
        got = "established" if self.decision.outcome == "forward" else "rejected"
        self.found.equal("connection", expect.connection, got)

    def check_tls(self, expect: Outcome) -> None:
        """A connection that is passed through reaches the backend as it came, server name included."""
        listener = self.decision.listener
        mode = None if listener is None else listener.tls_mode
        if expect.tls_mode is not UNSET:
            self.found.equal("tls_mode", expect.tls_mode, mode)
        if expect.backend_sees_tls is not UNSET:
            backend = self.decision.backend
            self.found.equal("backend_sees_tls", expect.backend_sees_tls, mode == "Passthrough" or backend.tls is not None)
        if expect.sni_seen_by_backend is not UNSET:
            self.found.equal(
                "sni_seen_by_backend", expect.sni_seen_by_backend, self.step.sni if mode == "Passthrough" else None
            )
