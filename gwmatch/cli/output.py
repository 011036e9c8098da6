"""Printing: data for programs, aligned and coloured text for people, warnings on stderr."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import click

import gwmatch

COLOURS = {"forward": "green", "redirect": "cyan", "respond": "red", "refuse": "red", "drop": "red"}


def emit(data: Any, form: str) -> None:
    """Prints data as JSON, in ASCII, or as YAML."""
    if form == "json":
        echo(json.dumps(data, indent=2))
    else:
        import yaml  # a third of a verb's time that most runs do not need

        echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000), newline=False)


def echo(text: str, *, newline: bool = True, err: bool = False) -> None:
    """Prints a text; its colours only where they are wanted: NO_COLOR in the environment counts unless --color is given."""
    context = click.get_current_context(silent=True)
    color = None if context is None else context.color
    if color is None and os.environ.get("NO_COLOR"):
        color = False
    click.echo(text, nl=newline, err=err, color=color)


def warn(problems: Iterable[gwmatch.Problem]) -> None:
    for problem in problems:
        echo(f"{click.style('warning', fg='yellow')}: {problem}", err=True)


def fields(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Lines of labels and values; a label that repeats is said once."""
    last = ""
    for label, value in pairs:
        yield f"  {dim('' if label == last else label)}{' ' * (10 - (0 if label == last else len(label)))} {value}".rstrip()
        last = label


def aligned(rows: Iterable[Sequence[str]], indent: str = "  ") -> Iterable[str]:
    """Rows in columns as wide as their widest text."""
    rows = list(rows)
    widths: list[int] = []
    for row in rows:
        widths += [0] * (len(row) - len(widths))
        cells = (*row, *[""] * (len(widths) - len(row)))
        widths = [max(width, len(click.unstyle(cell))) for width, cell in zip(widths, cells, strict=True)]
    for row in rows:
        padded = (cell + " " * (width - len(click.unstyle(cell))) for cell, width in zip(row, widths, strict=False))
        yield (indent + "  ".join(padded)).rstrip()


def dim(text: str) -> str:
    return click.style(text, dim=True) if text else text


def bold(text: str) -> str:
    return click.style(text, bold=True)


def plain(value: bytes) -> str:
    """Bytes as text: UTF-8, and what is none with backslashes."""
    return value.decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """A text that a terminal takes for nothing but text."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def duration(nanoseconds: int) -> str:
    """A duration in the standard's notation.

    >>> duration(90_000_000_000), duration(0), duration(1_500_000_000)
    ('1m30s', '0s', '1s500ms')
    """
    parts, rest = [], nanoseconds
    for unit, size in (("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def percent(share: float) -> str:
    """A share for people.

    >>> percent(0.9), percent(1 / 3)
    ('90%', '33.3%')
    """
    return f"{share * 100:.3g}%"
