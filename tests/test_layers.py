"""Who may import whom. A new arrow is a change to ARROWS, and says that the house plan has changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "gwmatch"
CIMPORT = re.compile(r"^\s*(?:from\s+(\S+)\s+)?c?import\s+([^#\n(]+|\()", re.MULTILINE)

# Each room, and the rooms to its left that it reads. The order is the order of the data: nothing knows what comes after it.
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "layered": set(),
    "options": set(),
    "collector": set(),
    "draws": set(),
    "spellings": set(),
    "wire": set(),
    "patterns": set(),
    "ir": {"options"},
    "actions": {"ir"},
    "api": {"collector", "errors", "layered"},
    "graph": {"api", "collector", "errors", "ir", "options", "patterns", "spellings"},
    "lowering": {"actions", "api", "collector", "graph", "ir", "layered", "options"},
    "reference": {"actions", "draws", "ir", "lowering", "patterns", "spellings", "wire"},
    "_core": {"actions", "errors", "ir", "options", "patterns"},
    "addresses": {"errors", "ir"},
    "stored": {"_core", "errors", "ir", "options"},
    "updates": {"_core", "api", "errors", "graph", "layered", "lowering", "options"},
    "router": {"_core", "addresses", "api", "collector", "errors", "graph", "ir", "lowering", "options", "stored", "updates"},
    "mesh": {"_core", "api", "errors", "graph", "ir", "lowering", "options"},
    "explanation": {"_core", "addresses", "api", "errors", "graph", "ir", "lowering", "reference", "router", "wire"},
    "testing": {"actions", "api", "errors", "graph", "ir", "lowering", "options", "reference", "router", "spellings"},
    "__init__": {"_core", "api", "errors", "explanation", "graph", "ir", "mesh", "options", "reference", "router"},
    # What asks running implementations, and the command: public names only, which every program can have.
    "verification": {"__init__", "ir", "reference", "testing"},
    "cli": {"__init__", "ir", "testing", "verification"},
    "__main__": {"cli"},
}


def test_every_arrow_is_in_the_plan() -> None:
    assert {f"{room} -> {other}" for room, others in found().items() for other in others - ARROWS.get(room, set())} == set()


def test_every_arrow_of_the_plan_is_used() -> None:
    assert {f"{room} -> {other}" for room, others in ARROWS.items() for other in others - found().get(room, set())} == set()


def test_the_plan_has_one_direction() -> None:
    rooms = list(ARROWS)
    backwards = {f"{room} -> {other}" for room in rooms for other in ARROWS[room] if rooms.index(other) >= rooms.index(room)}
    assert backwards == set()


@cache
def found() -> dict[str, set[str]]:
    """The arrows that the code has."""
    arrows: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".pyi", ".pyx", ".pxd"):
            here = room_of(path.relative_to(PACKAGE).with_suffix("").parts)
            names = imported(path) if path.suffix in (".py", ".pyi") else cimported(path)
            arrows.setdefault(here, set()).update(room for name in names if (room := named_room(name)) not in (None, here))
    return arrows


def imported(path: Path) -> Iterator[str]:
    """Absolute names of what a module imports, wherever the statement stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(path, "." * node.level + (node.module or ""))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def cimported(path: Path) -> Iterator[str]:
    """The same for Cython, which ast cannot read: `import`, `cimport`, and `from … cimport …`."""
    for module, names in CIMPORT.findall(path.read_text()):
        for name in names.split(","):
            first = name.split()[0] if name.split() else ""
            yield f"{absolute(path, module)}.{first}" if module else first


def absolute(path: Path, module: str) -> str:
    """`..ir` in gwmatch/graph/nodes.py is `gwmatch.ir`."""
    level = len(module) - len(module.lstrip("."))
    if not level:
        return module
    package = ("gwmatch", *path.relative_to(PACKAGE).parts[:-1])
    return ".".join((*package[: len(package) - level + 1], *filter(None, [module[level:]])))


def named_room(name: str) -> str | None:
    """The room that an absolute name lies in; None for what is not ours."""
    top, *rest = name.split(".")
    return room_of(tuple(rest)) if top == "gwmatch" else None


def room_of(parts: tuple[str, ...]) -> str:
    """A file or folder of the package; names that the package itself holds belong to `__init__`."""
    first = parts[0] if parts else "__init__"
    is_room = (PACKAGE / first).is_dir() or any((PACKAGE / first).with_suffix(suffix).exists() for suffix in (".py", ".pyx"))
    return first if is_room else "__init__"
