"""What the documents say is there: links lead somewhere, the README's commands and every page's programs run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILT = {"build", "dist", "target", "wheelhouse", "node_modules"}
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part in BUILT or part.startswith(".") for part in page.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^\$ gwmatch (.+)$", README, re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {page: "\n".join(blocks) for page in PAGES if (blocks := PYTHON.findall(page.read_text()))}
"""The Python blocks of a page, read one after the other as a reader would."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text())
    targets = {link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)}
    assert {target for target in targets if target and not (page.parent / target).exists()} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_command_runs(command: str) -> None:
    """0 and 1 are answers; 2 is a command that cannot be carried out."""
    program = f'"{sys.executable}" -P -m gwmatch {command}'
    done = subprocess.run(program, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout


@pytest.mark.parametrize("page", PROGRAMS, ids=lambda page: str(page.relative_to(ROOT)))
def test_programs_of_a_page_run(page: Path) -> None:
    subprocess.run([sys.executable, "-P", "-c", PROGRAMS[page]], cwd=ROOT, check=True)
