"""What the CRDs ask of routes of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Protocol

from ...errors import FieldPath
from ..references import ParentReference
from .references import parent_refs
from .violation import Channel, Violation, distinct, one_of

SPEC: Final = FieldPath() / "spec"
RULES: Final = SPEC / "rules"
_PARENTS: Final = SPEC / "parentRefs"
_MATCHES_PER_ROUTE: Final = 128


class _Spec(Protocol):
    @property
    def parent_refs(self) -> tuple[ParentReference, ...]: ...
    @property
    def use_default_gateways(self) -> str | None: ...


class _Named(Protocol):
    @property
    def name(self) -> str | None: ...


def shared_fields(spec: _Spec, channel: Channel) -> Iterator[Violation]:
    """The fields that all of them have."""
    if len(spec.parent_refs) > 1:  # one alone can be mistaken for no other
        yield from parent_refs(spec.parent_refs, _PARENTS, channel)
    if spec.use_default_gateways is not None:
        yield from one_of(spec.use_default_gateways, ("All", "None"), SPEC, "useDefaultGateways")


def rule_names(rules: Sequence[_Named]) -> Iterator[Violation]:
    """V-HR-2, V-GR-2: a name that is left out is none."""
    yield from distinct(rules, "rule names must be unique", RULES, field="name", key=lambda rule: rule.name)


@lru_cache(maxsize=64)
def rule_at(index: int) -> FieldPath:
    """Where a rule stands."""
    return RULES[index]


def matches_in_all(counts: Sequence[int]) -> Iterator[Violation]:
    """V-HR-1, V-GR-1."""
    total = sum(counts)
    if total > _MATCHES_PER_ROUTE:
        message = f"must have at most {_MATCHES_PER_ROUTE} matches in all rules together, have {total}; split the route"
        yield Violation(at=RULES, message=message)
