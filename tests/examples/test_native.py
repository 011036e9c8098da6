"""examples/embed/native, built with the compiler of this machine and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import gwmatch

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMPILER = (sysconfig.get_config_var("CC") or "cc").split()[0]
LOG = b"""GET shop.example.com /cart
POST shop.example.com /cart/checkout
GET other.example.com /anything

GET shop.example.com /cart/%2e%2e/admin
bad-line
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder with the extension built in it."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"there is no C compiler {COMPILER!r} to build the example with")
    folder = tmp_path_factory.mktemp("native") / "native"
    shutil.copytree(EXAMPLES / "embed" / "native", folder)
    run(folder, "setup.py", "-q", "build_ext", "--inplace")
    return folder


def run(folder: Path, *arguments: object) -> str:
    """A program, which finds the extension in the folder and the package where it is tested."""
    assert gwmatch.__file__ is not None
    found = os.pathsep.join(map(str, (folder, Path(gwmatch.__file__).resolve().parents[1])))
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_counts_what_takes_a_log(built: Path) -> None:
    log = built / "requests.log"
    log.write_bytes(LOG)
    lines = run(built, "log.py", EXAMPLES / "shop", 80, log).splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        ["4", "infra/to-https rule 0 match 0"],
        ["1", "nobody"],
    ]


def test_what_is_no_port_is_refused(built: Path) -> None:
    program = """
import pytest, tally
for wrong in (None, object(), 80):
    with pytest.raises(TypeError, match="PortTable"):
        tally.tally(wrong, 1, b"GET a.test /")
"""
    run(built, "-c", program)
