"""hostile-inputs.md 4 (HI-L) by the front door: a text is refused whole, with file and line, and its nearest neighbour is read.

What each row says of a bare text is held by tests/api/test_documents.py; here it stands in a manifest, beside another tenant's.
"""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import gwmatch

from .world import SERVICES, World, gateway, route, service, told, world

HEAD = "apiVersion: v1\nkind: Service\nmetadata:\n  name: app\n  namespace: red\n"

# rule, a sixth line that is refused, the nearest one that is not
LINES = [
    ("HI-L1", "spec: {", "spec: {}"),
    ("HI-L1", "x: \x01", "x: \t1"),
    ("HI-L2", "x: !!binary aGk=", "x: !!str aGk="),
    ("HI-L2", "x: !!python/object/apply:os.system [id]", "x: '!!python/object/apply:os.system [id]'"),
    ("HI-L3", '"\\u006bind": Secret', '"\\u006binds": Secret'),
    ("HI-L3", "1: a", "'1': a"),
    ("HI-L3", "<<: {a: b}", "'<<': {a: b}"),
    ("HI-L4", "x: &a [*a]", "x: [&a [], *a]"),
    ("HI-L5", 'x: "\\ud800"', 'x: "\\U0001F600"'),
    ("HI-L6", "x: .inf", "x: '.inf'"),
    ("HI-L6", "x: 1e400", "x: 1e40"),
    ("HI-L12", "x: " + "[" * 64 + "]" * 64, "x: " + "[" * 63 + "]" * 63),
    ("HI-L12", "x: " + "[" * 25_000, "x: " + "[" * 63 + "]" * 63),
]


@pytest.mark.parametrize(("rule", "bad", "good"), LINES, ids=[f"{row[0]} {row[1][:16]!r}" for row in LINES])
def test_a_broken_line_refuses_the_load_and_names_its_place(rule: str, bad: str, good: str, tmp_path: Path) -> None:
    """All problems of all files come at once, and of the good file nothing is used either."""
    (tmp_path / "blue.yaml").write_text(json.dumps(service("blue")))
    (tmp_path / "red.yaml").write_text(f"{HEAD}{bad}\n")
    with pytest.raises(gwmatch.LoadError) as caught:
        gwmatch.load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.source == str(tmp_path / "red.yaml")
    assert problem.line is not None
    assert 6 <= problem.line <= 7
    (tmp_path / "red.yaml").write_text(f"{HEAD}{good}\n")
    assert len(gwmatch.load(tmp_path)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "- a\n",
        "just words\n",
        "kind: Service\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: 7\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: Service\n",
        '{"apiVersion": "v1", "kind": "Service", "metadata": []}',
        '{"a": 1} trailing',
    ],
)
def test_what_is_no_object(text: str) -> None:
    """HI-L1."""
    with pytest.raises(gwmatch.LoadError):
        gwmatch.load(io.StringIO(text))


def test_empty_documents_and_a_byte_order_mark() -> None:
    """HI-L1."""
    assert len(gwmatch.load(io.BytesIO(b"\xef\xbb\xbf---\n---\n# nothing\n---\n" + HEAD.encode()))) == 1


def test_json_has_the_same_rules() -> None:
    """HI-L1, HI-L3, HI-L5, HI-L6, HI-L12."""
    good = '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "app"}, "x": %s}'
    for value in ('"\\ud800"', "NaN", "1e400", '{"a": 1, "\\u0061": 2}', "[" * 64 + "]" * 64, "1} {"):
        with pytest.raises(gwmatch.LoadError):
            gwmatch.load(io.StringIO(good % value))
    for value in ('"\\ud83d\\ude00"', "1e40", '{"a": 1, "b": 2}', "[" * 63 + "]" * 63):
        assert len(gwmatch.load(io.StringIO(good % value))) == 1


