"""Asks a running implementation, and compares what it does with the oracle."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import msgspec

import gwmatch
from gwmatch import Options, Request, ResourceSet, Router, UsageError, ir
from gwmatch.testing import near_requests

from .client import Address, Answer, Client
from .curl import OWN, curl_line
from .judgement import FRAMING, Judge, is_ordinary
from .manifests import Reducer, manifest_of
from .naming import Naming
from .report import Disagreement, Report
from .shrinking import smaller

MOST_SHOWN = 20
"""Different disagreements that are made small; more are counted with the last of them."""
MOST_SENT = 150
"""Requests that are sent for making one disagreement small."""
MOST_SILENT = 10
"""Requests in a row that get no answer at all; then nobody is taken to be there."""
MOST_SKIPPED = 200
"""Drawn requests for each one that is sent; the others are none that an honest client sends."""

Progress = Callable[[int], None]


class Unreachable(UsageError):
    """Nobody answers at the base URL."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much a run may do."""

    requests: int = 1000
    seconds: float = 60.0
    """For the requests; making disagreements small may take as long again."""
    concurrency: int = 8
    timeout: float = 5.0
    """Seconds until a request is given up."""


def verify(
    resources: ResourceSet,
    base_url: str,
    naming: Naming,
    *,
    gateway: str | None = None,
    controller: str | None = None,
    options: Options | None = None,
    port: int | None = None,
    seed: int = 0,
    hostile: bool = False,
    bounds: Bounds | None = None,
    trusted: ssl.SSLContext | None = None,
    insecure: bool = False,
    progress: Progress = lambda sent: None,
) -> Report:
    """A Report of where an implementation that runs at `base_url` with these resources parts from the standard.

    It connects to that address and to no other. `naming` says how backends are recognised, `port` which of the Gateway's ports
    the address stands for (without it the address's own, or the only one of its scheme). The same `seed` sends the same
    requests. `trusted` has the certificates for an address of https; `insecure` takes any.

    Raises:
        CompileError: there is no such Gateway.
        UsageError: the address is none, or it is not clear which port it stands for.
        Unreachable: nobody answers there.
    """
    bounds = bounds or Bounds()
    address = Address.of(base_url)
    router = gwmatch.compile(resources, gateway, controller=controller, options=options)
    at = _port(router, address, port)
    run = _Run(
        Judge(router.table, at, address, naming),
        Client(
            address, timeout=bounds.timeout, wants_body=naming.place == "body", trusted=_context(address, trusted, insecure)
        ),
        bounds,
        progress,
    )
    found = asyncio.run(run.all(_requests(router.table, at, seed, hostile, naming)))
    named = {each.name for entry in router.table.entries for each in entry.headers}
    added = tuple(each for each in OWN if each in named)

    def compiled(fewer: list[dict[str, Any]]) -> ir.Table:
        return gwmatch.compile(gwmatch.load(fewer), router.table.gateway, controller=controller, options=options).table

    written = [manifest_of(each) for each in resources] if found else []
    disagreements = []
    for left, each in zip(range(len(found), 0, -1), found, strict=True):
        reducer = Reducer(compiled, run.judge, max(run.until - monotonic(), 1.0) / left)
        disagreements.append(
            msgspec.structs.replace(
                each,
                curl=curl_line(each.request, address, insecure=insecure, without=added),
                why=gwmatch.explain(router, each.request, port=at, draw=0.0).summary,
                manifests=tuple(reducer.smallest(written, each.request, each.judgement, each.named)),
            )
        )
    return Report(
        base_url=base_url,
        gateway=router.table.gateway,
        port=at,
        seed=seed,
        asked=run.asked,
        disagreements=tuple(disagreements),
        rules=len(run.rules),
        notices=tuple(_notices(router.table, at)),
        complete=run.complete,
    )


