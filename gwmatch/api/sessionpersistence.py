"""SessionPersistence (resources.md 4): of rules and of XBackendTrafficPolicy."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .model import Model
from .scalars import Duration


class CookieConfig(Model, frozen=True, kw_only=True):
    lifetime_type: str = "Session"
    """`Permanent` or `Session`."""


class SessionPersistence(Model, frozen=True, kw_only=True):
    session_name: Annotated[str, Meta(max_length=128)] | None = None
    absolute_timeout: Duration | None = None
    type: str = "Cookie"
    """`Cookie` or `Header`."""
    cookie_config: CookieConfig | None = None
