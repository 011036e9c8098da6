"""Header lines, edited and read: RequestHeaderModifier and ResponseHeaderModifier.

Names are compared without the case of A to Z and are otherwise bytes (HI-F1): `_` is not `-`, and nothing trims a name
that is no token into one (HI-F5). The cost is linear in the number of lines, whatever names they share (HI-F7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..ir import HeaderEdit

Line = tuple[bytes, bytes]

# RFC 9110 5.5: whoever does not refuse a value with one of these puts a space in its place before using it.
_BREAKS_TO_SPACES = bytes.maketrans(b"\r\n\0", b"   ")


def edited(lines: Iterable[Line], edit: HeaderEdit) -> tuple[Line, ...]:
    """The lines after the edit; those that it does not name keep their place, their spelling and every byte.

    A name that stands in several of the three lists is removed, then set, then added to (OQ-27).

    >>> lines = ((b"Accept", b"*/*"), (b"x-team", b"red"), (b"x-trace", b"1"))
    >>> edited(lines, HeaderEdit(set=((b"X-Team", b"blue"),), add=((b"X-Trace", b"2"),), remove=(b"accept",)))
    ((b'X-Team', b'blue'), (b'x-trace', b'1,2'))
    """
    gone = {name.lower() for name in edit.remove}
    kept = [line for line in lines if line[0].lower() not in gone]
    return tuple(_added(_set(kept, edit.set), edit.add))


def joined(lines: Iterable[Line], name: bytes) -> bytes | None:
    """The one value that all lines of a name make, or None where there is no such line. `name` is lower-case.

    >>> joined(((b"Vary", b"Accept "), (b"vary", b"Origin")), b"vary")
    b'Accept,Origin'
    """
    # HI-F2: a second line never hides the first, nor the first the second. HI-F3: spaces and tabs around a line go.
    values = [value.strip(b" \t") for spelling, value in lines if spelling.lower() == name]
    return _separator(name).join(values) if values else None


def _set(lines: Iterable[Line], pairs: Iterable[Line]) -> list[Line]:
    """Each pair stands once, as it is spelled, where the first line of its name was, or at the end."""
    wanted = {name.lower(): (name, _unbroken(value)) for name, value in pairs}
    waiting = dict(wanted)
    result = []
    for line in lines:
        key = line[0].lower()
        if key not in wanted:
            result.append(line)
        elif key in waiting:
            result.append(waiting.pop(key))
    return [*result, *waiting.values()]


def _added(lines: list[Line], pairs: Sequence[Line]) -> list[Line]:
    """Each pair's value behind those that its name has already: one line where the first was, spelled as that was."""
    # RFC 9110 5.3: Set-Cookie cannot be joined, for its dates hold commas; every cookie has a line of its own.
    alone = [(name, _unbroken(value)) for name, value in pairs if name.lower() == b"set-cookie"]
    groups: dict[bytes, list[Line]] = {name.lower(): [] for name, _ in pairs if name.lower() != b"set-cookie"}
    for line in (*lines, *pairs):
        key = line[0].lower()
        if key in groups:
            groups[key].append(line)
    whole = [(group[0][0], _appended(key, (value for _, value in group))) for key, group in groups.items()]
    return [*_set(lines, whole), *alone]


def _appended(key: bytes, values: Iterable[bytes]) -> bytes:
    # CONF: no space behind the comma. RFC 9110 5.6.1: nobody sends an empty element, so an empty value takes no comma.
    return _separator(key).join(value for value in values if value.strip(b" \t"))


def _separator(key: bytes) -> bytes:
    return b"; " if key == b"cookie" else b","


def _unbroken(value: bytes) -> bytes:
    return value.translate(_BREAKS_TO_SPACES)
