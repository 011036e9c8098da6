"""One TLS, TCP or UDP connection: where it goes, and the way there. No byte of it is read but the server name of TLS."""

from __future__ import annotations

from .. import reference, wire
from .._core import Decision
from ..ir import as_bytes
from ..reference import Facts
from ..router import Router
from .absence import Absence, Findings
from .account import Deciding, Explanation
from .contenders import contenders
from .faults import failure
from .selection import select_connection, told_server_name
from .wording import REFUSALS


def explain_connection(
    router: Router, protocol: str, sni: str | None, port: int, draw: float | int, absence: Absence | None
) -> Explanation:
    """The Decision for a connection; `protocol` is TLS, TCP or UDP, and only TLS has a server name."""
    sent = as_bytes(sni) if protocol == "TLS" and sni else None
    table = router.table
    decision = _decided(router, protocol, sent, port, draw)
    trace = reference.trace_connection(table, port, protocol, sent, draw)
    assert trace.verdict == decision.verdict, f"a bug in gwmatch: the twins part on {protocol} {sent!r} at port {port}"
    selection = select_connection(table, port, protocol, sent)
    name = wire.read_server_name(sent)
    facts = "bad_sni" if name is None else Facts(b"", name, b"", {}, {}, is_grpc=False)
    candidates, decided = contenders(table, trace, facts)
    named = "" if name is None else told_server_name(name)
    found = Findings(router, trace, facts, selection, candidates, (), "connection", named)
    return Explanation(
        decision=decision,
        request=None,
        connection=protocol,
        port=port,
        draw=draw,
        selection=selection.told,
        listeners=selection.listeners,
        candidates=candidates,
        decided=decided,
        summary=_summary(found, protocol, decided),
        why_not=() if absence is None else absence.told(found),
    )


def _decided(router: Router, protocol: str, sni: bytes | None, port: int, draw: float | int) -> Decision:
    bound = router.port(port)
    match protocol:
        case "TLS":
            return bound.match_tls(sni, draw=draw)
        case "TCP":
            return bound.match_tcp(draw=draw)
        case _:
            return bound.match_udp(draw=draw)


def _summary(found: Findings, protocol: str, decided: Deciding | None) -> str:
    verdict, selection, table = found.trace.verdict, found.selection, found.router.table
    if verdict.refusal is not None:
        return f"The connection is refused: {REFUSALS[verdict.refusal]}."
    if selection.taken is None:
        return f"{selection.told[0].upper()}{selection.told[1:]}."
    listener = selection.taken.name
    if verdict.entry is None:
        if not selection.taken.entries:
            return f"Listener {listener} takes the connection, but no {protocol}Route is attached to it."
        return f"Listener {listener} takes the connection, but no {protocol}Route that is attached to it covers {found.named}."
    rule = table.rule_of(table.entries[verdict.entry])
    named = f"{rule.route.kind} {rule.route.full_name}"
    if decided is not None:
        runner_up = next(each for each in found.candidates if each.outcome == "outranked")
        told = f"{named} comes before {runner_up.route}, decided by {decided}."
    elif protocol == "TLS":
        told = f"{named} is the only one whose hostnames cover {found.named}."
    else:
        told = f"{named} is the only one attached to listener {listener}."
    if verdict.outcome == "forward":
        return told
    closed = "Nothing is sent back" if verdict.outcome == "drop" else "The connection is refused"
    return f"{told} {closed}: {failure(found.router, rule, verdict).rstrip('.')}."
