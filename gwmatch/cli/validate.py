"""`gwmatch validate`: what the CRDs would reject, offline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import click
import msgspec

import gwmatch

from . import options
from .failures import INPUT
from .output import echo, emit


@click.command("validate")
@options.filename
@click.option(
    "--old",
    metavar="PATH",
    multiple=True,
    help="The state before (repeatable): objects in both are judged as updates, whose fixed fields must not differ.",
)
@options.channel
@options.form
@click.pass_context
def command(context: click.Context, filenames: tuple[str, ...], old: tuple[str, ...], channel: str, form: str) -> None:
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
    before = gwmatch.load(*old, invalid="keep", channel=chosen) if old else gwmatch.load([])
    problems = (*resources.rejected, *_changes(resources, before, chosen))
    _report(problems, form)
    if form == "text":
        skipped = sum(resources.skipped.values())
        counted = f"{_count(len(resources), 'object')} read" + (f", {skipped} of other kinds skipped" if skipped else "")
        found = _count(len(problems), "problem") if problems else "no problem"
        echo(f"{counted}, {click.style(found, fg='red' if problems else 'green')}")
    context.exit(1 if problems else 0)


def _changes(
    resources: gwmatch.ResourceSet, before: gwmatch.ResourceSet, channel: options.Channel
) -> Iterator[gwmatch.Problem]:
    """What may not change and did, in objects that both sets hold."""
    stored = {resource.key: resource for resource in before}
    for resource in resources:
        if resource.key not in stored:
            continue
        alone = gwmatch.check(resource, channel=channel)
        for each in gwmatch.check(resource, old=stored[resource.key], channel=channel):
            if each not in alone:
                source, line = resources.place(resource.key, each.at) or (None, None)
                yield msgspec.structs.replace(each, source=source, line=line)


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
