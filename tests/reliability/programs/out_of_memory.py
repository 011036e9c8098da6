"""Every allocation of a build fails once, in turn: `python out_of_memory.py --shim failing_malloc.so [--tenants N]`.

Starts itself again under the shim and with PYTHONMALLOC=malloc, so that each Python object is an allocation that can fail. Each
attempt must end in MemoryError or in the right table, keep no memory, and leave the Router serving that was there before.
"""

from __future__ import annotations

import argparse
import ctypes
import faulthandler
import gc
import os
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import gwmatch_native
import tenants

import gwmatch
from gwmatch._core import RouteTable

AGAIN = 12
"""Attempts with one failing allocation, before what it leaves behind is called a leak: interpreters keep free lists."""
FOREVER = 1 << 62
LEAKS: list[str] = []
LEAKY = 0 if sys.version_info >= (3, 12) else 100
"""On CPython 3.11 a site in each loop keeps an object or more, on 3.13 none: docs/reliability.md."""


class Shim:
    """The counters of failing_malloc.c. Reading and writing them allocates nothing that matters."""

    def __init__(self) -> None:
        library = ctypes.CDLL(os.environ["LD_PRELOAD"])
        native = library.failing_native
        if not native(b"lib_native"):
            raise RuntimeError(f"no library of {gwmatch_native.__name__} is loaded")
        self.first, self.run, self.seen, self.failed, self.alive, self.others = (
            ctypes.c_long.in_dll(library, f"failing_{name}") for name in ("first", "run", "seen", "failed", "alive", "others")
        )
        self.spared = ctypes.c_long.in_dll(library, "failing_spared")
        self.spare = (ctypes.c_char * 64).in_dll(library, "failing_spare")
        self.native_only = ctypes.c_int.in_dll(library, "failing_native_only")
        self.native_spared = ctypes.c_int.in_dll(library, "failing_native_spared")

    def attempt(self, build: Callable[[], Any], first: int, run: int = 1) -> Any:
        """What `build` returns while its allocations from number `first` on fail, `run` of them; None for a MemoryError."""
        self.seen.value = self.failed.value = self.others.value = self.spared.value = 0
        self.run.value = run
        try:
            self.first.value = first
            made = build()
        except MemoryError:
            made = None
        except RuntimeError as error:
            if str(error) != "can't allocate lock":  # how CPython says that there is no memory for one
                raise
            made = None
        finally:
            self.first.value = 0
        return made


def walk(shim: Shim, what: str, build: Callable[[], Any], same: Callable[[Any], bool], run: int) -> list[str]:
    """Fails each allocation of `build` once; what went wrong."""
    wrong: list[str] = []
    ends: Counter[str] = Counter()
    build()
    gc.collect()  # empties free lists, as before each attempt below: else there are more allocations than were counted
    if not same(shim.attempt(build, FOREVER)):
        return [f"{what}: wrong without any failure"]
    sites, spared = shim.seen.value, shim.others.value
    for first in range(1, sites + 1):
        kept = -1
        for number in range(AGAIN):
            gc.collect()
            before = shim.alive.value
            made = shim.attempt(build, first, run)
            if made is not None and not same(made):
                wrong.append(f"{what}: wrong when allocation {first} fails")
            if not number:
                ends[ending(shim, made)] += 1
            del made
            gc.collect()
            kept = shim.alive.value - before
            if kept <= 0 and number:
                break
        if kept > 0:
            LEAKS.append(f"{what}: keeps {kept} blocks each time when allocation {first} fails")
    if not sites:
        return wrong
    told = ", ".join(f"{count:,} {end}" for end, count in sorted(ends.items()))
    other = "of the interpreter" if shim.native_only.value else "of gwmatch-native"
    mode = "one" if run == 1 else "all from one on"
    print(f"{what}: {sites:,} allocations, each failed ({mode}): {told}; {spared:,} {other} let through", flush=True)
    return wrong


def ending(shim: Shim, made: Any) -> str:
    if made is None:
        return "MemoryError"
    return "the right answer all the same" if shim.failed.value else "no failure"


