"""Requests near the rules of a table by a seeded generator, without Hypothesis: for programs that ask an implementation.

The same table, port and seed give the same requests in the same order, on any machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import structs

from ..ir import Entry, PathKind, Request, Table, ValueMatch
from .respellings import respelled
from .samples import sample

METHODS = (b"GET", b"GET", b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS")
UNKNOWN = "unknown.example"
"""A name that hardly any configuration has."""


class Asked(NamedTuple):
    """A request that is being made."""

    method: bytes
    host: bytes
    path: bytes
    query: tuple[tuple[bytes, bytes], ...]
    headers: tuple[tuple[bytes, bytes], ...]

    def request(self, *, secure: bool) -> Request:
        query = b"&".join(name + b"=" + value for name, value in self.query)
        target = self.path + (b"?" + query if query else b"")
        sni = self.host.partition(b":")[0].lower() if secure else None
        return Request(self.method, self.host, target, self.headers, sni)


class Place(NamedTuple):
    """What can be asked at a port."""

    entries: tuple[Entry, ...]
    """Of HTTPRoutes."""
    hostnames: tuple[str, ...]
    """Every name that a listener or a route has, and one that none has."""
    secure: bool


Bend = Callable[[Asked, Place, random.Random], Asked]


def place_of(table: Table, port: int) -> Place:
    """What the listeners of a port have for HTTP requests. GRPCRoutes are left out: a call needs HTTP/2."""
    here = [each for each in table.listeners if each.port == port and each.protocol in ("HTTP", "HTTPS")]
    entries = [table.entries[number] for each in here for number in each.entries]
    asked = tuple(each for each in entries if table.rule_of(each).route.kind == "HTTPRoute")
    names = [each.hostname for each in here] + [match.effective for each in asked for match in each.hosts]
    hostnames = dict.fromkeys([*(name for name in names if name is not None), UNKNOWN])
    return Place(asked, tuple(hostnames), any(each.protocol == "HTTPS" for each in here))


def near_requests(table: Table, port: int, *, seed: int = 0, hostile: bool = False) -> Iterator[Request]:
    """Endless requests near the rules of a port: hits of one rule after the other, near misses, mixtures of two rules.

    With `hostile`, half of them are what hostile clients send: other spellings of paths, hosts that are none, methods and
    header lines that no honest client has. Bytes that would break the framing of HTTP/1.1 are never in them.

    >>> from gwmatch.ir import Listener, ListenerId
    >>> table = Table("a/gw", (Listener(ListenerId(0), "a/gw", "Gateway a/gw", "web", 80, "HTTP"),), (), (), ())
    >>> next(near_requests(table, 80, seed=1)) == next(near_requests(table, 80, seed=1))
    True
    """
    place = place_of(table, port)
    number = 0
    while True:
        rng = random.Random(f"{seed}:{number}")  # by number, so that each request can be made again without those before it
        asked = _hit(place.entries[number % len(place.entries)], place, rng) if place.entries else _nothing(place, rng)
        if rng.random() < 0.75:
            for _ in range(rng.choice((1, 1, 2, 3))):
                asked = rng.choice(_BENDS)(asked, place, rng)
        request = asked.request(secure=place.secure)
        yield _hostile(request, rng) if hostile and rng.random() < 0.5 else request
        number += 1


def _hit(entry: Entry, place: Place, rng: random.Random) -> Asked:
    """A request that satisfies all of an entry, as far as its expressions can be read; but for some at its path's boundary."""
    names = [match.effective for match in entry.hosts]
    method = entry.method or rng.choice(METHODS[:5])
    query = tuple((_form_encoded(each.name), _form_encoded(_value(each, rng))) for each in entry.query_params)
    headers = tuple((each.name, _value(each, rng)) for each in entry.headers)
    return Asked(method, _host(rng.choice(names), place, rng), _path(entry, rng), query, headers)


def _nothing(place: Place, rng: random.Random) -> Asked:
    return Asked(b"GET", _host(None, place, rng), rng.choice((b"/", b"/a", b"/a/b")), (), ())


def _host(name: str | None, place: Place, rng: random.Random) -> bytes:
    name = name or rng.choice(place.hostnames)
    return name.replace("*", rng.choice(("x", "www", "y.x"))).encode()


def _path(entry: Entry, rng: random.Random) -> bytes:
    if entry.path.kind is PathKind.REGULAR_EXPRESSION:
        return _visible(sample(entry.path.value, rng)) or b"/"
    path = entry.path.value or b"/"
    where = rng.random()
    if where < 0.2 and len(path) > 1:  # the boundary: what is no more, or not yet, whole segments of it
        return rng.choice((path + b"x", path + b"-x", path + b"/", path[:-1], path[:-1] + b"/x"))
    if where < 0.6 and entry.path.kind is PathKind.PATH_PREFIX:
        return path.rstrip(b"/") + rng.choice((b"/", b"/x", b"/x/y", b"/0"))
    return path


def _value(match: ValueMatch, rng: random.Random) -> bytes:
    return _visible(sample(match.value, rng)) if match.is_regex else _visible(match.value)


