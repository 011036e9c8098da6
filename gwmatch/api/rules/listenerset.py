"""ListenerSet: listeners as in a Gateway, each rule within the one set (V-LS)."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import FieldPath
from ..listenerset import ListenerSet
from .gateway import listeners
from .violation import Channel, Violation


def listenerset(resource: ListenerSet, channel: Channel) -> Iterator[Violation]:
    yield from listeners(resource.spec.listeners, FieldPath() / "spec" / "listeners")
