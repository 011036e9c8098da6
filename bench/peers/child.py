"""One peer in a process of its own, so that its memory is its own, a slow one can be ended, and rounds can be taken in
turns.

The parent asks by messages `(verb, argument)`; each answer is `("ok", value)`, or `("missing" | "not applicable" | "failed",
why)`.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import time
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from ..memory import live_bytes
from ..subjects import renewed
from ..timing import idle, run, timed
from ..workloads import make
from .peer import Maker, NotApplicable
from .rules import Asked, asked_of

_FORK = multiprocessing.get_context("fork")


class Built(NamedTuple):
    seconds: float
    """CPU of all threads."""
    nbytes: int
    """What is still allocated, Python's objects and the memory of compiled parts."""


class Times(NamedTuple):
    """Seconds of one pass over all calls."""

    idle: float
    floor: float
    peer: float


class Refused(Exception):
    """A peer that did not answer; `status` is how the table calls it."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


class Child:
    """The parent's end."""

    def __init__(self, maker: Maker, asked: Asked, floor: Any, limit: float) -> None:
        self._pipe, other = _FORK.Pipe()
        self._limit = limit
        self._process = _FORK.Process(target=_serve, args=(other, maker, asked, floor), daemon=True)
        self._process.start()
        other.close()

    def ask(self, verb: str, argument: Any = None) -> Any:
        """What the child says.

        Raises:
            Refused: it says no, it died, or it took longer than the limit and was ended.
        """
        self._pipe.send((verb, argument))
        if not self._pipe.poll(self._limit):
            self.end()
            raise Refused("cut off", f"{verb} takes over {self._limit:g} s")
        try:
            status, value = self._pipe.recv()
        except EOFError:
            raise Refused("failed", f"the process ended during {verb}") from None
        if status != "ok":
            self.end()
            raise Refused(status, value)
        return value

    def end(self) -> None:
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection, maker: Maker, asked: Asked, floor: Any) -> None:
    gc.freeze()  # what the parent made is none of the peer's
    served = _Served(maker, asked, floor)
    while True:
        try:
            verb, argument = pipe.recv()
        except EOFError:
            return
        try:
            answer = ("ok", getattr(served, verb)(argument))
        except NotApplicable as error:
            answer = ("not applicable", str(error))
        except ImportError as error:
            answer = ("missing", f"pip install {served.peer.needs}") if served.peer.needs else ("failed", str(error))
        except Exception as error:
            answer = ("failed", f"{type(error).__name__}: {error}"[:200])
        pipe.send(answer)


class _Served:
    """The verbs."""

    def __init__(self, maker: Maker, asked: Asked, floor: Any) -> None:
        self.peer = maker()
        self.asked = asked
        self.floor = floor

    def build(self, _: None) -> Built:
        # Imports count neither as time nor as memory. What was made is kept: to take some peers down is another story.
        self.small: Any = type(self.peer)()
        self.small.build(asked_of(make(self.asked.workload, 10), 1))
        before = live_bytes()
        asked = pickle.loads(pickle.dumps(self.asked, pickle.HIGHEST_PROTOCOL))  # so that names and paths that it keeps count
        start = time.process_time()
        self.decide = self.peer.build(asked)
        seconds = time.process_time() - start
        del asked
        if hasattr(self.peer, "built"):  # it lives in a process of its own
            (more_seconds, more_bytes), (_, few_bytes) = self.peer.built(), self.small.built()
            return Built(seconds + more_seconds, more_bytes - few_bytes)
        return Built(seconds, live_bytes() - before)

    def answers(self, _: None) -> list[str | None]:
        return [self.peer.rule(self.decide(*call)) for call in self.asked.calls]

    def reference(self, seconds: float) -> dict[int, str | None]:
        """By the number of the call, what gwmatch's reference says; as many as fit into the time, at least one."""
        found: dict[int, str | None] = {}
        until = time.monotonic() + seconds
        count = len(self.asked.calls)
        stride = next(step for step in (97, 89, 1) if count % step)  # spread, whatever number of them there is time for
        for number in (place * stride % count for place in range(count)):
            found[number] = self.peer.reference(self.asked.calls[number])  # type: ignore[attr-defined]
            if time.monotonic() > until:
                break
        return found

    def round(self, seconds: float) -> list[Times]:
        """Passes over the calls for so much CPU, at least one, each with new strings."""
        made: list[Times] = []
        start = time.thread_time()
        while not made or (time.thread_time() - start < seconds and not hasattr(self.peer, "spent")):
            calls = renewed(self.asked.calls)
            idle(None, calls)  # whoever comes first would pay for the cache misses of all
            # A slow peer has few passes to find the lowest in.
            loop = min(timed(idle, None, calls) for _ in range(3))
            floor = min(timed(run, self.floor, calls) for _ in range(3))
            peer = loop + self.peer.spent(calls) if hasattr(self.peer, "spent") else timed(run, self.decide, calls)
            made.append(Times(loop, floor, peer))
        return made
