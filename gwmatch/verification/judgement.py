"""Whether an answer is one that the standard admits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import structs

from gwmatch import Options, Request, ir
from gwmatch.testing import Oracle, Outcome, other_readings

from .client import Address, Answer
from .naming import Naming

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Judgement(msgspec.Struct, frozen=True):
    """What may happen to a request when a running implementation decides it."""

    outcomes: tuple[Outcome, ...]
    may_refuse: bool = False
    """Whether 400 to 499, or closing the connection, is right too: of requests that no honest client sends."""

    @property
    def key(self) -> tuple[object, ...]:
        """What stays the same when the request or the resources are made smaller."""
        return tuple(
            (
                each.outcome,
                each.status,
                None if each.rule is None else each.rule.route.full_name,
                None if each.backend is None else (each.backend.namespace, each.backend.name, each.backend.port),
            )
            for each in self.outcomes
        )


class Judge:
    """The oracle, as a running implementation is to be measured by it."""

    def __init__(self, table: ir.Table, port: int, address: Address, naming: Naming) -> None:
        self.oracle = Oracle(table)
        # Whatever the table says of paths that can be read two ways, hostile ones are compared reading by reading.
        self.literal = Oracle(structs.replace(table, options=_without_policy(table.options)))
        self.port = port
        self.address = address
        self.naming = naming

    def judge(self, request: Request) -> Judgement:
        """What may happen. Where the request is one that gwmatch would refuse, servers differ with good reason: they may refuse
        it, take it to the letter, or take it as any reading of it; but never anything else."""
        expected = self.oracle.expect(request, self.port)
        if expected.outcomes[0].refusal is None and is_ordinary(request):
            return Judgement(expected.outcomes)
        found: dict[tuple[object, ...], Outcome] = {}
        for reading in readings(request):
            for outcome in self.literal.expect(reading, self.port).outcomes:
                found.setdefault(Judgement((outcome,)).key, outcome)
        return Judgement(tuple(found.values()), may_refuse=True)

    def admits(self, request: Request, judgement: Judgement, answer: Answer) -> bool:
        """Whether the answer is one of those."""
        if judgement.may_refuse and self.naming.named(answer) is None and _is_refusal(answer):
            return True
        return any(self._is(request, outcome, answer, exactly=not judgement.may_refuse) for outcome in judgement.outcomes)

    def _is(self, request: Request, outcome: Outcome, answer: Answer, *, exactly: bool) -> bool:
        if outcome.outcome == "refuse":
            return answer.failure == "closed"
        if answer.status is None:
            return False
        named = self.naming.named(answer)
        if outcome.outcome == "forward":
            return named == self.naming.expected(outcome)
        if named is not None:
            return False
        if outcome.outcome == "redirect":
            return answer.status == outcome.status and (not exactly or self._leads(request, outcome, answer))
        if outcome.status == 204:  # a preflight; the standard leaves the status of success open
            return 200 <= answer.status < 300
        if outcome.status == 503:  # nobody is ready: 503 SHOULD be the answer, 500 is what all other failures get
            return answer.status in (500, 503)
        return answer.status == outcome.status

    def _leads(self, request: Request, outcome: Outcome, answer: Answer) -> bool:
        """Whether Location means the same URL. One that runs at another port than the listener may name either."""
        sent, wanted = answer.value("location"), outcome.location
        if sent is None or wanted is None:
            return sent is wanted
        host = (request.host or b"").decode("latin-1").partition(":")[0]
        base = f"{self.address.scheme}://{host}:{self.port}{request.path.decode('latin-1')}"
        try:
            got, want = (urlsplit(urljoin(base, each.decode("latin-1"))) for each in (sent, wanted))
            ports = {want.port or _DEFAULT_PORTS.get(want.scheme)}
            if want.port in (None, self.port):
                ports.add(self.address.port)
            same_port = (got.port or _DEFAULT_PORTS.get(got.scheme)) in ports
        except ValueError:
            return False
        return same_port and (got.scheme, got.hostname, got.path or "/", got.query) == (
            want.scheme,
            want.hostname,
            want.path or "/",
            want.query,
        )


def readings(request: Request) -> Iterator[Request]:
    """The request to the letter, and what servers make of one that is odd: its path normalised (HI-P5), a target in absolute
    form taken apart (RFC 9112 3.2.2), a host without what does not belong to it, of repeated header lines one."""
    targets = [(request.host, request.path)]
    if absolute := _ABSOLUTE.match(request.path):
        targets = [*targets, (absolute[1], absolute[2] or b"/"), (request.host, absolute[2] or b"/")]
    first = {name.lower(): (name, value) for name, value in reversed(request.headers)}
    last = {name.lower(): (name, value) for name, value in request.headers}
    lines = dict.fromkeys((request.headers, tuple(first.values()), tuple(last.values())))
    for host, target in targets:
        path, mark, query = target.partition(b"?")
        for name in dict.fromkeys((host, _name_in(host or b""))):
            for reading in (path, path.partition(b"#")[0], *other_readings(path)):
                for headers in lines:
                    again = tuple(line for line in headers if line[0].lower() != b"host")
                    yield structs.replace(request, host=name, path=reading + mark + query, headers=again)


_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)\Z", re.DOTALL)


def _name_in(host: bytes) -> bytes:
    """What a careless server finds in a host.

    >>> _name_in(b"me@.shop.example.com..:70000/x")
    b'shop.example.com'
    """
    return host.rpartition(b"@")[2].partition(b"/")[0].partition(b":")[0].strip(b".")


def is_ordinary(request: Request) -> bool:
    """Whether honest clients send such a request, and every server has to decide it by its routes alone."""
    return not other_readings(request.path.partition(b"?")[0]) and not _is_odd(request)


_METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS")
FRAMING = frozenset(
    (b"connection", b"content-length", b"transfer-encoding", b"upgrade", b"expect", b"te", b"trailer", b"keep-alive")
)
"""Headers by which a client tells the server how to read the message; a condition on one cannot be asked by itself."""
_HOST = re.compile(rb"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*(:[0-9]{1,5})?")


def _is_odd(request: Request) -> bool:
    names = [name.lower() for name, _ in request.headers]
    return (
        request.method not in _METHODS
        or not request.path.startswith(b"/")
        or b"#" in request.path
        or len(request.path) > 4096
        or any(byte <= 0x20 or byte >= 0x7F for byte in request.path)
        or not _HOST.fullmatch(request.host or b"")
        or len(names) != len(set(names))
        or any(name in FRAMING or name == b"host" for name in names)
        or any(byte < 0x20 or byte >= 0x7F for _, value in request.headers for byte in value)
    )


def _is_refusal(answer: Answer) -> bool:
    return (
        answer.failure == "closed" or (answer.status is not None and 400 <= answer.status < 500) or answer.status in (501, 505)
    )


def _without_policy(options: Options) -> Options:
    return structs.replace(options, normalize="none")
