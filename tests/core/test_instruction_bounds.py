"""HI-O8, and the goal of `docs/performance.md`: no single request, however hostile, costs more than 200 times a call that does
nothing. Counted in instructions, so that a busy machine changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = 200
PATIENCE = 300
"""Seconds. A quiet machine takes some twenty."""


@cache
def ratios() -> dict[str, float]:
    """Of each hostile request of `bench/hostile.py`: instructions, as multiples of the floor's."""
    pytest.importorskip("Cython", reason="the floor is compiled on the spot: pip install '.[bench]'")
    counter = "valgrind" if shutil.which("valgrind") else "steps"
    command = [sys.executable, "-m", "bench.instructions", "--hostile", "--counter", counter, "--json", "/dev/stdout"]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"counting instructions by {counter} takes over {PATIENCE} s here; valgrind would be faster")
    if "may not be traced" in done.stderr:
        pytest.skip("instructions cannot be counted here: there is no valgrind, and one process may not trace another")
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout[done.stdout.index("{") :])["ratios"]
    return found


@pytest.mark.parametrize(
    "request_",
    [
        "longest_host",
        "deepest_path",
        "many_headers",
        "long_query",
        "every_reading",
    ],
)
def test_a_hostile_request_has_a_bound(request_: str) -> None:
    assert ratios()[request_] <= MOST


def test_every_hostile_request_has_its_test() -> None:
    """One of each, and the floor is what it says: a call costs some hundred instructions."""
    assert set(ratios()) == {"floor", "longest_host", "deepest_path", "many_headers", "long_query", "every_reading"}
    assert ratios()["floor"] == 1
