"""JSON as objects and as lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ...errors import Problem
from .bounds import Bounds
from .building import Builder
from .document import Document
from .outline import Outline
from .scalars import LONGEST_INT, SURROGATE, constant, floating, integer

# Possessive, and content with a string that does not end: no text makes this quadratic.
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)
_TOKEN = re.compile(r'("(?:[^"\\]++|\\.)*+"?)|([\[{])|([\]}])|([^\s,:\[\]{}"]++)', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONG: Final = re.compile(f"[0-9]{{{LONGEST_INT + 1}}}")
_UNSURE: Final = object()
_WORDS: Final[dict[str, object]] = {"null": None, "true": True, "false": False}


def documents(text: str, source: str | None, bounds: Bounds) -> Iterator[Document | Problem]:
    """The one document of a JSON text, or what is wrong with it. A text without any value has none."""
    if not text.strip(" \t\r\n"):
        return
    quick = _quickly(text, bounds)
    if quick is not _UNSURE:
        yield Document(source, 1, 1, _first_line(text), quick, text, outline)
        return
    deep = _too_deep(text, bounds)
    if deep is not None:
        yield Problem(message=bounds.too_deep, source=source, line=deep)
        return
    try:
        try:
            value = json.loads(
                text, object_pairs_hook=_mapping, parse_int=integer, parse_float=floating, parse_constant=constant
            )
            dubious = _ESCAPED_SURROGATE.search(text) is not None
        except json.JSONDecodeError:
            raise
        except ValueError:
            json.loads(text, parse_int=len, parse_float=len)  # broken syntax further on is the first thing to be said
            dubious = True
    except json.JSONDecodeError as error:
        message = f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
        yield Problem(message=message, source=source, line=error.lineno)
        return
    if dubious:
        builder = Builder(source, bounds)
        _build(text, builder)
        value = builder.value
        if builder.problems:
            yield from builder.problems
            return
    yield Document(source, 1, 1, _first_line(text), value, text, outline)


def _quickly(text: str, bounds: Bounds) -> Any:
    """The value of a text about which there is nothing to be said, which are most; _UNSURE where a closer look is needed.

    PERF(bench_compile::bench_one_rule_json): msgspec reads several times as fast as Python's reader with all the questions
    that are put to it here, but says nothing of keys that occur twice and of depth. What it makes of the value again does.
    """
    if "\\" in text or _may_hold_long_integer(text):
        return _UNSURE
    try:
        value = msgspec.json.decode(text)
        again = msgspec.json.encode(value)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return _UNSURE
    # Nothing is escaped, so that every quotation mark is the border of a string. The first of two equal keys gets lost.
    if again.count(b'"') != text.count('"'):
        return _UNSURE
    # A line that is indented by so many spaces stands inside as many lists and mappings.
    is_deep = b"\n" + b" " * bounds.depth in msgspec.json.format(again, indent=1)
    return _UNSURE if is_deep else value


def _may_hold_long_integer(text: str) -> bool:
    """Whether there are more digits in a row than are read as an int; looked for where such a row must pass."""
    return any(
        text[at].isdigit() and _LONG.search(text, max(at - LONGEST_INT, 0), at + LONGEST_INT + 1) is not None
        for at in range(0, len(text), LONGEST_INT)
    )


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _too_deep(text: str, bounds: Bounds) -> int | None:
    """The line on which the text gets deeper than is read, if it does (HI-L12)."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        kind = match.lastindex
        if kind == 1:
            depth += 1
            if depth > bounds.depth:
                return text.count("\n", 0, match.start()) + 1
        elif kind == 2:
            depth -= 1
    return None


def _tokens(text: str) -> Iterator[tuple[int, str, int]]:
    """Strings (1), brackets that open (2) or close (3), and words (4), each with its line. The text is valid."""
    line, at = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield match.lastindex or 0, match[0], line


def _first_line(text: str) -> int:
    return text.count("\n", 0, len(text) - len(text.lstrip(" \t\r\n"))) + 1


def _build(text: str, builder: Builder) -> None:
    """Slower than Python's reader, but it knows where it is."""
    for kind, token, line in _tokens(text):
        if kind == 2:
            builder.begin({} if token == "{" else [], line)
        elif kind == 3:
            builder.end(line)
        elif kind == 1:
            string = json.loads(token)
            if SURROGATE.search(string):
                builder.refuse("holds half of a surrogate pair, which is no character; remove it", line)
                string = SURROGATE.sub("?", string)
            builder.scalar(string, line)
        else:
            builder.scalar(_word(token, line, builder), line)


def _word(token: str, line: int, builder: Builder) -> object:
    if token in _WORDS:
        return _WORDS[token]
    try:
        return json.loads(token, parse_int=integer, parse_float=floating, parse_constant=constant)
    except ValueError as error:
        builder.refuse(str(error), line)
        return None


def outline(text: str, first_line: int, into: Outline) -> None:
    """Tells the lines of all values of the document, which is all of its text."""
    for kind, token, line in _tokens(text):
        if kind == 2:
            into.begin(token == "{", line)
        elif kind == 3:
            into.end()
        else:
            into.scalar(json.loads(token) if kind == 1 else token, line)
