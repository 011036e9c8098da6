"""The ways to a decision that must agree: each takes a Router and gives, for requests at a port, what they decide.

What is compared is an Answer: with names and not numbers, since an updated table numbers its entries in another order.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gwmatch
from gwmatch import Router, ir, reference

Manifests = Sequence[dict[str, Any]]


class Answer(NamedTuple):
    outcome: str
    status: int | None
    refusal: str | None
    listener: str | None
    route: str | None
    rule: int | None
    match: int | None
    backend: int | None
    path: bytes | None


class Entry(NamedTuple):
    """What a batch says of a request: the entry alone."""

    route: str | None
    rule: int | None
    match: int | None


def by_reference(router: Router, port: int, request: ir.Request, draw: float) -> Answer:
    table = router.table
    verdict = reference.match(table, port, request, draw)
    return named(table, verdict)


def named(table: ir.Table, verdict: ir.Verdict) -> Answer:
    listener = None if verdict.listener is None else table.listeners[verdict.listener].name
    entry = None if verdict.entry is None else table.entries[verdict.entry]
    rule = None if entry is None else table.rule_of(entry)
    return Answer(
        verdict.outcome,
        verdict.status,
        verdict.refusal,
        listener,
        None if rule is None else f"{rule.route.kind} {rule.route.full_name}",
        None if rule is None else rule.index,
        None if entry is None else entry.match,
        verdict.backend,
        verdict.path,
    )


def by_match(router: Router, port: int, requests: Sequence[ir.Request], draw: float) -> list[Answer]:
    bound, named = router.port(port), Named()
    return [
        named.answer(bound.match(each.method, each.host, each.path, each.headers, sni=each.sni, draw=draw)) for each in requests
    ]


class Named:
    """Gives the numbers of one Router their names, each looked up once."""

    def __init__(self) -> None:
        self.entries: dict[int | None, tuple[str | None, int | None, int | None]] = {None: (None, None, None)}
        self.listeners: dict[int | None, str | None] = {None: None}

    def answer(self, decision: gwmatch.Decision) -> Answer:
        verdict = decision.verdict
        if verdict.entry not in self.entries:
            rule = decision.rule
            assert rule is not None
            self.entries[verdict.entry] = f"{rule.route.kind} {rule.route.full_name}", rule.index, decision.match
        if verdict.listener not in self.listeners:
            listener = decision.listener
            self.listeners[verdict.listener] = None if listener is None else listener.name
        where = self.listeners[verdict.listener]
        route, rule_index, match = self.entries[verdict.entry]
        return Answer(
            verdict.outcome, verdict.status, verdict.refusal, where, route, rule_index, match, verdict.backend, verdict.path
        )


def connections(router: Router, port: int, server_name: bytes | None, draw: float) -> list[tuple[Answer, Answer]]:
    """What the core and the reference say of connections without HTTP."""
    bound, table, names = router.port(port), router.table, Named()
    return [
        (
            names.answer(bound.match_tls(server_name, draw=draw)),
            named(table, reference.match_tls(table, port, server_name, draw)),
        ),
        (names.answer(bound.match_tcp(draw=draw)), named(table, reference.match_tcp(table, port, draw))),
        (names.answer(bound.match_udp(draw=draw)), named(table, reference.match_udp(table, port, draw))),
    ]


# --------------------------------------------------------------------------------------------- other routers of the same set


def pickled(router: Router) -> Router:
    made: Router = pickle.loads(pickle.dumps(router))
    return made


def updated(manifests: Manifests, options: gwmatch.Options, rng: random.Random) -> Router:
    """A Router of a part of the set, with routes that are not in it, brought to the whole by updates one by one."""
    gateway, routes = manifests[0], list(manifests[1:])
    rng.shuffle(routes)
    late = routes[: rng.randint(1, min(20, len(routes)))]
    strangers = [_stranger(route, rng) for route in rng.sample(routes, min(3, len(routes)))]
    router = gwmatch.compile(gwmatch.load([gateway, *routes[len(late) :], *strangers]), options=options)
    changes: list[tuple[list[Any], list[Any]]] = [([route], []) for route in late] + [([], [each]) for each in strangers]
    rng.shuffle(changes)
    for upserts, deletes in changes:
        router = router.update(upserts=upserts, deletes=deletes)
    return router


def _stranger(route: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A route like another one, older and so before it, that will be gone."""
    name = f"stranger-{rng.randint(0, 10**9)}"
    return {**route, "metadata": {**route["metadata"], "name": name, "creationTimestamp": "2001-01-01T00:00:00Z"}}


Derive = Callable[[Router, Manifests, gwmatch.Options, random.Random], Router]

DERIVED: dict[str, Derive] = {
    "loaded": lambda router, manifests, options, rng: pickled(router),
    "updated": lambda router, manifests, options, rng: updated(manifests, options, rng),
}
"""Routers that were not compiled but must decide as if they had been."""
