"""HI-O2: every allocation of a build, and of matches, fails once in turn; `make oom` is the long form."""

from __future__ import annotations

import platform
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from .running import PROGRAMS, run

COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the failing allocator stands in for glibc's"),
    pytest.mark.skipif(COMPILER is None, reason="needs a C compiler"),
    pytest.mark.skipif(bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="objects do not come from malloc there"),
]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("shim") / "failing_malloc.so"
    flags = ["-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([str(COMPILER), *flags, "-o", str(made), str(PROGRAMS / "failing_malloc.c")], check=True)
    return str(made)


def test_each_allocation_of_a_build_may_fail(shim: str) -> None:
    told = run("out_of_memory.py", "--shim", shim, seconds=500)
    assert told.count("RouteTable(table)") >= 2
    assert "match /a/../v1" in told


def test_what_the_crate_cannot_allocate_ends_the_process_at_once(shim: str) -> None:
    """Rust's collections abort. It is no crash in wild memory, but it is not MemoryError either: docs/reliability.md."""
    command = [sys.executable, "-P", str(PROGRAMS / "out_of_memory.py"), "--shim", shim, "--native"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGABRT
    assert "memory allocation of" in done.stderr


def test_the_walk_sees_a_leak(shim: str, tmp_path: Path) -> None:
    leaking = tmp_path / "leaking.py"
    leaking.write_text(
        f"import sys; sys.path.insert(0, {str(PROGRAMS)!r})\n"
        "import itertools\n"
        "import out_of_memory as walk\n"
        "shim, kept, at = walk.Shim(), [None] * 1000, itertools.count()\n"
        "def build():\n    kept[next(at)] = bytes(100)\n    return bytes(200)\n"
        "walk.walk(shim, 'leak', build, bool, 1)\n"
        "print(len(walk.LEAKS), 'found')\n"
    )
    assert "0 found" not in run(leaking, LD_PRELOAD=shim, PYTHONMALLOC="malloc")
