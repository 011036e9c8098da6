"""Durations and the settings made of them: timeouts, retries, sessions."""

from __future__ import annotations

from ..api import HTTPRouteRetry, HTTPRouteTimeouts, duration
from ..api import SessionPersistence as WrittenPersistence
from ..ir import Retry, SessionPersistence, Timeouts


def nanoseconds(text: str | None) -> int | None:
    """A Duration of the standard as a number.

    >>> nanoseconds("1m30s"), nanoseconds("0s"), nanoseconds(None)
    (90000000000, 0, None)
    """
    return None if text is None else duration(text)


UNTIMED = Timeouts()


def lower_timeouts(written: HTTPRouteTimeouts) -> Timeouts:
    return Timeouts(nanoseconds(written.request), nanoseconds(written.backend_request))


def lower_retry(written: HTTPRouteRetry | None) -> Retry | None:
    if written is None:
        return None
    return Retry(written.codes, 1 if written.attempts is None else written.attempts, nanoseconds(written.backoff))


def lower_persistence(written: WrittenPersistence | None) -> SessionPersistence | None:
    if written is None:
        return None
    lifetime = written.cookie_config.lifetime_type if written.cookie_config is not None else "Session"
    return SessionPersistence(written.session_name, written.type, nanoseconds(written.absolute_timeout), lifetime)
