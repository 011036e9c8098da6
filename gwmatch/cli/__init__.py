"""The `gwmatch` command: one file per verb, made of the package's public names only.

Exit codes: 0 as the verb promises, 1 its finding, 2 input that cannot be used, 70 a bug of ours, 130 interrupted.
"""

from __future__ import annotations

import click

from . import explain, match, routes, status, validate, verify, version
from .failures import Guarded

__all__ = ["main"]


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal, unless NO_COLOR is set.")
@click.pass_context
def main(context: click.Context, color: bool | None) -> None:
    """What a Kubernetes Gateway API configuration does with a request, offline."""
    context.color = color


for verb in (match, explain, routes, validate, status, verify, version):
    main.add_command(verb.command)
