"""A path and its other spellings: which paths are none, how a back end might re-read one, and the one normal form.

The rules HI-P1 to HI-P9: a request is refused where a plausible other reading of its path would select another rule, since
the matcher and the back end must not mean different things by the same bytes. `_core/target.pxd` is the native twin.
"""

from __future__ import annotations

import re

MAX_PATH = 8192
MAX_QUERY = 16384

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_FORBIDDEN = re.compile(rb"[\x00-\x20\x7f#]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})|%00")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_SLASHES = re.compile(rb"/{2,}")
_ESCAPED_SLASH = re.compile(rb"%2[Ff]|%5[Cc]")
_SUSPICIOUS = re.compile(rb"[%;\\\x80-\xff]|//|/\.{1,2}(?:/|\Z)")


def is_path(method: bytes, path: bytes) -> bool:
    """Whether a path may stand in a request with this method (HI-P1 to HI-P3)."""
    if path == b"*":
        return method == b"OPTIONS"
    if path == b"":
        return method == b"CONNECT"
    return path.startswith(b"/") and not _FORBIDDEN.search(path) and not _BROKEN_ESCAPE.search(path)


def is_query(query: bytes) -> bool:
    """HI-Q6: no control, no space, no `#`."""
    return not _FORBIDDEN.search(query)


def readings(path: bytes) -> tuple[bytes, ...]:
    """The other readings of a path (HI-P5), without those equal to it and without repeats. None for a clean path (HI-G3).

    >>> readings(b"/public/%2e%2e/private")
    (b'/public/../private', b'/private')
    >>> readings(b"/clean/path")
    ()
    """
    if not path.startswith(b"/") or not _SUSPICIOUS.search(path):
        return ()
    plain = _high_bytes_escaped(_unreserved_decoded(path))
    slashed = _ESCAPED_SLASH.sub(b"/", plain.replace(b"\\", b"/"))
    cut = b"/".join(segment.partition(b";")[0] for segment in slashed.split(b"/"))
    found = (
        plain,
        without_dot_segments(plain),
        without_dot_segments(_SLASHES.sub(b"/", plain)),
        without_dot_segments(_SLASHES.sub(b"/", slashed)),
        without_dot_segments(_SLASHES.sub(b"/", cut)),
    )
    return tuple(reading for reading in dict.fromkeys(found) if reading != path)


def rewritten(path: bytes) -> bytes | None:
    """The normal form that `normalize="rewrite"` matches and forwards (HI-P9); None for a path that it refuses.

    >>> rewritten(b"/public//img/./1.png"), rewritten(b"/a%2Fb")
    (b'/public/img/1.png', None)
    """
    if not path.startswith(b"/"):
        return path
    if _ESCAPED_SLASH.search(path):
        return None
    slashed = _unreserved_decoded(path).replace(b"\\", b"/")
    return without_dot_segments(_SLASHES.sub(b"/", slashed))


def without_dot_segments(path: bytes) -> bytes:
    """RFC 3986 5.2.4 for a path that starts with `/`.

    >>> without_dot_segments(b"/a/./b/../c/.."), without_dot_segments(b"/../x")
    (b'/a/', b'/x')
    """
    kept: list[bytes] = []
    segments = path.split(b"/")[1:]
    for segment in segments:
        if segment == b"..":
            if kept:
                kept.pop()
        elif segment != b".":
            kept.append(segment)
    if segments and segments[-1] in (b".", b".."):
        kept.append(b"")
    return b"/" + b"/".join(kept)


def normal_spelling(path: bytes) -> bytes:
    """The path as clients write it: unreserved characters plain, escapes in upper case (HI-P4).

    >>> normal_spelling(b"/caf%c3%a9/%7Eme")
    b'/caf%C3%A9/~me'
    """
    return _unreserved_decoded(path)


def _unreserved_decoded(path: bytes) -> bytes:
    def decoded(escape: re.Match[bytes]) -> bytes:
        byte = int(escape[1], 16)
        return bytes([byte]) if byte in _UNRESERVED else escape[0].upper()

    return _ESCAPE.sub(decoded, path)


def _high_bytes_escaped(path: bytes) -> bytes:
    return re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], path)
