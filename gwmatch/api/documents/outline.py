"""Where the fields of a document stand, found on demand by reading its text once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

Steps = tuple[str | int, ...]

_NO_KEY: Final = object()


class _Wanted:
    """A field whose line is asked for, or which leads to one."""

    __slots__ = ("inner", "line")

    def __init__(self) -> None:
        self.inner: dict[str | int, _Wanted] = {}
        self.line: int | None = None


class _Open:
    __slots__ = ("index", "is_mapping", "key", "wanted")

    def __init__(self, is_mapping: bool, wanted: _Wanted | None) -> None:
        self.is_mapping = is_mapping
        self.wanted = wanted
        self.index = 0
        self.key: object = _NO_KEY


class Outline:
    """Listens to a walk over a document and remembers the lines of the fields that were asked for.

    A field of a mapping stands on the line of its key, an item where it begins.
    """

    def __init__(self, paths: Sequence[Steps]) -> None:
        self._root = _Wanted()
        self._paths = paths
        self._open: list[_Open] = []
        for path in paths:
            node = self._root
            for step in path:
                node = node.inner.setdefault(step, _Wanted())

    def begin(self, is_mapping: bool, line: int) -> None:
        self._open.append(_Open(is_mapping, self._arrive(line)))

    def end(self) -> None:
        self._open.pop()
        self._leave()

    def scalar(self, text: str | None, line: int) -> None:
        """A scalar; None for an alias, whose target is not followed."""
        parent = self._open[-1] if self._open else None
        if parent is not None and parent.is_mapping and parent.key is _NO_KEY:
            parent.key = text
            node = None if parent.wanted is None or text is None else parent.wanted.inner.get(text)
            if node is not None and node.line is None:
                node.line = line
            return
        self._arrive(line)
        self._leave()

    def lines(self, otherwise: int) -> list[int]:
        """For each path the line of its field, or of the nearest one around it that is there."""
        found = []
        for path in self._paths:
            node, line = self._root, self._root.line or otherwise
            for step in path:
                node = node.inner[step]
                line = node.line or line
            found.append(line)
        return found

    def _arrive(self, line: int) -> _Wanted | None:
        """A value begins: what is asked about it, if anything."""
        if not self._open:
            self._root.line = line
            return self._root
        parent = self._open[-1]
        if parent.wanted is None:
            return None
        if parent.is_mapping:
            return parent.wanted.inner.get(parent.key) if isinstance(parent.key, str) else None
        node = parent.wanted.inner.get(parent.index)
        if node is not None:
            node.line = line
        return node

    def _leave(self) -> None:
        if self._open:
            parent = self._open[-1]
            parent.index += 1
            if parent.is_mapping:
                parent.key = object() if parent.key is _NO_KEY else _NO_KEY
