"""XBackendTrafficPolicy: retry budgets and session persistence of a backend (resources.md 13). Experimental channel."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .meta import EXPERIMENTAL_GROUP, Resource
from .model import Model
from .references import LocalPolicyTargetReference
from .scalars import Duration
from .sessionpersistence import SessionPersistence


class BudgetDetails(Model, frozen=True, kw_only=True):
    """The share of requests that may be retries, over a window of time."""

    percent: Annotated[int, Meta(ge=0, le=100)] = 20
    interval: Duration = "10s"


class RequestRate(Model, frozen=True, kw_only=True):
    """A number of requests in a time. Its defaults belong to whoever holds it: a part that is left out is None."""

    count: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    interval: Duration | None = None


class RetryConstraint(Model, frozen=True, kw_only=True):
    budget: BudgetDetails = BudgetDetails()
    min_retry_rate: RequestRate = RequestRate(count=10, interval="1s")
    """Retries that are let through whatever the budget says."""


class XBackendTrafficPolicySpec(Model, frozen=True, kw_only=True):
    target_refs: Annotated[tuple[LocalPolicyTargetReference, ...], Meta(min_length=1, max_length=16)]
    retry_constraint: RetryConstraint | None = None
    session_persistence: SessionPersistence | None = None


class XBackendTrafficPolicy(Resource, frozen=True, kw_only=True):
    GROUP: ClassVar[str] = EXPERIMENTAL_GROUP
    KIND: ClassVar[str] = "XBackendTrafficPolicy"

    api_version: str = f"{EXPERIMENTAL_GROUP}/v1alpha1"
    kind: str = "XBackendTrafficPolicy"
    spec: XBackendTrafficPolicySpec
