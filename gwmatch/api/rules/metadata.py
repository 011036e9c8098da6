"""Names and times that an API server would not take (HI-C8, HI-C9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...errors import FieldPath
from ..findings import shown
from ..meta import ObjectMeta, Resource
from ..scalars import DNS_LABEL, DNS_SUBDOMAIN, MEANING
from .violation import Violation

_AT: Final = FieldPath() / "metadata"
_LABELS: Final = 63, re.compile(DNS_LABEL)
_SUBDOMAINS: Final = 253, re.compile(DNS_SUBDOMAIN)
_SHORT_NAMES: Final = frozenset({"Namespace", "Service"})
"""Kinds whose names are one label of a DNS name, not several."""


def metadata(resource: Resource) -> Iterator[Violation]:
    meta = resource.metadata
    if not _is_dns(meta.name, is_label=resource.KIND in _SHORT_NAMES):
        yield _no_dns(meta.name, _AT / "name", is_label=resource.KIND in _SHORT_NAMES)
    if meta.namespace is not None and resource.NAMESPACED and not _is_dns(meta.namespace, is_label=True):
        yield _no_dns(meta.namespace, _AT / "namespace", is_label=True)
    yield from _timestamp(meta)


def _is_dns(name: str, *, is_label: bool) -> bool:
    """HI-C9."""
    longest, pattern = _LABELS if is_label else _SUBDOMAINS
    return 0 < len(name) <= longest and pattern.match(name) is not None


def _no_dns(name: str, at: FieldPath, *, is_label: bool) -> Violation:
    """What is wrong with a name."""
    longest, pattern = _LABELS if is_label else _SUBDOMAINS
    if not name:
        return Violation(at=at, message="must not be empty")
    if len(name) > longest:
        return Violation(at=at, message=f"must have at most {longest} characters, has {len(name)}")
    return Violation(at=at, message=f"{MEANING[pattern.pattern]}; is {shown(name)}")


def _timestamp(meta: ObjectMeta) -> Iterator[Violation]:
    """HI-C8: age decides between routes, so that a time nobody can read is no small matter."""
    if meta.creation_timestamp is not None and meta.created is None:
        message = f"must be a time such as 2024-05-01T12:00:00Z (RFC 3339); is {shown(meta.creation_timestamp)}"
        yield Violation(at=_AT / "creationTimestamp", message=message)
