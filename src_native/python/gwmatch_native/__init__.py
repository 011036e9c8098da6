"""Linear-time regular expressions for gwmatch: a C ABI, reached once by cffi and then by pointer.

`lib.gwm_api()` returns the function table that `gwmatch_native.h` describes; gwmatch imports this and nobody else should."""

from ._native import ffi, lib

__version__ = "0.1.0"
__all__ = ["__version__", "ffi", "lib"]
