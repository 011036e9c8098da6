"""How a verb ends when it cannot do its work: lines on stderr and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

import gwmatch

INPUT = 2
BUG = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


class Guarded(click.Group):
    """A group whose verbs may raise what they like."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer characters than a manifest
        try:
            return super().invoke(ctx)
        except gwmatch.GwmatchError as error:
            for line in str(error).splitlines():
                click.echo(line, err=True)
            ctx.exit(INPUT)
        except BrokenPipeError:
            # Whoever read has enough; what the interpreter still holds must not fail when it is flushed at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("GWMATCH_DEBUG") == "1":
                raise
            what = " ".join(f"{type(error).__name__}: {error}".split())
            click.echo(f"gwmatch: a bug: {what[:500]}; please report it, GWMATCH_DEBUG=1 shows where it happened", err=True)
            ctx.exit(BUG)
