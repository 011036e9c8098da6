"""What is said about an object in its status."""

from __future__ import annotations

import msgspec


class Condition(msgspec.Struct, frozen=True, gc=False):
    type: str
    status: str
    """`True`, `False` or `Unknown`."""
    reason: str
    message: str = ""

    @property
    def is_true(self) -> bool:
        return self.status == "True"


def condition_of(conditions: tuple[Condition, ...], type: str) -> Condition:
    """The condition of a type. Conditions of negative polarity are absent where they do not hold (ST-6)."""
    for condition in conditions:
        if condition.type == type:
            return condition
    return Condition(type, "False", "Absent")
