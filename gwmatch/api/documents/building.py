"""One document as an object, built step by step from what a parser finds."""

from __future__ import annotations

from typing import Any, Final

from ...errors import Problem
from .bounds import Bounds

_NO_KEY: Final = object()
_LOST_KEY: Final = object()
"""The key was refused; its value is read, so that what is wrong inside is said too, and forgotten."""


class TooDeep(Exception):
    """The text nests deeper than anything that is read (HI-L12). `line` is where it passes the limit."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


class _Open:
    """A list or mapping that has begun."""

    __slots__ = ("anchor", "is_mapping", "key", "nodes_before", "value")

    def __init__(self, value: Any, is_mapping: bool, anchor: str | None, nodes_before: int) -> None:
        self.value = value
        self.is_mapping = is_mapping
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: object = _NO_KEY


class Builder:
    """Told what stands in a document, one thing after the other; `value` has the object in the end.

    What is wrong is collected in `problems`, and then there is no object to be used.
    """

    __slots__ = ("_aliased", "_anchors", "_bounds", "_nodes", "_open", "_opened", "_source", "line", "problems", "value")

    def __init__(self, source: str | None, bounds: Bounds) -> None:
        self.value: Any = None
        self.line = 1
        """Where the value begins."""
        self.problems: list[Problem] = []
        self._source = source
        self._bounds = bounds
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._opened: set[str] = set()
        self._nodes = 0
        self._aliased = False

    @property
    def is_hopeless(self) -> bool:
        """Whether the rest of the document need not be read, since it is too large."""
        return self._aliased and self._nodes > self._bounds.values

    @property
    def wants_key(self) -> bool:
        """Whether what comes next is the key of a mapping."""
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is _NO_KEY

    def refuse(self, message: str, line: int) -> None:
        self.problems.append(Problem(message=message, source=self._source, line=line))

    def begin(self, value: Any, line: int, anchor: str | None = None) -> None:
        """A list or mapping begins; `value` is the empty one to be filled."""
        if len(self._open) >= self._bounds.depth:
            raise TooDeep(line)
        if not self._open:
            self.line = line
        if anchor is not None:
            self._opened.add(anchor)
        self._open.append(_Open(value, isinstance(value, dict), anchor, self._nodes))
        self._nodes += 1

    def end(self, line: int) -> None:
        """The innermost list or mapping ends."""
        closed = self._open.pop()
        if closed.anchor is not None:
            self._opened.discard(closed.anchor)
            self._anchors[closed.anchor] = (closed.value, self._nodes - closed.nodes_before)
        self._put(closed.value, line)

    def scalar(self, value: object, line: int, anchor: str | None = None) -> None:
        self._nodes += 1
        if anchor is not None:
            self._anchors[anchor] = (value, 1)
        self._put(value, line)

    def alias(self, name: str, line: int) -> None:
        if name in self._opened:
            self.refuse(f"the alias *{name} stands inside what it repeats", line)
            self._put(None, line)
            return
        if name not in self._anchors:
            self.refuse(f"the alias *{name} repeats nothing that stands before it", line)
            self._put(None, line)
            return
        value, nodes = self._anchors[name]
        self._aliased = True
        self._nodes += nodes
        self._put(value, line)

    def finish(self, line: int) -> None:
        """The document has ended."""
        if self.is_hopeless:
            most = f"{self._bounds.values:,}"
            self.refuse(f"has more than {most} values with what its aliases repeat; write out less in one document", line)

    def _put(self, value: Any, line: int) -> None:
        if not self._open:
            self.value = value
            return
        parent = self._open[-1]
        if not parent.is_mapping:
            parent.value.append(value)
        elif parent.key is _NO_KEY:
            parent.key = self._key(value, parent.value, line)
        else:
            if parent.key is not _LOST_KEY:
                parent.value[parent.key] = value
            parent.key = _NO_KEY

    def _key(self, key: object, mapping: dict[str, Any], line: int) -> object:
        if not isinstance(key, str):
            what = "empty" if key is None else "a list or mapping" if isinstance(key, list | dict) else str(key)[:40]
            self.refuse(f"a key must be a string, is {what}; put it in quotes", line)
            return _LOST_KEY
        if key in mapping:
            self.refuse(f"the key {key[:80]!r} occurs twice in one mapping; remove one", line)
            return _LOST_KEY
        return key
