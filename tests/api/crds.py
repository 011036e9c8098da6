"""The published CRDs, read as plain data: what they say of each field, and small objects that have it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
import yaml

from gwmatch.api import Channel

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GWMATCH_CRDS") or _ROOT.parent / "shared" / "crds")
needs_folder = pytest.mark.skipif(
    not (FOLDER / "standard").is_dir(), reason=f"no CRDs in {FOLDER} (GWMATCH_CRDS names the folder)"
)

Steps = tuple[str, ...]
"""Steps to a field: names, `[]` for the items of a list, `{}` for the values of a map."""

_TEXTS = ("a", "a.test", "*.a.test", "example.net/a", "1s", "System", "https://a.test", "/a")


class Version(NamedTuple):
    """One version of a CRD that is served in a channel."""

    channel: Channel
    group: str
    kind: str
    name: str
    schema: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.channel}/{self.kind}/{self.name}"


@cache
def versions() -> tuple[Version, ...]:
    found = []
    for path in sorted(FOLDER.glob("*/*.yaml")):
        if "_vap_" not in path.name and path.name != "kustomization.yaml":
            crd = yaml.load(path.read_text(), yaml.CSafeLoader)
            spec, channel = crd["spec"], cast(Channel, path.parent.name)
            for each in spec["versions"]:
                if each["served"]:
                    schema = each["schema"]["openAPIV3Schema"]
                    found.append(Version(channel, spec["group"], spec["names"]["kind"], each["name"], schema))
    return tuple(found)


def parts(schema: dict[str, Any], at: Steps = ()) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Every schema below a schema, with the way to it."""
    for name, inner in schema.get("properties", {}).items():
        if at or name in ("spec", "status"):
            yield (*at, name), inner
            yield from parts(inner, (*at, name))
    for step, inner in (("[]", schema.get("items")), ("{}", schema.get("additionalProperties"))):
        if isinstance(inner, dict):
            yield (*at, step), inner
            yield from parts(inner, (*at, step))


def python_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the CRDs for Python's engine, whose `$` would admit a final newline."""
    made, in_class, escaped = "", False, False
    for character in pattern:
        if not escaped and not in_class and character == "$":
            made += r"\Z"
            continue
        made += character
        in_class = (not escaped and (character == "[" or (in_class and character != "]"))) or (escaped and in_class)
        escaped = not escaped and character == "\\"
    return re.compile(made)


def smallest(schema: dict[str, Any]) -> Any:
    """The least that a schema admits."""
    match schema["type"]:
        case "object":
            required = schema.get("required", ())
            return {name: smallest(schema["properties"][name]) for name in required}
        case "array":
            return [smallest(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return text_of(schema)
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    raise NotImplementedError(schema["type"])


def text_of(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") == "date-time":
        return "2024-01-01T00:00:00Z"
    pattern = python_pattern(schema.get("pattern", ""))
    return next(text for text in _TEXTS if pattern.search(text))


def with_field(version: Version, path: Steps, value: Any) -> dict[str, Any]:
    """A small object that has a value in one field, and around it no more than it takes."""
    made = {
        "apiVersion": f"{version.group}/{version.name}",
        "kind": version.kind,
        "metadata": {"name": "a"},
        "spec": smallest(version.schema["properties"]["spec"]),
    }
    _put(made, version.schema, path, value)
    return made


def _put(holder: Any, schema: dict[str, Any], path: Steps, value: Any) -> None:
    step, rest = path[0], path[1:]
    inner = schema["items"] if step == "[]" else schema["additionalProperties"] if step == "{}" else schema["properties"][step]
    key: Any = 0 if step == "[]" else "a" if step == "{}" else step
    if step == "[]" and not holder:
        holder.append(smallest(inner))
    if not rest:
        holder[key] = value
        return
    if not isinstance(holder, list) and key not in holder:
        holder[key] = smallest(inner)
    _put(holder[key], inner, rest, value)


def written(path: Steps) -> str:
    """A path as messages have it: the first item of each list, the entry `a` of each map."""
    return ".".join(path).replace(".[]", "[0]").replace("{}", "a")
