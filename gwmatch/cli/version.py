"""`gwmatch version`: what is installed."""

from __future__ import annotations

import platform

import click

import gwmatch

from . import options
from .output import echo, emit

GATEWAY_API = "v1.6.1"


@click.command("version")
@options.form
def command(form: str) -> None:
    """Versions of gwmatch, its native half, Python, and of the standard."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        native = version("gwmatch-native")
    except PackageNotFoundError:
        native = "unknown"
    versions = {
        "gwmatch": gwmatch.__version__,
        "gwmatch-native": native,
        "python": platform.python_version(),
        "gatewayAPI": GATEWAY_API,
    }
    if form != "text":
        emit(versions, form)
        return
    echo(f"gwmatch {versions['gwmatch']} (native {native}, Python {versions['python']}, Gateway API {GATEWAY_API})")
