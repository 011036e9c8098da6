"""Each field of the published CRDs through the front door: what its schema refuses is refused at its path, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import pytest

from gwmatch.api import check
from gwmatch.api.scalars import INT32_MAX

from .crds import Version, needs_folder, parts, python_pattern, smallest, text_of, versions, with_field, written

pytestmark = needs_folder


class Probe(NamedTuple):
    what: str
    value: Any
    refused: bool
    below: str = ""
    """Where below the field it is refused."""


def probes(schema: dict[str, Any]) -> Iterator[Probe]:
    yield Probe("null", None, False)
    match schema["type"]:
        case "string":
            yield from texts(schema)
        case "integer":
            yield from integers(schema)
        case "array":
            yield from lists(schema)
        case "object":
            yield from mappings(schema)
        case "boolean":
            yield Probe("a text", "true", True)
            yield Probe("false", False, False)


def texts(schema: dict[str, Any]) -> Iterator[Probe]:
    yield Probe("a number", 1, True)
    for each in schema.get("enum", ()):
        yield Probe(each, each, False)
    if "enum" in schema:
        yield Probe("no such value", "Teapot", True)
        yield Probe("another case", schema["enum"][0].swapcase(), True)
        return
    if schema.get("format") == "date-time":
        yield Probe("no time", "yesterday", True)
        return
    pattern, longest = python_pattern(schema.get("pattern", "")), schema.get("maxLength")
    yield Probe("empty", "", bool(schema.get("minLength")) or pattern.search("") is None)
    for text in ("a b\n", "-", "Ä", "a..b", text_of(schema) + "\n"):
        yield Probe(f"text {text!r}", text, pattern.search(text) is None)
    if longest is not None:
        long = stretched(text_of(schema), longest)
        yield Probe("longest", long, pattern.search(long) is None)
        yield Probe("too long", stretched(text_of(schema), longest + 1), True)


def stretched(text: str, size: int) -> str:
    """The same kind of text, only longer."""
    return "a" * (size - len(text)) + text if text[0].isalpha() else text + "a" * (size - len(text))


def integers(schema: dict[str, Any]) -> Iterator[Probe]:
    low, high = schema.get("minimum"), schema.get("maximum", INT32_MAX if schema.get("format") == "int32" else None)
    for value in ("1", 1.5, True):
        yield Probe(f"{value!r}", value, True)
    if low is not None:
        yield Probe("least", low, False)
        yield Probe("less", low - 1, True)
    if high is not None:
        yield Probe("most", high, False)
        yield Probe("more", high + 1, True)


def lists(schema: dict[str, Any]) -> Iterator[Probe]:
    least, most, item = schema.get("minItems", 0), schema.get("maxItems"), schema["items"]
    yield Probe("a mapping", {}, True)
    yield Probe("empty", [], least > 0)
    if most is not None:
        yield Probe("most", [numbered(item, schema, index) for index in range(most)], False)
        yield Probe("more", [numbered(item, schema, index) for index in range(most + 1)], True)
    match schema.get("x-kubernetes-list-type"):
        case "set" | "map":
            yield Probe("twice", [smallest(item)] * 2, True, "[1]")


def numbered(item: dict[str, Any], schema: dict[str, Any], index: int) -> Any:
    """One of many items that differ in what tells them apart."""
    made = smallest(item)
    if item["type"] == "string" and "enum" not in item:
        return {"https://a.test": f"https://a{index}.test"}.get(made, f"{made}{index}" if made.isalpha() else made)
    if isinstance(made, dict):
        for key in schema.get("x-kubernetes-list-map-keys", ()):
            if isinstance(made[key], int):
                made[key] += index
            elif key == "name" or key == "type":
                made[key] = f"a{index}"
    elif isinstance(made, int):
        made += index
    return made


def mappings(schema: dict[str, Any]) -> Iterator[Probe]:
    yield Probe("a list", [], True)
    yield Probe("a text", "a", True)
    if "properties" in schema:
        whole = smallest(schema)
        for name in schema.get("required", ()):
            yield Probe(f"without {name}", {key: value for key, value in whole.items() if key != name}, True, "." + name)
        yield Probe("an unknown field", {**whole, "zzz": 1}, True, ".zzz")
    if schema.get("maxProperties") is not None:
        most, value = schema["maxProperties"], smallest(schema["additionalProperties"])
        yield Probe("most", {f"a{index}": value for index in range(most)}, False)
        yield Probe("more", {f"a{index}": value for index in range(most + 1)}, True)


RULED = (
    *("addresses[0].value", "path.value", "port.name", "backendRefs[0].port", "backendRef.port", "spec.externalHostname"),
    *(".filters", "HeaderModifier", "externalAuth.http", "fraction.numerator", "replaceFullPath", "replacePrefixMatch"),
    *("method.service", "method.method", "subjectAltNames[0].hostname", "subjectAltNames[0].uri"),
)
"""Fields whose values have rules besides their schema: there, more may be refused than the schema says (test_rules_*.py)."""


@pytest.mark.parametrize("version", versions(), ids=str)
def test_each_field(version: Version) -> None:
    wrong, done = [], 0
    needed = {(*at, name) for at, schema in parts(version.schema) for name in schema.get("required", ())} | {("spec",)}
    for path, schema in parts(version.schema):
        at = written(path)
        part: Literal["status"] | None = "status" if path[0] == "status" else None
        for probe in probes(schema):
            if probe.value is None and (path in needed or path[-1] == "[]"):
                continue  # refused as missing, which has a probe of its own
            given = with_field(version, path, probe.value)
            found = {str(each.at) for each in check(given, subresource=part, channel=version.channel, strict=True)}
            is_refused = any(each.startswith(at + probe.below) for each in found) if probe.below else at in found
            if is_refused != probe.refused and (probe.refused or not at.endswith(RULED)):
                wrong.append(f"{at}: {probe.what} should{'' if probe.refused else ' not'} be refused; {sorted(found)}")
            done += 1
    assert wrong == [], "\n".join(wrong)
    assert done > 50
