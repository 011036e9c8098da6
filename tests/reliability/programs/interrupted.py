"""A compile that Ctrl-C interrupts at many moments: `python interrupted.py [--times N] [--tenants N]`.

Each attempt must end in KeyboardInterrupt or in the right table, and the Router that served before must go on."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants
from memory import resident

import gwmatch
from gwmatch._core import RouteTable

GROWTH = 8 << 20


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--times", type=int, default=200)
    reader.add_argument("--tenants", type=int, default=10)
    chosen = reader.parse_args()
    serving = tenants.router(0, 2)
    asked = tenants.requests(2)
    expected = tenants.answers(serving.table, asked)
    port = serving.port(tenants.PORT)
    resources = gwmatch.load(tenants.manifests(1, chosen.tenants))
    start = time.perf_counter()
    right = gwmatch.compile(resources)
    took = time.perf_counter() - start
    ends: Counter[str] = Counter()
    before = 0
    for number in range(chosen.times):
        made = None
        try:
            signal.setitimer(signal.ITIMER_REAL, took * 1.05 * (number + 0.5) / chosen.times)
            made = gwmatch.compile(resources) if number % 4 else RouteTable(right.table)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            ends["interrupted"] += 1
        else:
            ends["done before"] += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if isinstance(made, gwmatch.Router):
            assert made.content_hash == right.content_hash
        if number % 20 == 0:
            assert [tenants.answer(port, one) for one in asked] == expected
        if number == chosen.times // 4:
            before = resident()
    assert gwmatch.compile(resources).content_hash == right.content_hash
    assert resident() - before < GROWTH, f"memory grew by {resident() - before}"
    print(dict(ends), f"{resident() - before:+,} bytes")
    assert ends["interrupted"] > chosen.times // 4, ends


signal.signal(signal.SIGALRM, signal.default_int_handler)
if __name__ == "__main__":
    main()
