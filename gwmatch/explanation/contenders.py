"""The candidates of the trace, in names and words: what each asks, where it lost, what put another before it."""

from __future__ import annotations

from .. import reference
from ..ir import Rule, Table
from ..reference import Candidate, Facts, Trace
from .account import Contender, Deciding, Reading
from .wording import UNCONDITIONAL, conditions, deciding, lost, text


def _winner(trace: Trace) -> Candidate | None:
    """The candidate that the walk stopped at, whether its request was then refused or not."""
    return next((each for each in trace.candidates if each.lost in (None, reference.TOO_LONG)), None)


def contenders(table: Table, trace: Trace, facts: Facts | str) -> tuple[tuple[Contender, ...], Deciding | None]:
    """The candidates in the order of trying, and what put the winner before the next one that matches."""
    if isinstance(facts, str):
        return (), None
    won = _winner(trace)
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
                conditions=UNCONDITIONAL.get(rule.route.kind) or conditions(each.entry),
                outcome=outcome,
                field=field,
                expected=expected,
                got=got,
                decided=behind,
            )
        )
    return tuple(told), decided


def readings(table: Table, trace: Trace) -> tuple[Reading, ...]:
    """What the other readings of the path select."""
    won = _winner(trace)
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