class _Run:
    """The requests that are under way, and what was found."""

    def __init__(self, judge: Judge, client: Client, bounds: Bounds, progress: Progress) -> None:
        self.judge = judge
        self.client = client
        self.bounds = bounds
        self.progress = progress
        self.asked = 0
        self.silent = 0
        self.complete = True
        self.rules: set[ir.RuleId] = set()
        self.found: dict[tuple[Any, ...], Disagreement] = {}
        self.until = monotonic() + bounds.seconds

    async def all(self, requests: Iterator[Request]) -> list[Disagreement]:
        """Sends everything, then makes small what did not agree."""
        chosen = itertools.islice(requests, self.bounds.requests)
        first = next(chosen, None)
        if first is not None:
            await self._one(first)
            if self.silent:
                self._give_up()
            # One error ends the others, too: nobody goes on asking where nobody is.
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self.bounds.concurrency):
                        group.create_task(self._some(chosen))
            except* Unreachable as errors:
                raise errors.exceptions[0] from None
        self.until = monotonic() + self.bounds.seconds
        ordered = sorted(self.found.values(), key=lambda each: -each.count)
        return [await self._small(each) for each in ordered[:MOST_SHOWN]] + ordered[MOST_SHOWN:]

    async def _some(self, requests: Iterator[Request]) -> None:
        for request in requests:
            if monotonic() > self.until:
                self.complete = False
                return
            await self._one(request)

    async def _one(self, request: Request) -> None:
        answer = await self.client.ask(request)
        self.asked += 1
        self.progress(1)
        self._hear(request, answer)
        judgement = self.judge.judge(request)
        entry = self.judge.oracle.expect(request, self.judge.port).trace.verdict.entry
        if entry is not None:
            self.rules.add(self.judge.oracle.table.entries[entry].rule)
        if not self.judge.admits(request, judgement, answer):
            key = (judgement.key, self._kind(answer))
            known = self.found.get(key)
            if known is None:
                named = self.judge.naming.named(answer)
                self.found[key] = Disagreement(request=request, judgement=judgement, answer=answer, named=named)
            else:
                self.found[key] = msgspec.structs.replace(known, count=known.count + 1)

    def _hear(self, request: Request, answer: Answer) -> None:
        if answer.failure == "untrusted":  # nothing can be said about who would have answered
            name = (request.sni or b"").decode("latin-1")
            remedy = "--cacert names whom to trust, -k takes any certificate"
            raise Unreachable(
                f"{self.client.address.authority}: the certificate for {name} is no good: {answer.detail}; {remedy}"
            )
        self.silent = self.silent + 1 if answer.failure in ("unreachable", "timeout", "no-http") else 0
        self.last = answer
        if self.silent >= MOST_SILENT:
            self._give_up()

    def _give_up(self) -> None:
        times = "" if self.silent == 1 else f" to the last {self.silent} requests"
        raise Unreachable(f"{self.client.address.authority} does not answer{times}: {self.last.detail}")

    def _kind(self, answer: Answer) -> tuple[Any, ...]:
        """What two answers have in common that are wrong in the same way."""
        named = self.judge.naming.named(answer)
        return answer.failure, named, answer.status if named is None else None

    async def _small(self, found: Disagreement) -> Disagreement:
        """The same disagreement by a smaller request: it is sent again and again with something left out."""
        kind = self._kind(found.answer)
        again = await self.client.ask(found.request)
        if self._kind(again) != kind:
            return msgspec.structs.replace(found, repeats=False)
        sent, shrunk = 1, True
        while shrunk:
            shrunk = False
            for request in smaller(found.request):
                if sent >= MOST_SENT or monotonic() > self.until:
                    return found
                judgement = self.judge.judge(request)
                if judgement.key != found.judgement.key or judgement.may_refuse != found.judgement.may_refuse:
                    continue
                sent += 1
                answer = await self.client.ask(request)
                if self._kind(answer) == kind and not self.judge.admits(request, judgement, answer):
                    found = msgspec.structs.replace(found, request=request, judgement=judgement, answer=answer)
                    shrunk = True
                    break
        return found


def _requests(table: ir.Table, port: int, seed: int, hostile: bool, naming: Naming) -> Iterator[Request]:
    """Those that can be sent and whose answer says something."""
    skipped = 0
    for request in near_requests(table, port, seed=seed, hostile=hostile):
        names = {name.lower() for name, _ in request.headers}
        unsendable = bool(names & FRAMING) or (naming.place == "body" and request.method == b"HEAD")
        if unsendable or not (hostile or is_ordinary(request)):
            skipped += 1
            if skipped > MOST_SKIPPED:  # nothing but paths, say, that no honest client sends
                return
            continue
        skipped = 0
        yield request


def _port(router: Router, address: Address, port: int | None) -> int:
    """The port of the Gateway that the address stands for."""
    protocol = address.scheme.upper()
    known = sorted({each.port for each in router.table.listeners if each.protocol == protocol})
    if port is None and address.port in known:
        return address.port
    if port is None and len(known) == 1:
        return known[0]
    if port in known:
        assert port is not None
        return port
    listed = ", ".join(map(str, known)) or "none"
    if port is None and known:
        raise UsageError(
            f"{address.authority} may stand for any {protocol} port of {router.table.gateway}: say which of {listed}"
        )
    wanted = f"port {port}" if port is not None else "a port"
    raise UsageError(f"{router.table.gateway} has no {protocol} listener at {wanted}; {protocol} ports: {listed}")


def _context(address: Address, trusted: ssl.SSLContext | None, insecure: bool) -> ssl.SSLContext | None:
    if address.scheme != "https":
        return None
    context = trusted or ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _notices(table: ir.Table, port: int) -> Iterator[str]:
    """What a client for HTTP/1.1 at one port cannot ask."""
    kinds: dict[str, int] = {}
    for rule in table.rules:
        kinds[rule.route.kind] = kinds.get(rule.route.kind, 0) + 1
    for kind, count in kinds.items():
        if kind != "HTTPRoute":
            yield f"{count} rule{'s' if count > 1 else ''} of {kind}s not asked: this client speaks HTTP/1.1 only"
    others = sorted({each.port for each in table.listeners if each.port != port})
    if others:
        yield f"listeners at other ports not asked: {', '.join(map(str, others))}"
