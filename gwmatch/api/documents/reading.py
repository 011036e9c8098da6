"""A text of any kind: which format it is in, and what it may be instead when it is in none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from ...errors import Problem
from . import jsontext, yamltext
from .bounds import DEFAULTS, Bounds
from .document import Document

Format = Literal["yaml", "json"]

_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|head|body)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{")


def read(
    text: str | bytes, source: str | None = None, *, format: Format | None = None, bounds: Bounds = DEFAULTS
) -> Iterator[Document | Problem]:
    """The documents of a text in their order, and everything that is wrong with it. Never raises for any text.

    Without a format, a text that starts with `{` and is valid JSON is read as JSON, and any other as YAML.

    >>> [document.value for document in read("a: 1\\n---\\nb: [yes, 0x10]\\n")]
    [{'a': 1}, {'b': ['yes', '0x10']}]
    >>> print(*read("a: 1\\na: 2\\n", "shop.yaml"))
    shop.yaml:2: the key 'a' occurs twice in one mapping; remove one
    """
    decoded = _decoded(text, source, bounds.bytes)
    if isinstance(decoded, Problem):
        yield decoded
        return
    if _MARKUP.match(decoded):
        yield Problem(message="is an HTML or XML page, not YAML; maybe a download that failed", source=source, line=1)
        return
    found = _sniffed(decoded, source, bounds) if format is None else _READERS[format](decoded, source, bounds)
    is_template = format != "json" and _TEMPLATE.search(decoded) is not None
    for each in found:
        if isinstance(each, Document):
            if each.value is not None:  # an empty document
                yield each
        elif is_template:
            hint = "; it holds '{{': if this is a Helm template, render it first with 'helm template'"
            yield Problem(message=each.message + hint, source=source, line=each.line)
            return  # what follows from unrendered braces is not worth reading
        else:
            yield each


_READERS: Final = {"yaml": yamltext.documents, "json": jsontext.documents}


def _sniffed(text: str, source: str | None, bounds: Bounds) -> Iterator[Document | Problem]:
    if text.lstrip()[:1] == "{":
        found = list(jsontext.documents(text, source, bounds))
        if not any(isinstance(each, Problem) and each.message.startswith("is not valid JSON") for each in found):
            yield from found
            return
    yield from yamltext.documents(text, source, bounds)


def _decoded(text: str | bytes, source: str | None, max_bytes: int) -> str | Problem:
    """The text without a byte order mark, or why it is none (HI-L1, HI-L8)."""
    if isinstance(text, str):
        try:
            size = len(text) if text.isascii() else len(text.encode())
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            return Problem(message="is not valid Unicode text: it holds a lone surrogate", source=source, line=line)
        decoded = text
    else:
        size = len(text)
        if size <= max_bytes:
            if b"\0" in text[:1024]:
                return Problem(message=_binary(text), source=source)
            try:
                decoded = str(text, "utf-8")
            except UnicodeDecodeError as error:
                line = text.count(b"\n", 0, error.start) + 1
                message = f"is not UTF-8 text: byte 0x{text[error.start]:02X}; save it as UTF-8"
                return Problem(message=message, source=source, line=line)
    if size > max_bytes:
        return Problem(message=f"is larger than {max_bytes:,} bytes; split it into several files", source=source)
    return decoded.removeprefix("\ufeff")


def _binary(text: bytes) -> str:
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16 text; save it as UTF-8"
    return "is a binary file, not YAML or JSON"
