"""docs/security.md against the tree: every line of a boundary has a proof, and every proof is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import gwmatch

from .test_rows import TESTS, missing

PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
PROOF = re.compile(r"`((?:corpus/|(?:\w+/)?test_\w+\.py::)[^`…]+)`")


def lines() -> Iterator[tuple[str, list[str]]]:
    """Each row of a table whose last column is `proof`, with the proofs in it."""
    proving = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else []
        if cells and cells[-1] == "proof":
            proving = True
        elif not cells:
            proving = False
        elif proving and not set(line) <= set("|- :"):
            yield cells[0], PROOF.findall(cells[-1])


LINES = list(lines())


@pytest.mark.parametrize(("said", "proofs"), LINES, ids=[said[:60] for said, _ in LINES])
def test_a_line_has_proofs_that_are_there(said: str, proofs: list[str]) -> None:
    assert proofs != []
    assert [fault for proof in proofs if (fault := missing(proof))] == []


def test_every_boundary_is_on_the_page() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert len(LINES) > 50
    for heading in headings:
        anchor = heading.lower().replace(" ", "-")
        assert f"](#{anchor})" in PAGE, heading
    linked = re.findall(r"\]\(#([a-z-]+)\)", PAGE)
    assert set(linked) <= {heading.lower().replace(" ", "-") for heading in headings}


def test_options_that_are_recommended_are_there() -> None:
    named = re.findall(r"`Options\.(\w+)`", PAGE)
    assert set(named) <= set(gwmatch.Options.__struct_fields__)
    assert {"hostname_fallthrough", "normalize", "assume"} <= set(named)
