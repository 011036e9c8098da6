"""Where figures come from: machine, Python, commit, command. Every record starts with it."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import gwmatch

ROOT = Path(__file__).resolve().parent.parent


def described(command: str | None = None) -> dict[str, Any]:
    """The facts, as JSON has them. `command` is what is running unless said otherwise."""
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit(),
        "gwmatch": gwmatch.__version__,
        "python": f"{platform.python_implementation().lower()}{platform.python_version()}",
        "cpu": _cpu(),
        "cpus": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "command": _running() if command is None else command,
    }


def commit() -> str | None:
    """The commit of the clone, with a `+` where files differ from it; None outside a clone."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _running() -> str:
    module = getattr(sys.modules["__main__"], "__spec__", None)
    name = None if module is None else module.name.removesuffix(".__main__")
    start = sys.argv[0] if name is None else f"-m {name}"
    return " ".join(["python", start, *sys.argv[1:]])
