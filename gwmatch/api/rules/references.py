"""References of routes: to their parents (V-PR) and to backends (V-BR)."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import FieldPath
from ..references import BackendObjectReference, ParentReference
from .violation import Channel, Violation


def parent_refs(refs: tuple[ParentReference, ...], at: FieldPath, channel: Channel) -> Iterator[Violation]:
    """V-PR-1 and 2, in the experimental channel V-PR-1e and 2e: references to one parent must tell its listeners apart.

    As the CRDs do, takes an absent namespace and the route's own for two parents.
    """
    by_port = channel == "experimental"
    remedy = "sectionName or port" if by_port else "sectionName"
    first_of: dict[object, tuple[int, ParentReference]] = {}
    seen: dict[object, int] = {}
    for index, ref in enumerate(refs):
        parent = (ref.group, ref.kind, ref.name, ref.namespace or None)
        section, port = ref.section_name or None, (ref.port or None) if by_port else None
        earlier, first = first_of.setdefault(parent, (index, ref))
        same = seen.setdefault((parent, section, port), index)
        if same != index:
            yield Violation(at=at[index], message=f"names the same parent as item {same}; give each its own {remedy}")
        elif (section is None) != (not first.section_name) or (by_port and (port is None) != (not first.port)):
            message = f"names the parent of item {earlier}, and only one of them has a {remedy}; give it to both or to none"
            yield Violation(at=at[index], message=message)


def backend_ref(ref: BackendObjectReference, at: FieldPath) -> Iterator[Violation]:
    """V-BR-1."""
    if not ref.group and ref.kind == "Service" and ref.port is None:
        yield Violation(at=at / "port", message="is required for a Service")
