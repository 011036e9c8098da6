"""Text as objects: hostile-inputs.md section 4, each row both ways."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from gwmatch.api.documents import Bounds, Document, read
from gwmatch.errors import Problem


def outcome(text: str | bytes, **options: Any) -> tuple[list[Any], list[tuple[int | None, str]]]:
    """The objects, and line and message of each problem."""
    found = list(read(text, "a.yaml", **options))
    return (
        [each.value for each in found if isinstance(each, Document)],
        [(each.line, each.message) for each in found if isinstance(each, Problem)],
    )


REFUSED = [
    ("HI-L1", "a: [\n", 1, "is not valid YAML"),
    ("HI-L1", "a: b: c\n", 1, "is not valid YAML"),
    ("HI-L1", b"a: 1\nb: \xff\n", 2, "is not UTF-8 text: byte 0xFF"),
    ("HI-L1", "a: 1\nb: \x01\n", 2, "control character U+0001"),
    ("HI-L1", "a: \x7f\n", 1, "control character U+007F"),
    ("HI-L1", b"\x89PNG\0\0", None, "is a binary file"),
    ("HI-L1", b"\xff\xfea\0", None, "is UTF-16 text"),
    ("HI-L2", "a: !!binary aGk=", 1, "the tag !!binary is not allowed"),
    ("HI-L2", "a: !!set {b}", 1, "the tag !!set is not allowed"),
    ("HI-L2", "a: !!python/object/apply:os.system [id]", 1, "is not allowed"),
    ("HI-L2", "a: !mine b", 1, "the tag !mine is not allowed"),
    ("HI-L2", "a: !!int b", 1, "the tag !!int does not fit"),
    ("HI-L2", "a: !!int true", 1, "the tag !!int does not fit"),
    ("HI-L3", "a: 1\nb:\n  c: 1\n  c: 2\n", 4, "the key 'c' occurs twice"),
    ("HI-L3", 'a: 1\n"\\x61": 2\n', 2, "the key 'a' occurs twice"),
    ("HI-L3", "80: a", 1, "a key must be a string, is 80"),
    ("HI-L3", "true: a", 1, "a key must be a string"),
    ("HI-L3", "? {a: b}\n: c", 1, "a key must be a string, is a list or mapping"),
    ("HI-L3", "<<: {a: b}", 1, "merge keys '<<' are not allowed"),
    ("HI-L3", "a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merge keys '<<' are not allowed"),
    ("HI-L4", "a: &x [*x]", 1, "the alias *x stands inside what it repeats"),
    ("HI-L4", "a: *x", 1, "the alias *x repeats nothing"),
    ("HI-L5", 'a: "\\ud800"', 1, "is not valid YAML"),
    ("HI-L5", "a: \ud800", 1, "lone surrogate"),
    *[("HI-L6", f"a: {text}", 1, "JSON") for text in (".inf", "-.inf", ".nan", "NaN", "1e400", "-1e400")],
    ("HI-L12", "a: " + "[" * 64 + "]" * 64, 1, "nests deeper than 64 levels"),
    ("HI-L12", "[" * 25_000, 1, "nests deeper than 64 levels"),
    ("HI-L12", "{a: " * 25_000, 1, "nests deeper than 64 levels"),
    ("HI-L12", "".join(f"{' ' * n}a:\n" for n in range(70)), 65, "nests deeper than 64 levels"),
    ("HI-L12", "- " * 100, 1, "nests deeper than 64 levels"),
    ("HTML", "<!DOCTYPE html>\n<html></html>", 1, "is an HTML or XML page"),
    ("Helm", "a: {{ .Values.b }}\n", 1, "render it first with 'helm template'"),
]


@pytest.mark.parametrize(("rule", "text", "line", "message"), REFUSED, ids=[f"{row[0]} {row[1][:20]!r}" for row in REFUSED])
def test_refused(rule: str, text: str | bytes, line: int | None, message: str) -> None:
    values, problems = outcome(text)
    assert values == []
    assert len(problems) == 1
    assert problems[0][0] == line
    assert message in problems[0][1]


READ: list[tuple[str, str | bytes, Any]] = [
    ("HI-L1", "---\n---\n# nothing\n---\na: 1\n...\n", {"a": 1}),
    ("HI-L1", "\ufeffa: 1", {"a": 1}),
    ("HI-L1", b"\xef\xbb\xbfa: 1", {"a": 1}),
    ("HI-L1", "a: \t1\r\nb: \x85\r\n", {"a": 1, "b": None}),
    ("HI-L2", "a: !!str 80\nb: !!int '80'\nc: !!float 1\nd: ! 80\ne: !!null ''\nf: !!map {}\ng: !!seq []", None),
    ("HI-L3", "a: 1\nb: {a: 1}", {"a": 1, "b": {"a": 1}}),
    ("HI-L3", "'80': a\n'<<': b\n'true': c", {"80": "a", "<<": "b", "true": "c"}),
    ("HI-L4", "a: &x [1]\nb: *x\nc: &x 2\nd: *x\n", {"a": [1], "b": [1], "c": 2, "d": 2}),
    ("HI-L6", "a: 1:20\nb: 0755\nc: 0o755\nd: 0x1F\ne: 1_000\nf: yes\ng: on\nh: 2024-01-01", None),
    (
        "HI-L6",
        "a: true\nb: null\nc: 1\nd: -1.5e3\ne:\nf: '1'",
        {"a": True, "b": None, "c": 1, "d": -1500.0, "e": None, "f": "1"},
    ),
    ("HI-L6", "a: True\nb: +1\nc: .5\nd: '.inf'", {"a": "True", "b": "+1", "c": ".5", "d": ".inf"}),
    ("HI-L12", "a: " + "[" * 63 + "]" * 63, None),
    ("braces", "a: '{{ b }}'", {"a": "{{ b }}"}),
]


@pytest.mark.parametrize(("rule", "text", "value"), READ, ids=[f"{row[0]} {row[1][:20]!r}" for row in READ])
def test_read(rule: str, text: str | bytes, value: Any) -> None:
    values, problems = outcome(text)
    assert problems == []
    assert len(values) == 1
    assert value is None or values == [value]


def test_tags_of_the_core_schema() -> None:
    (value,), _ = outcome(READ[4][1])
    assert value == {"a": "80", "b": 80, "c": 1.0, "d": "80", "e": None, "f": {}, "g": []}


def test_what_json_does_not_know_is_text() -> None:
    (value,), _ = outcome(READ[8][1])
    assert list(value.values()) == ["1:20", "0755", "0o755", "0x1F", "1_000", "yes", "on", "2024-01-01"]


def bomb(levels: int) -> str:
    """Each line repeats the one before ten times."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def test_aliases_have_a_budget() -> None:
    """HI-L4."""
    values, problems = outcome(bomb(4))
    assert (len(values), problems) == (1, [])
    values, problems = outcome(bomb(12) + "---\nb: 1\n")
    assert values == [{"b": 1}]
    assert problems[0][1].startswith("has more than 250,000 values")


