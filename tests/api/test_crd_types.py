"""The Structs against the published CRDs: the same fields, the same defaults, the same limits, in both channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from gwmatch.api.kinds import KINDS
from gwmatch.api.scalars import INT32_MAX, INT32_MIN, INT64_MAX
from gwmatch.api.status import STATUS

from .crds import Version, needs_folder, python_pattern, versions

pytestmark = needs_folder

HEADER_VALUE = r"^[!-~]+([\t ]?[!-~]+)*$"
"""Of the experimental channel only, so that a rule holds it and no type."""

L4_RULES = {"spec.rules maxItems: 1, ours 16"}
LOOSER = {
    ("TLSRoute", "v1"): {*L4_RULES, "spec.hostnames minItems: 1, ours None", "spec.hostnames required: True, ours False"},
    ("TLSRoute", "v1alpha3"): {*L4_RULES, "spec.hostnames minItems: 1, ours None", "spec.hostnames required: True, ours False"},
    ("TCPRoute", "v1"): L4_RULES,
    ("UDPRoute", "v1"): L4_RULES,
}
"""Where one Struct holds several versions, and rules ask for the rest (resources.md 10)."""


def differences(version: Version) -> Iterator[str]:
    kind = KINDS[version.group, version.kind].type
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    yield from compared(version.schema["properties"]["spec"], inspect.type_info(fields["spec"].type), "spec", version.channel)
    if "status" in version.schema["properties"]:
        shape = inspect.type_info(STATUS[kind])
        yield from compared(version.schema["properties"]["status"], shape, "status", version.channel)
    else:
        assert kind not in STATUS


def compared(schema: dict[str, Any], info: Any, at: str, channel: str) -> Iterator[str]:
    while isinstance(info, inspect.Metadata | inspect.UnionType):
        info = (
            info.type
            if isinstance(info, inspect.Metadata)
            else next(each for each in info.types if not isinstance(each, inspect.NoneType))
        )
    match schema["type"], info:
        case "object", inspect.StructType():
            yield from struct(schema, info, at, channel)
        case "object", inspect.DictType():
            yield from same(at, "maxProperties", schema.get("maxProperties"), info.max_length)
            yield from compared(schema["additionalProperties"], info.value_type, at + "{}", channel)
        case "array", inspect.VarTupleType():
            yield from same(at, "minItems", schema.get("minItems"), info.min_length)
            yield from same(at, "maxItems", schema.get("maxItems"), info.max_length)
            yield from compared(schema["items"], info.item_type, at + "[]", channel)
        case "string", inspect.StrType():
            yield from same(at, "minLength", schema.get("minLength") or None, info.min_length)
            yield from same(at, "maxLength", schema.get("maxLength"), info.max_length)
            if schema.get("pattern") != HEADER_VALUE:
                yield from same(at, "has pattern", "pattern" in schema, info.pattern is not None)
        case "integer", inspect.IntType():
            low, high = (INT32_MIN, INT32_MAX) if schema.get("format") == "int32" else (-INT64_MAX, INT64_MAX)
            yield from same(at, "minimum", schema.get("minimum", low), info.ge)
            yield from same(at, "maximum", schema.get("maximum", high), info.le)
        case "boolean", inspect.BoolType():
            pass
        case _:
            yield f"{at} type: {schema['type']}, ours {info}"


def struct(schema: dict[str, Any], info: Any, at: str, channel: str) -> Iterator[str]:
    ours = {field.encode_name: field for field in info.fields if channel == "experimental" or not is_experimental(field.type)}
    theirs = schema.get("properties", {})
    yield from same(at, "fields", sorted(theirs), sorted(ours))
    for name in theirs.keys() & ours.keys():
        field, where = ours[name], f"{at}.{name}"
        yield from same(where, "required", name in schema.get("required", ()), field.required)
        default = None if field.default in (msgspec.NODEFAULT, (), {}) else field.default
        if "default" in theirs[name]:
            wanted = msgspec.convert(theirs[name]["default"], types_of(info.cls)[name])
            yield from same(where, "default", wanted, default)
        else:
            yield from same(where, "default", None, default)
        yield from compared(theirs[name], field.type, where, channel)


def types_of(struct: type[Any]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def is_experimental(info: Any) -> bool:
    return isinstance(info, inspect.Metadata) and (info.extra or {}).get("channel") == "experimental"


def same(at: str, what: str, theirs: object, ours: object) -> Iterator[str]:
    if theirs != ours:
        yield f"{at} {what}: {theirs}, ours {ours}"


@pytest.mark.parametrize("version", versions(), ids=str)
def test_fields_defaults_and_limits(version: Version) -> None:
    assert set(differences(version)) == LOOSER.get((version.kind, version.name), set())


def test_versions_that_are_served() -> None:
    for channel in ("standard", "experimental"):
        theirs = {(each.group, each.kind, each.name) for each in versions() if each.channel == channel}
        ours = {
            (group, kind, version)
            for (group, kind), served in KINDS.items()
            for version in served.versions
            if not served.has_foreign_fields
            and (channel == "experimental" or (version not in served.deprecated and "x-k8s" not in group))
        }
        assert ours == theirs


def patterns() -> dict[tuple[str, str], None]:
    """Each pattern of the CRDs beside ours."""
    found: dict[tuple[str, str], None] = {}

    def walk(schema: dict[str, Any], info: Any) -> None:
        while isinstance(info, inspect.Metadata | inspect.UnionType):
            info = info.type if isinstance(info, inspect.Metadata) else info.types[0]
        if isinstance(info, inspect.StructType):
            for field in info.fields:
                if field.encode_name in schema.get("properties", {}):
                    walk(schema["properties"][field.encode_name], field.type)
        elif isinstance(info, inspect.VarTupleType):
            walk(schema["items"], info.item_type)
        elif isinstance(info, inspect.DictType):
            walk(schema["additionalProperties"], info.value_type)
        elif isinstance(info, inspect.StrType) and info.pattern is not None:
            found[schema["pattern"], info.pattern] = None

    for version in versions():
        kind = KINDS[version.group, version.kind].type
        walk(version.schema["properties"]["spec"], inspect.type_info(types_of(kind)["spec"]))
        if kind in STATUS:
            walk(version.schema["properties"]["status"], inspect.type_info(STATUS[kind]))
    return found


@pytest.mark.parametrize(("theirs", "ours"), list(patterns()), ids=lambda text: text[:30])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_patterns_admit_the_same(theirs: str, ours: str, data: st.DataObject) -> None:
    """Texts of both, bent in one place."""
    left, right = python_pattern(theirs), re.compile(ours)
    near = st.one_of(st.from_regex(left), st.from_regex(right), st.text("aZ09-._*/:%#?@ \n~ä,", max_size=12))
    text = data.draw(near.filter(lambda drawn: len(drawn) < 40))
    at = data.draw(st.integers(0, len(text)))
    bent = text[:at] + data.draw(st.sampled_from(["", "a", "A", "0", "-", ".", "*", "/", ":", "%", "\n", "é", " "])) + text[at:]
    for each in (text, bent):
        assert bool(left.search(each)) == bool(right.search(each)), each
