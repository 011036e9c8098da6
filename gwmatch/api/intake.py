"""From plain mappings to keyed resources: which kind each is, whether it may come in, and what is to be said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from ..errors import FieldPath, Problem
from .checking import check_object, check_status
from .documents import Document
from .findings import Finding, Severity, printable, shown
from .foreign import ForeignResource, foreign
from .kinds import KINDS, PROTECTING, Served, api_version, recognise
from .meta import DEFAULT_NAMESPACE, EXPERIMENTAL_GROUP, GATEWAY_GROUP, Resource, ResourceKey
from .plain import MAX_OBJECT_BYTES, Unusable, called, is_oversized, plain
from .scalars import Channel
from .sharing import Shared
from .unknown import MANY, suggestion

Invalid = Literal["error", "drop", "keep"]
Steps = tuple[str | int, ...]

_LISTS_IN_LISTS: Final = 3
_WITHOUT_METADATA: Final = "kustomize.config.k8s.io"
"""The group of files that stand beside manifests, look like them, and never have metadata."""


class Settings(NamedTuple):
    strict: bool = False
    invalid: Invalid = "error"
    channel: Channel = "experimental"
    subresource: Literal["status"] | None = None
    """What of the objects is looked at, if not everything but their status."""
    max_object_bytes: int = MAX_OBJECT_BYTES


class Place(NamedTuple):
    """Where an object was written. `siblings` is the number of items of the List that it stands in."""

    document: Document
    prefix: Steps = ()
    siblings: int = 1

    @property
    def line(self) -> int:
        return self.document.line_of_item(self.prefix, self.siblings)


class Held(NamedTuple):
    resource: Resource
    place: Place | None
    is_sound: bool = False
    """Whether it breaks none of the rules of the experimental channel, which are those that count where it is used."""


class Remark(NamedTuple):
    """A Problem that does not know its line yet."""

    severity: Severity
    problem: Problem
    steps: Steps = ()
    place: Place | None = None
    key: ResourceKey | None = None


class Intake:
    """Takes in objects one after the other; what became of them is in the attributes."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.held: dict[ResourceKey, Held] = {}
        self.remarks: list[Remark] = []
        """In the order of the input. UNREADABLE ones stop the load whatever `invalid` says."""
        self.skipped: dict[ResourceKey, None] = {}
        """Objects of kinds that are not read; those without a name count as one."""
        self.foreign: dict[ResourceKey, ForeignResource] = {}
        """The skipped objects again, as far as somebody may want to find them."""
        self.withheld: dict[ResourceKey, Mapping[str, Any]] = {}
        """Objects that were refused and are not held, of kinds that protect what they name even so (HI-C7)."""
        self._shared = Shared()
        self._places: dict[ResourceKey, Place | None] = {}
        self._suggested = 0

    @property
    def keys(self) -> Mapping[ResourceKey, Place | None]:
        """Every key that was met, of refused and skipped objects too."""
        return self._places

    def fail(self, problem: Problem) -> None:
        """Notes something that stops the load."""
        self.remarks.append(Remark(Severity.UNREADABLE, problem))

    def document(self, document: Document) -> None:
        """Takes in what a document holds."""
        may_be_large = len(document.text) > self.settings.max_object_bytes // 8
        for value, prefix, siblings in self._objects(document.value, Place(document)):
            self._take(value, Place(document, prefix, siblings), may_be_large=may_be_large)
        document.value = None  # the Structs have it all

    def value(self, value: object) -> None:
        """Takes in an object that was handed in: a mapping, or a resource of this room."""
        try:
            mapping, size = plain(value)
        except Unusable as error:
            self._note(Severity.REFUSED if error.is_object else Severity.UNREADABLE, str(error), resource=error.resource)
            return
        for each, _, _ in self._objects(mapping, None):
            self._take(each, None, may_be_large=size > self.settings.max_object_bytes)

    def key_of(self, value: object) -> ResourceKey | None:
        """The key of an object that need not be whole, say of one that is gone; None if it has none."""
        identity = self._identity(value, None)
        if identity is None:
            return None
        group, version, kind, metadata = identity
        return _key(group, kind, metadata, recognise(group, version, kind, self.settings.channel).served)

    def _objects(self, value: Any, place: Place | None) -> Iterator[tuple[Any, Steps, int]]:
        """The object itself, or the items of a List with where they stand in it."""
        pending: list[tuple[Any, Steps, int]] = [(value, (), 1)]
        while pending:
            each, prefix, siblings = pending.pop()
            items = _items(each)
            if items is None:
                yield each, prefix, siblings
            elif not isinstance(items, list):
                where = None if place is None else Place(place.document, prefix, siblings)
                self._note(Severity.UNREADABLE, f"must be a list, is {shown(items)}", where, ("items",), resource="List")
            elif len(prefix) >= 2 * _LISTS_IN_LISTS:
                where = None if place is None else Place(place.document, prefix, siblings)
                message = f"stands inside more than {_LISTS_IN_LISTS} other Lists; write its items out"
                self._note(Severity.UNREADABLE, message, where, resource="List")
            else:
                inner = [(_named(item, each), (*prefix, "items", index), len(items)) for index, item in enumerate(items)]
                pending += reversed(inner)

    def _take(self, value: Any, place: Place | None, *, may_be_large: bool) -> None:
        identity = self._identity(value, place)
        if identity is None:
            return
        group, version, kind, metadata = identity
        served, finding = recognise(group, version, kind, self.settings.channel)
        key = _key(group, kind, metadata, served)
        is_refused = finding is not None and finding.severity is Severity.REFUSED
        if finding is not None:
            resource = called(value) if is_refused else None
            self._note(finding.severity, finding.message, place, finding.at.steps, key=key, resource=resource)
        if served is None:
            self._meet(key, place) if is_refused else self._skip(group, kind, place, key, value)
            return
        if is_refused:
            self._enter(key, place)
            self._withhold(key, value)
            return
        if kind != served.type.KIND:
            value = {**value, "apiVersion": api_version(served.type.GROUP, served.versions[0]), "kind": served.type.KIND}
        is_first = self._enter(key, place)
        if may_be_large and is_oversized(value, self.settings.max_object_bytes):  # HI-L9
            message = f"is larger than {self.settings.max_object_bytes:,} bytes as JSON; split it"
            self._note(Severity.REFUSED, message, place, key=key)
            self._withhold(key, value)
            return
        self._check(value, served, key, place, is_first=is_first)

    def _check(
        self, value: dict[str, object], served: Served, key: ResourceKey | None, place: Place | None, *, is_first: bool
    ) -> None:
        if self.settings.subresource == "status":
            for finding in check_status(value, served, channel=self.settings.channel):
                self._reported(finding, place, key, value)
            return
        checked = check_object(value, served, channel=self.settings.channel)
        severities = [self._reported(finding, place, key, value) for finding in checked.findings]
        may_stay = Severity.REFUSED not in severities or self.settings.invalid == "keep"
        if checked.resource is not None and key is not None and is_first and may_stay:
            is_sound = not checked.findings and self.settings.channel == "experimental"
            self._shared.settle(checked.resource)
            self.held[key] = Held(checked.resource, place, is_sound)
        elif is_first:
            self._withhold(key, value)

    def _withhold(self, key: ResourceKey | None, value: Mapping[str, Any]) -> None:
        if key is not None and (key.group, key.kind) in PROTECTING:
            self.withheld[key] = value

    def _reported(self, finding: Finding, place: Place | None, key: ResourceKey | None, value: object) -> Severity:
        """Notes a finding, and says what it does to its object here."""
        severity = finding.severity
        if severity in (Severity.UNREADABLE, Severity.OVERSIZED):
            severity = Severity.REFUSED
        elif severity is Severity.UNKNOWN:
            severity = Severity.REFUSED if self.settings.strict else Severity.NOTICE
        resource = called(value) if key is None else None
        self._note(severity, finding.message, place, finding.at.steps, key=key, resource=resource)
        return severity

    def _meet(self, key: ResourceKey | None, place: Place | None) -> None:
        """Notes a key of an object that takes no part, so that what is said about it ends with it."""
        if key is not None:
            self._places.setdefault(key, place)

    def _enter(self, key: ResourceKey | None, place: Place | None) -> bool:
        """Notes that a key was met; False if it was met before (HI-L10)."""
        if key is None:
            return False
        if key not in self._places:
            self._places[key] = place
            return True
        first = self._places[key]
        where = "" if first is None else f" at {first.document.source or '<text>'}:{first.line}"
        self._note(Severity.UNREADABLE, f"is defined already{where}; remove one of the two", place, key=key)
        return False

    def _identity(self, value: Any, place: Place | None) -> tuple[str, str, str, dict[str, Any]] | None:
        """Group, version, kind and metadata; None, with the reason noted, for what is no Kubernetes object (HI-L1)."""
        if not isinstance(value, dict):
            message = f"must be a mapping with apiVersion, kind and metadata, is {shown(value)}"
            self._note(Severity.UNREADABLE, message, place)
            return None
        written, kind, metadata = value.get("apiVersion"), value.get("kind"), value.get("metadata")
        group, _, version = written.rpartition("/") if isinstance(written, str) else ("", "", "")
        if group == _WITHOUT_METADATA and metadata is None:
            self._skip(group, str(kind), place, None)
            return None
        if written is None and kind is None:
            message = "is no Kubernetes object: it has neither apiVersion nor kind"
            self._note(Severity.UNREADABLE, message, place, resource=called(value))
            return None
        is_object = True
        for field, found in (("apiVersion", written), ("kind", kind)):
            if not isinstance(found, str) or not found:
                message = "is required" if found is None or found == "" else f"must be a string, is {shown(found)}"
                self._note(Severity.UNREADABLE, message, place, (field,), resource=called(value))
                is_object = False
        if not isinstance(metadata, dict):
            message = "is required" if metadata is None else f"must be a mapping, is {shown(metadata)}"
            self._note(Severity.UNREADABLE, message, place, ("metadata",), resource=called(value))
            is_object = False
        return (group, version, str(kind), metadata) if is_object and isinstance(metadata, dict) else None

    def _skip(
        self, group: str, kind: str, place: Place | None, key: ResourceKey | None, value: Mapping[str, Any] | None = None
    ) -> None:
        """HI-L11."""
        self.skipped[key or ResourceKey(group, kind, None, "")] = None
        found = None if value is None or key is None else foreign(value)
        if key is not None and found is not None:
            self.foreign[key] = found
        self._meet(key, place)
        if group in (GATEWAY_GROUP, EXPERIMENTAL_GROUP):
            self._suggested += 1
            near = suggestion(kind[:64], [name for _, name in KINDS]) if self._suggested <= MANY else None
            hint = "" if near is None else f"; did you mean '{near}'?"
            self._note(Severity.NOTICE, f"is skipped: {group} has no such kind{hint}", place, ("kind",), key=key)

    def _note(
        self,
        severity: Severity,
        message: str,
        place: Place | None = None,
        steps: Steps = (),
        *,
        key: ResourceKey | None = None,
        resource: str | None = None,
    ) -> None:
        at = FieldPath(tuple(printable(step) if isinstance(step, str) else step for step in steps))
        source = None if place is None else place.document.source
        named = resource if key is None else printable(str(key))
        self.remarks.append(Remark(severity, Problem(message=message, resource=named, at=at, source=source), steps, place, key))


def _items(value: Any) -> Any:
    """What a List lists; None for everything that is no List."""
    if not isinstance(value, dict):
        return None
    kind = value.get("kind")
    if kind == "List":
        return [] if value.get("items") is None else value["items"]
    if isinstance(kind, str) and kind.endswith("List") and isinstance(value.get("items"), list):
        return value["items"]
    return None


def _named(item: Any, holder: dict[str, Any]) -> Any:
    """An item of a typed list, which may leave its kind to the list (as API servers' own answers do)."""
    kind = holder["kind"][: -len("List")]
    if kind and isinstance(item, dict) and item.get("kind") is None and item.get("apiVersion") is None:
        return {**item, "apiVersion": holder.get("apiVersion"), "kind": kind}
    return item


def _key(group: str, kind: str, metadata: dict[str, Any], served: Served | None) -> ResourceKey | None:
    """The key of an object, before anything in it was checked; None if it has no name."""
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not (namespace is None or isinstance(namespace, str)):
        return None
    if served is None:
        return ResourceKey(group, kind, namespace, name)
    kept = served.type
    return ResourceKey(kept.GROUP, kept.KIND, (namespace or DEFAULT_NAMESPACE) if kept.NAMESPACED else None, name)
