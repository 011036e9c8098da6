"""Texts that a regular expression takes, drawn by its own text: for requests that are to hit it.

Only what people write in routes is understood: characters, classes, groups, alternatives, repetition. Whether the text really
matches is for the engine to say; what is not understood gives a text that probably does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable

_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLASSES = {"d": _DIGITS, "w": f"{_LOWER}{_DIGITS}_", "s": " ", "D": _LOWER, "W": "-", "S": _LOWER}
_ANY = f"{_LOWER}{_DIGITS}-"
_MOST = 3
"""How often something is repeated at most beyond what it must be."""

Draw = Callable[[random.Random], str]


class _Unread(Exception):
    """Something of the pattern that is not understood."""


def sample(pattern: str | bytes, rng: random.Random) -> bytes:
    """A text that most likely matches the whole pattern.

    >>> import re
    >>> all(re.fullmatch(rb"/users/[0-9]+(/.*)?", sample("/users/[0-9]+(/.*)?", random.Random(n))) for n in range(50))
    True
    >>> sample("(?i:a)|b{2,3}$", random.Random(1)) in (b"a", b"bb", b"bbb"), sample("\\\\p{Greek}", random.Random(1))
    (True, b'/')
    """
    text = pattern.decode("utf-8", "replace") if isinstance(pattern, bytes) else pattern
    try:
        return _Reader(text).whole()(rng).encode("utf-8", "replace")
    except _Unread:
        return b"/"


class _Reader:
    """A pattern, read from left to right into functions that draw."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> Draw:
        made = self.alternatives()
        if self.at < len(self.text):
            raise _Unread
        return made

    def alternatives(self) -> Draw:
        found = [self.sequence()]
        while self.takes("|"):
            found.append(self.sequence())
        return lambda rng: rng.choice(found)(rng)

    def sequence(self) -> Draw:
        parts: list[Draw] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated(self.atom()))
        return lambda rng: "".join(part(rng) for part in parts)

    def repeated(self, atom: Draw) -> Draw:
        least, most = 1, 1
        if self.takes("*"):
            least, most = 0, _MOST
        elif self.takes("+"):
            most = 1 + _MOST
        elif self.takes("?"):
            least = 0
        elif self.takes("{"):
            low, comma, high = self.until("}").partition(",")
            if not low.isdigit() or not (high.isdigit() or not high):
                raise _Unread
            least = int(low)
            most = int(high) if high else least + _MOST if comma else least
        else:
            return atom
        self.takes("?")  # lazy or not, the whole value has to match
        bounded = min(most, least + _MOST)
        return lambda rng: "".join(atom(rng) for _ in range(rng.randint(least, bounded)))

    def atom(self) -> Draw:
        character = self.next()
        if character == "(":
            return self.group()
        if character == "[":
            return self.one_of(self.bracket())
        if character == ".":
            return self.one_of(_ANY)
        if character in "^$":
            return lambda rng: ""
        if character == "\\":
            return self.one_of(self.escaped())
        if character in "*+?{":
            raise _Unread
        return self.one_of(character)

    def group(self) -> Draw:
        if self.takes("?"):
            if self.takes("P<") or self.takes("<"):
                self.until(">")
            else:
                flags = self.flags()
                if flags.endswith(")"):
                    return lambda rng: ""
        inner = self.alternatives()
        if not self.takes(")"):
            raise _Unread
        return inner

    def flags(self) -> str:
        """What stands between `(?` and the `:` or `)` that ends it."""
        start = self.at
        while (character := self.next()) not in ":)":
            if character not in "imsUu-":
                raise _Unread
        return self.text[start : self.at]

    def escaped(self) -> str:
        character = self.next()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in "AzbB" or character.isalnum():
            raise _Unread
        return character

    def bracket(self) -> str:
        """The characters of a class, or some that it leaves out."""
        negated = self.takes("^")
        found = ""
        while not (self.takes("]") and found):
            character = self.next()
            if character == "[":
                raise _Unread
            chosen = self.escaped() if character == "\\" else character
            if len(chosen) == 1 and self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                last = ord(self.next())
                if not ord(chosen) <= last < ord(chosen) + 4096:
                    raise _Unread
                chosen = "".join(map(chr, range(ord(chosen), last + 1)))
            found += chosen
        if not negated:
            return found
        others = "".join(each for each in _ANY + _UPPER if each not in found)
        if not others:
            raise _Unread
        return others

    @staticmethod
    def one_of(characters: str) -> Draw:
        return lambda rng: rng.choice(characters)

    def next(self) -> str:
        if self.at >= len(self.text):
            raise _Unread
        self.at += 1
        return self.text[self.at - 1]

    def takes(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def until(self, mark: str) -> str:
        end = self.text.find(mark, self.at)
        if end < 0:
            raise _Unread
        found = self.text[self.at : end]
        self.at = end + len(mark)
        return found
