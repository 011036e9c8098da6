"""Forks while threads match and another compiles. The children match, compile anew, and end by themselves."""

from __future__ import annotations

import os
import sys
import threading
import warnings

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants

FORKS = 20
warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads is what this is about
router = tenants.router(0, 2)
asked = tenants.requests(2)
expected = tenants.answers(router.table, asked)
stop = threading.Event()


def is_right() -> bool:
    port = router.port(tenants.PORT)
    return [tenants.answer(port, one) for one in asked] == expected


def match() -> None:
    while not stop.is_set():
        assert is_right()


def build() -> None:
    while not stop.is_set():
        tenants.router(1, 2)


threads = [threading.Thread(target=work, daemon=True) for work in (match, match, build)]
for thread in threads:
    thread.start()
failed = 0
for number in range(FORKS):
    child = os.fork()
    if child == 0:
        right = is_right()
        if number % 2:
            other = tenants.router(2, 2)
            right = right and tenants.answers(other.table, asked) == [
                tenants.answer(other.port(tenants.PORT), one) for one in asked
            ]
        if number % 4 < 2:
            os._exit(not right)
        sys.exit(not right)  # with the whole tear-down of an interpreter
    failed += os.waitpid(child, 0)[1] != 0
stop.set()
for thread in threads:
    thread.join()
if failed or not is_right():
    raise SystemExit(f"{failed} of {FORKS} children failed")
