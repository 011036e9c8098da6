"""A workload as plain rules in the standard's order, which is what a router by hand, or one that goes by order, is made
from."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..subjects import Call, call, documents
from ..workloads import Workload


class Condition(NamedTuple):
    name: str
    value: str
    is_regex: bool


class Rule(NamedTuple):
    name: str
    host: str
    """Lower-case, `*.` in front of a wildcard."""
    kind: str
    path: str
    """A PathPrefix without its trailing slash: `/` is empty."""
    method: str | None
    headers: tuple[Condition, ...]
    query: tuple[Condition, ...]

    @property
    def is_plain(self) -> bool:
        """Whether host and path are all that it asks."""
        return self.method is None and not self.headers and not self.query


class Asked(NamedTuple):
    """What a peer is built from."""

    workload: str
    rules: tuple[Rule, ...]
    """In the order of the standard: whoever takes the first that fits is right."""
    documents: list[dict[str, Any]]
    """The same as resources."""
    calls: list[Call]


_KINDS = {"Exact": 0, "RegularExpression": 1, "PathPrefix": 2}


def asked_of(workload: Workload, calls: int) -> Asked:
    """The rules of a workload, and that many of its requests, evenly spread."""
    step = max(1, len(workload.requests) // calls)
    ranked = sorted(_keyed(workload), key=lambda pair: pair[0])
    return Asked(
        workload.name,
        tuple(rule for _, rule in ranked),
        documents(workload),
        [call(request) for request in workload.requests[::step][:calls]],
    )


def _keyed(workload: Workload) -> list[tuple[tuple[Any, ...], Rule]]:
    found = []
    for route, index, spec, match in workload.rules():
        kind, path = match["path"]["type"], match["path"]["value"]
        if kind == "PathPrefix":
            path = path.rstrip("/")
        for host in route["spec"]["hostnames"]:
            rule = Rule(
                spec["name"],
                host,
                kind,
                path,
                match.get("method"),
                _conditions(match.get("headers", ())),
                _conditions(match.get("queryParams", ())),
            )
            meta = route["metadata"]
            key = (
                host.startswith("*"),
                -len(host),
                _KINDS[kind],
                -len(path),
                rule.method is None,
                -len(rule.headers),
                -len(rule.query),
                meta["creationTimestamp"],
                f"{meta['namespace']}/{meta['name']}",
                index,
            )
            found.append((key, rule))
    return found


def _conditions(fields: Any) -> tuple[Condition, ...]:
    return tuple(Condition(each["name"].lower(), each["value"], each["type"] == "RegularExpression") for each in fields)


def split(target: str) -> tuple[str, str]:
    """Path and query."""
    path, _, query = target.partition("?")
    return path, query


def covers(prefix: str, path: str) -> bool:
    """Whether a PathPrefix takes a path: whole segments."""
    return path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/")
