"""Readings of a path beyond the five of HI-P5 that programs in use really have: what `guard` does not look at.

docs/paths.md lists them under "What stays open", with what helps. Here each is a function, so that a test can tell a reading
that is known to be open from one that nobody knew of.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from gwmatch.spellings import normal_spelling, without_dot_segments

RESERVED = "escaped reserved characters are decoded"
SOME_SLASHES = "only some of `\\`, `%5C` and `%2F` are slashes"
UNMERGED = "slashes are merged after dot segments are removed, or not at all where others become slashes"
UNDECODED = "dot segments are removed before anything, or anything but dots, is decoded"
AT_END = "a slash at the end is dropped, or added"
OPEN = (RESERVED, SOME_SLASHES, UNMERGED, UNDECODED, AT_END)

_HIGH = re.compile(rb"[\x80-\xff]")
_RESERVED = re.compile(rb"%(?:2[1468-9A-Ca-c]|3[AaBbDd]|40|24|27)")
_SLASHES = {
    "": re.compile(rb"(?!)"),
    "\\": re.compile(rb"\\"),
    "\\ %5C": re.compile(rb"\\|%5[Cc]"),
    "%2F": re.compile(rb"%2[Ff]"),
    "\\ %2F": re.compile(rb"\\|%2[Ff]"),
    "\\ %5C %2F": re.compile(rb"\\|%5[Cc]|%2[Ff]"),
}
_ORDERS = ("", "dots", "merge dots", "dots merge", "merge")
_KNOWN = {("", False, ""), ("", False, "dots"), ("", False, "merge dots")}
_KNOWN_SLASHED = ("\\ %5C %2F", "merge dots")


def further(path: bytes) -> Iterator[tuple[frozenset[str], bytes]]:
    """Each reading with the names of what sets it apart from all of HI-P5; the empty set for those of HI-P5."""
    plain = _HIGH.sub(lambda byte: b"%%%02X" % byte[0][0], path)
    decodings = {
        "raw": plain,
        "dots": re.sub(rb"%2[Ee]", b".", plain),
        "unreserved": normal_spelling(plain),
        "reserved": _decoded(normal_spelling(plain)),
    }
    for (decoding, text), slashes, cut, order in itertools.product(decodings.items(), _SLASHES, (False, True), _ORDERS):
        names = set()
        if decoding == "reserved":
            names.add(RESERVED)
        if decoding in ("raw", "dots") and order:
            names.add(UNDECODED)
        known = (slashes, cut, order) in _KNOWN or (slashes, order) == _KNOWN_SLASHED
        if not known:
            names.add(SOME_SLASHES if slashes not in ("", "\\ %5C %2F") or (cut and not slashes) else UNMERGED)
        read = _read(text, slashes, cut, order)
        yield frozenset(names), read
        yield frozenset({*names, AT_END}), read.rstrip(b"/") or b"/"
        yield frozenset({*names, AT_END}), read + b"/"


def _decoded(path: bytes) -> bytes:
    return _RESERVED.sub(lambda escape: bytes([int(escape[0][1:], 16)]), path)


def _read(path: bytes, slashes: str, cut: bool, order: str) -> bytes:
    path = _SLASHES[slashes].sub(b"/", path)
    if cut:
        path = b"/".join(segment.partition(b";")[0] for segment in path.split(b"/"))
    for step in order.split():
        path = without_dot_segments(path) if step == "dots" else re.sub(rb"/{2,}", b"/", path)
    return path


def explained(path: bytes, read: bytes) -> frozenset[str] | None:
    """By which open readings somebody comes to what was read, the fewest of them; None if by none.

    >>> sorted(explained(b"/v1/items%3Adelete", b"/v1/items:delete"))
    ['escaped reserved characters are decoded']
    >>> explained(b"/public/../private", b"/private"), explained(b"/public", b"/private")
    (frozenset(), None)
    """
    found = [names for names, reading in further(path) if same(reading, read)]
    return min(found, key=len, default=None)


def same(one: bytes, other: bytes) -> bool:
    """Whether two spellings are one, whatever readers escape when they hand a path on."""
    return _spelled(one) == _spelled(other)


def _spelled(path: bytes) -> bytes:
    escaped = re.sub(rb"[^-A-Za-z0-9._~!$&'()*+,;=:@/%]", lambda byte: b"%%%02X" % byte[0][0], path)
    upper = re.sub(rb"%[0-9A-Fa-f]{2}", lambda escape: escape[0].upper(), escaped)
    return re.sub(rb"(?:%[89A-F][0-9A-F])+", b"%80", upper)  # readers take bytes above 0x7F for texts of several encodings
