"""What references point at: the objects of a set, who may look at them, and what is assumed about those it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from ..api import (
    ConfigMap,
    LocalObjectReference,
    ObjectReference,
    ReferenceGrant,
    Resource,
    ResourceKey,
    ResourceSet,
    Secret,
    SecretObjectReference,
)
from ..errors import FieldPath
from ..options import Options
from . import certificates
from .grants import Grants, Target

Kind = TypeVar("Kind", bound=Resource)

REF_NOT_PERMITTED = "RefNotPermitted"


class Fault(NamedTuple):
    """Why something cannot be honoured: a reason of the standard, and a sentence that names the culprit."""

    reason: str
    message: str


class Reference(NamedTuple):
    """A reference to a Secret or a ConfigMap, followed."""

    key: ResourceKey
    fault: Fault | None
    assumed: bool = False
    """Nobody has seen the object, but it is taken to be there and in order."""


class _Wanted(NamedTuple, Generic[Kind]):
    kind: type[Kind]
    check: Callable[[Kind], str | None]
    """Why an object of the kind will not do, else None."""
    unknown: str
    """The reason for references to another kind."""
    invalid: str
    """The reason for objects that are missing or malformed."""


class References:
    """Answers what a reference leads to. Holds nothing that is not in the set, and never changes what it answers."""

    __slots__ = ("_faults", "assumed", "grants", "resources")

    def __init__(self, resources: ResourceSet, options: Options, grants: Grants | None = None) -> None:
        """`grants`: those of the set, if they are known."""
        self.resources = resources
        self.grants = grants or Grants(resources.of(ReferenceGrant))
        self.assumed = frozenset(kind for kind in options.assume if not resources.holds(kind))
        self._faults: dict[ResourceKey, str | None] = {}  # each certificate is parsed once, however many listeners name it

    def assumes(self, kind: str) -> bool:
        """Whether objects of a kind are taken to exist as referred to."""
        return kind in self.assumed

    def find(self, kind: type[Kind], namespace: str, name: str) -> Kind | None:
        return self.resources.get(kind, namespace, name)

    def forbidden(self, source: ResourceKey, target: Target, at: FieldPath) -> Fault | None:
        """Why `source` may not refer to `target`, else None.

        Said before anything is looked up, and in the same words whether or not the target exists (HI-R2).
        """
        if self.grants.permit(source, target):
            return None
        return Fault(
            REF_NOT_PERMITTED,
            f"{at} refers to {target}, but no ReferenceGrant in namespace {target.namespace} "
            f"lets {source.kind}s of namespace {source.namespace} do so",
        )

    def certificate(self, source: ResourceKey, ref: SecretObjectReference, at: FieldPath, *, invalid: str) -> Reference:
        """The Secret with a certificate and its key that `ref` leads to. `invalid` is the reason if it is none."""
        return self._follow(source, ref, at, _Wanted(Secret, certificates.secret_fault, invalid, invalid))

    def ca_bundle(self, source: ResourceKey, ref: ObjectReference, at: FieldPath) -> Reference:
        """The ConfigMap with CA certificates that `ref` leads to."""
        wanted = _Wanted(ConfigMap, certificates.ca_fault, "InvalidCACertificateKind", "InvalidCACertificateRef")
        return self._follow(source, ref, at, wanted)

    def local_ca_bundle(self, owner: ResourceKey, ref: LocalObjectReference, at: FieldPath) -> Reference:
        """The same for whoever can only name ConfigMaps of its own namespace, by other words (L-6)."""
        wanted = _Wanted(ConfigMap, certificates.ca_fault, "InvalidKind", "InvalidCACertificateRef")
        return self._follow(owner, ObjectReference(group=ref.group, kind=ref.kind, name=ref.name), at, wanted)

    def _follow(
        self, source: ResourceKey, ref: SecretObjectReference | ObjectReference, at: FieldPath, wanted: _Wanted[Kind]
    ) -> Reference:
        target = Target(ref.group, ref.kind, ref.namespace or source.namespace or "", ref.name)
        key = ResourceKey(*target)
        # For certificates permission comes before everything else, the kind included (attachment.md 9).
        forbidden = self.forbidden(source, target, at)
        if forbidden is not None:
            return Reference(key, forbidden)
        name = wanted.kind.__name__
        if (target.group, target.kind) != ("", name):
            return Reference(key, Fault(wanted.unknown, f"{at} refers to {target}, but only core {name}s are supported"))
        found = self.find(wanted.kind, target.namespace, target.name)
        if found is None:
            if self.assumes(name):
                return Reference(key, None, assumed=True)
            return Reference(key, Fault(wanted.invalid, f"{at} refers to {target}, which does not exist"))
        if key not in self._faults:
            self._faults[key] = wanted.check(found)
        fault = self._faults[key]
        return Reference(key, None if fault is None else Fault(wanted.invalid, f"{at} refers to {target}, which {fault}"))
