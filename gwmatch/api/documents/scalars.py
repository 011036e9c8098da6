"""What a scalar means: what it means in JSON, and a string otherwise (HI-L6, HI-L7)."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isinf
from typing import Final

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NOT_IN_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|NaN")
_WORDS: Final[dict[str, object]] = {"": None, "~": None, "null": None, "true": True, "false": False}
_MAYBE_NUMBER: Final = frozenset("-0123456789")
_MAYBE_REFUSED: Final = frozenset("-+.N")
LONGEST_INT: Final = 600
"""Digits beyond which `int` gets quadratic; at 640 a program can forbid Python to read more."""

SURROGATE = re.compile("[\ud800-\udfff]")

_TAG: Final = "tag:yaml.org,2002:"
SEQUENCE_TAGS: Final = frozenset({None, "!", _TAG + "seq"})
MAPPING_TAGS: Final = frozenset({None, "!", _TAG + "map"})
TEXT_TAGS: Final = frozenset({"!", _TAG + "str"})
_TYPED: Final[dict[str, tuple[type, ...]]] = {
    _TAG + "null": (type(None),),
    _TAG + "bool": (bool,),
    _TAG + "int": (int, Decimal),
    _TAG + "float": (float, int, Decimal),
}


def plain(text: str) -> object:
    """The value of a YAML scalar without quotes and without a tag.

    Raises ValueError for what JSON cannot say.

    >>> plain("80"), plain("0x50"), plain("1:20"), plain("yes"), plain("true"), plain("~")
    (80, '0x50', '1:20', 'yes', True, None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAYBE_NUMBER:
        match = _NUMBER.fullmatch(text)
        if match is not None:
            return integer(text) if match[1] is None and match[2] is None else floating(text)
    if text[0] in _MAYBE_REFUSED and _NOT_IN_JSON.fullmatch(text):
        raise ValueError(f"{text} is no number that JSON has; put it in quotes if it is meant as text")
    return text


def tagged(text: str, tag: str) -> object:
    """The value of a YAML scalar with a tag. Raises ValueError for tags outside the core schema (HI-L2)."""
    types = _TYPED.get(tag)
    if types is None:
        raise ValueError(f"the tag {short_tag(tag)} is not allowed; remove it")
    value = plain(text)
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise ValueError(f"the tag {short_tag(tag)} does not fit its value; remove it")
    return float(value) if tag == _TAG + "float" and isinstance(value, int) else value


def short_tag(tag: str | None) -> str:
    """A tag as people write it."""
    if tag is None:
        return ""
    return "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag


def integer(text: str) -> int | Decimal:
    """A whole number without loss; as a Decimal, which is read in linear time, if it is very long (HI-L7)."""
    return int(text) if len(text) <= LONGEST_INT else Decimal(text)


def floating(text: str) -> float:
    """A number with a fraction or an exponent. Raises ValueError if it is too large."""
    value = float(text)
    if isinf(value):
        raise ValueError(f"{text[:40]} is larger than any number that JSON readers agree on")
    return value


def constant(text: str) -> object:
    """Raises ValueError for the constants that Python's JSON reader would admit."""
    raise ValueError(f"{text} is no number that JSON has")
