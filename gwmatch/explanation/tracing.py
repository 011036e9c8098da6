"""explain(): one decision, with the trace of the reference matcher put into names and words."""

from __future__ import annotations

import random
from collections.abc import Iterable

from .. import reference
from ..addresses import Address, parse_url
from ..errors import UsageError
from ..ir import Request
from ..router import Router
from .absence import Absence, Findings
from .account import Deciding, Explanation
from .connections import explain_connection
from .contenders import contenders, readings
from .faults import failure
from .selection import Selection, select
from .wording import REFUSALS, text

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
    """The Decision for a request or a connection, and why it is this one.

    `request` is an ir.Request, or an absolute URL which `method`, `headers` and `sni` complete as in Router.match. `port` is
    where it arrives: without it the URL's, or the only one that the Gateway listens on. `why_not` names a route
    (`namespace/name`) or one rule of it (`namespace/name#rule`, by index or name) to be told why that does not take the
    request; with a kind before it (`TLSRoute/namespace/name`) it means no route of another kind.

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
        UsageError: the request says not enough, or what goes not together; nothing listens on its port; `why_not` is no name.
    """
    if draw is None:
        draw = random.getrandbits(64)
    router = router.as_lowered()
    absence = None if why_not is None else Absence.of(why_not)
    what = parse_url(request) if isinstance(request, str) else request
    if isinstance(what, Address) and what.is_connection:
        what.complete(method, tuple(headers))
        server_name = what.server_name if sni is None else sni
        return explain_connection(router, what.scheme.upper(), server_name, what.port if port is None else port, draw, absence)
    asked, arrives_at = _asked(router, what, method, headers, sni, port)
    decision = router.port(arrives_at).match(asked.method, asked.host, asked.path, asked.headers, sni=asked.sni, draw=draw)
    table = router.table
    trace = reference.trace(table, arrives_at, asked, draw)
    assert trace.verdict == decision.verdict, f"a bug in gwmatch: the twins part on {asked!r}"
    facts = reference.read(table, asked)
    selection = select(table, arrives_at, asked, facts)
    candidates, decided = contenders(table, trace, facts)
    named = "" if isinstance(facts, str) else f"host {text(facts.host[1].encode()) or '(none)'}"
    found = Findings(router, trace, facts, selection, candidates, readings(table, trace), "request", named)
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
    router: Router, asked: Request | Address, method: str | None, headers: Iterable[Header], sni: str | None, port: int | None
) -> tuple[Request, int]:
    """The request, and the port at which it arrives."""
    if isinstance(asked, Address):
        completed, lines = asked.complete(method, tuple(headers))
        server_name = asked.server_name if sni is None else sni
        return Request.of(completed, asked.host, asked.target, lines, server_name), asked.port if port is None else port
    if method is not None or tuple(headers) or sni is not None:
        raise UsageError("an ir.Request is complete: method, headers and sni go with a URL")
    if port is None and len(router.ports) != 1:
        listening = ", ".join(map(str, router.ports)) or "none"
        raise UsageError(f"say at which port the request arrives: port=…; {router.table.gateway} listens on {listening}")
    return asked, router.ports[0] if port is None else port


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
    if verdict.status is None or verdict.status < 500:
        return told
    return f"{told} It answers {verdict.status}: {failure(found.router, rule, verdict).rstrip('.')}."


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
