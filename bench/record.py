"""Runs all benchmarks and keeps what they said: `python -m bench.record [NAME] [--runs 3] [--many 100000] [--peers FILE]
[--only FILE...]`.

Writes bench/record/<date>-<python>[-NAME].json, small enough to read in a diff. Compare ratios, not nanoseconds: a ratio is
to the floor of the same run, and survives a slower machine. What is measured is the installed package: install it from the
checkout first, or the commit that the record names is not the one that ran.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from .machine import ROOT, described

RUNS = 3
"""One run can be unlucky as a whole; what is kept of a figure is the middle one, with the lowest and the highest beside it."""
RECORDS = ROOT / "bench" / "record"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.record", description=__doc__)
    parser.add_argument("name", nargs="?", help="the end of the file's name")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--many", type=int, default=100_000, help="the large tables (default: %(default)s)")
    parser.add_argument("--peers", type=Path, help="what `python -m bench.peers --json` wrote, to be kept as well")
    parser.add_argument("--only", nargs="*", help="files to run (bench_match); the newest record's other figures stay")
    asked = parser.parse_args()
    kept = recorded(asked.runs, asked.many) if asked.only is None else refreshed(newest(), asked.only, asked.runs, asked.many)
    if asked.peers:
        kept["peers"] = json.loads(asked.peers.read_text())
    target = RECORDS / f"{'-'.join(filter(None, (kept['date'], kept['python'], asked.name)))}.json"
    target.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"wrote {target.relative_to(ROOT)}")


def recorded(runs: int, many: int) -> dict[str, Any]:
    """What a record holds, from that many runs."""
    files = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    made = [_run(name, many) for _ in range(runs) for name in files]
    instructions = _instructions()
    commands = {"figures": " ".join(_command("bench/bench_*.py, one by one", many)), "instructions": instructions["command"]}
    return {
        **described(),
        "commands": commands,
        "runs": runs,
        "figures": _figures(made),
        "instructions": {key: instructions[key] for key in ("counter", "instructions", "ratios")},
    }


def refreshed(record: Path, files: list[str], runs: int, many: int) -> dict[str, Any]:
    """The same record with the figures of some files measured again; without files, as it is."""
    kept: dict[str, Any] = json.loads(record.read_text())
    figures = _figures([_run(name, many) for _ in range(runs) for name in files])
    return {**kept, "figures": {**kept["figures"], **figures}}


def middle(shown: str | float) -> float:
    """The figure of a record: `3.1 (2.9 to 3.4)` is 3.1."""
    return float(str(shown).partition(" ")[0])


def newest() -> Path:
    """The record that was written last.

    Raises:
        FileNotFoundError: there is none.
    """
    found = sorted(RECORDS.glob("*.json"), key=lambda path: (json.loads(path.read_text())["date"], path.stat().st_mtime))
    if not found:
        raise FileNotFoundError("there is no record yet: make bench")
    return found[-1]


def _command(file: str, many: int) -> list[str]:
    # -P: the installed package is measured, whatever lies in the current folder.
    return ["python", "-P", "-m", "pytest", file, "--benchmark-only", f"--many={many}", f"--routes={many}"]


def _run(name: str, many: int) -> dict[str, Any]:
    """One file in a process of its own: objects that others leave all over memory slow down what comes after them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, *_command(f"bench/{name}.py", many)[1:], f"--benchmark-json={report}"]
        subprocess.run(command, cwd=ROOT, check=True)
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def _instructions() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "instructions.json")
        subprocess.run([sys.executable, "-m", "bench.instructions", f"--json={report}"], cwd=ROOT, check=True)
        found: dict[str, Any] = json.loads(report.read_text())
        return {**found, "command": "python -m bench.instructions"}


def _figures(runs: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """By benchmark and quantity: `middle (lowest to highest)`."""
    found: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        for figure in run["benchmarks"]:
            for quantity, value in figure["extra_info"].items():
                found.setdefault(figure["name"], {}).setdefault(quantity, []).append(value)
    return {name: {quantity: _shown(values) for quantity, values in figure.items()} for name, figure in found.items()}


def _shown(values: list[float]) -> str:
    return f"{median(values)}" + (f" ({min(values)} to {max(values)})" if min(values) < max(values) else "")


if __name__ == "__main__":
    main()
