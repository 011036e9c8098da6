"""Bytes that a program keeps, by the books of its two allocators: exact where the size of a process counts what was freed,
too."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import sys
import tempfile


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")
    ]


def live_bytes() -> int:
    """Bytes in use, garbage collected first: blocks of malloc, which compiled parts and large objects take, and of CPython's
    own allocator for small objects.

    Raises: OSError: this is not glibc, or not CPython.
    """
    gc.collect()
    return _malloc() + _pymalloc()


def _malloc() -> int:
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        raise OSError("memory is measured on Linux with glibc 2.33 or newer") from None
    mallinfo2.restype = _Mallinfo
    found = mallinfo2()
    return int(found.uordblks + found.hblkhd)


def _pymalloc() -> int:
    """CPython tells only its standard error."""
    with tempfile.TemporaryFile("w+") as told:
        kept = os.dup(2)
        sys.stderr.flush()
        os.dup2(told.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        told.seek(0)
        found = re.search(r"# bytes in allocated blocks\s*=\s*([\d,]+)", told.read())
    if found is None:
        raise OSError("memory is measured on a CPython with its own allocator for small objects (PYTHONMALLOC is not set)")
    return int(found[1].replace(",", ""))
