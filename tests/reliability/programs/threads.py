"""Threads match while another compiles, updates, swaps and drops Routers: `python threads.py [--minutes N] [--threads N]`.

With `--storm` each change is of one route among those of all tenants: put in, replaced or taken out, as fast as it goes.

Every answer is compared with what the reference matcher said, beforehand, about the table that was asked. Ends with 1 when an
answer was wrong, a thread died, or memory grew by more than HI-O9 allows.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import sysconfig
import threading
import time
from collections import deque
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants
from memory import resident

import gwmatch

EDITIONS = 6
GROWTH = 8 << 20
"""HI-O9: a million requests and a thousand swaps, and no more than this."""
KEPT = 5
"""Routers that a thread goes on asking after they were replaced."""
SWITCH = 1e-4
"""Seconds between two turns of threads under the GIL, a fiftieth of the default: more places at which threads take turns."""
WARM_UP = 0.5
"""Part of the run after which memory is measured for the first time. What changes leave behind until a table is laid anew comes
and goes; some 12,000 of them, after which it is as much as it gets, take minutes on a busy machine."""


Serving = tuple[gwmatch.Router, tuple[int, ...]]
"""A Router with the edition of each of its routes."""


class Holder:
    """The Router in service, with its editions. One attribute, so that a reader never sees half of a swap."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.stop = False
        self.wrong: list[str] = []
        self.matches = [0]
        self.swaps = self.updates = 0


def ask(holder: Holder, place: int, asked: list[tenants.Asked], expected: list[list[tenants.Answer]], lie: bool) -> None:
    """One thread: whole rounds over all requests, each against the Router of the moment and now and then an old one."""
    old: deque[Serving] = deque(maxlen=KEPT)
    number = place * 17
    try:
        while not holder.stop:
            serving = holder.serving
            if number % 64 == 0:
                old.append(serving)
            router, editions = old[0] if number % 8 == 0 and old else serving
            at = number % len(asked)
            right = expected[editions[asked[at].route]][at]
            found = tenants.answer(router.port(tenants.PORT), asked[at])
            if found != right or (lie and number % 5000 == 4999):
                holder.wrong.append(f"{asked[at]}: {found}, not {right}")
            holder.matches[place] += 1
            number += 1
    except BaseException as error:
        holder.wrong.append(f"thread {place} ended by {error!r}")
        raise


def swap(holder: Holder, manifests: list[list[Any]]) -> None:
    """Puts another edition of every route into service."""
    router, editions = holder.serving
    edition = (editions[0] + 1) % EDITIONS
    if holder.swaps % 4:
        fresh = router.update(upserts=manifests[edition][1:])
        holder.updates += 1
    else:
        fresh = gwmatch.compile(gwmatch.load(manifests[edition]))
    holder.serving = fresh, (edition,) * len(editions)


def change(holder: Holder, manifests: list[list[Any]], chance: random.Random) -> None:
    """Puts a Router into service in which one route is another one than before."""
    router, editions = holder.serving
    place, edition = chance.randrange(len(editions)), chance.randrange(EDITIONS + 1)
    if edition < EDITIONS:
        fresh = router.update(upserts=[manifests[edition][1 + place]])
    else:
        fresh = router.update(deletes=[manifests[0][1 + place]])
    holder.updates += 1
    holder.serving = fresh, (*editions[:place], edition, *editions[place + 1 :])


def swap_for(holder: Holder, manifests: list[list[Any]], seconds: float, storm: bool) -> tuple[int, int]:
    """Puts Routers into service again and again; resident bytes after warming up and at the end."""
    start, warm, chance = time.monotonic(), 0, random.Random(1)
    while (now := time.monotonic()) < start + seconds and not holder.wrong:
        if storm:
            change(holder, manifests, chance)
        else:
            swap(holder, manifests)
        holder.swaps += 1
        if not warm and now > start + WARM_UP * seconds:
            warm = resident()
    return warm, resident()


def run(seconds: float, threads: int, size: int, lie: bool = False, storm: bool = False) -> Holder:
    """The whole run, with its figures printed."""
    editions = [tenants.manifests(edition, size) for edition in range(EDITIONS)]
    asked = tenants.requests(size)
    # The last edition of a route is none at all.
    expected = [tenants.answers_of_each(edition, size, asked) for edition in (*range(EDITIONS), None)]
    served = tenants.router(0, size)
    holder = Holder((served, (0,) * len(tenants.routes(0, size))))
    holder.matches = [0] * threads
    sys.setswitchinterval(SWITCH)
    askers = [threading.Thread(target=ask, args=(holder, place, asked, expected, lie)) for place in range(threads)]
    for asker in askers:
        asker.start()
    try:
        warm, end = swap_for(holder, editions, seconds, storm)
    finally:
        holder.stop = True
        for asker in askers:
            asker.join()
    grown = end - warm if warm else 0
    if grown > GROWTH:
        holder.wrong.append(f"memory grew by {grown:,} bytes")
    build = "free-threaded" if sysconfig.get_config_var("Py_GIL_DISABLED") else "ordinary"
    gil = "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off"
    print(f"Python {sys.version.split()[0]}, {build}, GIL {gil}")
    print(f"{threads} threads, {seconds:,.0f} s, {len(served.table.rules)} rules, {len(asked)} requests")
    print(f"{sum(holder.matches):,} matches checked, {min(holder.matches):,} by the slowest thread")
    print(f"{holder.swaps:,} Routers put into service, {holder.updates:,} of them by update")
    print(f"resident {warm / 1e6:.1f} MB after warming up, {end / 1e6:.1f} MB at the end: {grown / 1024:+,.0f} KiB")
    print(f"{len(holder.wrong)} wrong", *holder.wrong[:5], sep="\n")
    return holder


def main() -> int:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--minutes", type=float, default=1)
    reader.add_argument("--threads", type=int, default=8)
    reader.add_argument("--tenants", type=int, default=4)
    reader.add_argument("--storm", action="store_true", help="change single routes, instead of all at once")
    reader.add_argument("--lie", action="store_true", help="report right answers as wrong now and then: the check must fail")
    chosen = reader.parse_args()
    return bool(run(chosen.minutes * 60, chosen.threads, chosen.tenants, chosen.lie, chosen.storm).wrong)


if __name__ == "__main__":
    sys.exit(main())
