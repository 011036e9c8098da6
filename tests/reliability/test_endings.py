"""HI-O2 and HI-O4: Ctrl-C, fork, and the end of the interpreter."""

from __future__ import annotations

import os

import pytest

from .running import run

needs_posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals by timer and fork are POSIX")


@pytest.mark.parametrize("how", ["globals", "cycle", "matching", "compiling", "exit"])
def test_an_interpreter_ends_while_routers_are_alive(how: str) -> None:
    run("shutdown.py", how)


@needs_posix
def test_an_interrupted_compile_leaves_the_router_that_serves() -> None:
    run("interrupted.py", "--times", "80", "--tenants", "6")


@needs_posix
def test_a_fork_beside_matching_and_compiling_threads() -> None:
    run("forked.py")
