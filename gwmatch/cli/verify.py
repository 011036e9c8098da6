"""`gwmatch verify`: whether a running implementation does what the manifests say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

import gwmatch

from . import options
from .decisions import name_of
from .output import bold, dim, echo, emit, plain, printable

if TYPE_CHECKING:
    from ssl import SSLContext

    from gwmatch import verification
    from gwmatch.testing import Outcome


@click.command("verify")
@options.routing
@click.option(
    "--base-url", required=True, metavar="URL", help="Where it runs, such as http://127.0.0.1:8080. Nothing else is asked."
)
@click.option("--header", metavar="NAME", help="The response header in which a backend names itself.")
@click.option("--body", metavar="REGEX", help="What finds that name in a body: the first group, or all of the match.")
@click.option("--status", is_flag=True, help="Nobody names itself: 200 to 299 is a backend, whichever it is.")
@click.option(
    "--template",
    metavar="TEXT",
    default="{namespace}/{name}",
    show_default=True,
    help="How a backend names itself, of {namespace}, {name}, {port}, {kind}, {route}, {rule}.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="The Gateway's port that it stands for, if that is not the URL's.")
@click.option("--requests", type=click.IntRange(1, 10_000_000), default=1000, show_default=True, help="How many to send.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True, help="Stop sending after these."
)
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True, help="How many at a time.")
@click.option("--timeout", type=click.FloatRange(0.01, 600), default=5.0, show_default=True, help="Seconds for one request.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed sends the same requests.")
@click.option("--hostile", is_flag=True, help="Send what hostile clients send, too. Refusing that is no disagreement.")
@click.option("--cacert", type=click.Path(exists=True, dir_okay=False), help="Certificates to trust, for https.")
@click.option("-k", "--insecure", is_flag=True, help="Trust any certificate.")
@click.pass_context
def command(
    context: click.Context,
    /,
    base_url: str,
    header: str | None,
    body: str | None,
    status: bool,
    template: str,
    port: int | None,
    requests: int,
    seconds: float,
    concurrency: int,
    timeout: float,
    seed: int,
    hostile: bool,
    cacert: str | None,
    insecure: bool,
    form: str,
    filenames: tuple[str, ...],
    strict: bool,
    channel: str,
    quiet: bool,
    controller: str | None,
    gateway: str | None,
    assume_nothing: bool,
    **chosen: Any,
) -> None:
    """Whether a running implementation decides requests as the manifests say.

    \b
    gwmatch verify -f manifests/ --base-url http://127.0.0.1:8080 --header x-backend
    gwmatch verify -f manifests/ --base-url http://127.0.0.1:8080 --body 'pod: ([a-z0-9-]+)' --template '{name}'

    It sends requests near the rules (hits, near misses, mixtures of two rules, other hosts) and compares who answered with the
    reference matcher. Each disagreement is made small: one curl line, and the manifests that are needed for it. Requests go to
    the base URL's address only; Host holds the names of the routes. Nothing but GET, HEAD, OPTIONS, and POST, PUT, PATCH and
    DELETE without content is sent; do not point it at what must not get those.

    Exit code 0 if it agrees, 1 if it does not, 2 for bad input or if nobody answers.
    """
    from gwmatch import verification  # sockets, TLS and an event loop, which no other verb needs

    naming = _naming(header, body, status, template)
    resources = options.load(filenames, strict=strict, channel=channel, quiet=quiet)
    limits = verification.Bounds(requests=requests, seconds=seconds, concurrency=concurrency, timeout=timeout)
    # Only for people who look on: a log of a CI job needs no bar.
    shown = form == "text" and not quiet and sys.stderr.isatty()
    with click.progressbar(length=requests, label="asking", file=sys.stderr, hidden=not shown) as bar:
        report = verification.verify(
            resources,
            base_url,
            naming,
            gateway=gateway,
            controller=controller,
            options=options.make_options(assume_nothing, **chosen),
            port=port,
            seed=seed,
            hostile=hostile,
            bounds=limits,
            trusted=_trusted(cacert),
            insecure=insecure,
            progress=bar.update,
        )
    if form == "text":
        for line in _text(report, quiet):
            echo(line)
    else:
        emit(_data(report), form)
    context.exit(0 if report.agrees else 1)


def _naming(header: str | None, body: str | None, status: bool, template: str) -> verification.Naming:
    if (header is not None) + (body is not None) + status != 1:
        raise click.UsageError("say how a backend is recognised: one of --header NAME, --body REGEX or --status")
    from gwmatch import verification

    if header is not None:
        return verification.Naming.by_header(header, template)
    return verification.Naming.by_status() if body is None else verification.Naming.by_body(body, template)


def _trusted(cacert: str | None) -> SSLContext | None:
    if cacert is None:
        return None
    import ssl

    try:
        return ssl.create_default_context(cafile=cacert)
    except (OSError, ValueError) as error:
        raise gwmatch.UsageError(f"--cacert {cacert}: {error}") from None


def _data(report: verification.Report) -> dict[str, Any]:
    return {
        "agrees": report.agrees,
        "gateway": report.gateway,
        "port": report.port,
        "baseUrl": report.base_url,
        "seed": report.seed,
        "requests": report.asked,
        "complete": report.complete,
        "rules": report.rules,
        "notices": list(report.notices),
        "disagreements": [
            {
                "count": each.count,
                "repeats": each.repeats,
                "request": {
                    "method": plain(each.request.method),
                    "host": None if each.request.host is None else plain(each.request.host),
                    "path": plain(each.request.path),
                    "headers": [[plain(name), plain(value)] for name, value in each.request.headers],
                },
                "expected": [_outcome(outcome) for outcome in each.judgement.outcomes],
                "mayRefuse": each.judgement.may_refuse,
                "got": {"status": each.answer.status, "backend": each.named, "failure": each.answer.failure},
                "why": each.why,
                "curl": each.curl,
                "manifests": list(each.manifests),
            }
            for each in report.disagreements
        ],
    }


def _outcome(each: Outcome) -> dict[str, Any]:
    rule, backend = each.rule, each.backend
    return {
        "outcome": each.outcome,
        "status": each.status,
        "route": None if rule is None else rule.route.full_name,
        "rule": None if rule is None else rule.index,
        "match": each.match,
        "backend": None if backend is None else {"namespace": backend.namespace, "name": backend.name, "port": backend.port},
        "location": None if each.location is None else plain(each.location),
    }


def _text(report: verification.Report, quiet: bool) -> Iterator[str]:
    import yaml

    for number, each in enumerate(report.disagreements, 1):
        times = "" if each.count == 1 else f", {each.count} requests"
        flaky = "" if each.repeats else ", and another answer when it was sent again"
        yield bold(f"{number}. {_asked(each)}") + dim(f"{times}{flaky}".removeprefix(", ") and f"  ({(times + flaky)[2:]})")
        expected = [_told(outcome) for outcome in each.judgement.outcomes] + ["a refusal"] * each.judgement.may_refuse
        yield f"  expected  {click.style(' or '.join(dict.fromkeys(expected)), fg='green')}"
        yield f"  got       {click.style(_got(each), fg='red')}"
        yield f"  why       {each.why}"
        yield f"  curl      {printable(each.curl)}"
        yield "  manifests"
        written = yaml.safe_dump_all(list(each.manifests), sort_keys=False, allow_unicode=True, width=10_000)
        yield from (f"    {line}" for line in written.splitlines())
        yield ""
    for notice in () if quiet else report.notices:
        yield dim(notice)
    ended = "" if report.complete else ", then the time was up"
    found = len(report.disagreements)
    result = "agrees" if report.agrees else f"disagrees in {found} way{'s' if found > 1 else ''}"
    told = click.style(result, fg="green" if report.agrees else "red")
    yield f"{report.asked} requests near {report.rules} rules{ended}, seed {report.seed}: {report.base_url} {told}"


def _asked(each: verification.Disagreement) -> str:
    request = each.request
    host = "" if request.host is None else plain(request.host)
    return printable(
        f"{plain(request.method)} {host} {plain(request.path)}"
        + "".join(f" [{plain(name)}: {plain(value)}]" for name, value in request.headers)
    )


def _told(each: Outcome) -> str:
    by = "" if each.rule is None else f" by {each.rule.route.full_name}#{each.rule.index}"
    if each.backend is not None:
        return f"{name_of(each.backend)}{by}"
    if each.location is not None:
        return f"{each.status} to {printable(plain(each.location))}{by}"
    return f"{each.status or each.outcome}{by}"


def _got(each: verification.Disagreement) -> str:
    if each.answer.failure is not None:
        return each.answer.detail or each.answer.failure
    location = each.answer.value("location")
    to = "" if location is None else f" to {printable(plain(location))}"
    return f"{each.answer.status}{to} by {'the gateway itself' if each.named is None else printable(each.named)}"
