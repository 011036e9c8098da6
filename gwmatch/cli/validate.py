"""`gwmatch validate`: what the CRDs would reject, offline."""

from __future__ import annotations

from typing import cast

import click

import gwmatch

from . import options
from .failures import INPUT
from .output import echo, emit


@click.command("validate")
@options.filename
@options.channel
@options.form
@click.pass_context
def command(context: click.Context, filenames: tuple[str, ...], channel: str, form: str) -> None:
    """What an API server with the CRDs of Gateway API v1.6.1 would reject, and fields that it would drop.

    One line per problem. Exit code 0 if there is none, 1 if there are some, 2 if something cannot be read at all.
    """
    given = options.sources(filenames)
    chosen = cast(options.Channel, channel)
    try:
        resources = gwmatch.load(*given, strict=True, invalid="keep", channel=chosen)
    except gwmatch.LoadError:
        for source in given:
            if isinstance(source, options.Stdin):
                source.seek(0)
        _report(_all_problems(given, chosen), form)
        context.exit(INPUT)
    _report(resources.rejected, form)
    if form == "text":
        skipped = sum(resources.skipped.values())
        counted = f"{_count(len(resources), 'object')} read" + (f", {skipped} of other kinds skipped" if skipped else "")
        found = _count(len(resources.rejected), "problem") if resources.rejected else "no problem"
        echo(f"{counted}, {click.style(found, fg='red' if resources.rejected else 'green')}")
    context.exit(1 if resources.rejected else 0)


def _all_problems(given: list[object], channel: options.Channel) -> tuple[gwmatch.Problem, ...]:
    """What cannot be read together with what would be refused; the first load stopped at the former."""
    try:
        gwmatch.load(*given, strict=True, channel=channel)  # type: ignore[arg-type]
    except gwmatch.LoadError as error:
        return error.problems
    return ()


def _report(problems: tuple[gwmatch.Problem, ...], form: str) -> None:
    if form != "text":
        emit(
            {
                "problems": [
                    {
                        "source": each.source,
                        "line": each.line,
                        "resource": each.resource,
                        "field": str(each.at) or None,
                        "message": each.message,
                    }
                    for each in problems
                ]
            },
            form,
        )
        return
    for each in problems:
        echo(str(each), err=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
