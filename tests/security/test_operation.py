"""hostile-inputs.md 8 (HI-O): what holds while Routers are swapped, updated, copied and handed odd objects."""

from __future__ import annotations

import copy
import gc
import io
import json
import os
import pickle
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import gwmatch
from gwmatch._core import Decision, PortTable, RouteTable

from .world import Manifest, gateway, route, rule, service, told, world

MEBI = 1 << 20


def in_a_process(program: str, **environment: str) -> str:
    """What a program prints that may take its process with it."""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert ended.returncode == 0, (ended.returncode, ended.stderr[-2000:])
    return ended.stdout


# ------------------------------------------------------------------------------------------------- HI-O1: Routers are swapped


def test_a_decision_outlives_its_router() -> None:
    """HI-O1."""
    there = world(route("red", rule(path="/in")))
    router = there.router
    decision = router.port(80).match("GET", "a.test", "/in", draw=0.5)
    bound = router.port(80)
    del there, router
    gc.collect()
    [world(route("blue", rule(path=f"/{number}"))) for number in range(50)]  # memory is used again
    assert told(decision) == "red/app"
    assert told(bound.match("GET", "a.test", "/in", draw=0.5)) == "red/app"


def test_a_match_sees_one_table() -> None:
    """HI-O1: threads match while Routers are swapped, and every answer is one of one table."""
    worlds = [world(route(name), options=gwmatch.Options(assume=())).router.port(80) for name in ("red", "blue")]
    current, stop, wrong = [worlds[0]], threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            decision = current[0].match("GET", "a.test", "/", draw=0.5)
            route_, backend = decision.route, decision.backend
            if route_ is None or backend is None or route_.namespace != backend.namespace:
                wrong.append(decision)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        worlds.reverse()
        current[0] = worlds[0]
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


# -------------------------------------------------------------------------------------- HI-O2: an update that fails half way


class Interrupted(BaseException):
    """What a signal handler raises, wherever the program happens to be."""


@pytest.mark.parametrize("raised", [MemoryError, KeyboardInterrupt, Interrupted], ids=lambda kind: kind.__name__)
def test_an_update_that_is_interrupted_anywhere_changes_nothing(raised: type[BaseException]) -> None:
    """HI-O2: at a hundred places of an update, one after the other; the memory of the failed ones is given back."""
    serving = world(route("red"))
    before = serving.router.content_hash

    def update() -> None:
        gwmatch.compile(
            gwmatch.resolve(serving.resources.updated(upserts=[route("blue")]), options=serving.options), "infra/edge"
        )

    update()  # what is cached is asked for once
    calls = min(entered(update) for _ in range(3)) * 19 // 20  # the collector may call back, here and there
    places = range(1, calls, calls // 100)
    failed = 0
    for place in places:
        with pytest.raises(raised):
            entered(update, raised, place)
        failed += 1
        assert (serving.ask(), serving.router.content_hash) == ("red/app", before)
    assert failed >= 100
    update()


def entered(run: Callable[[], Any], raised: type[BaseException] | None = None, at: int = 0, *, native: bool = False) -> int:
    """How many functions it enters, with those in C if asked for; in the one with this number an exception comes up."""
    count = 0

    def profile(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call" or (native and event == "c_call")
        if raised is not None and count == at and event == "call":
            sys.setprofile(None)
            raise raised

    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


# ----------------------------------------------------------------------------------------------- HI-O3: fork, copies, pickles


def test_a_forked_process_matches() -> None:
    """HI-O3."""
    there = world(route("red"))
    port = there.router.port(80)
    child = os.fork()
    if child == 0:
        os._exit(0 if told(port.match("GET", "a.test", "/", draw=0.5)) == "red/app" else 7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))], ids=["copy", "deep", "pickle"]
)
def test_copies_answer_alike(again: Callable[[Any], Any]) -> None:
    """HI-O3."""
    there = world(route("red", rule(path="/in")))
    router, port, decision = again(there.router), again(there.router.port(80)), again(there.match(path="/in"))
    assert router.content_hash == there.router.content_hash
    assert told(router.port(80).match("GET", "a.test", "/in", draw=0.5)) == "red/app"
    assert told(port.match("GET", "a.test", "/in", draw=0.5)) == "red/app"
    assert (port.number, told(decision)) == (80, "red/app")


# ----------------------------------------------------------------------------------------- HI-O4: objects that callers hand in


