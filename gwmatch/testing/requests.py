"""Hypothesis strategies for requests near a table: built from its own hosts, paths and conditions, then bent.

Most are hits or near misses; the rest is what hostile clients send.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from hypothesis import strategies as st

from ..ir import Entry, PathKind, Request, Table, ValueMatch
from ..router import Router
from .respellings import respelled

_BENT_HOSTS = (
    lambda host: host,
    lambda host: host,
    lambda host: host,
    lambda host: host.upper(),
    lambda host: host + b":8080",
    lambda host: host + b".",
    lambda host: host + b".:443",
    lambda host: b"x." + host,
    lambda host: b"y.x." + host,
    lambda host: host.partition(b".")[2],
    lambda host: host + b"..",
    lambda host: b"x" + host,
    lambda host: b"." + host,
    lambda host: b"me@" + host,
    lambda host: host + b":70000",
    lambda host: host + b":",
    lambda host: host[:-1],
)
_ODD_HOSTS = (
    None,
    b"",
    b"198.51.100.4",
    b"[2001:db8::7]:80",
    b"[::1",
    b"[::1]x",
    b"2001:db8::7",
    b":80",
    b".",
    b"*.a.test",
    b"a b.test",
    "ä.test".encode(),
    b"a" * 64 + b".test",
    b"a." * 126 + b"t",
    b"a." * 127 + b"t",
    b"1.2.3.4.5",
    b"256.1.1.1",
)
_BENT_PATHS = (
    lambda path: path,
    lambda path: path,
    lambda path: path,
    lambda path: path + b"/",
    lambda path: path + b"/c",
    lambda path: path + b"x",
    lambda path: path[:-1],
    lambda path: path + b"//",
    lambda path: path + b"/../b",
    lambda path: path + b"/..;/b",
    lambda path: path + b"/%2e%2E/b",
    lambda path: path + b"%2fb",
    lambda path: path + b"%5Cb",
    lambda path: path + b"\\b",
    lambda path: path + b";v=1",
    lambda path: path + b"/.",
    lambda path: path + b"/./b",
    lambda path: path + b"/...",
    lambda path: path + b"%",
    lambda path: path + b"%00",
    lambda path: path + b"#b",
    lambda path: path + b" ",
    lambda path: path + b"\xc3\xa4",
    lambda path: b"/" + path,
    lambda path: b"/x/.." + path,
    lambda path: path.replace(b"a", b"%61", 1),
    lambda path: path.replace(b"b", b"%62"),
    lambda path: path[1:],
    lambda path: path.swapcase(),
    lambda path: path * 40,
    lambda path: b"http://a.test" + path,
)
_ODD_PATHS = (b"*", b"", b"/", b"//", b"/..", b"/%2e", b"/a" * 100, b"/" + b"x" * 8191, b"/" + b"x" * 8192,
              b"/b" * 70, b"/;/a", b"/a/%zz")  # fmt: skip
_ODD_METHODS = (b"GET", b"get", b"POST", b"OPTIONS", b"CONNECT", b"PATCH", b"", b"G T", b"M-SEARCH", b"GET\x00", b"\xff")
_ODD_QUERIES = (b"", b"?", b"?a=1&a=2", b"?a", b"?%61=1", b"?a+b=a%62", b"?A=1", b"?=1", b"?a=%zz", b"?a=1,2&&b[]=a", b"?a=1#x",
                b"?a=\x01", b"?" + b"q" * 16384, b"?" + b"q" * 16385, b"?b[]=1&a=;1", b"?a=1%26a=2")  # fmt: skip
_ODD_SERVER_NAMES = (None, b"a.test", b"b.a.test", b"x.org", b"B.A.test.", b"1.2.3.4", b"a..b", b"a.test:1")
_CALLS = (b"/a/b", b"/a.b/Get", b"/A/b", b"/a/b/", b"/a//b", b"/a", b"//b", b"/a.b/c", b"/a%2Eb/Get", b"/a.b%2FGet", b"/b/Get")
_MEDIA_TYPES = (
    b"application/grpc", b"Application/gRPC+proto", b"application/grpc;x=1", b"application/grpc-web", b" application/grpc\t",
    b"text/plain",
)  # fmt: skip
_ODD_LINES = (
    (b"x-a", b"1"), (b"X-A", b"2"), (b"x-a", b" 1 "), (b"x-a", b""), (b"cookie", b"a"), (b"Cookie", b"b=2"), (b"x-b", b"a\x00"),
    (b"x-b", b"1\r\n2"), (b"x a", b"1"), (b"x-a ", b"1"), (b"", b"1"), (b"x_a", b"1"), (b"Origin", b"https://a.test"),
    (b"access-control-request-method", b"PUT"), (b"x-b", b"7" * 8192), (b"x-b", b"7" * 8193), (b"x-a", b"\t,\t"),
    (b"n" * 300, b"1"), ("x-ä".encode(), b"1"), (b"accept", b"*/*"), (b"x-b", b"\xff"),
)  # fmt: skip


@st.composite
def requests_near(draw: st.DrawFn, near: Table | Router) -> tuple[int, Request, float]:
    """A port of the table or Router, a request for it, and a draw for its weights.

    Half of the requests are hits; the others are near misses, stand at the boundary of a path, play tricks with the host, or
    are what no honest client sends.
    """
    table = near.table if isinstance(near, Router) else near
    populated = [listener for listener in table.listeners if listener.entries]
    anywhere = not populated or draw(st.integers(0, 3)) == 0
    listener = draw(st.sampled_from(table.listeners if anywhere else tuple(populated)))
    asked = listener.entries or range(len(table.entries))
    entry = table.entries[draw(st.sampled_from(asked))] if asked else None
    chance = draw(st.sampled_from((0.0, 0.25, 0.5, 0.999999, 1 - 2**-53)))
    if entry is not None and draw(st.booleans()):
        return listener.port, _hit(draw, listener.hostname, entry), chance
    host = _host(draw, listener.hostname, entry)
    path = _path(draw, entry)
    method = entry.method if entry is not None and entry.method and draw(st.booleans()) else draw(st.sampled_from(_ODD_METHODS))
    if draw(st.booleans()) and method not in (b"GET", b"POST", b"OPTIONS", b"PATCH"):
        method = b"GET"
    lines = list(_lines(draw, entry.headers if entry is not None else ()))
    if entry is not None and (entry.grpc is not None or draw(st.integers(0, 9)) == 0):
        method = draw(st.sampled_from((b"POST", b"POST", b"POST", b"GET")))
        types = draw(st.lists(st.sampled_from(_MEDIA_TYPES), max_size=2))
        lines += [(_recased(draw, b"content-type"), media_type) for media_type in types]
    if host is not None and draw(st.integers(0, 9)) == 0:
        lines.append((draw(st.sampled_from((b"host", b"Host"))), draw(st.sampled_from((host, host + b":80", b"org", b"")))))
    query = _query(draw, entry.query_params if entry is not None else ())
    sni = draw(st.sampled_from((host, host, host, *_ODD_SERVER_NAMES)))
    return listener.port, Request(method, host, path + query, tuple(lines), sni), chance


@st.composite
def respelled_paths(draw: st.DrawFn, configured: Sequence[bytes]) -> bytes:
    """Other spellings of configured paths: escapes, dot segments, doubled and escaped slashes, parameters, odd ends."""
    return respelled(draw(st.sampled_from(configured)), random.Random(draw(st.integers(0, 2**20))))


def _hit(draw: st.DrawFn, at: str | None, entry: Entry) -> Request:
    """A request that satisfies all of an entry, unless a regular expression wants more than it looks like."""
    name = draw(st.sampled_from([match.effective for match in entry.hosts])) or at or "b.a.test"
    host = name.replace("*", draw(st.sampled_from(("z", "b", "c.b")))).encode()
    lines = [
        (_recased(draw, match.name), host if match.name == b"host" else _satisfying(draw, match)) for match in entry.headers
    ]
    path = entry.path.value or b"/"
    if entry.path.kind is PathKind.REGULAR_EXPRESSION:
        path = draw(st.sampled_from((b"/a", b"/ab", b"/b", b"/bbb", b"/a/x")))
    elif entry.path.kind is PathKind.PATH_PREFIX:
        path = draw(st.sampled_from((path, path + b"/c", path.rstrip(b"/") + b"/b")))
    method = entry.method or b"GET"
    if entry.grpc is not None:
        service, called = entry.grpc.service or b"a", entry.grpc.method or b"b"
        path = b"/a.b/Get" if entry.grpc.is_regex else b"/" + service + b"/" + called
        if draw(st.integers(0, 3)):
            method = b"POST"
            lines.append((b"content-type", b"application/grpc"))
    if entry.query_params:
        path += _query(draw, entry.query_params)
    return Request(method, host, path, tuple(lines), host)


def _host(draw: st.DrawFn, at: str | None, entry: Entry | None) -> bytes | None:
    if draw(st.integers(0, 11)) == 0:
        return draw(st.sampled_from(_ODD_HOSTS))
    names = [at] if entry is None else [at, *(match.own for match in entry.hosts), *(match.effective for match in entry.hosts)]
    name = (draw(st.sampled_from(names)) or "b.a.test").encode()
    if name.startswith(b"*"):
        name = draw(st.sampled_from((b"z", b"b", b"c.b", b"a"))) + name[1:]
    bent: bytes = draw(st.sampled_from(_BENT_HOSTS))(name)
    return bent


def _path(draw: st.DrawFn, entry: Entry | None) -> bytes:
    if entry is None or draw(st.integers(0, 11)) == 0:
        return draw(st.sampled_from(_ODD_PATHS))
    path = entry.path.value or b"/"
    if entry.grpc is not None and draw(st.integers(0, 5)):
        return draw(st.sampled_from(_CALLS))
    if entry.path.kind is PathKind.REGULAR_EXPRESSION:
        path = draw(st.sampled_from((b"/a", b"/ab", b"/b", b"/a/b", b"/a/x", b"/bbb", b"/abab", b"/zc", b"a")))
    if draw(st.integers(0, 3)) == 0:
        return respelled(path, random.Random(draw(st.integers(0, 2**20))))
    bent: bytes = draw(st.sampled_from(_BENT_PATHS))(path)
    return bent


def _lines(draw: st.DrawFn, wanted: tuple[ValueMatch, ...]) -> list[tuple[bytes, bytes]]:
    lines = [(_recased(draw, match.name), _satisfying(draw, match)) for match in wanted if draw(st.integers(0, 4))]
    lines.extend(draw(st.lists(st.sampled_from(_ODD_LINES), max_size=3)))
    if draw(st.integers(0, 40)) == 0:
        lines = lines * 50
    return lines


def _query(draw: st.DrawFn, wanted: tuple[ValueMatch, ...]) -> bytes:
    if not wanted or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(_ODD_QUERIES))
    return b"?" + b"&".join(match.name.replace(b" ", b"+") + b"=" + _satisfying(draw, match) for match in wanted)


def _recased(draw: st.DrawFn, name: bytes) -> bytes:
    return name.upper() if draw(st.booleans()) else name


def _satisfying(draw: st.DrawFn, match: ValueMatch) -> bytes:
    if not match.is_regex:
        return match.value
    return draw(st.sampled_from((b"1", b"ab", b"1,2", b"", re.sub(rb"[^a-z0-9]", b"", match.value))))
