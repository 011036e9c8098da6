"""explain(): one decision, with the trace of the reference matcher put into names and words."""

from __future__ import annotations

import random
from collections.abc import Iterable

from .. import reference
from ..errors import UsageError
from ..ir import Request, Rule, Table
from ..reference import Candidate, Facts, Trace
from ..router import Router, parse_url
from .absence import Absence, Findings
from .account import Contender, Deciding, Explanation, Reading
from .faults import failure
from .selection import Selection, select
from .wording import REFUSALS, conditions, deciding, lost, text

Header = tuple[str | bytes, str | bytes]


def explain(
    router: Router,
    request: Request | str,
    *,
    method: str | None = None,
    headers: Iterable[Header] = (),
    sni: str | None = None,
    port: int | None = None,
    draw: float | int | None = None,
    why_not: str | None = None,
) -> Explanation:
    """The Decision for a request, and why it is this one.

    `request` is an ir.Request, or an absolute URL which `method`, `headers` and `sni` complete as in Router.match. `port` is
    where it arrives: without it the URL's, or the only one that the Gateway listens on. `why_not` names a route
    (`namespace/name`) or one rule of it (`namespace/name#rule`, by index or name) to be told why that does not take the
    request.

    >>> import gwmatch
    >>> router = gwmatch.compile(gwmatch.load([
    ...     {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"namespace": "a", "name": "gw"},
    ...      "spec": {"gatewayClassName": "any", "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]}},
    ...     {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"namespace": "a", "name": "cart"},
    ...      "spec": {"parentRefs": [{"name": "gw"}], "rules": [{"matches": [{"path": {"value": "/cart"}}]}]}},
    ... ]))
    >>> explanation = explain(router, "http://shop.example.com/card", why_not="a/cart")
    >>> [f"{each.name} {each.verdict}" for each in explanation.candidates]
    ['a/cart#0 lost: path: expected PathPrefix /cart, got /card']
    >>> explanation.why_not
    ('HTTPRoute a/cart rule 0: path: expected PathPrefix /cart, got /card.',)

    Raises:
        UsageError: the request says not enough to be asked, nothing listens on its port, or `why_not` is no name.
    """
    asked, arrives_at = _asked(router, request, method, headers, sni, port)
    if draw is None:
        draw = random.getrandbits(64)
    absence = None if why_not is None else Absence.of(why_not)
    decision = router.port(arrives_at).match(
        asked.method, asked.host, asked.path, asked.headers, sni=asked.sni, draw=draw
    )
    table = router.table
    trace = reference.trace(table, arrives_at, asked, draw)
    assert trace.verdict == decision.verdict, f"a bug in gwmatch: the twins part on {asked!r}"
    facts = reference.read(table, asked)
    selection = select(table, arrives_at, asked, facts)
    candidates, decided = _contenders(table, trace, facts)
    found = Findings(router, trace, facts, selection, candidates, _readings(table, trace))
    return Explanation(
        decision=decision,
        request=asked,
        port=arrives_at,
        draw=draw,
        selection=selection.told,
        listeners=selection.listeners,
        candidates=candidates,
        decided=decided,
        readings=found.readings,
        summary=_summary(found, decided),
        why_not=() if absence is None else absence.told(found),
    )


def _asked(
    router: Router, request: Request | str, method: str | None, headers: Iterable[Header], sni: str | None, port: int | None
) -> tuple[Request, int]:
    """The request, and the port at which it arrives."""
    lines = tuple(headers)
    if isinstance(request, str):
        number, host, target, server_name = parse_url(request)
        made = Request.of("GET" if method is None else method, host, target, lines, server_name if sni is None else sni)
        return made, number if port is None else port
    if method is not None or lines or sni is not None:
        raise UsageError("an ir.Request is complete: method, headers and sni go with a URL")
    if port is None and len(router.ports) != 1:
        listening = ", ".join(map(str, router.ports)) or "none"
        raise UsageError(f"say at which port the request arrives: port=…; {router.table.gateway} listens on {listening}")
    return request, router.ports[0] if port is None else port


def _winning(trace: Trace) -> Candidate | None:
    """The candidate that the walk stopped at, whether its request was then refused or not."""
    return next((each for each in trace.candidates if each.lost in (None, reference.TOO_LONG)), None)


def _contenders(table: Table, trace: Trace, facts: Facts | str) -> tuple[tuple[Contender, ...], Deciding | None]:
    if isinstance(facts, str):
        return (), None
    won = _winning(trace)
    refused = trace.verdict.refusal is not None
    told: list[Contender] = []
    decided: Deciding | None = None
    for each in trace.candidates:
        field = expected = got = behind = None
        if each is won:
            outcome = "refused" if refused else "won"
        elif each.lost is not None:
            outcome = "lost"
        else:
            assert won is not None
            outcome, behind = "outranked", deciding(won, each, table)
            decided = decided or behind
        if each.lost is not None:
            field, expected, got = lost(each, facts)
        rule = table.rule_of(each.entry)
        told.append(
            Contender(
                kind=rule.route.kind,
                route=rule.route.full_name,
                rule=rule.index,
                rule_name=rule.name,
                match=each.entry.match,
                hostname=each.hostname,
                conditions=conditions(each.entry),
                outcome=outcome,
                field=field,
                expected=expected,
                got=got,
                decided=behind,
            )
        )
    return tuple(told), decided


def _readings(table: Table, trace: Trace) -> tuple[Reading, ...]:
    won = _winning(trace)
    return tuple(
        Reading(
            text(path),
            None if other is None else _rule_name(table.rule_of(other.entry)),
            other is not None and other.lost is None and won is not None and other.entry.rule == won.entry.rule,
        )
        for path, other in trace.readings
    )


def _rule_name(rule: Rule) -> str:
    return f"{rule.route.full_name}#{rule.index}"


def _summary(found: Findings, decided: Deciding | None) -> str:
    verdict, selection = found.trace.verdict, found.selection
    if verdict.refusal is not None:
        return f"The request is refused: {REFUSALS[verdict.refusal]}."
    if verdict.entry is None:
        return _nobody(found, selection)
    table = found.router.table
    rule = table.rule_of(table.entries[verdict.entry])
    named = f"{rule.route.kind} {rule.route.full_name} rule {rule.index}"
    if decided is not None:
        runner_up = next(each for each in found.candidates if each.outcome == "outranked")
        told = f"{named} comes before {runner_up.name}, decided by {decided}."
    else:
        told = f"{named} is the only one whose conditions hold."
    return f"{told} It answers 500: {failure(found.router, rule, verdict).rstrip('.')}." if verdict.status == 500 else told


def _nobody(found: Findings, selection: Selection) -> str:
    if selection.taken is None:
        return f"{selection.told[0].upper()}{selection.told[1:]}."
    if found.candidates:
        several = len(found.candidates)
        return f"None of the {several} matches for this host holds." if several > 1 else "The only match for this host is lost."
    name = selection.taken.name
    if not selection.taken.entries:
        return f"Listener {name} takes the request, but no rule is attached to it."
    return f"Listener {name} takes the request, but no route that is attached to it covers the host."
