"""The floor, compiled on the spot: a method with the arguments of PortTable.match that does nothing."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any


def build_floor(folder: Path) -> Path:
    """Where the extension module lies that was made of floor.pyx, compiled like _core into a folder of this run alone.

    Raises:
        ImportError: Cython or setuptools is missing; they are in the extra `bench`.
    """
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    source = Path(shutil.copy(Path(__file__).with_name("floor.pyx"), folder))
    extension = Extension(source.stem, [str(source)], extra_compile_args=["-O3"])
    distribution = Distribution({"ext_modules": cythonize([extension], quiet=True)})
    command = build_ext(distribution)
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(source.stem))


def load_floor(built: Path) -> Any:
    """The module that was built: `Floor`, and the functions that count instructions."""
    spec = importlib.util.spec_from_file_location("floor", built)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
