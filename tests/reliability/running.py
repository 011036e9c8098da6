"""Programs of this folder, run to their end in a process of their own: what they test is whether that process survives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"


def run(program: str | Path, *arguments: str, seconds: float = 120, **environment: str) -> str:
    """Standard output of a program that ended with 0 and wrote nothing of a crash."""
    where = PROGRAMS / program
    command = [sys.executable, "-P", "-X", "faulthandler", str(where), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{where.name} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "Fatal" not in done.stderr, done.stderr
    return done.stdout
