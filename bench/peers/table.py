"""The table that `python -m bench.peers` prints."""

from __future__ import annotations

from .compare import Comparison, Row

HEADINGS = ("peer", "ns/decision", "x gwmatch", "x floor", "build", "bytes/rule", "right", "")


def shown(comparison: Comparison) -> str:
    """Lines for people: one comparison, the peers in columns."""
    head = (
        f"{comparison.workload}, N = {comparison.size:,} ({comparison.rules:,} rules), {comparison.requests} requests; "
        f"expected answers by the linear matcher, {comparison.by_reference} of them also by gwmatch.reference"
    )
    rows = [HEADINGS, *(_cells(row, comparison.requests) for row in comparison.rows)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEADINGS))]
    lines = []
    for first, *middle, last in rows:
        padded = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *padded, last]).rstrip())
    return "\n".join([head, *lines])


def _cells(row: Row, requests: int) -> tuple[str, ...]:
    if row.status == "timed":
        remark = f"({row.does} only)" if row.does else ""
    else:
        remark = f"{row.status}: {row.note}" + (", not timed" if row.status == "wrong" else "")
    return (
        row.peer,
        "" if row.ns is None else f"{row.ns:,.0f}",
        "" if row.ratio is None else f"{row.ratio:,.2f}",
        "" if row.floors is None else f"{row.floors:,.1f}",
        "" if row.build_seconds is None else f"{row.build_seconds:,.2f} s",
        "" if row.bytes_per_rule is None else f"{row.bytes_per_rule:,.0f}",
        "" if row.agreed is None else f"{row.agreed / requests:.1%}",
        remark,
    )
