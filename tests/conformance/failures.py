"""What a step found wrong, so that all of a case can be shown together."""

from __future__ import annotations

from typing import Any, NamedTuple


class Failure(NamedTuple):
    step: int
    subtest: str
    field: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        where = f"step {self.step}" + (f" ({self.subtest})" if self.subtest else "")
        return f"{where}: {self.field}: expected {self.expected!r}, got {self.got!r}"


class Findings(list[Failure]):
    """The failures of one step."""

    def __init__(self, step: Any) -> None:
        super().__init__()
        self.step = step

    def add(self, field: str, expected: Any, got: Any) -> None:
        self.append(Failure(self.step.id, self.step.subtest, field, expected, got))

    def equal(self, field: str, expected: Any, got: Any) -> None:
        if expected != got:
            self.add(field, expected, got)