def _visible(text: bytes) -> bytes:
    return bytes(byte for byte in text if 0x20 <= byte < 0x7F).strip()


_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def _form_encoded(text: bytes) -> bytes:
    return b"".join(bytes([byte]) if byte in _UNRESERVED else b"%%%02X" % byte for byte in text)


# ------------------------------------------------------------------------------------------------- one step aside from a hit


def _other_path(asked: Asked, place: Place, rng: random.Random) -> Asked:
    return asked._replace(path=_path(rng.choice(place.entries), rng)) if place.entries else asked


def _path_aside(asked: Asked, place: Place, rng: random.Random) -> Asked:
    path = asked.path
    bent = rng.choice(
        (
            path + b"/",
            path + b"x",
            path.rstrip(b"/") + b"/x",
            path.rstrip(b"/") + b"/x/",
            path.rstrip(b"/"),
            path[:-1],
            path.rpartition(b"/")[0],
            path.swapcase(),
            b"/x" + path,
            b"/",
        )
    )
    return asked._replace(path=bent if bent.startswith(b"/") else b"/")


def _other_conditions(asked: Asked, place: Place, rng: random.Random) -> Asked:
    """Those of another entry beside its own: what two rules want at once is decided by precedence."""
    if not place.entries:
        return asked
    other = _hit(rng.choice(place.entries), place, rng)
    taken = {name for name, _ in asked.headers}
    asked_for = {name for name, _ in asked.query}
    return asked._replace(
        method=rng.choice((asked.method, other.method)),
        headers=asked.headers + tuple(line for line in other.headers if line[0] not in taken),
        query=asked.query + tuple(pair for pair in other.query if pair[0] not in asked_for),
    )


def _other_method(asked: Asked, place: Place, rng: random.Random) -> Asked:
    known = tuple(entry.method for entry in place.entries if entry.method is not None)
    return asked._replace(method=rng.choice((*METHODS, *known)))


def _host_aside(asked: Asked, place: Place, rng: random.Random) -> Asked:
    host = asked.host.partition(b":")[0]
    parent = host.partition(b".")[2]
    other = _host(rng.choice(place.hostnames), place, rng)
    bent = (host.upper(), host + b":8080", host + b":80", b"x." + host, b"x" + host, other, other, UNKNOWN.encode())
    return asked._replace(host=rng.choice((*bent, parent) if b"." in parent else bent))


def _header_aside(asked: Asked, place: Place, rng: random.Random) -> Asked:
    if not asked.headers:
        return asked._replace(headers=((b"x-unasked", b"1"),))
    at = rng.randrange(len(asked.headers))
    name, value = asked.headers[at]
    changed = rng.choice(((), ((name, value + b"x"),), ((name, value.swapcase()),), ((name.upper(), value),), ((name, b"0"),)))
    return asked._replace(headers=asked.headers[:at] + changed + asked.headers[at + 1 :])


def _query_aside(asked: Asked, place: Place, rng: random.Random) -> Asked:
    if not asked.query:
        return asked._replace(query=((b"unasked", b"1"),))
    at = rng.randrange(len(asked.query))
    name, value = asked.query[at]
    changed = rng.choice(((), ((name, value + b"x"),), ((name, value.swapcase()),), ((name.swapcase(), value),)))
    return asked._replace(query=((b"unasked", b"1"), *asked.query[:at], *changed, *asked.query[at + 1 :]))


_BENDS: tuple[Bend, ...] = (
    _other_path,
    _path_aside,
    _path_aside,
    _other_conditions,
    _other_conditions,
    _other_method,
    _host_aside,
    _header_aside,
    _query_aside,
)


# --------------------------------------------------------------------------------------------------------- hostile clients


def _hostile(request: Request, rng: random.Random) -> Request:
    path, mark, query = request.path.partition(b"?")
    host = request.host or b""
    match rng.randrange(8):
        case 0 | 1 | 2 | 3:
            return structs.replace(request, path=_framed(respelled(path, rng)) + mark + query)
        case 4:
            hosts = (
                host + b".",
                host + b"..",
                b"me@" + host,
                host + b":70000",
                b"." + host,
                host + b"/x",
                b"[::1",
                host + b"%00",
            )
            return structs.replace(request, host=rng.choice(hosts))
        case 5:
            return structs.replace(
                request, method=rng.choice((request.method.lower(), b"TRACE", b"M-SEARCH", b"GE T", b"G\x80"))
            )
        case 6:
            lines = (
                (b"Host", b"other.example"),
                (b"x_unasked", b"1"),
                (b"x-http-method-override", b"DELETE"),
                *request.headers,
            )
            return structs.replace(request, headers=(*request.headers, rng.choice(lines)))
    targets = (b"*", b"http://" + host + path, path + b"#x", path + b"?" + query + b"#x", b"/" * 200 + path)
    return structs.replace(request, path=rng.choice(targets))


def _framed(path: bytes) -> bytes:
    """Without what would end the request line."""
    return bytes(byte for byte in path if byte not in b" \t\r\n\0") or b"/"
