"""Lets one target be led by coverage: of gwmatch's Python, and of its compiled half where that was built for it.

    python tests/fuzz/run.py decide --seconds 300

Needs atheris. Inputs that find something new are kept in build/fuzz/corpus/, where the next run goes on; one that fails is
written to tests/fuzz/regressions/, where an ordinary test repeats it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of gwmatch.")
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--timeout", type=int, default=20, help="seconds of one input; more on a machine that has other work")
    asked = parser.parse_args()
    try:
        import atheris
    except ImportError:
        raise SystemExit("atheris is not installed: pip install atheris") from None
    with atheris.instrument_imports(include=["gwmatch"]):
        import targets
    corpus = ROOT / "build" / "fuzz" / "corpus" / asked.target
    failures = HERE / "regressions" / asked.target
    for folder in (corpus, failures):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(targets.seeds(asked.target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [
        sys.argv[0],
        str(corpus),
        f"-max_total_time={asked.seconds}",
        f"-timeout={asked.timeout}",
        f"-report_slow_units={asked.timeout}",
        f"-max_len={16384 if asked.target == 'table' else 4096}",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup([*arguments, f"-artifact_prefix={failures}/", "-print_final_stats=1"], targets.TARGETS[asked.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
