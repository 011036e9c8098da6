"""What a call costs: CPU seconds of this thread, less the loop around the calls, with everything the caches might know made
anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .subjects import Call

Decide = Callable[[str, str, str, list[tuple[bytes, bytes]]], Any]


def run(decide: Decide, calls: list[Call]) -> None:
    for method, host, target, lines in calls:
        decide(method, host, target, lines)


def idle(_: None, calls: list[Call]) -> None:
    for _method, _host, _target, _lines in calls:
        pass


def timed(function: Callable[..., None], *arguments: object) -> float:
    start = time.thread_time()
    function(*arguments)
    return time.thread_time() - start


def per_call(seconds: float, loop: float, count: int) -> float:
    """Nanoseconds."""
    return round((seconds - loop) / count * 1e9, 1)
