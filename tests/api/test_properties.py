"""Whatever comes in, out comes a ResourceSet or a LoadError."""

from __future__ import annotations

import copy
import io
import json
import re
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gwmatch.api import HTTPRoute, ResourceSet, invalid_rules, load, violations
from gwmatch.errors import LoadError, Problem

from .build import filters, gateway, gateway_class, grant, listener, rule, service

SURROGATE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]")
"""What JSON admits in a string as it is, and YAML does not, or takes for the end of a line."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
SAMPLES = [
    rule(
        matches=[{"path": {"type": "Exact", "value": "/a"}, "headers": [{"name": "a", "value": "b"}], "method": "GET"}],
        backendRefs=[{"name": "a", "port": 80, "weight": 1}],
        timeouts={"request": "1s", "backendRequest": "1s"},
        retry={"codes": [500]},
        sessionPersistence={"cookieConfig": {"lifetimeType": "Session"}},
    ),
    filters(
        {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}], "remove": ["c"]}},
        {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}},
        {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 1}, "fraction": {"numerator": 1}}},
        {"type": "CORS", "cors": {"allowOrigins": ["*"]}},
    ),
    gateway(
        listener(protocol="TLS", tls={"certificateRefs": [{"name": "a"}]}, allowedRoutes={"namespaces": {"selector": {}}}),
        addresses=[{"value": "192.0.2.1"}],
        infrastructure={"labels": {"a": "b"}},
        tls={"frontend": {"default": {}, "perPort": [{"port": 1, "tls": {}}]}},
    ),
    gateway_class(),
    grant(),
    service(ports=[{"port": 80, "targetPort": "http"}]),
]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, each in inner for place in places(each, (*at, key)))]


def bent(sample: dict[str, Any], at: tuple[Any, ...], value: Any) -> Any:
    """The sample with one value replaced."""
    if not at:
        return value
    made = copy.deepcopy(sample)
    holder: Any = made
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    return made


BENT = st.sampled_from(SAMPLES).flatmap(
    lambda sample: st.builds(lambda at, value: bent(sample, at, value), st.sampled_from(places(sample)), JSON)
)


def judged(*sources: Any, **options: Any) -> ResourceSet | None:
    """The set, or None where the load fails as it should."""
    problems: tuple[Problem, ...] = ()
    try:
        return load(*sources, **options)
    except LoadError as error:
        problems = error.problems
    assert problems
    assert all("\n" not in str(problem) for problem in problems)
    return None


@settings(max_examples=300, deadline=None)
@given(JSON | BENT)
@example({"kind": "List", "apiVersion": "v1", "items": [None]})
@example({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "\udc80"}})
def test_any_value_is_judged(value: Any) -> None:
    for invalid in ("error", "drop", "keep"):
        for strict in (False, True):
            resources = judged([value], invalid=invalid, strict=strict)
            for each in resources or ():
                violations(each)
                if isinstance(each, HTTPRoute):
                    invalid_rules(each)


@settings(max_examples=200, deadline=None)
@given(BENT)
def test_mapping_and_texts_agree(value: Any) -> None:
    """The same object as a mapping, as JSON and as YAML ends in equal sets, or in none."""
    text = json.dumps(value, ensure_ascii=False)
    assume(isinstance(value, dict) and not SURROGATE.search(text) and not CONTROL.search(text))
    streams = []
    for name in ("a.json", "a.yaml"):
        stream: Any = io.StringIO(text)
        stream.name = name
        streams.append(stream)
    found = judged([value])
    assert judged(streams[0]) == found
    assert judged(streams[1]) == found


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"%#@? \n\tab1<~\\") | st.binary())
def test_any_text_is_judged(text: str | bytes) -> None:
    for name in ("a.yaml", "a.json", "a"):
        stream: Any = io.StringIO(text) if isinstance(text, str) else io.BytesIO(text)
        stream.name = name
        judged(stream, invalid="drop")
