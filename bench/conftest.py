"""The size of the tables, and the floor that every figure is a multiple of."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rules", type=int, default=1000, help="rules in the tables of bench_match (default: 1000)")


@pytest.fixture(scope="session")
def rules(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--rules"))


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An instance of floor.pyx, compiled like _core, for this run alone."""
    pytest.importorskip("Cython", reason="the floor is compiled on the spot: pip install '.[bench]'")
    pytest.importorskip("setuptools", reason="the floor is compiled on the spot: pip install '.[bench]'")
    folder = tmp_path_factory.mktemp("floor")
    source = Path(shutil.copy(Path(__file__).with_name("floor.pyx"), folder))
    spec = importlib.util.spec_from_file_location("floor", compiled(source))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Floor()


def compiled(source: Path) -> Path:
    """Where the extension module lies that was made of a .pyx file."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    extension = Extension(source.stem, [str(source)], extra_compile_args=["-O3"])
    distribution = Distribution({"ext_modules": cythonize([extension], quiet=True)})
    command = build_ext(distribution)
    command.build_lib = command.build_temp = str(source.parent)
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(source.stem))
