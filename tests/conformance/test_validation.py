"""Objects that the API accepts or rejects: the rows of the validation files, through `gwmatch.load`."""

from __future__ import annotations

import pytest

import gwmatch

from .later import later
from .model import ValidationRow, load_rows, needs_folder
from .tally import Tally

ROWS = load_rows()


def channels(row: ValidationRow) -> tuple[str, ...]:
    return ("standard", "experimental") if row.channel == "both" else (row.channel,)


@needs_folder
@pytest.mark.parametrize(
    ("row", "channel"),
    [pytest.param(row, channel, id=f"{row.name}[{channel}]") for row in ROWS for channel in channels(row)],
)
def test_row(row: ValidationRow, channel: str, tally: Tally) -> None:
    reason = later([row.object["kind"]])
    if reason is None and row.old_object is not None:
        reason = "a load sees one state of an object, not an update"
    if reason is not None:
        tally.count("validation rows", "later")
        pytest.skip(reason)
    # The `cel` rows hold fields that an API server drops; the other two files reject them.
    strict = not row.source.startswith("tests/cel")
    problems = ()
    try:
        gwmatch.load(row.object, strict=strict, channel=channel)
    except gwmatch.LoadError as error:
        problems = error.problems
    passed = row.valid == (not problems)
    tally.count("validation rows", "passed" if passed else "failed")
    assert passed, f"{'accepted' if row.valid else 'rejected'} upstream ({row.errors}); problems: {[*map(str, problems)]}"
