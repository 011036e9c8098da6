"""YAML as objects and as lines, from the events of libyaml's parser.

Its composer is never used: it recurses in C, and 25 KB of `[` end the process (HI-L12).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from ...errors import Problem
from .bounds import Bounds
from .building import Builder, TooDeep
from .document import Document
from .outline import Outline
from .scalars import MAPPING_TAGS, SEQUENCE_TAGS, TEXT_TAGS, plain, short_tag, tagged

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def documents(text: str, source: str | None, bounds: Bounds) -> Iterator[Document | Problem]:
    """The documents of a YAML text in their order, and what is wrong with it. Broken syntax ends it."""
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        yield Problem(message=f"holds the control character U+{ord(control[0]):04X}; remove it", source=source, line=line)
        return
    builder, number, start, first_line = Builder(source, bounds), 0, 0, 1
    try:
        for event, begin in _events(text):
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                number += 1
                builder, first_line = Builder(source, bounds), begin.line + 1
                start = text.rfind("\n", 0, begin.index) + 1
            elif kind is yaml.DocumentEndEvent:
                builder.finish(first_line)
                if builder.problems:
                    yield from _numbered(builder.problems, number)
                else:
                    part = text[start : event.end_mark.index]
                    yield Document(source, number, first_line, builder.line, builder.value, part, outline)
            elif not builder.is_hopeless:
                _add(builder, kind, event, begin.line + 1)
    except TooDeep as error:
        yield from _numbered([*builder.problems, Problem(message=bounds.too_deep, source=source, line=error.line)], number)
    except yaml.YAMLError as error:
        yield from _numbered([*builder.problems, _syntax(error, source, text, bounds)], max(number, 1))


def _events(text: str) -> Iterator[tuple[Any, Any]]:
    """What libyaml finds, each with where it begins; without the beginning and end of the stream."""
    next_event: Callable[[], Any] = yaml.CLoader(text).get_event
    next_event()
    while type(event := next_event()) is not yaml.StreamEndEvent:
        yield event, event.start_mark


def _add(builder: Builder, kind: type, event: Any, line: int) -> None:
    if kind is yaml.ScalarEvent:
        builder.scalar(_value(builder, event, line), line, event.anchor)
    elif kind is yaml.MappingStartEvent:
        if event.tag not in MAPPING_TAGS:
            builder.refuse(f"the tag {short_tag(event.tag)} is not allowed; remove it", line)
        builder.begin({}, line, event.anchor)
    elif kind is yaml.SequenceStartEvent:
        if event.tag not in SEQUENCE_TAGS:
            builder.refuse(f"the tag {short_tag(event.tag)} is not allowed; remove it", line)
        builder.begin([], line, event.anchor)
    elif kind is yaml.AliasEvent:
        builder.alias(event.anchor, line)
    else:
        builder.end(line)


def _value(builder: Builder, event: Any, line: int) -> object:
    text: str = event.value
    if event.tag is None:
        if event.style:
            return text
        if text == "<<" and builder.wants_key:
            builder.refuse("merge keys '<<' are not allowed; write the fields out", line)
            return text
    elif event.tag in TEXT_TAGS:
        return text
    try:
        return plain(text) if event.tag is None else tagged(text, event.tag)
    except ValueError as error:
        builder.refuse(str(error), line)
        return None


def _syntax(error: yaml.YAMLError, source: str | None, text: str, bounds: Bounds) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        words = " ".join(filter(None, (error.context, error.problem)))
        # What is missing at the end is missed on a line after the last.
        last = text.count("\n") + (not text.endswith("\n"))
        line = None if mark is None else min(mark.line + 1, last)
        if "nesting depth" in words:
            # libyaml 0.2.6 reads a thousand brackets ahead, and gives up before it tells of the first one (HI-L12).
            return Problem(message=bounds.too_deep, source=source, line=line)
        column = "" if mark is None else f" (column {mark.column + 1})"
        return Problem(message=f"is not valid YAML: {words}{column}", source=source, line=line)
    return Problem(message=f"is not valid YAML: {getattr(error, 'reason', None) or 'it cannot be read'}", source=source)


def _numbered(problems: list[Problem], number: int) -> list[Problem]:
    """The same problems, saying in which document they are where that is not the first."""
    if number == 1:
        return problems
    return [
        Problem(message=f"document {number}: {problem.message}", source=problem.source, line=problem.line)
        for problem in problems
    ]


def outline(text: str, first_line: int, into: Outline) -> None:
    """Tells the lines of all values of one document, as it was cut out of its text."""
    shift = first_line
    for event, begin in _events(text):
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            shift = first_line - begin.line
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            into.begin(kind is yaml.MappingStartEvent, begin.line + shift)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            into.end()
        elif kind in (yaml.ScalarEvent, yaml.AliasEvent):
            into.scalar(getattr(event, "value", None), begin.line + shift)
