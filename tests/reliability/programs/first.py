"""Threads that all do the first load, compile and match of their process at one moment."""

from __future__ import annotations

import os
import sys
import threading

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants

THREADS = 8
sys.setswitchinterval(1e-6)
start = threading.Barrier(THREADS)
right: list[bool] = []


def begin() -> None:
    start.wait()
    router = tenants.router(0, 1)
    asked = tenants.requests(1)
    answers = [tenants.answer(router.port(tenants.PORT), one) for one in asked]
    right.append(answers == tenants.answers(router.table, asked))


threads = [threading.Thread(target=begin) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if right != [True] * THREADS:
    raise SystemExit(f"{right}")
