"""A mapping as a Struct, with everything that is wrong with it found at once (HI-C1 to HI-C5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from ..errors import FieldPath
from .conversion import convert
from .findings import Finding, Severity
from .kinds import Served
from .meta import DEFAULT_NAMESPACE, ObjectMeta, Resource
from .rules import Violation, judge, status_violations
from .scalars import Channel
from .shapes import INVALID, Reading, reader
from .status import STATUS
from .unknown import unknown_field

_META: Final = frozenset(field.encode_name for field in msgspec.structs.fields(ObjectMeta))
_ALSO_IN_METADATA: Final = frozenset(
    {"generateName", "selfLink", "deletionGracePeriodSeconds", "finalizers", "ownerReferences", "managedFields", "clusterName"}
)


class Checked(NamedTuple):
    """What came of one mapping."""

    resource: Resource | None
    """None if no Struct can hold it. What the rules say is in the findings."""
    findings: tuple[Finding, ...]


def check_object(value: dict[str, object], served: Served, *, channel: Channel = "experimental") -> Checked:
    """The Struct that a mapping stands for, with its namespace filled in, and all findings about it.

    >>> from gwmatch.api.kinds import KINDS
    >>> route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "a"},
    ...          "spec": {"rules": [{"backendRefs": [{"name": "b", "port": "80"}]}]}}
    >>> checked = check_object(route, KINDS["gateway.networking.k8s.io", "HTTPRoute"])
    >>> checked.resource, [f"{each.at}: {each.message}" for each in checked.findings]
    (None, ['spec.rules[0].backendRefs[0].port: must be an integer, is the string "80"; drop the quotes'])
    """
    findings: list[Finding] = []
    resource = _convert(value, served, channel, findings)
    findings += _dropped_metadata(value["metadata"], served, channel)
    if resource is None:
        return Checked(None, tuple(findings))
    is_readable = Severity.UNREADABLE not in [each.severity for each in findings]
    read = findings.copy()
    _settle_namespace(resource, findings)
    violations = tuple(judge(resource, channel=channel))
    if violations:
        findings += _broken(violations, read)
    return Checked(resource if is_readable else None, tuple(findings))


def check_status(value: dict[str, object], served: Served, *, channel: Channel = "experimental") -> tuple[Finding, ...]:
    """All findings about the status of an object, which may lack everything else.

    >>> from gwmatch.api.kinds import KINDS
    >>> [str(each.at) for each in check_status({"status": {"parents": [{}]}}, KINDS["gateway.networking.k8s.io", "TCPRoute"])]
    ['status.parents[0].parentRef', 'status.parents[0].controllerName', 'status.parents[0].conditions']
    """
    status, shape = value.get("status"), STATUS.get(served.type)
    if status is None or served.has_foreign_fields:
        return ()
    reading = Reading(channel)
    if shape is None:
        unknown_field(reading, (), "status", ())
        return tuple(reading.findings)
    made = reader(shape)(status, ("status",), reading)
    if made is INVALID:
        return tuple(reading.findings)
    return (*reading.findings, *_broken(status_violations(made), reading.findings))


def _broken(violations: Iterable[Violation], read: list[Finding]) -> Iterator[Finding]:
    """The rules that are broken, apart from what could not be read in the first place."""
    unreadable = [each.at for each in read if each.severity is Severity.UNREADABLE]
    spoken_of = {each.at for each in read}
    for violation in violations:
        where = violation.at
        if where not in spoken_of and not any(where.startswith(at) or at.startswith(where) for at in unreadable):
            severity = Severity.REFUSED if violation.refused else Severity.NOTICE
            message = violation.message if violation.refused else f"{violation.message}; the rule is invalid"
            yield Finding(where, message, severity)


def _convert(value: dict[str, object], served: Served, channel: Channel, findings: list[Finding]) -> Resource | None:
    """The Struct, maybe with defaults where the value could not be read: then the findings say so."""
    if channel == "experimental":
        try:
            return convert(value, served.type)
        except msgspec.ValidationError:
            pass
    reading = Reading(channel)
    resource = reader(served.type)(value, (), reading)
    findings += reading.findings
    return None if resource is INVALID else resource


def _dropped_metadata(written: object, served: Served, channel: Channel) -> list[Finding]:
    if served.has_foreign_fields or not isinstance(written, dict) or written.keys() <= _META:
        return []
    reading = Reading(channel)
    for name in written:
        if name not in _META and name not in _ALSO_IN_METADATA:
            unknown_field(reading, ("metadata",), name, _META)
    return reading.findings


def _settle_namespace(resource: Resource, findings: list[Finding]) -> None:
    """Fills in the namespace that an API server would."""
    meta = resource.metadata
    if not resource.NAMESPACED:
        if meta.namespace:
            message = f"is ignored: a {resource.KIND} belongs to no namespace"
            findings.append(Finding(FieldPath() / "metadata" / "namespace", message, Severity.NOTICE))
        msgspec.structs.force_setattr(meta, "namespace", None)
    elif not meta.namespace:
        msgspec.structs.force_setattr(meta, "namespace", DEFAULT_NAMESPACE)
