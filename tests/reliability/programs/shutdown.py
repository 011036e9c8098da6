"""Ends while Routers, Decisions and matching threads are alive: `python shutdown.py HOW`."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # under -P a program does not see its neighbours

import tenants

HOW = sys.argv[1]
router = tenants.router(0, 2)
port = router.port(tenants.PORT)
asked = tenants.requests(2)
kept = [port.match(one.request.method, one.request.host, one.request.path, one.request.headers) for one in asked]


class Late:
    """Matches and reads a Decision when modules are being torn down."""

    def __init__(self, *held: Any) -> None:
        self.held = held

    def __del__(self) -> None:
        port, decision = self.held
        repr(decision)
        port.match("GET", "t0.test", "/items/7", (("x-id", "a66"),))


def forever() -> None:
    number = 0
    while True:
        one = asked[number % len(asked)].request
        repr(port.match(one.method, one.host, one.path, one.headers))
        number += 1


def compiling() -> None:
    while True:
        tenants.router(1, 2)


if HOW == "globals":
    late = Late(port, kept[0])
    sys.modules["gwmatch_last"] = Late(port, kept[1])  # type: ignore[assignment]
elif HOW == "cycle":
    late = Late(port, kept[0])
    late.me = late  # type: ignore[attr-defined]
elif HOW in ("matching", "compiling"):
    for _ in range(4):
        threading.Thread(target=forever if HOW == "matching" else compiling, daemon=True).start()
    threading.Event().wait(0.2)
elif HOW == "exit":
    for _ in range(4):
        threading.Thread(target=forever, daemon=True).start()
    sys.exit(0)
else:
    raise SystemExit(f"no such way to end: {HOW}")
