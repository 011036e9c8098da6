"""`gwmatch explain`: why a decision is what it is, and why a route is not it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

import gwmatch

from . import options
from .decisions import NAMELESS, as_data, as_fields, exit_code, headline
from .output import aligned, bold, dim, echo, emit, fields

SHOWN = 40
"""Candidates that lost and are listed without --all."""


@click.command("explain")
@options.routing
@options.request
@click.option(
    "--why-not", metavar="[KIND/]NS/ROUTE[#RULE]", help="Say why this route, or one rule of it, does not take the request."
)
@click.option("--all", "everything", is_flag=True, help=f"List all candidates in text, not only {SHOWN} of those that lost.")
@click.pass_context
def command(
    context: click.Context,
    /,
    url: str,
    method: str | None,
    headers: list[tuple[str, str]],
    sni: str | None,
    port: int | None,
    draw: float | int | None,
    why_not: str | None,
    everything: bool,
    form: str,
    **chosen: Any,
) -> None:
    """Why a request or connection goes where it goes: candidates in order, the key that decided, where each loser lost.

    \b
    gwmatch explain -f manifests/ https://shop.example.com/cart
    gwmatch explain -f manifests/ --why-not shop/cart#1 https://shop.example.com/cart
    gwmatch explain -f manifests/ --why-not TLSRoute/shop/db tls://db.example.com:5432

    URLs and exit codes as `gwmatch match`.
    """
    router = options.make_router(**chosen)
    explanation = gwmatch.explain(router, url, method=method, headers=headers, sni=sni, port=port, draw=draw, why_not=why_not)
    if form == "text":
        for line in _text(explanation, router.table.gateway, None if everything else SHOWN):
            echo(line)
    else:
        emit(_data(explanation), form)
    context.exit(exit_code(explanation.decision))


def _data(explanation: gwmatch.Explanation) -> dict[str, Any]:
    """The keys of `match`, and those of the explanation after them."""
    return {
        **as_data(explanation),
        "draw": explanation.draw,
        "why": explanation.summary,
        "selection": explanation.selection,
        "listeners": msgspec.to_builtins(explanation.listeners),
        "candidates": [
            {
                "rank": rank,
                "kind": each.kind,
                "route": each.route,
                "rule": each.rule,
                "ruleName": each.rule_name,
                "match": each.match,
                "hostname": each.hostname,
                "conditions": each.conditions,
                "outcome": each.outcome,
                "field": each.field,
                "expected": each.expected,
                "got": each.got,
                "decided": msgspec.to_builtins(each.decided),
            }
            for rank, each in enumerate(explanation.candidates)
        ],
        "decided": msgspec.to_builtins(explanation.decided),
        "readings": msgspec.to_builtins(explanation.readings),
        "whyNot": list(explanation.why_not),
        "connection": explanation.connection,
    }


def _text(explanation: gwmatch.Explanation, gateway: str, shown: int | None) -> Iterator[str]:
    data = as_data(explanation)
    yield headline(explanation.decision, data)
    yield from fields(as_fields(explanation, data))
    yield ""
    own = f"Gateway {gateway}"
    yield bold(f"Listeners on port {explanation.port}") + f": {explanation.selection}."
    yield from aligned(
        (
            "*" if each.chosen else " ",
            each.name + ("" if each.owner == own else f" of {each.owner}"),
            each.protocol,
            "" if each.protocol in NAMELESS else each.hostname or "any host",
            dim(each.why),
        )
        for each in explanation.listeners
    )
    if explanation.candidates:
        yield ""
        yield bold("Candidates") + ", in the order in which they are tried"
        yield from _candidates(explanation, shown)
    if explanation.readings:
        yield ""
        yield bold("Other readings of the path")
        yield from aligned(
            (each.path, each.selects or "no rule", "" if each.agrees else "differs") for each in explanation.readings
        )
    if explanation.why_not:
        yield ""
        yield bold("Why not")
        yield from (f"  {sentence}" for sentence in explanation.why_not)


_MARKS = {"won": ("won", "green"), "lost": ("lost", "red"), "outranked": ("after", "yellow"), "refused": ("refused", "red")}


def _candidates(explanation: gwmatch.Explanation, shown: int | None) -> Iterator[str]:
    rows, hidden = [], 0
    for rank, each in enumerate(explanation.candidates, 1):
        if not each.matched:
            if shown == 0:
                hidden += 1
                continue
            shown = None if shown is None else shown - 1
        word, colour = _MARKS[each.outcome]
        why = str(each.decided or "")
        if each.field in ("path", "method"):  # what was expected stands beside it
            why = f"{each.field} is {each.got}"
        elif each.field is not None:
            why = f"{each.field}: expected {each.expected}, got {each.got}"
        rows.append(
            (
                f"{rank:>3}",
                click.style(word, fg=colour),
                each.route if explanation.connection else f"{each.name} match {each.match}",
                "" if explanation.connection in NAMELESS else each.hostname or "any host",
                each.conditions,
                dim(why),
            )
        )
    yield from aligned(rows)
    if hidden:
        yield dim(f"  and {hidden} more that lost; --all lists them")
