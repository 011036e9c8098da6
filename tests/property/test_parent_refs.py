"""V-PR-1 and V-PR-2: which references to one parent tell its listeners apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gwmatch
from gwmatch.testing.resources import manifest

REFS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(("edge", "other"))},
        optional={"sectionName": st.sampled_from(("a", "b")), "port": st.sampled_from((80, 81))},
    ),
    min_size=2,
    max_size=3,
)


@given(REFS)
@example([{"name": "edge"}, {"name": "edge", "sectionName": "a"}])
@example([{"name": "edge", "sectionName": "a"}, {"name": "edge", "sectionName": "b"}])
def test_standard_channel(refs: list[dict[str, Any]]) -> None:
    """Refused: one with and one without a sectionName, or two with the same. Ports do not count, nor do two that are bare but
    for them."""
    sections = {name: [ref.get("sectionName") for ref in refs if ref["name"] == name] for name in ("edge", "other")}
    mixed = any(None in found and set(found) != {None} for found in sections.values())
    repeated = any(len(set(found) - {None}) < len([each for each in found if each]) for found in sections.values())
    bare = any(found.count(None) > 1 for found in sections.values())
    route = manifest("HTTPRoute", "shop", "r", spec={"parentRefs": refs})
    if mixed or repeated:
        with pytest.raises(gwmatch.LoadError):
            gwmatch.load(route, channel="standard")
    elif not bare:
        gwmatch.load(route, channel="standard")
