"""gwmatch and its peers on the same requests: `python -m bench.peers --workloads W1,W4 --sizes 1000,100000 --json out.json`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from ..floors import build_floor, load_floor
from ..machine import described
from ..workloads import NAMES
from .compare import Comparison, Settings, compare, too_slow
from .registry import PEERS
from .table import shown

_DEFAULTS = Settings()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--workloads", default="W1,W4", help=f"of {','.join(NAMES)} (default: %(default)s)")
    parser.add_argument("--sizes", default="1000", help="hosts in W1, rules in the others (default: %(default)s)")
    parser.add_argument("--peers", default=",".join(PEERS), help="gwmatch always takes part (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=_DEFAULTS.requests, help="different ones (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=_DEFAULTS.seconds, help="CPU for each peer (default: %(default)s)")
    parser.add_argument(
        "--limit",
        type=float,
        default=_DEFAULTS.limit,
        help="seconds for a build or a pass (default: %(default)s)",
    )
    parser.add_argument(
        "--give-up",
        type=float,
        default=200.0,
        help="microseconds per decision from which on a peer is not asked at larger sizes (default: %(default)s)",
    )
    parser.add_argument("--json", type=Path, help="where to write all figures")
    asked = parser.parse_args()
    names = ["gwmatch", *(name for name in asked.peers.split(",") if name != "gwmatch")]
    unknown = [name for name in names if name not in PEERS] + [name for name in asked.workloads.split(",") if name not in NAMES]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; peers are {', '.join(PEERS)}; workloads {', '.join(NAMES)}")
    settings = Settings(asked.requests, asked.seconds, asked.limit)
    versions = {name: PEERS[name]().version for name in names}
    chosen = {name: value for name, value in vars(asked).items() if name != "json" and value != parser.get_default(name)}
    command = " ".join(["python -m bench.peers", *(f"--{name.replace('_', '-')} {value}" for name, value in chosen.items())])
    made: list[Comparison] = []
    with tempfile.TemporaryDirectory() as folder:
        floor = load_floor(build_floor(Path(folder))).Floor().match
        for workload in asked.workloads.split(","):
            given_up: dict[str, str] = {}
            for size in sorted(map(int, asked.sizes.split(","))):
                comparison = compare(
                    workload,
                    size,
                    [PEERS[name] for name in names],
                    floor,
                    settings,
                    _say,
                    given_up,
                )
                made.append(comparison)
                given_up |= too_slow(comparison, 1000 * asked.give_up)
                print(shown(comparison), end="\n\n", flush=True)
                if asked.json:  # after each, so that a run that is ended has said something
                    kept = {
                        **described(),
                        "command": command,
                        "versions": versions,
                        "comparisons": [each.as_dict() for each in made],
                    }
                    asked.json.write_text(json.dumps(kept, indent=1) + "\n")
    return int(any(row.peer == "gwmatch" and row.status != "timed" for each in made for row in each.rows))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
