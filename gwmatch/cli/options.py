"""The options that verbs share, and what they make: resources, a Router, a request."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

import click

import gwmatch

from .output import warn

Verb = Callable[..., Any]
Channel = Literal["standard", "experimental"]

STDIN_LIMIT = 64 * 1024 * 1024
"""What load() takes of one stream; a byte more is read, so that it can say that there is too much."""


class Stdin(io.BytesIO):
    """Standard input, read whole, so that it can be read twice."""

    name = "<stdin>"


def sources(names: Iterable[str]) -> list[Any]:
    """What to load: paths, and for `-` what stands on standard input."""
    return [Stdin(_input()) if name == "-" else name for name in dict.fromkeys(names)]


def _input() -> bytes:
    if sys.stdin is None:
        raise gwmatch.UsageError("-f -: there is no standard input")
    return sys.stdin.buffer.read(STDIN_LIMIT + 1)


def _applied(verb: Any, options: list[Callable[[Any], Any]]) -> Any:
    for option in reversed(options):
        verb = option(verb)
    return verb


filename = click.option(
    "-f", "--filename", "filenames", multiple=True, required=True, metavar="PATH",
    help="Manifests: a file, a folder with everything below it, or - for standard input. May be repeated.",
)  # fmt: skip
form = click.option(
    "-o", "--output", "form", type=click.Choice(["text", "json", "yaml"]), default="text", help="How to print it."
)
channel = click.option(
    "--channel", type=click.Choice(["standard", "experimental"]), default="experimental", show_default=True,
    help="The release channel whose fields are known.",
)  # fmt: skip
quiet = click.option("-q", "--quiet", is_flag=True, help="No warnings.")


def switch(name: str, help: str) -> Callable[[Any], Any]:
    """A flag and its opposite for a field of gwmatch.Options; where neither is given, that one's default counts."""
    field = name.removeprefix("--").replace("-", "_")
    default = "on" if getattr(gwmatch.Options(), field) else "off"
    opposite = f"--no-{name.removeprefix('--')}"
    return click.option(f"{name}/{opposite}", field, default=None, help=f"{help}  [default: {default}]")


def reading(verb: Verb) -> Any:
    """Options of verbs that resolve manifests."""
    return _applied(
        verb,
        [
            filename,
            form,
            click.option("--controller", metavar="NAME", help="Only GatewayClasses of this controllerName are ours."),
            click.option("--strict", is_flag=True, help="Refuse unknown fields instead of warning about them."),
            channel,
            click.option(
                "--assume-nothing", is_flag=True,
                help="Take no object to exist that the manifests do not hold, also of kinds they hold none of.",
            ),
            switch("--tls-route-mode-terminate", "Serve TLS listeners in mode Terminate."),
            switch("--tls-route-mode-mixed", "Serve Terminate and Passthrough side by side on one port."),
            switch("--grpc-http-exclusive", "Refuse the younger of an HTTPRoute and a GRPCRoute that share a hostname."),
            switch("--external-auth", "Take ExternalAuth filters as carried out; else rules with one answer 500."),
            quiet,
        ],
    )  # fmt: skip


def routing(verb: Verb) -> Any:
    """Options of verbs that need the table of one Gateway."""
    return _applied(
        verb,
        [
            reading,
            click.option("-g", "--gateway", metavar="NS/NAME", help="The Gateway; needed if there are several."),
            click.option(
                "--normalize", type=click.Choice(["guard", "none", "rewrite"]), help="Paths that can be read two ways."
            ),
            click.option(
                "--hostname-fallthrough", type=click.Choice(["ordered", "isolated"]),
                help="Whether less specific hostnames are tried after more specific ones.",
            ),
            click.option(
                "--hostname-precedence", type=click.Choice(["own", "intersected"]),
                help="Which hostname ranks a route: its own, or what is left of it on the listener.",
            ),
            click.option(
                "--regex-precedence", type=click.Choice(["before_prefix", "after_prefix"]),
                help="Where RegularExpression paths stand.",
            ),
            switch("--detect-misdirected", "Answer 421 where the host is not that of the TLS handshake's listener."),
        ],
    )  # fmt: skip


def load(filenames: Iterable[str], *, strict: bool, channel: str, quiet: bool) -> gwmatch.ResourceSet:
    """The resources, after warning about what is odd in them."""
    resources = gwmatch.load(*sources(filenames), strict=strict, channel=cast(Channel, channel))
    if not quiet:
        warn(resources.notices)
    return resources


def make_router(
    *,
    filenames: tuple[str, ...],
    strict: bool,
    channel: str,
    quiet: bool,
    controller: str | None,
    gateway: str | None,
    assume_nothing: bool,
    **chosen: Any,
) -> gwmatch.Router:
    """The Router that the options of `routing` ask for."""
    resources = load(filenames, strict=strict, channel=channel, quiet=quiet)
    options = make_options(assume_nothing, **chosen)
    router = gwmatch.compile(resources, gateway=gateway, controller=controller, options=options)
    if not quiet:
        warn(router.graph.notices)
    return router


def make_options(assume_nothing: bool, **chosen: Any) -> gwmatch.Options:
    """Options with those set that somebody chose."""
    given = {name: value for name, value in chosen.items() if value is not None}
    if assume_nothing:
        given["assume"] = ()
    return gwmatch.Options(**given)


def _draw(ctx: click.Context, param: click.Parameter, value: str | None) -> float | int | None:
    """A float in [0, 1), or an int seed: what has a point or an exponent is a float."""
    if value is None:
        return None
    try:
        return int(value)
    except ValueError:
        pass
    try:
        drawn = float(value)
    except ValueError:
        drawn = -1.0
    if not 0.0 <= drawn < 1.0:
        raise click.BadParameter(f"{value!r} is neither a float in [0, 1), such as 0.25, nor an integer seed", ctx, param)
    return drawn


def _header(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    headers = []
    for value in values:
        name, colon, rest = value.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form 'name: value'", ctx, param)
        headers.append((name.strip(), rest.strip()))
    return headers


def request(verb: Verb) -> Any:
    """Options of verbs that ask about one request or connection."""
    return _applied(
        verb,
        [
            click.option("-X", "--request", "method", metavar="METHOD", help="Its method; by default GET, and POST for gRPC."),
            click.option(
                "-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", callback=_header,
                help="A header line. May be repeated.",
            ),
            click.option("--sni", metavar="HOST", help="Server name of the TLS handshake; '' for none. Else the URL's host."),
            click.option("--port", type=click.IntRange(1, 65535), help="Where the request arrives, if not at the URL's port."),
            click.option(
                "--draw", metavar="NUMBER", callback=_draw,
                help="Chance, for weights and mirrors: a float in [0, 1) or an int seed.",
            ),
            click.argument("url"),
        ],
    )  # fmt: skip