def bomb(levels: int) -> str:
    lines = [f"{HEAD}a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def test_copies_count() -> None:
    """HI-L4: a hundred lines that stand for ten to the hundredth are refused before they are made."""
    assert len(gwmatch.load(io.StringIO(bomb(4)))) == 1
    with pytest.raises(gwmatch.LoadError):
        gwmatch.load(io.StringIO(bomb(100)))


@pytest.mark.parametrize("written", ["1:20", "0755", "0o120", "0x50", "8_0", "yes", "on", "2024-01-01"])
def test_other_notations_are_text_and_no_port(written: str) -> None:
    """HI-L6: what other readers take for numbers fails the type of the field."""
    text = f"{HEAD}spec:\n  ports:\n  - port: %s\n"
    with pytest.raises(gwmatch.LoadError) as caught:
        gwmatch.load(io.StringIO(text % written))
    assert [(str(each.at), each.line) for each in caught.value.problems] == [("spec.ports[0].port", 8)]
    assert len(gwmatch.load(io.StringIO(text % "80"))) == 1


def test_a_number_of_any_length_rejects_its_object_only() -> None:
    """HI-L7."""
    text = f"{HEAD}spec:\n  ports:\n  - port: {'8' * 200_000}\n---\n{HEAD.replace('red', 'blue')}"
    resources = gwmatch.load(io.StringIO(text), invalid="drop")
    assert [str(each.key) for each in resources] == ["Service blue/app"]
    assert [each.resource for each in resources.rejected] == ["Service red/app"]
    labels = gwmatch.load(io.StringIO(f"{HEAD}status:\n  x: {'8' * 5000}\n"))
    assert Decimal("8" * 5000) > 0
    assert len(labels) == 1


def test_one_text_has_a_size() -> None:
    """HI-L8: of each source alone."""
    size = len(HEAD)
    assert len(gwmatch.load(io.StringIO(HEAD), io.StringIO(HEAD.replace("red", "two")), max_bytes=size)) == 2
    with pytest.raises(gwmatch.LoadError):
        gwmatch.load(io.StringIO(HEAD + "#"), max_bytes=size)


def test_one_object_has_a_size() -> None:
    """HI-L9: the others load."""
    large = {**service("red"), "x": "y" * (3 << 20)}
    fine = {**service("red"), "x": "y" * ((3 << 20) - 300)}
    assert [str(each.key) for each in gwmatch.load([large, service("blue")], invalid="drop")] == ["Service blue/app"]
    assert len(gwmatch.load([fine, service("blue")])) == 2


def test_one_name_has_one_object() -> None:
    """HI-L10: neither the version nor a namespace that is left out makes two of them."""
    mine = route("default")
    again = {**mine, "apiVersion": "gateway.networking.k8s.io/v1beta1", "metadata": {"name": "r"}}
    for invalid in ("error", "drop", "keep"):
        with pytest.raises(gwmatch.LoadError):
            gwmatch.load([mine, again], invalid=invalid)  # type: ignore[arg-type]
    assert len(gwmatch.load([mine, {**again, "metadata": {"name": "r", "namespace": "red"}}])) == 2


def test_foreign_kinds_do_no_harm() -> None:
    """HI-L11."""
    foreign: list[dict[str, Any]] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"anything": [1, {"b": None}]}},
        {"apiVersion": "v1", "kind": "List", "items": [service("red"), service("blue")]},
    ]
    assert [str(each.key) for each in gwmatch.load(foreign)] == ["Service blue/app", "Service red/app"]


def test_a_router_that_serves_outlives_a_load_that_fails() -> None:
    """hostile-inputs.md 1: nothing of a broken input is used, and nothing that was there changes."""
    serving = world(route("blue"))
    before = serving.router.content_hash
    with pytest.raises(gwmatch.LoadError):
        gwmatch.load(io.StringIO("[" * 25_000))
    with pytest.raises(gwmatch.LoadError):
        serving.resources.updated(upserts=[{**route("red"), "metadata": []}])
    assert (serving.ask(), serving.router.content_hash) == ("blue/app", before)


def test_a_line_is_found_again_in_the_deepest_text_that_is_read() -> None:
    """HI-L12: a text is read a second time to name a line, with the same limits."""
    deep = "[" * 63 + "]" * 63
    with pytest.raises(gwmatch.LoadError) as caught:
        gwmatch.load(io.StringIO(f"{HEAD}x: {deep}\nspec:\n  ports:\n  - port: yes\n"))
    assert [each.line for each in caught.value.problems] == [9]


def test_texts_mean_what_mappings_mean() -> None:
    """The other tests of this folder hand mappings in; a text of them comes to the same (hostile-inputs.md 4)."""
    given = [*SERVICES, gateway(), route("blue")]
    text = "".join(f"---\n{json.dumps(each)}\n" for each in given)
    loaded = [gwmatch.load(given), gwmatch.load(io.StringIO(text))]
    first, second = (gwmatch.compile(each) for each in loaded)
    assert first.content_hash == second.content_hash
    assert told(first.port(80).match("GET", "a.test", "/", draw=0.5)) == "blue/app"
    assert World(world(route("blue")).resources).ask() == "blue/app"
