"""Texts as a column of every kind that match_many reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from . import arrow

Texts = Sequence[bytes | None]


def _chunked(texts: Texts) -> arrow.Chunks:
    """Chunks of several sizes, an empty one among them."""
    cuts = [0, 1, 1, 4, len(texts)]
    return arrow.Chunks([arrow.strings(texts[start:stop], "u") for start, stop in pairwise(cuts)])


def _padded(texts: Texts) -> Texts:
    """Rows that a slice leaves out stand before and behind, and hold what nobody may read."""
    return [b"/left-out-and-longer-than-twelve", None, b"", *texts, b"x" * 40, None]


ARROW: dict[str, Callable[[Texts], Any]] = {
    **{f"arrow {format}": lambda texts, format=format: arrow.strings(texts, format) for format in "uUzZ"},
    **{f"arrow {format}": lambda texts, format=format: arrow.views(texts, format) for format in ("vu", "vz")},
    **{f"arrow indexes {format}": lambda texts, format=format: arrow.indexed(texts, format) for format in "cCsSiIlL"},
    "arrow indexes of views": lambda texts: arrow.indexed(texts, "i", arrow.views),
    "arrow indexes, sliced": lambda texts: arrow.sliced(arrow.indexed(_padded(texts)), 3, 3 + len(texts)),
    "arrow sliced": lambda texts: arrow.sliced(arrow.strings(_padded(texts), "U"), 3, 3 + len(texts)),
    "arrow views, sliced": lambda texts: arrow.sliced(arrow.views(_padded(texts)), 3, 3 + len(texts)),
    "arrow struct": lambda texts: arrow.table(arrow.strings(_padded(texts)), 3, 3 + len(texts)),
    "arrow struct of a slice": lambda texts: arrow.table(
        arrow.sliced(arrow.strings(_padded(texts)), 1, 4 + len(texts)), 2, 2 + len(texts)
    ),
    "arrow chunks": _chunked,
    "arrow chunks of structs": lambda texts: arrow.Chunks(
        [arrow.table(arrow.strings(part)) for part in (texts[:2], texts[2:])]
    ),
}  # fmt: skip

PYTHON: dict[str, Callable[[Texts], Any]] = {
    "list": list,
    "tuple": tuple,
    "list of str": lambda texts: [text if text is None else text.decode("utf-8", "surrogateescape") for text in texts],
    "numpy O": lambda texts: np.array([*texts, None], dtype=object)[:-1],
    "numpy O with NaN": lambda texts: np.array(
        [float("nan") if text is None else text for text in [*texts, None]], dtype=object
    )[:-1],
}  # fmt: skip


def _points(texts: Texts) -> Any:
    return np.array([text.decode("utf-8", "surrogateescape") for text in texts if text is not None] or [""], dtype=np.str_)


NUMPY: dict[str, Callable[[Texts], Any]] = {
    "numpy S": lambda texts: np.array(list(texts) or [b""])[: len(texts)],
    "numpy S with steps": lambda texts: np.array([text for text in texts for _ in range(2)] or [b""])[: 2 * len(texts) : 2],
    "numpy S backwards": lambda texts: np.array(list(texts)[::-1] or [b""])[: len(texts)][::-1],
    "numpy U": lambda texts: _points(texts)[: len(texts)],
    "numpy U of the other byte order": lambda texts: _points(texts)[: len(texts)].astype(_points(texts).dtype.newbyteorder()),
}
"""Kinds that have no null, and drop NULs at the end of a text."""


def kinds(texts: Texts) -> dict[str, Callable[[Texts], Any]]:
    """Those kinds that can hold the texts."""
    fits = all(text is not None and not text.endswith(b"\0") for text in texts)
    return {**ARROW, **PYTHON, **(NUMPY if fits else {})}
