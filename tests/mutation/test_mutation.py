"""The mutation test in short: its mutants are what they say, and those of a small file are found."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def operators() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutation_operators", HERE / "operators.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("def f(a): return a < 1", ["a < 1 -> a >= 1", "a < 1 -> a <= 1", "1 -> 2", "1 -> 0", "return a < 1 -> return None"]),
        ("def f(a, b): return a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a", "return a and b -> return None"]),
        ("def f(a):\n    '''Text.'''\n    assert a, 'no'\n    g(f'{a} of 7')", ["g(f'{a} of 7') -> pass"]),
        ("def f(a: int = 7): a[1:]", ["7 -> 8", "7 -> 6", "1: -> :", "1 -> 2", "1 -> 0"]),
        ("def f(a): return [b for b in a if b]", ["if b -> "]),
        ("def f(a): return max(a, key=g)", ["max(a, key=g) -> max(a)", "max(a, key=g) -> min(a, key=g)"]),
    ],
)
def test_mutants(source: str, changes: list[str]) -> None:
    made = [mutant.change for mutant in operators().mutants(source)]
    assert [each for each in changes if not any(each in change for change in made)] == []
    assert len(set(made)) == len(made)


def test_each_mutant_is_another_program() -> None:
    import ast

    source = (HERE / "operators.py").read_text(encoding="utf-8")
    made = [ast.dump(mutant.tree) for mutant in operators().mutants(source)]
    assert ast.dump(ast.parse(source)) not in made
    assert len(made) > 100


def test_mutants_of_a_small_file_are_found() -> None:
    """Of actions/paths.py, in a process that forks for each of them."""
    command = [sys.executable, str(HERE / "run.py"), "actions/paths.py", "--sample", "20", "--at-least", "90"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "of 20 mutants found" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 0, ended.stdout


def test_a_mutant_that_nobody_sees_is_told() -> None:
    command = [
        sys.executable,
        str(HERE / "run.py"),
        "graph/hostnames.py",
        "--sample",
        "3",
        "--tests",
        "actions/test_mirrors.py",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "survives: line" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 1
