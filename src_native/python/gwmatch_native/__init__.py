"""Linear-time regular expressions for gwmatch: a C ABI, reached once by cffi and then by pointer.

`lib.gwm_api()` returns the function table that `gwmatch_native.h` describes; gwmatch imports this and nobody else should."""

from pathlib import Path

from . import _native
from ._native import ffi, lib

__version__ = "0.1.0"
__all__ = ["__version__", "ffi", "lib"]


def _stay_loaded() -> None:
    """Keeps the library in memory until the process ends.

    An exiting interpreter frees modules in any order: this one may go, and unload the library, before the last table that
    frees its pattern sets through it.
    """
    for path in Path(_native.__file__).parent.glob("lib_native.*"):
        ffi.dlopen(str(path), ffi.RTLD_NOW | ffi.RTLD_NODELETE)


_stay_loaded()
