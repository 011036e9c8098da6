"""Pictures of what `python -m bench.peers --json out.json` found: `python -m bench.pictures out.json`.

Writes docs/pictures/time.svg, time per decision against N for each workload, and docs/pictures/memory.svg, bytes per rule.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .machine import ROOT

FOLDER = ROOT / "docs" / "pictures"
OURS = "gwmatch"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description=__doc__)
    parser.add_argument("json", type=Path, help="what bench.peers wrote, or a record that holds it")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    found = json.loads(asked.json.read_text())
    comparisons = found.get("peers", found)["comparisons"]
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same file, and text stays text.
    matplotlib.rcParams.update({"svg.hashsalt": "gwmatch", "svg.fonttype": "none", "font.size": 9})
    asked.folder.mkdir(parents=True, exist_ok=True)
    draw_times(comparisons, asked.folder / "time.svg")
    draw_memory(comparisons, asked.folder / "memory.svg")


def draw_times(comparisons: list[dict[str, Any]], target: Path) -> None:
    """A field for each workload, a line for each peer."""
    from matplotlib import pyplot

    workloads = sorted({each["workload"] for each in comparisons})
    figure, axes = pyplot.subplots(1, len(workloads), figsize=(3.4 * len(workloads), 3.6), sharey=True, squeeze=False)
    colours = _colours(comparisons)
    for place, workload in zip(axes[0], workloads, strict=True):
        for peer, colour in colours.items():
            points = sorted(
                (each["size"], row["ns"])
                for each in comparisons
                if each["workload"] == workload
                for row in each["rows"]
                if row["peer"] == peer and row["ns"] is not None and row["ns"] > 0
            )
            if points:
                width = 3 if peer == OURS else 1
                place.plot(*zip(*points, strict=True), "o-", color=colour, label=peer, linewidth=width, markersize=3)
        place.set(xscale="log", yscale="log", title=workload, xlabel="hosts" if workload == "W1" else "rules")
        place.grid(True, which="major", alpha=0.3)
    axes[0][0].set_ylabel("ns per decision")
    lines = {label: line for place in axes[0] for line, label in zip(*place.get_legend_handles_labels(), strict=True)}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=5, frameon=False)
    figure.tight_layout(rect=(0, 0.14, 1, 1))
    figure.savefig(target, metadata={"Date": None})


def draw_memory(comparisons: list[dict[str, Any]], target: Path) -> None:
    """Bars for the largest table of the first workload."""
    from matplotlib import pyplot

    first = min(each["workload"] for each in comparisons)
    largest = max((each for each in comparisons if each["workload"] == first), key=lambda each: each["size"])
    rows = [row for row in largest["rows"] if row["bytes_per_rule"] is not None and row["status"] in ("timed", "cut off")]
    figure, place = pyplot.subplots(figsize=(6, 0.8 + 0.3 * len(rows)))
    colours = _colours(comparisons)
    names, lengths = [row["peer"] for row in rows], [row["bytes_per_rule"] for row in rows]
    place.barh(names, lengths, color=[colours[name] for name in names])
    place.invert_yaxis()
    place.set(
        xlabel=f"bytes per rule, {first} with {largest['rules']:,} rules; gwmatch: with resources and graph", xscale="log"
    )
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def _colours(comparisons: list[dict[str, Any]]) -> dict[str, str]:
    """One for each peer, the same in every picture; gwmatch is black."""
    names = list(dict.fromkeys(row["peer"] for each in comparisons for row in each["rows"]))
    return {name: "black" if name == OURS else f"C{number % 10}" for number, name in enumerate(names)}


if __name__ == "__main__":
    main()
