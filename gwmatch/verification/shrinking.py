"""A request made smaller, one part at a time: each smaller one is for the caller to try."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from gwmatch import Request


def smaller(request: Request) -> Iterator[Request]:
    """Requests with less in them, those that lose most first.

    >>> request = Request.of("GET", "a.test", "/a/b?c=1", [("x-a", "1")])
    >>> [(each.path, each.headers) for each in smaller(request)][:2]
    [(b'/a/b?c=1', ()), (b'/a/b', ((b'x-a', b'1'),))]
    """
    lines, (path, _, query) = request.headers, request.path.partition(b"?")
    if lines:
        yield structs.replace(request, headers=())
    if query:
        yield structs.replace(request, path=path)
    if len(lines) > 1:
        for index in range(len(lines)):
            yield structs.replace(request, headers=lines[:index] + lines[index + 1 :])
    parts = query.split(b"&")
    if len(parts) > 1:
        for index in range(len(parts)):
            yield structs.replace(request, path=path + b"?" + b"&".join(parts[:index] + parts[index + 1 :]))
    if request.method != b"GET":
        yield structs.replace(request, method=b"GET")
    for host in _hosts(request.host):
        yield structs.replace(request, host=host)
    for shorter in _paths(path):
        yield structs.replace(request, path=shorter + request.path[len(path) :])


def _hosts(host: bytes | None) -> Iterator[bytes]:
    if host:
        plain = host.partition(b":")[0].lower()
        if plain != host:
            yield plain
        first, dot, parent = plain.partition(b".")
        if dot and b"." in parent and len(first) > 1:
            yield b"x." + parent
        if dot and b"." in parent:
            yield parent


def _paths(path: bytes) -> Iterator[bytes]:
    segments = path.split(b"/")[1:]
    if path != b"/":
        yield b"/"
    if len(segments) > 4:
        yield b"/" + b"/".join(segments[: len(segments) // 2])
        yield b"/" + b"/".join(segments[len(segments) // 2 :])
    for index in reversed(range(len(segments))):
        fewer = segments[:index] + segments[index + 1 :]
        if fewer:
            yield b"/" + b"/".join(fewer)
    for index, segment in enumerate(segments):
        if len(segment) > 1:
            yield b"/" + b"/".join((*segments[:index], segment[:-1], *segments[index + 1 :]))
