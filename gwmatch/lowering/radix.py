"""Radix trees over sequences of labels: path segments, or host labels read from the end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

Label = TypeVar("Label", bytes, str)
Value = TypeVar("Value")
Node = TypeVar("Node")


class _Branch:
    __slots__ = ("children", "labels", "value")

    def __init__(self, labels: tuple[Hashable, ...]) -> None:
        self.labels = labels
        self.value: object = None
        self.children: list[_Branch] = []


def build(
    values: Mapping[tuple[Label, ...], Value],
    make: Callable[[tuple[Label, ...], Value | None, tuple[Node, ...]], Node],
) -> Node:
    """The root of a tree that holds `values` by their labels, its nodes made by `make(edge, value, children)`.

    Children stand in the order of their labels. Nothing recurses: a path may have 500 segments.
    """
    root = _Branch(())
    for labels in sorted(values):
        _insert(root, labels, values[labels])
    # Children before parents: a preorder walk, made into nodes from its end.
    order = [root]
    for branch in order:
        order.extend(branch.children)
    made: dict[int, Node] = {}
    for branch in reversed(order):
        children = tuple(made.pop(id(child)) for child in branch.children)
        made[id(branch)] = make(branch.labels, branch.value, children)  # type: ignore[arg-type]
    return made[id(root)]


def _insert(root: _Branch, labels: tuple[Label, ...], value: Value) -> None:
    """Labels come sorted, so only the last child of a branch can share a beginning with them."""
    at, start = root, 0
    while start < len(labels):
        child = at.children[-1] if at.children else None
        shared = _shared(child.labels, labels, start) if child is not None else 0
        if child is None or not shared:
            child = _Branch(labels[start:])
            at.children.append(child)
        elif shared < len(child.labels):
            upper = _Branch(child.labels[:shared])
            child.labels = child.labels[shared:]
            upper.children.append(child)
            at.children[-1] = child = upper
        at, start = child, start + len(child.labels)
    at.value = value


def _shared(edge: tuple[Hashable, ...], labels: tuple[Hashable, ...], start: int) -> int:
    shared = 0
    while shared < len(edge) and start + shared < len(labels) and edge[shared] == labels[start + shared]:
        shared += 1
    return shared
