"""GatewayClass and XMesh (V-GC)."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import FieldPath
from ..findings import shown
from ..gatewayclass import GatewayClass
from ..xmesh import XMesh
from .violation import Violation


def immutable_controller(resource: GatewayClass | XMesh, old: GatewayClass | XMesh) -> Iterator[Violation]:
    """V-GC-1."""
    before = old.spec.controller_name
    if resource.spec.controller_name != before:
        message = f"cannot be changed, was {shown(before)}; make another {resource.KIND}"
        yield Violation(at=FieldPath() / "spec" / "controllerName", message=message)
