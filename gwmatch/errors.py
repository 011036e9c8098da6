"""What the caller did wrong, said so that it can be put right.

Three channels say no (see docs/architecture.md): exceptions under GwmatchError for the caller and for broken documents,
Conditions for resources that cannot be honoured, Decisions for requests that nobody wants. Only the first live here.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class FieldPath:
    """Where a field stands in its object, as kubectl prints it.

    >>> at = FieldPath() / "spec" / "rules"
    >>> str((at[2] / "matches")[0] / "path" / "value")
    'spec.rules[2].matches[0].path.value'
    """

    __slots__ = ("steps",)

    def __init__(self, steps: tuple[str | int, ...] = ()) -> None:
        self.steps = steps

    def __truediv__(self, name: str) -> FieldPath:
        return FieldPath((*self.steps, name))

    def __getitem__(self, index: int) -> FieldPath:
        return FieldPath((*self.steps, index))

    def __str__(self) -> str:
        text = ""
        for step in self.steps:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                text += f".{step}" if text else step
        return text

    def __repr__(self) -> str:
        return f"FieldPath({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldPath) and self.steps == other.steps

    def __hash__(self) -> int:
        return hash(self.steps)

    def startswith(self, other: FieldPath) -> bool:
        """Whether this field is `other` or lies inside it."""
        return self.steps[: len(other.steps)] == other.steps


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with the input, with everything needed to find it and the remedy in its message."""

    message: str
    resource: str | None = None
    """`Kind namespace/name`, or `Kind name` for a cluster-scoped object."""
    at: FieldPath = FieldPath()
    source: str | None = None
    """The file as it was named, `<stdin>`, or None for objects that were handed in."""
    line: int | None = None
    """Counted from 1."""

    def __str__(self) -> str:
        place = None if self.source is None else self.source if self.line is None else f"{self.source}:{self.line}"
        return ": ".join(part for part in (place, self.resource, str(self.at), self.message) if part)


class GwmatchError(Exception):
    """Everything that gwmatch raises on purpose."""


class LoadError(GwmatchError):
    """The documents cannot be used. `problems` has all of them, of all files, in the order of the input."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class CompileError(GwmatchError):
    """The resources are well-formed, but no table can be made of them as asked: no such Gateway, or a limit is passed."""

    def __init__(self, message: str, *, resource: str | None = None) -> None:
        self.resource = resource
        super().__init__(message if resource is None else f"{resource}: {message}")


class UsageError(GwmatchError, ValueError):
    """A call that can mean nothing: a port that the Gateway does not listen on, a URL that is no URL."""