class Text(str):
    """Equal to everything, and hashes like nothing."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    __hash__ = str.__hash__


class Unencodable(str):
    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        raise ZeroDivisionError


class Misencoded(str):
    """What it calls its bytes is none, and larger than what it is."""

    __slots__ = ()

    def encode(self, *_: Any) -> Any:
        return [0] * 1_000 if len(self) % 2 else bytearray(1 << 20)

    def __iter__(self) -> Any:
        raise ZeroDivisionError


class Bytes(bytes):
    __slots__ = ()

    def __len__(self) -> int:
        return 1 << 40

    def __bytes__(self) -> bytes:
        raise RuntimeError("copied")


class Swapping:
    """Headers that match again, and drop what they are asked about, while they are read."""

    def __init__(self, port: PortTable) -> None:
        self.port = port

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for number in range(10):
            self.port.match("GET", "b.test", "/", [(f"x-{number}", "1")] * 70, draw=0.5)
            gc.collect()
            yield f"x-{number}", "1"


def raising() -> Iterator[tuple[str, str]]:
    yield "x", "1"
    raise ZeroDivisionError


def nested(depth: int) -> list[Any]:
    outer: list[Any] = []
    for _ in range(depth):
        outer = [outer]
    return outer


def test_odd_objects_do_no_harm() -> None:
    """HI-O4: they are read as what they are, or the caller learns that they cannot be."""
    port = world(route("red")).router.port(80)
    itself: list[Any] = []
    itself.append(itself)
    assert told(port.match(Text("GET"), Text("a.test"), Text("/"), [(Text("x"), Text("1"))], draw=0.5)) == "red/app"
    assert told(port.match(Bytes(b"GET"), Bytes(b"a.test"), Bytes(b"/"), [(Bytes(b"x"), Bytes(b"1"))], draw=0.5)) == "red/app"
    assert told(port.match("GET", "a.test", "/", Swapping(port), draw=0.5)) == "red/app"
    assert told(port.match("GET", "a.test", "/", {"x": "1"}, draw=0.5)) == "red/app"
    assert told(port.match("GET", "a.test", "/", {Bytes(b"x"): Bytes(b"1")}, draw=0.5)) == "red/app"
    with pytest.raises(ZeroDivisionError):  # what the caller's own code raises is the caller's
        port.match("GET", "a.test", "/", raising(), draw=0.5)
    for odd in (Unencodable, Misencoded):
        assert told(port.match(odd("GET"), odd("a.test"), odd("/"), [(odd("x"), odd("1"))], draw=0.5)) == "red/app"
        assert told(port.match("GET", "a.test", odd("/é"), draw=0.5)) == "red/app"
        assert told(port.match("GET", odd("a.test\ud800"), "/", draw=0.5)) == "bad_host"
        assert (
            port.match_list([(odd("GET"), odd("a.test"), odd("/"))]).tolist()
            == port.match_list([("GET", "a.test", "/")]).tolist()
        )
        assert port.match_many([odd("a.test")], [odd("/")]).tolist() == port.match_many(["a.test"], ["/"]).tolist()
    with pytest.raises(TypeError, match=r"^method must be str or bytes"):
        port.match(1, 2, 3, sni=4)  # type: ignore[arg-type]  # wrong on purpose, as below
    with pytest.raises(TypeError, match=r"^host must be str or bytes"):
        port.match(odd("GET"), 2, 3, sni=4)  # type: ignore[arg-type]
    refused: list[Any] = [
        itself,
        nested(100_000),
        7,
        [7],
        ["ab"],
        [("x",)],
        [("host", 1)],
        [("x", "1", "2")],
        [(b"host", None)],
        [(1, "x")],
        [None],
    ]
    for headers in refused:
        with pytest.raises(TypeError):
            port.match("GET", "a.test", "/", headers)
    for value in (1, None, itself, object()):  # of a header that nobody asks for
        assert told(port.match("GET", "a.test", "/", [("x", value)], draw=0.5)) == "red/app"
    for host in (7, bytearray(b"a.test"), memoryview(b"a.test"), ["a.test"], object()):
        with pytest.raises(TypeError):
            port.match("GET", host, "/")  # type: ignore[arg-type]
    for draw in (float("nan"), float("inf"), -0.1, 1.0, "0.5", None, 1 << 4000, -1):
        try:
            assert told(port.match("GET", "a.test", "/", draw=draw)) == "red/app"  # type: ignore[arg-type]
        except (TypeError, ValueError):
            assert not isinstance(draw, int)
    assert told(port.match("GET", "a.test\ud800", "/\udcff", [("x", "\ud800")], draw=0.5)) == "bad_host"


def test_headers_that_another_thread_changes_do_no_harm() -> None:
    """HI-O4."""
    port = world(route("red")).router.port(80)
    lines: list[Any] = [("x", "1")] * 200
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            lines[:] = [("y", "2" * 50)] * 10
            lines.extend([["x", "1"]] * 300)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(2_000):
            assert told(port.match("GET", "a.test", "/", lines, draw=0.5)) == "red/app"
    finally:
        stop.set()
        thread.join()


def test_no_object_of_ours_can_be_made_without_what_it_needs() -> None:
    """HI-O4: `__new__` alone gives nothing that reads memory which is not there."""
    there = world(route("red")).router
    for made in (
        lambda: PortTable.__new__(PortTable),
        lambda: PortTable.__new__(PortTable, None, 0),
        lambda: PortTable.__new__(PortTable, RouteTable(there.table), 1),
        lambda: PortTable.__new__(PortTable, RouteTable(there.table), 1 << 31),
        lambda: PortTable(RouteTable(there.table), 0),
        lambda: RouteTable.__new__(RouteTable),
        lambda: Decision(),
    ):
        with pytest.raises(TypeError):
            made()
    first = PortTable.__new__(PortTable, RouteTable(there.table), 0)
    assert told(first.match("GET", "a.test", "/", draw=0.5)) == "red/app"


@pytest.mark.parametrize(("threads", "said"), [(0, "forward\n"), (3, "")])
def test_a_program_that_ends_while_routers_live_ends_well(threads: int, said: str) -> None:
    """HI-O4: module globals, cycles and threads at the end of the interpreter. (What threads still use is never ended.)"""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [gateway(), route("red"), service("red")]})
    program = f"""if True:
        import io, threading, gwmatch
        router = gwmatch.compile(gwmatch.load(io.StringIO({text!r})))
        port = router.port(80)
        cycle = [router, port]; cycle.append(cycle)
        class Last:
            def __del__(self, port=port): print(port.match("GET", "a.test", "/", draw=0.5).outcome)
        last = Last()
        def ask():
            while True: port.match("GET", "a.test", "/", draw=0.5)
        for _ in range({threads}): threading.Thread(target=ask, daemon=True).start()
    """
    assert in_a_process(program) == said


# ------------------------------------------------------------------------------- HI-O5 to HI-O9: order, growth, worst cases


def test_the_hash_seed_decides_nothing() -> None:
    """HI-O5: nor does the order or the format, which tests/property holds."""
    items = [gateway(), *(route("red", rule(path=f"/{number}"), name=f"r{number}") for number in range(9)), service("red")]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    program = f"import io, gwmatch; print(gwmatch.compile(gwmatch.load(io.StringIO({text!r}))).content_hash)"
    assert len({in_a_process(program, PYTHONHASHSEED=seed) for seed in ("0", "1", "4711")}) == 1


SHAPES: dict[str, Callable[[int], list[Manifest]]] = {
    "routes": lambda count: [route("red", rule(path=f"/{number}"), name=f"r{number}") for number in range(count)],
    "one name each": lambda count: [
        route("red", name=f"r{number}", hostnames=[f"n{number}.test"]) for number in range(count)
    ],
    "one path": lambda count: [
        route("red", rule(matches=[{"headers": [{"name": "x", "value": str(number)}]}]), name=f"r{number}")
        for number in range(count)
    ],
    "deep paths": lambda count: [
        route("red", rule(path="/a" * (number % 100) + f"/{number}"), name=f"r{number}") for number in range(count)
    ],
    "patterns": lambda count: [
        route("red", rule(path=f"/{number}/[a-z]+", kind="RegularExpression"), name=f"r{number}") for number in range(count)
    ],
    "wildcards": lambda count: [
        route("red", name=f"r{number}", hostnames=[f"*.n{number}.test", f"*.{'a.' * (number % 100)}test"])
        for number in range(count)
    ],
    "nobody's": lambda count: [
        {**route("red", name=f"r{number}"), "kind": "Deployment", "apiVersion": "apps/v1"} for number in range(count)
    ],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_work_and_memory_grow_with_the_input(shape: str) -> None:
    """HI-O6: per doubling at most 2.6 times, here over two; in functions entered, and in time for what is compiled."""
    costs = []
    for count in (250, 1_000):
        items = json.dumps({"apiVersion": "v1", "kind": "List", "items": [gateway(), *SHAPES[shape](count)]}).encode()
        calls = entered(lambda text=items: compiled(text), native=True)
        router, best = compiled(items), float("inf")
        for _ in range(7):
            began = time.thread_time()
            RouteTable(router.table)
            best = min(best, time.thread_time() - began)
        costs.append((calls, router.nbytes + CHUNK, best + MILLISECOND))
    (calls, size, seconds), (more_calls, larger, longer) = costs
    assert more_calls < 2.6**2 * calls
    assert larger < 2.6**2 * size
    assert longer < 12 * seconds  # what is quadratic takes 16 times as long; the rest is for what else the machine does


MILLISECOND = 1e-3
CHUNK = 1_024 * 1_024 // 8
"""Bytes of the bitsets of one full chunk of candidates that differ in everything; from there on they grow in line."""


def compiled(text: bytes) -> gwmatch.Router:
    return gwmatch.compile(gwmatch.load(io.BytesIO(text)))


def asking(name: str, value: str, kind: str = "Exact") -> Manifest:
    return {"headers": [{"name": name, "type": kind, "value": value}]}


def tie() -> list[Manifest]:
    """10,240 matches on one path, each for a value of its own."""
    matches = [[[asking("x", f"{r}-{i}-{m}") for m in range(64)] for i in range(2)] for r in range(80)]
    return [route("red", *[rule(matches=each) for each in rules], name=f"r{r}") for r, rules in enumerate(matches)]


QUERY = {"queryParams": [{"name": "x", "value": "never"}]}
PATTERN = "RegularExpression"
# what is asked, the milliseconds that it may take, of whom
WORST: list[tuple[str, float, list[Manifest], dict[str, Any]]] = [
    ("spellings of a path", 0.1, [route("red", rule(path="/a"), rule(path="/b"))], {"path": "/a" + "/%2e%2e;" * 1_000}),
    ("many header lines", 1.0, [route("red", rule(matches=[asking("x", "never")]))], {"headers": [("x", "1")] * 4_000}),
    ("the longest path", 0.1, [route("red", rule(path="/a" * 500))], {"path": "/a" * 4_000}),
    ("the longest query", 0.1, [route("red", rule(matches=[QUERY]))], {"path": "/?" + "x=%31&" * 2_700}),
    ("a pattern over a path", 1.0, [route("red", rule(path="/(x+x+)+y", kind=PATTERN))], {"path": "/" + "x" * 8_000}),
    (
        "a pattern over a value",
        1.0,
        [route("red", rule(matches=[asking("x", "(a|b|ab)*c", PATTERN)]))],
        {"headers": [("x", "ab" * 4_000)]},
    ),
    ("a very large tie", 0.2, tie(), {"headers": [("x", "79-1-63")]}),
]


@pytest.mark.parametrize(("name", "bound", "given", "asked"), WORST, ids=[each[0] for each in WORST])
def test_a_match_is_bounded(name: str, bound: float, given: list[Manifest], asked: dict[str, Any]) -> None:
    """HI-O7: milliseconds, of the quickest of fifty: a shared machine makes others longer."""
    port = world(*given).router.port(80)
    request = {"headers": [], "path": "/", **asked}
    best = float("inf")
    for _ in range(50):
        began = time.perf_counter()
        decision = port.match("GET", "a.test", request["path"], request["headers"], draw=0.5)
        best = min(best, time.perf_counter() - began)
    assert decision.outcome in ("forward", "respond")
    assert best < bound * MILLISECOND


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize()


def test_nothing_grows_with_requests_and_swaps() -> None:
    """HI-O9, in small: 100,000 requests and 100 swaps; `make bombs` has the million and the thousand."""
    grown = growth(requests=1_000, swaps=100)
    assert grown < 8 * MEBI


def growth(requests: int, swaps: int) -> int:
    """Bytes that the process is larger after so many swaps, with so many requests for each, than after a few of them."""
    texts = [
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [gateway(), route(name)]}).encode() for name in ("red", "blue")
    ]

    def serve(count: int) -> None:
        for number in range(count):
            port = compiled(texts[number % 2]).port(80)
            for _ in range(requests):
                port.match("GET", "a.test", "/", [("x", "1")], draw=0.5)
        gc.collect()

    serve(10)
    before = resident()
    serve(swaps)
    return resident() - before
