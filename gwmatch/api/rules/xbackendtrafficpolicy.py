"""XBackendTrafficPolicy (V-XP)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..timestamps import duration
from ..xbackendtrafficpolicy import RetryConstraint, XBackendTrafficPolicy
from .sessionpersistence import persistence, persistence_words
from .violation import Channel, Violation, distinct

_SPEC: Final = FieldPath() / "spec"
_SECOND: Final = 1_000_000_000
_HOUR: Final = 3600 * _SECOND


def xbackendtrafficpolicy(resource: XBackendTrafficPolicy, channel: Channel) -> Iterator[Violation]:
    spec = resource.spec
    # V-API-3
    named = "targets must be unique"
    yield from distinct(spec.target_refs, named, _SPEC, "targetRefs", key=lambda ref: f"{ref.group}/{ref.kind}/{ref.name}")
    if spec.retry_constraint is not None:
        yield from _constraint(spec.retry_constraint, _SPEC / "retryConstraint")
    if spec.session_persistence is not None:
        yield from persistence_words(spec.session_persistence, _SPEC / "sessionPersistence")
        yield from persistence(spec.session_persistence, _SPEC / "sessionPersistence")


def _constraint(given: RetryConstraint, at: FieldPath) -> Iterator[Violation]:
    budget = duration(given.budget.interval)
    if budget is not None and not _SECOND <= budget <= _HOUR:  # V-XP-1
        message = f"must be at least 1s and at most 1h; is {shown(given.budget.interval)}"
        yield Violation(at=at / "budget" / "interval", message=message)
    rate = None if given.min_retry_rate.interval is None else duration(given.min_retry_rate.interval)
    if rate is not None and not 0 < rate <= _HOUR:  # V-XP-2
        message = f"must be longer than zero and at most 1h; is {shown(given.min_retry_rate.interval)}"
        yield Violation(at=at / "minRetryRate" / "interval", message=message)
