"""Request targets, taken apart and rewritten: ReplaceFullPath and ReplacePrefixMatch."""

from __future__ import annotations

from ..ir import PathEdit


def split(target: bytes) -> tuple[bytes, bytes]:
    """The path, and what follows it from the first `?` or `#` on (M-5, HI-P8).

    >>> split(b"/cart?v=2"), split(b"/cart"), split(b"/a%3Fb#c?d")
    ((b'/cart', b'?v=2'), (b'/cart', b''), (b'/a%3Fb', b'#c?d'))
    """
    ends = [at for at in (target.find(b"?"), target.find(b"#")) if at >= 0]
    end = min(ends, default=len(target))
    return target[:end], target[end:]


def rooted(path: bytes) -> bytes:
    """The path as one that starts with `/`.

    The targets `*` and nothing (HI-P1) mean the server as a whole, whose path in a URL is `/` (RFC 9112 3.2.4).

    >>> rooted(b"/a"), rooted(b"a"), rooted(b""), rooted(b"*")
    (b'/a', b'/a', b'/', b'/')
    """
    if path.startswith(b"/"):
        return path
    return b"/" if path == b"*" else b"/" + path


def replaced(path: bytes, edit: PathEdit) -> bytes:
    """The path after the edit: it always starts with `/`. `path` has no query.

    >>> replaced(b"/foo/bar", PathEdit(b"/xyz", prefix=b"/foo")), replaced(b"/foo/bar", PathEdit(b"/xyz"))
    (b'/xyz/bar', b'/xyz')

    A path outside the prefix, which no match leads here, stays as it is:

    >>> replaced(b"/food", PathEdit(b"/xyz", prefix=b"/foo"))
    b'/food'
    """
    if edit.prefix is None:
        # The CRD checks the text of neither replacement; section 3: `/` if empty, `/` in front of what lacks it.
        return rooted(edit.replacement)
    path = rooted(path)
    prefix = edit.prefix.removesuffix(b"/")
    # Whole segments only: /foo is no prefix of /food.
    if path != prefix and not path.startswith(prefix + b"/"):
        return path
    rest = path[len(prefix) :]
    replacement = edit.replacement
    # OQ-26: only a slash that would stand twice is dropped, so /foo under /foo -> /xyz/ keeps the one of /xyz/.
    if replacement.endswith(b"/") and rest.startswith(b"/"):
        replacement = replacement[:-1]
    return rooted(replacement + rest)


def rewritten(target: bytes, edit: PathEdit | None) -> bytes:
    """The target with its path edited and its query as it was; the same target without an edit.

    >>> rewritten(b"/foo/bar?q=%2F", PathEdit(b"/", prefix=b"/foo")), rewritten(b"*", None)
    (b'/bar?q=%2F', b'*')
    """
    if edit is None:
        return target
    path, rest = split(target)
    return replaced(path, edit) + rest
