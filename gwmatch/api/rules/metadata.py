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
_LABEL: Final = re.compile(DNS_LABEL)
_SUBDOMAIN: Final = re.compile(DNS_SUBDOMAIN)
_SHORT_NAMES: Final = frozenset({"Namespace", "Service"})
"""Kinds whose names are one label of a DNS name, not several."""


def metadata(resource: Resource) -> Iterator[Violation]:
    meta = resource.metadata
    yield from _dns(meta.name, _AT / "name", is_label=resource.KIND in _SHORT_NAMES)
    if meta.namespace is not None and resource.NAMESPACED:
        yield from _dns(meta.namespace, _AT / "namespace", is_label=True)
    yield from _timestamp(meta)


def _dns(name: str, at: FieldPath, *, is_label: bool) -> Iterator[Violation]:
    """HI-C9."""
    longest, pattern = (63, _LABEL) if is_label else (253, _SUBDOMAIN)
    if not name:
        yield Violation(at=at, message="must not be empty")
    elif len(name) > longest:
        yield Violation(at=at, message=f"must have at most {longest} characters, has {len(name)}")
    elif pattern.match(name) is None:
        yield Violation(at=at, message=f"{MEANING[pattern.pattern]}; is {shown(name)}")


def _timestamp(meta: ObjectMeta) -> Iterator[Violation]:
    """HI-C8: age decides between routes, so that a time nobody can read is no small matter."""
    if meta.creation_timestamp is not None and meta.created is None:
        message = f"must be a time such as 2024-05-01T12:00:00Z (RFC 3339); is {shown(meta.creation_timestamp)}"
        yield Violation(at=_AT / "creationTimestamp", message=message)
