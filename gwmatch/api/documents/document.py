"""One document of a text: its object, and where each field of it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .outline import Outline, Steps


class Document:
    """One document. It keeps its text, to find lines in when somebody asks."""

    __slots__ = ("_first_line", "_item_lines", "_outline", "line", "number", "source", "text", "value")

    def __init__(
        self,
        source: str | None,
        number: int,
        first_line: int,
        line: int,
        value: object,
        text: str,
        outline: Callable[[str, int, Outline], None],
    ) -> None:
        self.source = source
        self.number = number
        """Counted from 1 within its text."""
        self.line = line
        """Of its value's beginning, counted from 1 within its text."""
        self.value = value
        """The object; it is let go of once it has been read into Structs."""
        self.text = text
        self._first_line = first_line
        self._outline = outline
        self._item_lines: dict[Steps, int] = {}

    def lines(self, paths: Sequence[Steps]) -> list[int]:
        """The lines of fields, or of what is nearest around them where they are absent. One walk for all."""
        outline = Outline(paths)
        self._outline(self.text, self._first_line, outline)
        return outline.lines(self.line)

    def line_of_item(self, prefix: Steps, count: int) -> int:
        """The line of one item of a List; those of all `count` items are found at once and remembered."""
        if not prefix:
            return self.line
        if prefix not in self._item_lines:
            paths: list[Steps] = [(*prefix[:-1], index) for index in range(count)]
            self._item_lines.update(zip(paths, self.lines(paths), strict=True))
        return self._item_lines.get(prefix, self.line)
