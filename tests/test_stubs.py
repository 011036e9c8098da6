"""The stubs of the compiled modules say what the modules hold: `mypy.stubtest`, which reads both."""

from __future__ import annotations

import importlib.util
import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

import gwmatch

# What Cython puts into every module and class beside ours.
ALLOWED = (r".*\.__reduce_cython__", r".*\.__setstate_cython__", r".*\.__test__", r".*\.__pyx_capi__")


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed: pip install '.[lint]'")
def test_stubs_agree_with_the_compiled_modules(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text("\n".join(ALLOWED))
    command = [sys.executable, "-m", "mypy.stubtest", "gwmatch._core", "--allowlist", str(allowed), "--ignore-unused-allowlist"]
    # From an empty folder, so that the stubs belong to the package under test and not to a source tree around us.
    found = subprocess.run(command, cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def _environment() -> dict[str, str]:
    """mypy finds installed packages itself; an editable one, or one on PYTHONPATH, has to be named."""
    assert gwmatch.__file__ is not None
    home = Path(gwmatch.__file__).resolve().parents[1]
    if str(home) in map(os.path.realpath, site.getsitepackages()):
        return dict(os.environ)
    return {**os.environ, "MYPYPATH": str(home), "PYTHONPATH": os.pathsep.join([str(home), os.environ.get("PYTHONPATH", "")])}
