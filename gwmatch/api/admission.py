"""One object as an API server judges it on its way in: what a validating webhook asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from ..errors import FieldPath, Problem, UsageError
from .findings import Severity, printable
from .intake import Intake, Settings
from .meta import Resource, ResourceKey
from .rules import transition
from .scalars import Channel

_REFUSALS: Final = (Severity.UNREADABLE, Severity.REFUSED)
_LONGEST_PREFIX: Final = 58
"""Of a name that is generated: with five characters more it is still one label of a DNS name."""


def check(
    value: Mapping[str, Any] | Resource,
    *,
    old: Mapping[str, Any] | Resource | None = None,
    subresource: Literal["status"] | None = None,
    channel: Channel = "experimental",
    strict: bool = False,
) -> tuple[Problem, ...]:
    """Why an API server with the CRDs of a channel would refuse an object; empty if it would not.

    As there, unknown fields are dropped unless `strict` refuses them, defaults are filled in, and then types, limits and
    rules are looked at. With `old`, the object as it is stored, it is an update: what cannot be changed must not differ, and
    the rest is judged as if it were new. Its `status` does not count, unless `subresource="status"`: then nothing else
    counts, since an update of the status leaves the rest of the stored object as it is.

    >>> edge = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "edge"},
    ...         "spec": {"controllerName": "example.net/gwmatch"}}
    >>> check(edge)
    ()
    >>> other = {**edge, "spec": {"controllerName": "example.org/other"}}
    >>> [f"{each.at}: {each.message}" for each in check(other, old=edge)]
    ['spec.controllerName: cannot be changed, was "example.net/gwmatch"; make another GatewayClass']
    >>> [str(each.at) for each in check({**edge, "status": {"conditions": [{"type": "Accepted"}]}}, subresource="status")][0]
    'status.conditions[0].status'
    """
    for given, known in ((channel, ("standard", "experimental")), (subresource, (None, "status"))):
        if given not in known:
            raise UsageError(f"{given!r} is none of {', '.join(map(str, known))}")
    new = Intake(Settings(strict, "keep", channel, subresource))
    new.value(_named(value) if old is None else value)
    problems = [each.problem for each in new.remarks if each.severity in _REFUSALS]
    problems += [_unread(key) for key in new.skipped]
    if old is not None and new.keys:
        before = Intake(Settings(channel=channel, invalid="keep"))
        before.value(old)
        problems += _changes(new, before)
    return tuple(problems)


def _named(value: Mapping[str, Any] | Resource) -> Mapping[str, Any] | Resource:
    """A new object may leave the end of its name to the API server, which gives it one before it looks at the rest."""
    metadata = value.get("metadata") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(metadata, Mapping) or metadata.get("name"):
        return value
    prefix = metadata.get("generateName")
    if not isinstance(prefix, str) or not prefix:
        return value
    return {**value, "metadata": {**metadata, "name": f"{prefix[:_LONGEST_PREFIX]}00000"}}


def _unread(key: ResourceKey) -> Problem:
    message = "is a kind that gwmatch does not read, so that it cannot tell"
    return _problem(key, FieldPath() / "kind", message)


def _changes(new: Intake, old: Intake) -> Iterator[Problem]:
    """What an update must leave as it was."""
    for key, held in new.held.items():
        before = old.held.get(key)
        if before is not None:
            yield from (_problem(key, each.at, each.message) for each in transition(held.resource, before.resource))
    if new.keys.keys() != old.keys.keys():
        key, *_ = new.keys
        stored = ", ".join(printable(str(each)) for each in old.keys) or "nothing that has a name"
        yield _problem(key, FieldPath() / "metadata" / "name", f"cannot be changed; what is stored is {stored}")
    elif not old.held and new.held:
        # Only types make an object unreadable, and nobody stores those: then nothing can be said, and nothing let in.
        key, *_ = new.keys
        reasons = [str(each.problem) for each in old.remarks if each.severity in _REFUSALS]
        yield _problem(key, FieldPath(), f"cannot be compared with what is stored, which cannot be read: {reasons[0]}")


def _problem(key: ResourceKey, at: FieldPath, message: str) -> Problem:
    return Problem(message=message, resource=printable(str(key)), at=at)
