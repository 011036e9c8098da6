"""Which Namespaces a label selector selects (A-5, HI-R7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..api import LabelSelector, LabelSelectorRequirement, Namespace

NAME_LABEL = "kubernetes.io/metadata.name"


class Namespaces:
    """The labels of the Namespaces of a set."""

    __slots__ = ("_labels",)

    def __init__(self, namespaces: Iterable[Namespace] = ()) -> None:
        self._labels: Mapping[str, Mapping[str, str]] = {
            namespace.metadata.name: namespace.metadata.labels for namespace in namespaces
        }

    def __contains__(self, name: str) -> bool:
        return name in self._labels

    def differing(self, other: Namespaces) -> set[str]:
        """The names of those that only one of the two holds, or with other labels."""
        if self is other:
            return set()
        return {name for name in {*self._labels, *other._labels} if self._labels.get(name) != other._labels.get(name)}

    def selected(self, selector: LabelSelector | None, name: str) -> bool:
        """Whether `selector` selects the Namespace `name`."""
        return selects(selector, name, self._labels.get(name))


def selects(selector: LabelSelector | None, name: str, labels: Mapping[str, str] | None) -> bool:
    """Whether a selector selects the Namespace `name`; `labels` is None for one that nobody has seen.

    An absent selector selects nothing, an empty one everything. Of a Namespace not seen only the name is known (OQ-15): it
    may well carry the label that a negative operator wants absent, so negative operators do not select it.
    """
    if selector is None:
        return False
    # The API server sets this label; a file may claim another value, which would be another tenant's name (HI-R7).
    known = {**(labels or {}), NAME_LABEL: name}
    return all(known.get(key) == value for key, value in selector.match_labels.items()) and all(
        _holds(requirement, known, seen=labels is not None) for requirement in selector.match_expressions
    )


def _holds(requirement: LabelSelectorRequirement, labels: Mapping[str, str], *, seen: bool) -> bool:
    """Whether one requirement holds. Malformed ones never do, so a selector that has one selects nothing."""
    values = requirement.values
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value is not None and value in values
        case _ if not requirement.key:
            return False
        case "NotIn":
            return seen and bool(values) and value not in values
        case "Exists":
            return not values and value is not None
        case "DoesNotExist":
            return seen and not values and value is None
        case _:
            return False
