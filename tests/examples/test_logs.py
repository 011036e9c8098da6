"""examples/logs: a log is counted, and progress is shown to people only."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(ROOT / "examples/logs/decide_log.py"), str(ROOT / "examples/shop"), "infra/public"]
LINES = b"""GET shop.example.com /cart
GET other.example.com /a/b?c=d
GET bad..host /cart
GET \xff\x00.example.com /
no request
"""
COUNTED = """\
     2,000  HTTPRoute infra/to-https rule 0
     2,000  nobody
     1,000  lines that are no requests
"""


def run(log: Path, stderr: int) -> str:
    done = subprocess.run([*PROGRAM, str(log)], stdout=subprocess.PIPE, stderr=stderr, timeout=120, check=True)
    return done.stdout.decode()


def test_counts_without_a_terminal(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_bytes(LINES * 1000)
    with (tmp_path / "stderr").open("wb") as stderr:
        assert run(log, stderr.fileno()) == COUNTED
    assert (tmp_path / "stderr").read_bytes() == b""
    log.write_bytes(b"")
    assert run(log, subprocess.DEVNULL) == ""


def test_progress_on_a_terminal(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_bytes(LINES * 40_000)
    controller, terminal = pty.openpty()
    try:
        run(log, terminal)
        shown = os.read(controller, 10_000)
    finally:
        os.close(terminal)
        os.close(controller)
    assert shown.count(b"\r[") == 4
    assert b"65,536 lines" in shown
    assert b"[" + b"#" * 30 + b"] 200,000 lines" in shown
