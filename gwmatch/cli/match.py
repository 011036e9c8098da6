"""`gwmatch match`: one decision."""

from __future__ import annotations

from typing import Any

import click

import gwmatch

from . import options
from .decisions import as_data, as_fields, exit_code, headline
from .output import echo, emit, fields


@click.command("match")
@options.routing
@options.request
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
    form: str,
    **chosen: Any,
) -> None:
    """What happens to one request or connection.

    \b
    gwmatch match -f manifests/ https://shop.example.com/cart
    gwmatch match -f manifests/ -X POST -H 'x-canary: always' -o json https://shop.example.com/cart
    gwmatch match -f manifests/ grpcs://api.example.com/shop.v1.Cart/Get
    gwmatch match -f manifests/ tls://db.example.com:5432

    URLs are of http, https, grpc, grpcs, tls, tcp or udp. gRPC is a POST of /package.Service/Method over HTTP or HTTPS.

    Exit code 0 for a backend or a redirect, 1 if the gateway answers by itself or refuses, 2 for bad input.
    """
    router = options.make_router(**chosen)
    explanation = gwmatch.explain(router, url, method=method, headers=headers, sni=sni, port=port, draw=draw)
    data = as_data(explanation)
    if form == "text":
        echo(headline(explanation.decision, data))
        for line in fields(as_fields(explanation, data)):
            echo(line)
    else:
        emit(data, form)
    context.exit(exit_code(explanation.decision))
