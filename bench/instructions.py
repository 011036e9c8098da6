"""Instructions per call of `match`, which no busy machine moves: `python -m bench.instructions [--json FILE] [--hostile]`.

Each call is made so many times and then more times, and the difference is divided: nothing of the start counts. The loop
around the calls is taken off. Counted by valgrind where it is installed, else by stepping through the process, which is
exact and slow.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gwmatch

from .floors import build_floor, load_floor
from .hostile import HOSTILE, plain, repeated, two_headers
from .machine import ROOT, described
from .subjects import SAMPLE, Call, Subject, call, check, documents
from .timing import Decide, idle, run
from .workloads import make

WARM = 64
"""Calls before anything is counted: CPython specialises its bytecode for what it sees."""
MIXED = 30
"""Hosts of the table that 256 different requests go to."""
Section = tuple[str, Callable[..., None], Any, list[Call]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--hostile", action="store_true", help="only the floor and the hostile requests")
    parser.add_argument("--counter", choices=COUNTERS, help="default: valgrind if it is installed")
    parser.add_argument("--run-sections", nargs=2, metavar=("FLOOR", "MARK"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run_sections:
        _run_sections(asked.hostile, *asked.run_sections)
        return 0
    counter = asked.counter or ("valgrind" if shutil.which("valgrind") else "steps")
    figures = per_call(asked.hostile, counter)
    for name, count in figures.items():
        print(f"{name:<16}{count:>12,.0f}{count / figures['floor']:>10,.1f} x floor")
    if asked.json:
        ratios = {name: round(count / figures["floor"], 1) for name, count in figures.items()}
        kept = {**described(), "counter": counter, "instructions": figures, "ratios": ratios}
        asked.json.write_text(json.dumps(kept, indent=1) + "\n")
    return 0


def per_call(hostile: bool, counter: str) -> dict[str, float]:
    """Instructions of one call without the loop, by case; `floor` is first.

    Raises:
        OSError: the counter is not there, or may not be used.
    """
    for name in set(_names(hostile)) - {"loop", "floor"}:
        made = _subject(name)
        for each in made.calls:
            check(made, each)
    with tempfile.TemporaryDirectory() as folder:
        totals = COUNTERS[counter](hostile, build_floor(Path(folder)))
    counts = [_counts(name) for name in _names(hostile)]
    assert len(totals) == 2 * len(counts), "a section is missing"
    found = {
        name: (more - few) / (many - less)
        for name, (less, many), few, more in zip(_names(hostile), counts, totals[::2], totals[1::2], strict=True)
    }
    loop = found.pop("loop")
    return {name: round(count - loop, 1) for name, count in found.items()}


def _names(hostile: bool) -> list[str]:
    return ["loop", "floor", *([] if hostile else ["plain", "two_headers", "mix"]), *HOSTILE]


def _counts(name: str) -> tuple[int, int]:
    """How many calls the two sections of a case make."""
    return {"mix": (SAMPLE, 2 * SAMPLE)}.get(name, (0, 1) if name in HOSTILE else (20, 60))


# ---------------------------------------------------------------------------------------------------- in the counted process


def _run_sections(hostile: bool, floor: str, mark: str) -> None:
    """Two sections for each case, with a mark before each and after the last."""
    gc.disable()
    module = load_floor(Path(floor))
    sections = [section for name in _names(hostile) for section in _sections(name, module.Floor().match)]
    for _, function, decide, calls in sections:
        function(decide, calls[:1] * WARM)
    if mark == "stop":
        module.traced()
    for _, function, decide, calls in sections:
        _mark(mark)
        function(decide, calls)
    _mark(mark)


def _sections(name: str, floor: Decide) -> list[Section]:
    if name in ("loop", "floor"):
        made = plain()
        function, decide = (idle, None) if name == "loop" else (run, floor)
    else:
        made = _subject(name)
        function, decide = run, made.port.match
    return [(name, function, decide, repeated(made, count)) for count in _counts(name)]


def _subject(name: str) -> Subject:
    if name == "mix":
        workload = make("W1", MIXED, n_requests=SAMPLE)
        return Subject(gwmatch.compile(gwmatch.load(documents(workload))), [call(request) for request in workload.requests])
    return {"plain": plain, "two_headers": two_headers, **HOSTILE}[name]()


def _mark(how: str) -> None:
    if how == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        os.getpgrp()  # what valgrind is told to look out for, since nothing else calls it


# ---------------------------------------------------------------------------------------------------- those who count


def _by_valgrind(hostile: bool, floor: Path) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder, "counts")
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}", "--dump-before=getpgrp"]
        done = subprocess.run([*valgrind, *_command(hostile, floor, "call")], capture_output=True, text=True, **_settings())
        if done.returncode:
            raise OSError(f"valgrind: {done.stderr[-500:]}")
        dumps = sorted(Path(folder).glob("counts.*"), key=lambda path: int(path.suffix[1:]))
        # The first dump is the start.
        return [int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.MULTILINE)[1]) for dump in dumps[1:]]  # type: ignore[index]


def _by_steps(hostile: bool, floor: Path) -> list[int]:
    module = load_floor(floor)
    process = subprocess.Popen(_command(hostile, floor, "stop"), **_settings())
    os.waitpid(process.pid, os.WUNTRACED)
    totals: list[int] = []
    ready = module.go_on(process.pid)
    while ready and (count := module.steps(process.pid)) >= 0:
        totals.append(count)
    return totals


COUNTERS = {"valgrind": _by_valgrind, "steps": _by_steps}


def _command(hostile: bool, floor: Path, mark: str) -> list[str]:
    return [sys.executable, "-m", "bench.instructions", "--run-sections", str(floor), mark, *(["--hostile"] if hostile else [])]


def _settings() -> dict[str, Any]:
    # A fixed hash seed, so that dictionaries are the same from run to run.
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"}}


if __name__ == "__main__":
    sys.exit(main())
