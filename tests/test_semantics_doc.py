"""docs/semantics.md against the tree: every proof it names exists, and it defines every rule that the code cites."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "semantics.md"
CORPUS = ROOT / "tests" / "corpus"

RULE = re.compile(r"(?<![\w-])(?:HI-[A-Z]\d+|K(?:1[01]|[1-9])|(?:OQ|ST|RT)-\d+|[ABCFGLMPRSTXY]-\d+|V-[A-Z]+-\d+e?)(?![\w-])")
QUOTED = re.compile(r"`([^`]+)`")
CITING = {".py", ".pyx", ".pxd", ".pyi", ".rs", ".h", ".md", ".toml"}
GENERATED = {"target", "build", "__pycache__"}


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def rows() -> Iterator[list[str]]:
    """The cells of each row of a table, without headings and rules."""
    for line in page().splitlines():
        if line.startswith("|") and not set(line) <= set("|- :"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@cache
def defined() -> frozenset[str]:
    return frozenset(name for row in rows() for name in RULE.findall(row[0]))


def named(prefix: str) -> list[str]:
    return sorted({text for text in QUOTED.findall(page()) if text.startswith(prefix)})


def citations(top: str) -> dict[str, str]:
    """Each rule that files below a folder cite, with one place."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / top).rglob("*")):
        if path.suffix in CITING and path.is_file() and not GENERATED & set(path.relative_to(ROOT).parts):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                for name in RULE.findall(line):
                    found.setdefault(name, f"{path.relative_to(ROOT)}:{number}")
    return found


@cache
def functions(file: Path) -> frozenset[str]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".rs":
        return frozenset(re.findall(r"#\[test\]\s+fn (\w+)", text))
    return frozenset(node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("name", named("corpus/"))
def test_named_cases_exist(name: str) -> None:
    assert (ROOT / "tests" / f"{name}.toml").is_file()


@pytest.mark.parametrize("name", [*named("tests/"), *named("src_native/")])
def test_named_tests_exist(name: str) -> None:
    file, _, test = name.partition("::")
    path = ROOT / file
    assert path.is_file()
    assert not test or test in functions(path)


def test_every_case_proves_something() -> None:
    there = {f"corpus/{path.relative_to(CORPUS).with_suffix('')}" for path in CORPUS.rglob("*.toml")}
    assert there - set(named("corpus/")) == set()


@pytest.mark.parametrize("top", ["gwmatch", "src_native", "tests", "docs"])
def test_cited_rules_are_defined(top: str) -> None:
    assert {name: place for name, place in citations(top).items() if name not in defined()} == {}


def test_every_row_is_whole() -> None:
    """A rule is defined once, in a row as long as its heading, and has a proof or says that it has none."""
    width, proof = 0, False
    for line in page().splitlines():
        cells = re.split(r"(?<!\\)\|", line)[1:-1] if line.startswith("|") else []
        if cells and not width:
            width, proof = len(cells), cells[-1].strip() == "proof"
        elif cells and not set(line) <= set("|- :"):
            assert len(cells) == width, line
            assert not proof or cells[-1].strip() == "–" or QUOTED.findall(cells[-1]), line
        elif not cells:
            width = 0
    repeated = [name for row in rows() for name in RULE.findall(row[0]) if name != "HI-P5"]
    assert sorted({name for name in repeated if repeated.count(name) > 1}) == []


def test_the_patterns_find_what_they_should() -> None:
    """Lest everything above passes because nothing was looked at."""
    cited = "HI-P1 to P3, K11 (OQ-33), V-PR-1e, ST-4; not GEP-2162, UTF-8, SHA-256, K8s, K12 or X-A"
    assert RULE.findall(cited) == ["HI-P1", "K11", "OQ-33", "V-PR-1e", "ST-4"]
    assert len(defined()) > 200
    assert len(named("corpus/")) > 150
    assert len(named("tests/")) > 80
    assert {"K3", "HI-P5", "OQ-33"} <= set(citations("gwmatch"))
    assert {"HI-X2", "HI-X3"} <= set(citations("src_native"))
