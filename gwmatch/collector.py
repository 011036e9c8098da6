"""The garbage collector, kept out of the way while many objects are made that stay.

CPython walks over what is young after every 700 new objects, and now and then over everything. A large set makes millions of
objects, none of which is garbage or in a cycle: the walks would cost several times as much as the load (limits: 5 to 8 times).
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pauses = 0
_was_enabled = False


@contextmanager
def paused() -> Iterator[None]:
    """A stretch of work during which nothing is collected. Stretches may overlap, in one thread or in several: the first one
    notes whether the collector was on, and the last one restores it.

    >>> with paused():
    ...     gc.isenabled()
    False
    """
    global _pauses, _was_enabled
    with _lock:
        _pauses += 1
        if _pauses == 1:
            _was_enabled = gc.isenabled()
            gc.disable()
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _was_enabled:
                gc.enable()
