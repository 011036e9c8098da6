"""The smallest manifests that show a disagreement: what the oracle needs for its answer, and what owns the backend that
answered instead. A running implementation cannot be configured anew, so it is the oracle alone that is asked here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import msgspec

import gwmatch
from gwmatch import Request, ir, reference
from gwmatch.testing import Outcome

from .judgement import Judge, Judgement

Manifest = dict[str, Any]
Holds = Callable[[list[Manifest]], bool]

_LISTS = frozenset(
    ("rules", "matches", "hostnames", "parentRefs", "backendRefs", "listeners", "filters", "from", "to", "targetRefs", "ports")
)
"""Lists whose items may go. Conditions inside a match stay: they say why one match comes before another."""
_BOOKKEEPING = ("labels", "annotations", "uid", "generation", "resourceVersion", "creationTimestamp")
_FIELDS = frozenset(
    (*_BOOKKEEPING, "addresses", "infrastructure", "certificateRefs", "timeouts", "filters", "rules", "hostnames", "selector")
)
"""Fields that may go as a whole."""


def manifest_of(value: msgspec.Struct) -> Manifest:
    """What somebody could have written for it: without fields that have their default value."""
    found: Manifest = {}
    if (api_version := getattr(value, "api_version", None)) is not None:
        found = {"apiVersion": api_version, "kind": type(value).__name__}
    for field in msgspec.structs.fields(value):
        inner = getattr(value, field.name)
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        if inner != default:
            found[field.encode_name] = _plain(inner)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return manifest_of(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return msgspec.to_builtins(value)


class Reducer:
    """Makes resources smaller while the disagreement stays the same."""

    def __init__(self, compiled: Callable[[list[Manifest]], ir.Table], judge: Judge, seconds: float) -> None:
        self.compiled = compiled
        self.judge = judge
        self.until = monotonic() + seconds

    def smallest(
        self, manifests: list[Manifest], request: Request, judgement: Judgement, answered: str | None
    ) -> list[Manifest]:
        """`answered` is how the backend that answered names itself, None if no backend did."""
        wanted = self._seen(self.judge.oracle.table, request, answered)

        def holds(fewer: list[Manifest]) -> bool:
            if monotonic() > self.until:
                return False
            try:
                table = self.compiled(fewer)
            except gwmatch.GwmatchError:
                return False
            judge = Judge(table, self.judge.port, self.judge.address, self.judge.naming)
            return judge.judge(request).key == judgement.key and self._seen(table, request, answered) == wanted

        if not holds(manifests):  # a part of the set that manifests do not show is at stake, or time is up
            return manifests
        return without_parts(without_objects(manifests, holds), holds)

    def _seen(self, table: ir.Table, request: Request, answered: str | None) -> tuple[object, ...]:
        """The match that wins and the first whose backend answered, by what they say and not by their numbers."""
        naming, trace = self.judge.naming, reference.trace(table, self.judge.port, request, 0.0)
        won = None if trace.verdict.entry is None else _said(table, table.entries[trace.verdict.entry])
        if answered is None:
            return won, None

        def owns(entry: ir.Entry) -> bool:
            rule = table.rule_of(entry)
            outcomes = (Outcome(outcome="forward", rule=rule, backend=each) for each in rule.backends)
            return answered in map(naming.expected, outcomes)

        ranked = sorted(trace.candidates, key=lambda each: each.lost is not None)
        owner = next((each for each in ranked if owns(each.entry)), None)
        if owner is not None:
            return won, _said(table, owner.entry), owner.lost
        return won, next((_said(table, each) for each in table.entries if owns(each)), None), "elsewhere"


def _said(table: ir.Table, entry: ir.Entry) -> tuple[object, ...]:
    rule = table.rule_of(entry)
    conditions = (entry.method, entry.headers, entry.query_params, entry.grpc)
    return rule.route.kind, rule.route.full_name, entry.path, *conditions


def without_objects(manifests: list[Manifest], holds: Holds) -> list[Manifest]:
    """A subset from which no single object can go; halves and quarters are tried first, since most objects can."""
    size = max(len(manifests) // 2, 1)
    while True:
        at, shrunk = 0, False
        while at < len(manifests):
            fewer = manifests[:at] + manifests[at + size :]
            if fewer and holds(fewer):
                manifests, shrunk = fewer, True
            else:
                at += size
        if size == 1 and not shrunk:
            return manifests
        size = max(size // 2, 1)


def without_parts(manifests: list[Manifest], holds: Holds) -> list[Manifest]:
    """The same objects with as few rules, matches, names and filters as will do."""
    shrunk = True
    while shrunk:
        shrunk = False
        for steps in sorted(
            {place for each in manifests for place in _places(each)}, key=lambda place: (len(place), str(place))
        ):
            for number in range(len(manifests)):
                fewer = copy.deepcopy(manifests)
                if _removed(fewer[number], steps) and holds(fewer):
                    manifests, shrunk = fewer, True
    return manifests


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Everything that may go: items of some lists, the last first, and some fields."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _FIELDS:
                yield (*at, name)
            if name in _LISTS and isinstance(inner, list) and len(inner) > 1:
                yield from ((*at, name, index) for index in reversed(range(len(inner))))
            yield from _places(inner, (*at, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*at, index))


def _removed(manifest: Manifest, steps: tuple[Any, ...]) -> bool:
    """Takes a part away; False if it is not there any more."""
    holder: Any = manifest
    try:
        for step in steps[:-1]:
            holder = holder[step]
        del holder[steps[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True
