"""The published conformance data: all manifests load, and what the API rejects is rejected."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from gwmatch.api import Resource, load, violations
from gwmatch.api.kinds import KINDS
from gwmatch.errors import LoadError

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GWMATCH_CONFORMANCE") or _ROOT.parent / "shared" / "conformance")
READ = {kind for group, kind in KINDS}

pytestmark = pytest.mark.skipif(
    not (FOLDER / "validation").is_dir(), reason=f"no conformance data in {FOLDER} (GWMATCH_CONFORMANCE names the folder)"
)


def manifests() -> list[Path]:
    return sorted(FOLDER.glob("**/*.yaml"))


def rows() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("validation/*.json")):
        for row in json.loads(path.read_text())["cases"]:
            if row["object"]["kind"] in READ and row.get("subresource") != "status":  # the status is kept as it is
                for channel in ("standard", "experimental") if row["channel"] == "both" else (row["channel"],):
                    found.append(pytest.param(row, channel, path.stem, id=f"{path.stem}:{row['name']}[{channel}]"))
    return found


@pytest.mark.parametrize("path", manifests(), ids=lambda path: path.stem)
def test_manifest_loads(path: Path) -> None:
    text = (
        path.read_text().replace("{GATEWAY_CLASS_NAME}", "gwmatch").replace("{GATEWAY_CONTROLLER_NAME}", "example.net/gwmatch")
    )
    resources = load(io.StringIO(text))
    assert len(resources) + sum(resources.skipped.values()) > 0
    assert not [each for each in resources.notices if "unknown field" in each.message]


@pytest.mark.parametrize(("row", "channel", "file"), rows())
def test_row(row: dict[str, Any], channel: Any, file: str) -> None:
    problems: tuple[object, ...] = ()
    try:
        resources = load(row["object"], strict=file != "cel", channel=channel)
    except LoadError as error:
        problems = error.problems
    else:
        if row.get("old_object") is not None:
            (old,), (new,) = load(row["old_object"], channel=channel), resources
            assert isinstance(old, Resource)
            problems = violations(new, channel=channel, old=old)
    assert bool(problems) != row["valid"], f"{row.get('errors')}; {[*map(str, problems)]}"
