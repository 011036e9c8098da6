"""Runs all benchmarks and keeps what they said: `python bench/record.py [NAME]`.

Writes bench/record/<date>-<python>[-NAME].json, small enough to read in a diff. Compare ratios, not nanoseconds: a ratio is
to the floor of the same run, and survives a slower machine. What is measured is the installed package: install it from the
checkout first, or the commit that the record names is not the one that ran.
"""

from __future__ import annotations

import datetime
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

RUNS = 3
"""One run can be unlucky as a whole; what is kept of a figure is the middle one, with the lowest and the highest beside it."""
HERE = Path(__file__).resolve().parent


def main(name: str | None = None) -> None:
    # -P: the installed package is measured, whatever lies in the current folder.
    command = ["python", "-P", "-m", "pytest", HERE.name, "--benchmark-only"]
    runs = [_run(command[1:]) for _ in range(RUNS)]
    measured = runs[0]
    today = datetime.date.today().isoformat()
    python = f"{platform.python_implementation().lower()}{platform.python_version()}"
    kept = {
        "date": today,
        "commit": measured["commit_info"]["id"] + ("+" if measured["commit_info"]["dirty"] else ""),
        "python": python,
        "cpu": measured["machine_info"]["cpu"].get("brand_raw", platform.machine()),
        "command": " ".join(command),
        "runs": RUNS,
        "figures": _figures(runs),
    }
    target = HERE / "record" / f"{'-'.join(filter(None, (today, python, name)))}.json"
    target.write_text(json.dumps(kept, indent=1) + "\n")
    print(f"wrote {target.relative_to(HERE.parent)}")


def _run(arguments: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run([sys.executable, *arguments, f"--benchmark-json={report}"], cwd=HERE.parent, check=True)
        found: dict[str, Any] = json.loads(report.read_text())
        return found


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
    main(*sys.argv[1:2])
