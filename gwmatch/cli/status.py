"""`gwmatch status`: conditions and counts of every object, as kubectl would show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

import gwmatch

from . import options
from .output import aligned, bold, dim, echo, emit, warn


@click.command("status")
@options.reading
@click.pass_context
def command(
    context: click.Context,
    /,
    filenames: tuple[str, ...],
    form: str,
    controller: str | None,
    strict: bool,
    channel: str,
    assume_nothing: bool,
    quiet: bool,
    **chosen: Any,
) -> None:
    """The status of every GatewayClass, Gateway, ListenerSet, route and policy that is ours.

    Exit code 0 if all are accepted, 1 if something is not, 2 for bad input.
    """
    resources = options.load(filenames, strict=strict, channel=channel, quiet=quiet)
    graph = gwmatch.resolve(resources, controller=controller, options=options.make_options(assume_nothing, **chosen))
    if not quiet:
        warn(graph.notices)
    objects = graph.status()
    if form == "text":
        for line in _text(objects):
            echo(line)
    else:
        emit(list(objects), form)
    accepted = [each["status"] for shown in objects for _, each in _conditions(shown) if each["type"] == "Accepted"]
    context.exit(0 if all(status == "True" for status in accepted) else 1)


def _conditions(shown: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All conditions of an object, each with the part of it that carries them.

    What routes and XBackends say by parent, policies say by ancestor.
    """
    status = shown["status"]
    yield from (("", each) for each in status.get("conditions", ()))
    for listener in status.get("listeners", ()):
        routes = f"listener {listener['name']} ({listener['attachedRoutes']} routes)"
        yield from ((routes, each) for each in listener["conditions"])
    for field, name in (("parents", "parentRef"), ("ancestors", "ancestorRef")):
        for entry in status.get(field, ()):
            ref = entry[name]
            section = f" listener {ref['sectionName']}" if ref.get("sectionName") else ""
            port = f" port {ref['port']}" if ref.get("port") else ""
            owner = "/".join(filter(None, (ref.get("namespace"), ref["name"])))
            place = f"at {ref.get('kind', 'Gateway')} {owner}{section}{port}"
            yield from ((place, each) for each in entry.get("conditions", ()))


_NEGATIVE = ("Conflicted", "OverlappingTLSConfig", "PartiallyInvalid", "InsecureFrontendValidationMode")
"""Conditions that are bad news when they hold."""


def _text(objects: tuple[dict[str, Any], ...]) -> Iterator[str]:
    for shown in objects:
        metadata = shown["metadata"]
        yield bold(f"{shown['kind']} {'/'.join(filter(None, (metadata.get('namespace'), metadata['name'])))}")
        rows, last = [], ""
        for part, each in _conditions(shown):
            good = (each["status"] == "True") != (each["type"] in _NEGATIVE)
            told = each["reason"] if each["reason"] != each["type"] else ""
            message = "" if good else each["message"]
            status = click.style(each["status"], fg="green" if good else "red")
            rows.append((part if part != last else "", each["type"], status, told, dim(message)))
            last = part
        yield from aligned(rows)