def whole(shim: Shim, build: Callable[[], gwmatch.Router], same: Callable[[Any], bool], step: int) -> list[str]:
    """The same for a compile from resources, each attempt in a child: before RouteTable nothing but Python code runs, and where
    its allocations fail, interpreters and msgspec may end the process. That is counted; a wrong table is what must not be."""
    ends: Counter[str] = Counter()
    wrong = []
    shim.spare.value = b"msgspec"  # which crashes where its own allocations fail
    shim.attempt(build, FOREVER)
    sites = shim.seen.value
    for first in range(1, sites + 1, step):
        child = os.fork()
        if child == 0:
            made = shim.attempt(build, first)
            os._exit(2 if made is None else 3 if shim.spared.value else 0 if same(made) else 1)
        status = os.waitpid(child, 0)[1]
        code = os.waitstatus_to_exitcode(status)
        ends[
            {0: "the right table", 1: "a wrong table", 2: "MemoryError", 3: "let through to msgspec"}.get(
                code, f"signal {-code}"
            )
        ] += 1
        if code == 1:
            wrong.append(f"compile: a wrong table when allocation {first} fails")
    shim.spare.value = b""
    print(f"compile(resources): {sites:,} allocations, each {step}. failed: {dict(ends)}", flush=True)
    return wrong


def check(size: int, native: bool, whole_step: int) -> list[str]:
    """All walks over a cluster of `size` tenants."""
    shim = Shim()
    shim.native_spared.value, shim.native_only.value = not native, native
    resources = gwmatch.load(tenants.manifests(0, size))
    serving = gwmatch.compile(resources)
    table, asked = serving.table, tenants.requests(size)
    expected = tenants.answers(table, asked)
    content, right = RouteTable(table).content(), serving.content_hash
    gc.collect()
    gc.freeze()
    gc.disable()
    wrong = []
    for run in (1,) if native else (1, FOREVER):
        wrong += walk(shim, "RouteTable(table)", lambda: RouteTable(table), lambda made: made.content() == content, run)
    if not native:
        wrong += matches(shim, resources, asked)
        if whole_step:
            wrong += whole(shim, lambda: gwmatch.compile(resources), lambda made: made.content_hash == right, whole_step)
    port = serving.port(tenants.PORT)
    if [tenants.answer(port, one) for one in asked] != expected:
        wrong.append("the Router that served before answers otherwise now")
    return wrong


def matches(shim: Shim, resources: gwmatch.ResourceSet, asked: list[tenants.Asked]) -> list[str]:
    """The same for a match of each kind of answer, by a Router that rewrites paths."""
    serving = gwmatch.compile(resources, options=gwmatch.Options(normalize="rewrite"))
    port, wrong = serving.port(tenants.PORT), []
    long = tuple((f"x-{number}", "v") for number in range(100))  # more header lines than fit the stack
    some = [*asked, asked[0]._replace(request=gwmatch.Request.of("GET", "t0.test", "/v1/../v1/%61?q=1", long))]
    answers = tenants.answers(serving.table, some)
    for one, expected in {answer: (one, answer) for one, answer in zip(some, answers, strict=True)}.values():

        def ask(request: gwmatch.Request = one.request, draw: float = one.draw) -> gwmatch.Decision:
            return port.match(request.method, request.host, request.path, request.headers, draw=draw)

        def same(decision: gwmatch.Decision, expected: tenants.Answer = expected) -> bool:
            return tenants.told(decision) == expected

        wrong += walk(shim, f"match {one.request.path.decode()}", ask, same, 1)
    return wrong


def main() -> int:
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--shim", required=True, help="failing_malloc.c, compiled as a shared library")
    reader.add_argument("--tenants", type=int, default=1)
    reader.add_argument(
        "--whole", type=int, default=0, metavar="STEP", help="also fail each STEP-th allocation of a whole compile"
    )
    reader.add_argument("--leaks", type=int, default=LEAKY, help="sites that may keep memory; more are wrong")
    reader.add_argument("--native", action="store_true", help="fail what gwmatch-native allocates, and nothing else")
    chosen = reader.parse_args()
    if os.environ.get("LD_PRELOAD") != chosen.shim:
        environment = dict(os.environ, LD_PRELOAD=chosen.shim, PYTHONMALLOC="malloc")
        os.execve(sys.executable, [sys.executable, "-P", *sys.argv], environment)
    faulthandler.enable()
    wrong = check(chosen.tenants, chosen.native, chosen.whole)
    print(f"{len(LEAKS)} sites keep memory, {chosen.leaks} may", *LEAKS[:40], sep="\n")
    print(f"{len(wrong)} wrong", *wrong[:10], sep="\n")
    return bool(wrong) or len(LEAKS) > chosen.leaks


if __name__ == "__main__":
    sys.exit(main())
