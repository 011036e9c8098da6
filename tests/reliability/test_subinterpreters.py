"""HI-O4: a second interpreter of the process gets gwmatch or a clear ImportError, and neither interpreter comes to harm."""

from __future__ import annotations

import pytest

from .running import run


@pytest.mark.parametrize("first", ["main", "other"])
@pytest.mark.parametrize("kind", ["legacy", "isolated"])
def test_another_interpreter_is_served_or_refused(first: str, kind: str) -> None:
    told = run("subinterpreters.py", first, kind)
    assert told.count("serves") >= 1, told
    assert told.count("serves") + told.count("refused by an ImportError that names interpreters") == 3, told
