"""Objects that the API accepts or rejects: the rows of the validation files, through the public API."""

from __future__ import annotations

import pytest

import gwmatch

from .model import ValidationRow, load_rows, needs_folder
from .tally import Tally

ROWS = load_rows()


def channels(row: ValidationRow) -> tuple[str, ...]:
    return ("standard", "experimental") if row.channel == "both" else (row.channel,)


def judged(row: ValidationRow, channel: str, *, strict: bool) -> tuple[gwmatch.Problem, ...]:
    """By `load` where the row is one object, by `check` where it is an update."""
    if row.old_object is not None or row.subresource is not None:
        return gwmatch.check(row.object, old=row.old_object, subresource=row.subresource, channel=channel, strict=strict)
    try:
        gwmatch.load(row.object, strict=strict, channel=channel)
    except gwmatch.LoadError as error:
        return error.problems
    return ()


@needs_folder
@pytest.mark.parametrize(
    ("row", "channel"),
    [pytest.param(row, channel, id=f"{row.name}[{channel}]") for row in ROWS for channel in channels(row)],
)
def test_row(row: ValidationRow, channel: str, tally: Tally) -> None:
    # The `cel` rows hold fields that an API server drops; the other two files reject them.
    strict = not row.source.startswith("tests/cel")
    problems = judged(row, channel, strict=strict)
    passed = row.valid == (not problems)
    tally.count("validation rows", "passed" if passed else "failed")
    assert passed, f"{'accepted' if row.valid else 'rejected'} upstream ({row.errors}); problems: {[*map(str, problems)]}"
