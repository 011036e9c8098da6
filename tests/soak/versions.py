"""The same tables and requests on several Pythons: `python -m tests.soak.versions python3.12 python3.13 --tables 60`.

Each runs the whole soak over the same seeds, for itself, and says a digest of every table and of all answers to it. They are
compared; the first table on which they are not equal ends it with 1, and is named.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ALWAYS = 10**6
"""Minutes: the number of tables ends a run, and not the time."""
SOAK = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('tests.soak', run_name='__main__', alter_sys=True)"
)
"""Run so that an interpreter sees the gwmatch that it has installed before the folder of that name."""
ROOT = str(Path(__file__).resolve().parents[2])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.versions", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="interpreters that have gwmatch and its tests' needs")
    parser.add_argument("--tables", type=int, default=60, help="how many tables (60)")
    parser.add_argument("--seed", type=int, default=0, help="the first one's")
    asked = parser.parse_args()
    everywhere = digests([sys.executable, *asked.pythons], asked.tables, asked.seed)
    for number, told in enumerate(itertools.zip_longest(*everywhere)):
        if len(set(told)) != 1:
            print(f"DIFFERENT at seed {asked.seed + number}: {told}", file=sys.stderr)
            return 1
    print(f"{len(everywhere[0])} tables, the same answers by {len(everywhere)} Pythons")
    return 0 if len(everywhere[0]) == asked.tables else 1


def digests(
    pythons: Sequence[str], tables: int, seed: int, *, requests: int = 2_000, size: int | None = None
) -> list[list[str]]:
    """What each says of each table, all at once.

    Raises:
        RuntimeError: one of them ended with an error, a disagreement among its own ways for instance.
    """
    command = ["-P", "-c", SOAK, ROOT, "--digests", "--minutes", str(ALWAYS), "--tables", str(tables), "--seed", str(seed)]
    command += ["--requests", str(requests), *(["--size", str(size)] if size else [])]
    running = []
    for number, python in enumerate(pythons):
        # Each with another order of its sets, which no answer may depend on.
        environment = {**os.environ, "PYTHONHASHSEED": str(number + 1)}
        started = subprocess.Popen(
            [python, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        running.append(started)
    told = []
    for python, process in zip(pythons, running, strict=True):
        said, complaint = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{python}: {complaint[-2000:]}")
        told.append(said.splitlines())
    return told


if __name__ == "__main__":
    sys.exit(main())
