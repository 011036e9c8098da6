"""All resources of a load, by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from ..errors import FieldPath, LoadError, Problem
from ..layered import Layered
from .findings import Severity
from .foreign import ForeignResource
from .intake import Held, Intake, Place, Remark, Settings
from .kinds import KINDS
from .meta import Resource, ResourceKey
from .plain import Unusable, plain

T = TypeVar("T", bound=Resource)
V = TypeVar("V")

_Name = tuple[str, str]
"""Namespace (empty if there is none) and name."""


class _Shelf:
    """The objects of one kind, by name. Never changed once it stands in a set."""

    __slots__ = ("_ordered", "held")

    def __init__(self, held: Layered[_Name, Held | Resource]) -> None:
        self.held = held
        """PERF(bench_memory::bench_memory): objects as `_shelved` leaves them."""
        self._ordered: tuple[Any, ...] | None = None

    @property
    def ordered(self) -> tuple[Any, ...]:
        """The same in order: put there when first asked for, so that a set of which one object changed need not be."""
        if self._ordered is None:
            held = self.held.flat()
            self._ordered = tuple([_resource(held[name]) for name in sorted(held)])
        return self._ordered


class Update(NamedTuple):
    """A set, and what it differs in from the one that it was made of."""

    resources: ResourceSet
    touched: tuple[ResourceKey, ...]
    """The objects that came, went or are not equal to what they were. Of kinds that are not read, all that were named."""


class ResourceSet:
    """An immutable set of well-formed objects. The same objects give an equal set with the same order, however they came.

    >>> from gwmatch.api import Namespace, load
    >>> resources = load({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}})
    >>> resources.get(Namespace, None, "shop").metadata.labels["team"], len(resources)
    ('a', 1)
    """

    __slots__ = ("_foreign", "_keyed_notices", "_keyed_rejections", "_settings", "_shelves", "_skipped", "_withheld")

    def __init__(self) -> None:
        """An empty set; `load` gives others."""
        self._settings = Settings()
        self._shelves: dict[type[Resource], _Shelf] = {}
        self._keyed_notices: tuple[tuple[ResourceKey | None, Problem], ...] = ()
        self._keyed_rejections: tuple[tuple[ResourceKey | None, Problem], ...] = ()
        self._skipped: dict[ResourceKey, None] = {}
        self._foreign: dict[ResourceKey, ForeignResource] = {}
        self._withheld: dict[ResourceKey, Mapping[str, Any]] = {}

    @property
    def notices(self) -> tuple[Problem, ...]:
        """What deserves a word and stops nothing: unknown fields, old names, kinds that are skipped."""
        return tuple(problem for _, problem in self._keyed_notices)

    @property
    def rejected(self) -> tuple[Problem, ...]:
        """What an API server would have refused; the objects are left out, or in the set if it was loaded with `keep`."""
        return tuple(problem for _, problem in self._keyed_rejections)

    @property
    def skipped(self) -> Mapping[str, int]:
        """How many objects there were of each kind that is not read."""
        return MappingProxyType(Counter(key.kind for key in self._skipped))

    def others(self, group: str, kind: str) -> tuple[ForeignResource, ...]:
        """The objects of a kind that is not read, by namespace and name: of kinds that a caller registers."""
        found = [each for key, each in self._foreign.items() if (key.group, key.kind) == (group, kind)]
        return tuple(sorted(found, key=_name_of))

    def withheld(self, kind: type[Resource]) -> tuple[Mapping[str, Any], ...]:
        """What was written of a kind but refused and left out, as mappings by namespace and name: for kinds whose objects
        protect what they name, valid or not (HI-C7), and `()` for all others."""
        found = sorted(key for key in self._withheld if (key.group, key.kind) == (kind.GROUP, kind.KIND))
        return tuple(self._withheld[key] for key in found)

    def get(self, kind: type[T], namespace: str | None, name: str) -> T | None:
        """The object of a kind with this name, if the set holds it."""
        shelf = self._shelves.get(kind)
        held = None if shelf is None else shelf.held.get((namespace or "", name))
        return None if held is None else cast(T, _resource(held))

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """All objects of a kind, by namespace and name."""
        shelf = self._shelves.get(kind)
        return () if shelf is None else shelf.ordered

    def holds(self, kind: str) -> bool:
        """Whether there is any object of the kind with this name; one that was rejected counts, since somebody wrote it."""
        return any(shelf.held and kind == each.KIND for each, shelf in self._shelves.items()) or any(
            key is not None and key.kind == kind for key, _ in self._keyed_rejections
        )

    def is_sound(self, resource: Resource, key: ResourceKey) -> bool:
        """Whether it is this object that the set holds under its key, and nothing at all was said about it when it came in, so
        that nobody need look for broken rules again."""
        shelf = self._shelves.get(type(resource))
        held = None if shelf is None else shelf.held.get((key.namespace or "", key.name))
        return held is resource or (isinstance(held, Held) and held.resource is resource and held.is_sound)

    def place(self, key: ResourceKey, at: FieldPath | None = None) -> tuple[str, int] | None:
        """The file and line of an object, or of one of its fields; None for objects that were handed in."""
        held = self._held(key)
        if held is None or held.place is None or held.place.document.source is None:
            return None
        place = held.place
        line = place.line if at is None else place.document.lines([place.prefix + at.steps])[0]
        return held.place.document.source, line

    def updated(
        self,
        upserts: Iterable[Mapping[str, Any] | Resource] = (),
        deletes: Iterable[ResourceKey | Mapping[str, Any] | Resource] = (),
    ) -> ResourceSet:
        """A set without `deletes` and with `upserts`, which are judged as `load` judged the others. This one stays as it is.

        Under `drop`, an object whose new state is rejected is left out, as if everything had been loaded anew.
        Raises LoadError as `load` does.
        """
        return self.update(upserts, deletes).resources

    def update(
        self,
        upserts: Iterable[Mapping[str, Any] | Resource] = (),
        deletes: Iterable[ResourceKey | Mapping[str, Any] | Resource] = (),
    ) -> Update:
        """The same, with the keys of what is different."""
        intake = Intake(self._settings)
        gone = [_key_of(each, intake) for each in deletes]
        for each in upserts:
            intake.value(each)
        touched = {*(key for key in gone if key is not None), *intake.keys}
        made = self._with(intake, touched)
        return Update(made, tuple(key for key in touched if self._differs(made, key)))

    def without(self, kinds: Container[type[Resource]]) -> ResourceSet:
        """The set without the objects of some kinds."""
        made = self._like()
        made._shelves = {kind: shelf for kind, shelf in self._shelves.items() if kind not in kinds}
        return made

    def _with(self, intake: Intake, touched: Collection[ResourceKey]) -> ResourceSet:
        self._stop(intake)
        remarks = intake.remarks
        made = self._like()
        changes: dict[type[Resource], tuple[dict[_Name, Held | Resource], list[_Name]]] = {}
        for key in touched:
            served = KINDS.get((key.group, key.kind))
            if served is not None:
                puts, takes = changes.setdefault(served.type, ({}, []))
                held = intake.held.get(key)
                if held is None:
                    takes.append(_name(key))
                else:
                    puts[_name(key) if key.namespace is None else _name_of(held.resource)] = _shelved(held)
        made._shelves = dict(self._shelves)
        for kind, (puts, takes) in changes.items():
            shelf = self._shelves.get(kind)
            if shelf is not None:
                made._shelves[kind] = _Shelf(shelf.held.changed(puts, takes))
            elif puts:
                made._shelves[kind] = _Shelf(Layered(puts))
        if remarks or self._keyed_notices:
            notices = _located(each for each in remarks if each.severity is Severity.NOTICE)
            made._keyed_notices = (*(each for each in self._keyed_notices if each[0] not in touched), *notices)
        if remarks or self._keyed_rejections:
            rejected = _located(each for each in remarks if each.severity is Severity.REFUSED)
            made._keyed_rejections = (*(each for each in self._keyed_rejections if each[0] not in touched), *rejected)
        made._skipped = _replaced(self._skipped, touched, intake.skipped)
        made._foreign = _replaced(self._foreign, touched, intake.foreign)
        made._withheld = _replaced(self._withheld, touched, intake.withheld)
        return made

    def _stop(self, intake: Intake) -> None:
        """Raises LoadError if something that was taken in stops the load."""
        if not intake.remarks:
            return
        stopping = [Severity.UNREADABLE, Severity.REFUSED] if self._settings.invalid == "error" else [Severity.UNREADABLE]
        if any(each.severity in stopping for each in intake.remarks):
            # A field that is required and another that is unknown are often one mistake, so that both are shown.
            stopped = {each.key for each in intake.remarks if each.severity in stopping and each.key is not None}
            fatal = [each for each in intake.remarks if each.severity in stopping or each.key in stopped]
            raise LoadError(problem for _, problem in _located(fatal))

    def _like(self) -> ResourceSet:
        made = ResourceSet.__new__(ResourceSet)
        made._settings, made._shelves = self._settings, self._shelves
        made._keyed_notices, made._keyed_rejections = self._keyed_notices, self._keyed_rejections
        made._skipped, made._foreign, made._withheld = self._skipped, self._foreign, self._withheld
        return made

    def _differs(self, other: ResourceSet, key: ResourceKey) -> bool:
        """Whether the two sets have different objects of a key, as far as they read them."""
        if (key.group, key.kind) not in KINDS or self._doubts(key) or other._doubts(key):
            return True
        mine, theirs = self._held(key), other._held(key)
        if mine is None or theirs is None:
            return mine is not theirs
        return mine.resource != theirs.resource

    def _doubts(self, key: ResourceKey) -> bool:
        """Whether an object of the key was refused, so that there is more to it than what is held."""
        return key in self._withheld or any(key == about for about, _ in self._keyed_rejections)

    def _held(self, key: ResourceKey) -> Held | None:
        served = KINDS.get((key.group, key.kind))
        shelf = None if served is None else self._shelves.get(served.type)
        held = None if shelf is None else shelf.held.get(_name(key))
        return Held(held, None, True) if isinstance(held, Resource) else held

    def __contains__(self, key: object) -> bool:
        return isinstance(key, ResourceKey) and self._held(key) is not None

    def __iter__(self) -> Iterator[Resource]:
        """All objects by group, kind, namespace and name."""
        for kind in sorted(self._shelves, key=lambda each: (each.GROUP, each.KIND)):
            yield from self._shelves[kind].ordered

    def __len__(self) -> int:
        return sum(len(shelf.held) for shelf in self._shelves.values())

    def __eq__(self, other: object) -> bool:
        """Whether both hold equal objects; what was said about them while loading does not count."""
        if not isinstance(other, ResourceSet):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counts = {kind.KIND: len(shelf.held) for kind, shelf in self._shelves.items() if shelf.held}
        return f"ResourceSet({', '.join(f'{kind}: {counts[kind]}' for kind in sorted(counts))})"


def _shelved(held: Held) -> Held | Resource:
    """What is kept of an object: of one that was handed in, and about which nothing is to be said, itself."""
    return held.resource if held.is_sound and held.place is None else held


def _resource(held: Held | Resource) -> Resource:
    return held.resource if isinstance(held, Held) else held


def _replaced(old: dict[ResourceKey, V], touched: Iterable[ResourceKey], new: dict[ResourceKey, V]) -> dict[ResourceKey, V]:
    if not new and not any(key in old for key in touched):
        return old
    return {key: value for key, value in old.items() if key not in touched} | dict(new)


def collected(intake: Intake) -> ResourceSet:
    """The set of what an intake holds. Raises LoadError if something in it stops the load."""
    empty = ResourceSet()
    empty._settings = intake.settings
    return empty._with(intake, intake.keys)


def _located(remarks: Iterable[Remark]) -> list[tuple[ResourceKey | None, Problem]]:
    """The problems with their lines, in the order of the text; those of one document are found in one walk over it."""
    remarks = list(remarks)
    by_document: dict[int, list[int]] = {}
    for index, each in enumerate(remarks):
        if each.place is not None:
            by_document.setdefault(id(each.place.document), []).append(index)
    found = [(each.key, each.problem) for each in remarks]
    for indexes in by_document.values():
        place = remarks[indexes[0]].place
        assert place is not None
        lines = place.document.lines([_full(remarks[index].place) + remarks[index].steps for index in indexes])
        # What is said about one document stands together, so that it can be put in order where it stands.
        ordered = sorted(zip(lines, indexes, strict=True), key=lambda pair: pair[0])
        located = [(found[index][0], msgspec.structs.replace(found[index][1], line=line)) for line, index in ordered]
        for index, pair in zip(indexes, located, strict=True):
            found[index] = pair
    return found


def _full(place: Place | None) -> tuple[str | int, ...]:
    return () if place is None else place.prefix


def _name(key: ResourceKey) -> _Name:
    return key.namespace or "", key.name


def _name_of(resource: Resource) -> _Name:
    return resource.metadata.namespace or "", resource.metadata.name


def _key_of(value: ResourceKey | Mapping[str, Any] | Resource, intake: Intake) -> ResourceKey | None:
    """The key of what is to be deleted; None for what no set can hold."""
    if isinstance(value, ResourceKey):
        return value
    if isinstance(value, Resource):
        return value.key
    try:
        return intake.key_of(plain(value)[0])
    except Unusable as error:
        intake.fail(Problem(message=str(error)))
        return None