def test_a_list_without_aliases_may_be_long() -> None:
    """A list from kubectl is one document."""
    (value,), problems = outcome("[" + "1," * 300_000 + "1]")
    assert (len(value), problems) == (300_001, [])


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_long_numbers_are_exact_and_quick(format: Any) -> None:
    """HI-L7."""
    digits = "9" * 2_000_000
    before = time.perf_counter()
    (value,), problems = outcome(f'{{"a": {digits}, "b": -{"1" * 500}}}', format=format)
    assert time.perf_counter() - before < 5
    assert problems == []
    assert value["a"] == Decimal(digits)
    assert value["b"] == -int("1" * 500)


def test_size_has_a_limit() -> None:
    """HI-L8."""
    assert outcome("a: 123", bounds=Bounds(bytes=6)) == ([{"a": 123}], [])
    for text in ("a: 1234", "a: 12é", b"a: 1234"):
        values, problems = outcome(text, bounds=Bounds(bytes=6))
        assert (values, len(problems)) == ([], 1)


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_depth_has_a_limit_that_may_be_changed(format: Any) -> None:
    text = "[" * 65 + "]" * 65
    assert [said for _, said in outcome(text, format=format)[1]] == [
        "nests deeper than 64 levels; nothing in a Kubernetes object does"
    ]
    assert outcome(text, format=format, bounds=Bounds(depth=65))[1] == []
    assert "deeper than 3 levels" in outcome("[[[[]]]]", format=format, bounds=Bounds(depth=3))[1][0][1]


def test_copies_have_a_limit_that_may_be_changed() -> None:
    text = "a: &a [1, 2, 3, 4]\nb: [*a, *a]\n"
    assert outcome(text, bounds=Bounds(values=19))[1] == []
    assert "has more than 18 values with what its aliases repeat" in outcome(text, bounds=Bounds(values=18))[1][0][1]


def test_all_broken_documents_are_said() -> None:
    values, problems = outcome("a: 1\na: 2\n---\nb: 1\n---\nc: !!set {}\nd: .inf\n---\ne: [\n")
    assert values == [{"b": 1}]
    assert [line for line, _ in problems] == [2, 6, 7, 9]
    assert problems[1][1].startswith("document 3: ")


