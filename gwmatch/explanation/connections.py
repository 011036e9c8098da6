"""One TLS, TCP or UDP connection: where it goes, and the way there. No byte of it is read but the server name of TLS."""

from __future__ import annotations

from .. import reference, wire
from .._core import Decision
from ..ir import Listener, Table, Verdict, as_bytes
from ..lowering.precedence import host_rank, rank
from ..reference import Candidate, Facts, Trace, covers
from ..router import Router
from .absence import Absence, Findings
from .account import Deciding, Explanation
from .contenders import contenders
from .faults import failure
from .selection import Host, select_connection, told_server_name
from .wording import REFUSALS


def explain_connection(
    router: Router, protocol: str, sni: str | None, port: int, draw: float | int, absence: Absence | None
) -> Explanation:
    """The Decision for a connection; `protocol` is TLS, TCP or UDP, and only TLS has a server name."""
    sent = as_bytes(sni) if protocol == "TLS" and sni else None
    table = router.table
    decision, verdict = _decided(router, protocol, sent, port, draw)
    assert verdict == decision.verdict, f"a bug in gwmatch: the twins part on {protocol} {sent!r} at port {port}"
    selection = select_connection(table, port, protocol, sent)
    name = wire.read_server_name(sent)
    facts = "bad_sni" if name is None else Facts(b"", name, b"", {}, {}, is_grpc=False)
    tried = () if selection.taken is None or name is None else _tried(table, selection.taken, name)
    trace = Trace(verdict, selection.taken, tried)
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


def _decided(router: Router, protocol: str, sni: bytes | None, port: int, draw: float | int) -> tuple[Decision, Verdict]:
    """What both twins say."""
    bound, table = router.port(port), router.table
    match protocol:
        case "TLS":
            return bound.match_tls(sni, draw=draw), reference.match_tls(table, port, sni, draw)
        case "TCP":
            return bound.match_tcp(draw=draw), reference.match_tcp(table, port, draw)
        case _:
            return bound.match_udp(draw=draw), reference.match_udp(table, port, draw)


def _tried(table: Table, listener: Listener, name: Host) -> tuple[Candidate, ...]:
    """The routes whose hostnames cover the server name, in rank order. The first takes every connection.

    Under `hostname_fallthrough="isolated"` it is the same one: it has the most specific hostname.
    """
    own = table.options.hostname_precedence == "own"
    found = []
    for entry in (table.entries[entry_id] for entry_id in listener.entries):
        fitting = [match.own if own else match.effective for match in entry.hosts if covers(match.effective, name)]
        if fitting:
            hostname = min(fitting, key=host_rank)
            found.append(Candidate(entry, hostname, rank(entry, hostname, table.rule_of(entry), table.options), None))
    return tuple(sorted(found, key=lambda candidate: candidate.key))


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
