"""Runs all benchmarks and keeps what they said: `python -m bench.record [NAME] [--runs 3] [--many 100000] [--peers FILE]`.

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
    asked = parser.parse_args()
    kept = recorded(asked.runs, asked.many)
    if asked.peers:
        kept["peers"] = json.loads(asked.peers.read_text())
    target = RECORDS / f"{'-'.join(filter(None, (kept['date'], kept['python'], asked.name)))}.json"
    target.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"wrote {target.relative_to(ROOT)}")


def recorded(runs: int, many: int) -> dict[str, Any]:
    """What a record holds, from that many runs."""
    # -P: the installed package is measured, whatever lies in the current folder.
    command = ["python", "-P", "-m", "pytest", "bench", "--benchmark-only", f"--many={many}", f"--routes={many}"]
    made = [_run(command[1:]) for _ in range(runs)]
    instructions = _instructions()
    commands = {"figures": " ".join(command), "instructions": instructions["command"]}
    return {
        **described(),
        "commands": commands,
        "runs": runs,
        "figures": _figures(made),
        "instructions": {key: instructions[key] for key in ("counter", "instructions", "ratios")},
    }


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


def _run(arguments: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run([sys.executable, *arguments, f"--benchmark-json={report}"], cwd=ROOT, check=True)
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