JSON_REFUSED = [
    ('{"a": 1,}', 1, "is not valid JSON"),
    ('{"a": 1}\n{"a": 2}', 2, "is not valid JSON: extra data"),
    ('{"a": 1,\n"b": {"c": 1, "c": 2}}', 2, "the key 'c' occurs twice"),
    ('{"a": 1, "\\u0061": 2}', 1, "the key 'a' occurs twice"),
    ('{\n"a": NaN}', 2, "NaN is no number"),
    ('{"a": -Infinity}', 1, "-Infinity is no number"),
    ('{"a": 1e400}', 1, "is larger than any number"),
    ('{"a": "\\ud800"}', 1, "half of a surrogate pair"),
    ('{"\\udfff": 1}', 1, "half of a surrogate pair"),
    ('{"a": "\x01"}', 1, "is not valid JSON"),
    ("[" * 25_000, 1, "nests deeper than 64 levels"),
    ("[" * 65 + "]" * 65, 1, "nests deeper than 64 levels"),
    ('{"a": 1, "a": 2}}', 1, "is not valid JSON"),
    ("{'a': 1}", 1, "is not valid JSON"),
]


@pytest.mark.parametrize(("text", "line", "message"), JSON_REFUSED)
def test_json_refused(text: str, line: int, message: str) -> None:
    values, problems = outcome(text, format="json")
    assert values == []
    assert [each[0] for each in problems] == [line]
    assert message in problems[0][1]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": "\\ud83d\\ude00", "b": "[[[{{{"}', [{"a": "😀", "b": "[[[{{{"}]),
        ("[" * 64 + "]" * 64, None),
        (' \r\n{"a": 1e3}\n', [{"a": 1000.0}]),
        ("", []),
        ("null", []),
        ('{"a": "\\u007f\x7f"}', [{"a": "\x7f\x7f"}]),
    ],
)
def test_json_read(text: str, values: list[Any] | None) -> None:
    found, problems = outcome(text, format="json")
    assert problems == []
    assert values is None or found == values


def test_json_is_recognised() -> None:
    """Surrogate pairs are JSON's affair, and YAML's parser does not know them."""
    assert outcome('{"a": "\\ud83d\\ude00"}') == ([{"a": "😀"}], [])
    assert outcome('{"a": 1}\n---\nb: 1\n') == ([{"a": 1}, {"b": 1}], [])
    assert outcome("{a: b}") == ([{"a": "b"}], [])
    assert [line for line, _ in outcome('{"a": 1,\n"a": 2}')[1]] == [2]


def test_hostile_json_is_quick() -> None:
    before = time.perf_counter()
    outcome('"' + '\\"' * 1_000_000, format="json")
    outcome('{"a": "' + "\\" * 1_000_001, format="json")
    assert time.perf_counter() - before < 5


OBJECT = {"spec": {"rules": [{"a": 1}, {"b": {"c": 2}, "d": [1, 2]}]}}
YAML = "x: 1\n---\n# a comment\nspec:\n  rules:\n  - a: 1\n  - b:\n      c: 2\n    d: [1,\n      2]\n"
JSON = '\n{"spec":\n {"rules": [{"a": 1},\n {"b":\n {"c": 2},\n "d": [1,\n 2]}]}}'
PATHS: list[tuple[str | int, ...]] = [
    (),
    ("spec",),
    ("spec", "rules", 0, "a"),
    ("spec", "rules", 1, "b", "c"),
    ("spec", "rules", 1, "d", 1),
    ("spec", "rules", 1, "b", "absent", "deeper"),
    ("spec", "rules", 7),
    ("absent",),
]


@pytest.mark.parametrize(
    ("text", "lines"),
    [(YAML, [4, 4, 6, 8, 10, 7, 5, 4]), (JSON, [2, 2, 3, 5, 7, 4, 3, 2])],
    ids=["yaml", "json"],
)
def test_lines_of_fields(text: str, lines: list[int]) -> None:
    """A field that is absent is where it would have to be put in."""
    document = [each for each in read(text) if isinstance(each, Document)][-1]
    assert document.value == OBJECT
    assert document.lines(PATHS) == lines


def test_lines_through_aliases() -> None:
    (document,) = read("a: &x\n  b: 1\nc: *x\n")
    assert isinstance(document, Document)
    assert document.lines([("c", "b"), ("a", "b")]) == [3, 2]


def test_lines_with_directives_and_indentation() -> None:
    found = [each for each in read("%YAML 1.1\n---\n  a: 1\n  b: 2\n--- {c: 3}\n") if isinstance(each, Document)]
    assert [each.lines([("b",), ("c",)]) for each in found] == [[4, 3], [5, 5]]


def test_json_and_yaml_agree() -> None:
    value: dict[str, Any] = {"a": [1, -2, 1.5, True, False, None, "x", "é", {"b": {}}], "c": []}
    text = json.dumps(value, indent=1)
    assert outcome(text, format="json") == outcome(text, format="yaml") == ([value], [])
