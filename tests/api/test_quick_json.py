"""JSON that is read the quick way comes out as it would the slow way, and whatever needs a word is read the slow way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.api import HTTPRoute, load
from gwmatch.api.documents import MAX_DEPTH, Bounds, jsontext
from gwmatch.errors import Problem

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def slowly(text: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as patch:
        patch.setattr(jsontext, "_quickly", lambda text, bounds: jsontext._UNSURE)
        return read(text)


def read(text: str) -> list[Any]:
    found = jsontext.documents(text, "x.json", Bounds())
    return [each if isinstance(each, Problem) else (each.value, each.line) for each in found]


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_values_are_the_same(value: Any, indent: int | None, ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    with pytest.MonkeyPatch.context() as patch:
        assert repr(read(text)) == repr(slowly(text, patch))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": {"b": "x", "b": "x"}}',
        '{"a": 1, "\\u0061": 2}',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        "[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1),
        "[" * 100_000,
        '{"a": 1e400}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": "\x01"}',
        '{"a": "\\ud800"}',
        '{"a": 123456789012345678901234567890}',
        '{"a": ' + "9" * 700 + "}",
        '{"a": 01}',
        '{"a": 1} {"b": 2}',
        '{"a": 1,}',
        "",
        "  \n {}",
    ],
)
def test_what_needs_a_word_gets_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repr(read(text)) == repr(slowly(text, monkeypatch))


@pytest.mark.parametrize("digits", [599, 600, 601, 602, 1300])
@pytest.mark.parametrize("before", [0, 1, 300, 590, 597, 601, 1100])
def test_long_integers_wherever_they_stand(digits: int, before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[" + " " * before + "9" * digits + "]"
    assert repr(read(text)) == repr(slowly(text, monkeypatch))


@pytest.mark.parametrize("depth", range(MAX_DEPTH - 2, MAX_DEPTH + 3))
@pytest.mark.parametrize("leaf", ["", "1", "{}"])
def test_depth_at_its_limit(depth: int, leaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[" * depth + leaf + "]" * depth
    assert repr(read(text)) == repr(slowly(text, monkeypatch))


def test_equal_parts_are_one_object() -> None:
    spec = {"parentRefs": [{"name": "public"}], "rules": [{"backendRefs": [{"name": "cart", "port": 80}]}]}
    made = [
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name}, "spec": spec}
        for name in ("a", "b")
    ]
    first, second = load(made).of(HTTPRoute)
    assert first.spec.rules is second.spec.rules
    assert first.spec.parent_refs is second.spec.parent_refs
    assert (first.metadata.name, second.metadata.name) == ("a", "b")
