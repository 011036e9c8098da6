from typing import Any

__version__: str
__all__ = ["__version__", "ffi", "lib"]

ffi: Any
lib: Any
