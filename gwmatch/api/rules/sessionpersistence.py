"""Session persistence, wherever it may be asked for (V-SP)."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import FieldPath
from ..sessionpersistence import SessionPersistence
from .violation import Violation, one_of


def persistence_words(given: SessionPersistence, at: FieldPath) -> Iterator[Violation]:
    """What nobody could carry out."""
    yield from one_of(given.type, ("Cookie", "Header"), at, "type")
    if given.cookie_config is not None:
        yield from one_of(given.cookie_config.lifetime_type, ("Permanent", "Session"), at, "cookieConfig", "lifetimeType")


def persistence(given: SessionPersistence, at: FieldPath) -> Iterator[Violation]:
    """What an API server refuses besides."""
    cookie = given.cookie_config
    if cookie is None:
        return
    if cookie.lifetime_type == "Permanent" and given.absolute_timeout is None:  # V-SP-1
        yield Violation(at=at / "absoluteTimeout", message="is required where cookieConfig.lifetimeType is Permanent")
    if given.type != "Cookie":  # V-SP-2
        yield Violation(at=at / "cookieConfig", message="must be given only where type is Cookie")
