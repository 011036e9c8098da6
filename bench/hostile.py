"""The requests that a matcher has to fear, each with a table that makes it as dear as it can be. In: nothing. Out: Subjects."""

from __future__ import annotations

from typing import Any

import gwmatch
from gwmatch import spellings

from .subjects import Call, Subject
from .workloads import GATEWAY

DEEPEST = 8192
"""Bytes of a path; longer ones are refused."""
LONGEST_QUERY = 8192
LINES = 200
READINGS = 5
"""What the guard compares a path with, at most."""
ASKED = 16
"""Headers and parameters of one match: the most that the standard allows."""


def plain() -> Subject:
    """A host with four paths and no conditions: the least that a decision costs."""
    rules = [_prefix("/"), _prefix("/api"), _prefix("/api/v1"), _prefix("/static")]
    return Subject(_router(_route("plain.example.com", rules)), [("GET", "plain.example.com", "/api/v1/users", [])])


def two_headers() -> Subject:
    """A rule with two headers, and a request with twelve."""
    asked = [{"name": "x-tenant", "value": "blue"}, {"name": "x-env", "value": "prod"}]
    lines = [(f"x-header-{number}".encode(), b"some value") for number in range(10)]
    lines[3:3], lines[8:8] = [(b"x-tenant", b"blue")], [(b"x-env", b"prod")]
    rules = [{**_prefix("/api"), "headers": asked}, _prefix("/api")]
    return Subject(_router(_route("two.example.com", rules)), [("GET", "two.example.com", "/api/users", lines)])


def longest_host() -> Subject:
    """253 bytes of one-letter labels, under a wildcard for each of 60 suffixes, none of which has the path."""
    suffixes = [".".join(["a"] * labels) for labels in range(2, 62)]
    routes = [_route(f"*.{suffix}", [_prefix("/only")]) for suffix in suffixes]
    return Subject(_router(*routes), [("GET", ".".join(["a"] * 127), "/other", [])])


def deepest_path() -> Subject:
    """8 KiB of one-letter segments, under 64 nested prefixes that each ask for a header which is not there."""
    asked = [{"name": "x-pin", "value": "never"}]
    rules = [{**_prefix("/a" * depth), "headers": asked} for depth in range(1, 65)]
    return Subject(_router(_route("deep.example.com", rules)), [("GET", "deep.example.com", "/a" * (DEEPEST // 2), [])])


def many_headers() -> Subject:
    """200 lines with names as long as those that are asked for, at a rule that asks for 16."""
    asked = [{"name": f"x-asked-{number:02}", "value": "yes"} for number in range(ASKED)]
    lines = [(f"x-other-{number % 100:02}".encode(), b"no") for number in range(LINES - ASKED)]
    lines += [(each["name"].encode(), b"yes") for each in asked[:-1]]
    lines.append((asked[-1]["name"].encode(), b"no"))
    rules = [{**_prefix("/"), "headers": asked}]
    return Subject(_router(_route("lines.example.com", rules)), [("GET", "lines.example.com", "/", lines)])


def long_query() -> Subject:
    """8 KiB of one-letter parameters, at a rule that asks for 16 others."""
    asked = [{"name": f"p{number}", "value": "1"} for number in range(ASKED)]
    rules = [{**_prefix("/"), "queryParams": asked}]
    query = "&".join(["q=1"] * (LONGEST_QUERY // 4))
    return Subject(_router(_route("query.example.com", rules)), [("GET", "query.example.com", f"/?{query}", [])])


def every_reading() -> Subject:
    """A path that each of the guard's readings reads otherwise, and all to the same rule, so that none ends the search."""
    path = "/%61//b/../c\\d;v=1/%2e/%2F/e"
    assert len(spellings.readings(path.encode())) == READINGS, "the guard has other readings now"
    return Subject(_router(_route("read.example.com", [_prefix("/")])), [("GET", "read.example.com", path, [])])


HOSTILE = {made.__name__: made for made in (longest_host, deepest_path, many_headers, long_query, every_reading)}


def _prefix(path: str) -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": path}}


def _route(hostname: str, matches: list[dict[str, Any]]) -> dict[str, Any]:
    """A rule for each match, in as many HTTPRoutes as that takes."""
    rules = [{"matches": [match], "backendRefs": [{"name": "svc", "port": 80}]} for match in matches]
    return {"hostnames": [hostname], "rules": rules}


def _router(*specs: dict[str, Any]) -> gwmatch.Router:
    parents = [{"name": GATEWAY["metadata"]["name"], "namespace": GATEWAY["metadata"]["namespace"]}]
    routes = []
    for spec in specs:
        for start in range(0, len(spec["rules"]), ASKED):
            part = {**spec, "rules": spec["rules"][start : start + ASKED], "parentRefs": parents}
            metadata = {"namespace": "ns0", "name": f"r{len(routes)}"}
            routes.append({"apiVersion": GATEWAY["apiVersion"], "kind": "HTTPRoute", "metadata": metadata, "spec": part})
    return gwmatch.compile(gwmatch.load([GATEWAY, *routes]))


def repeated(subject: Subject, times: int) -> list[Call]:
    """Its calls in turn, so many of them."""
    return [subject.calls[number % len(subject.calls)] for number in range(times)]
