"""The .pyx files of this folder, compiled on the spot: the floor, and what a program in Cython makes of gwmatch.h."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import gwmatch


def build_floor(folder: Path, name: str = "floor") -> Path:
    """Where the extension module lies that was made of a .pyx file, compiled like _core into a folder of this run alone.

    Raises:
        ImportError: Cython or setuptools is missing; they are in the extra `bench`.
    """
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    source = Path(shutil.copy(Path(__file__).with_name(f"{name}.pyx"), folder))
    extension = Extension(source.stem, [str(source)], extra_compile_args=["-O3"], include_dirs=[gwmatch.get_include()])
    distribution = Distribution({"ext_modules": cythonize([extension], quiet=True)})
    command = build_ext(distribution)
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(source.stem))


def load_floor(built: Path, name: str = "floor") -> Any:
    """The module that was built: `Floor`, and the functions that count instructions."""
    spec = importlib.util.spec_from_file_location(name, built)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
