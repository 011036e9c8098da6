"""The published conformance data: all manifests load, and what the API refuses is refused, row by row."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gwmatch.api import Channel, check, load
from gwmatch.errors import LoadError

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GWMATCH_CONFORMANCE") or _ROOT.parent / "shared" / "conformance")
ROWS_IN_ALL = {True: 127, False: 103}
"""Those that are accepted and those that are not, as the data's own README counts them."""

pytestmark = pytest.mark.skipif(
    not (FOLDER / "validation").is_dir(), reason=f"no conformance data in {FOLDER} (GWMATCH_CONFORMANCE names the folder)"
)


def manifests() -> list[Path]:
    return sorted(FOLDER.glob("**/*.yaml"))


def rows() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, row) for path in sorted(FOLDER.glob("validation/*.json")) for row in json.loads(path.read_text())["cases"]
    ]


def channels(row: dict[str, Any]) -> tuple[Channel, ...]:
    both: tuple[Channel, ...] = ("standard", "experimental")
    return both if row["channel"] == "both" else (row["channel"],)


def is_strict(file: str) -> bool:
    """The rows of `cel` hold fields that an API server drops; the other two files refuse them."""
    return file != "cel"


@pytest.mark.parametrize("path", manifests(), ids=lambda path: path.stem)
def test_manifest_loads(path: Path) -> None:
    text = (
        path.read_text().replace("{GATEWAY_CLASS_NAME}", "gwmatch").replace("{GATEWAY_CONTROLLER_NAME}", "example.net/gwmatch")
    )
    resources = load(io.StringIO(text))
    assert len(resources) + sum(resources.skipped.values()) > 0
    assert not [each for each in resources.notices if "unknown field" in each.message]
    assert set(resources.skipped) <= {"Deployment"}


@pytest.mark.parametrize(
    ("file", "row", "channel"),
    [
        pytest.param(file, row, channel, id=f"{file}:{row['name']}[{channel}]")
        for file, row in rows()
        for channel in channels(row)
    ],
)
def test_row(file: str, row: dict[str, Any], channel: Channel) -> None:
    problems = check(
        row["object"], old=row.get("old_object"), subresource=row.get("subresource"), channel=channel, strict=is_strict(file)
    )
    assert bool(problems) != row["valid"], f"{row.get('errors')}; {[*map(str, problems)]}"
    for each in row.get("paths") or ():  # "ours, for orientation": that the place is right shows that the reason is
        assert any(names(str(problem.at), each) for problem in problems), f"{each}; {[str(problem.at) for problem in problems]}"


def names(found: str, wanted: str) -> bool:
    """Whether a problem is at a field, in it, or around it."""
    return found.startswith(wanted) or wanted.startswith(found)


@pytest.mark.parametrize(
    ("file", "row", "channel"),
    [
        pytest.param(file, row, channel, id=f"{file}:{row['name']}[{channel}]")
        for file, row in rows()
        for channel in channels(row)
        if row.get("old_object") is None and row.get("subresource") is None
    ],
)
def test_loading_and_checking_agree(file: str, row: dict[str, Any], channel: Channel) -> None:
    """`load(strict=True)` is what `gwmatch validate` asks."""
    try:
        load(row["object"], strict=is_strict(file), channel=channel)
        accepted = True
    except LoadError:
        accepted = False
    assert accepted == row["valid"]


def test_no_row_is_left_out() -> None:
    assert Counter(row["valid"] for _, row in rows()) == ROWS_IN_ALL
