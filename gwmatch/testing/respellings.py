"""Other spellings of a path: what clients, proxies and attackers make of one configured value.

Each takes the path and a random generator, which chooses the place. What comes out may be no path any more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Respelling = Callable[[bytes, random.Random], bytes]

_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_RESERVED = b":@!$&'()*+,;="


def respelled(path: bytes, rng: random.Random, *, most: int = 3) -> bytes:
    """The path after one to `most` respellings, one after the other.

    >>> respelled(b"/public/x", random.Random(3)) != b"/public/x"
    True
    """
    for _ in range(rng.randint(1, most)):
        path = rng.choice(RESPELLINGS)(path, rng)
    return path


def _character_escaped(path: bytes, rng: random.Random) -> bytes:
    """A letter, digit or mark that needs no escape gets one, its hex digits in either case."""
    places = [at for at, byte in enumerate(path) if byte not in b"/%"]
    if not places:
        return path
    at = rng.choice(places)
    return path[:at] + rng.choice((b"%%%02X", b"%%%02x")) % path[at] + path[at + 1 :]


def _all_escaped(path: bytes, rng: random.Random) -> bytes:
    start = rng.choice(_slashes(path)) + 1
    end = path.find(b"/", start) if path.find(b"/", start) > 0 else len(path)
    return path[:start] + b"".join(b"%%%02x" % byte for byte in path[start:end] if byte != 0x25) + path[end:]


def _escape_decoded(path: bytes, rng: random.Random) -> bytes:
    found = list(_ESCAPE.finditer(path))
    if not found:
        return path
    one = rng.choice(found)
    return path[: one.start()] + bytes([int(one[0][1:], 16)]) + path[one.end() :]


def _escapes_recased(path: bytes, rng: random.Random) -> bytes:
    recase = rng.choice((bytes.lower, bytes.upper))
    return _ESCAPE.sub(lambda one: recase(one[0]), path)


def _escaped_twice(path: bytes, rng: random.Random) -> bytes:
    return _ESCAPE.sub(lambda one: b"%25" + one[0][1:], path, count=1)


def _slash_replaced(path: bytes, rng: random.Random) -> bytes:
    at = rng.choice(_slashes(path))
    other = rng.choice(
        (b"%2F", b"%2f", b"\\", b"%5C", b"%5c", b"//", b"///", b"/./", b"/%2e/", b"/.//", b"/;/", b"/.;/", b";/")
    )
    return path[:at] + other + path[at + 1 :]


def _detour(path: bytes, rng: random.Random) -> bytes:
    """Into a segment and out of it again."""
    at = rng.choice(_slashes(path))
    inner = rng.choice((b"x", b"", b"a", b"public", b".", b"%2e", b"x;v", b"..."))
    out = rng.choice((b"..", b"%2e%2e", b".%2E", b"%2e.", b"..;", b"..;v=1", b"..%2F", b"..\\", b"..%5C.", b"%2e%2e%2f"))
    return path[:at] + b"/" + inner + rng.choice((b"/", b"/", b"//", b"\\", b"%2f")) + out + path[at:]


def _climbed(path: bytes, rng: random.Random) -> bytes:
    """Out of the last segment, or above the root."""
    return path + rng.choice((b"/..", b"/../..", b"/%2e%2e/", b"/..;/", b"/../", b"\\..", b"%2f..", b"%5c..%5c", b"/.."))


def _parameter(path: bytes, rng: random.Random) -> bytes:
    at = rng.choice((*_slashes(path)[1:], len(path)))
    return path[:at] + rng.choice((b";", b";v=1", b";a;b", b";/", b"%3B", b"%3bv", b";..", b";/..")) + path[at:]


def _end_changed(path: bytes, rng: random.Random) -> bytes:
    return path + rng.choice(
        (b"/", b"/.", b"/./", b"//", b".", b"..", b"%20", b"%09", b"%2e", b"~", b"%00", b"%", b"%2", b"...", b";")
    )


def _beginning_changed(path: bytes, rng: random.Random) -> bytes:
    return rng.choice((b"/", b"//", b"/.", b"/..", b"/x/..", b"\\", b"/;", b"/%2f", b"/./", b"/%2e%2e", b"/%5c..")) + path


def _segment_added(path: bytes, rng: random.Random) -> bytes:
    return path + rng.choice(
        (b"/x", b"/public", b"/private", b"/a%2Fb", b"/a%2520b", b"/\xc3\xa4", b"/%C3%A4", b"/a:b", b"/a;b")
    )


def _case_changed(path: bytes, rng: random.Random) -> bytes:
    return rng.choice((path.upper, path.lower, path.swapcase))()


def _mark_added(path: bytes, rng: random.Random) -> bytes:
    at = rng.randint(1, len(path)) if path else 0
    return path[:at] + bytes([rng.choice(_RESERVED)]) + path[at:]


def _wide_byte(path: bytes, rng: random.Random) -> bytes:
    """Bytes above 0x7F, and what sloppy decoders take for a dot or a slash."""
    at = rng.choice(_slashes(path))
    return (
        path[:at]
        + rng.choice((b"/\xe9", b"/%e9", b"/%c0%ae%c0%ae/", b"%c0%af", b"/\xef\xbc\x8f", b"/%u002e%u002e/"))
        + path[at:]
    )


RESPELLINGS: tuple[Respelling, ...] = (
    _character_escaped,
    _character_escaped,
    _all_escaped,
    _escape_decoded,
    _escapes_recased,
    _escaped_twice,
    _slash_replaced,
    _slash_replaced,
    _detour,
    _detour,
    _climbed,
    _parameter,
    _end_changed,
    _beginning_changed,
    _segment_added,
    _case_changed,
    _mark_added,
    _wide_byte,
)
"""Those that `respelled` chooses from."""


def _slashes(path: bytes) -> list[int]:
    return [at for at, byte in enumerate(path) if byte == 0x2F] or [0]
