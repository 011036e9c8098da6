"""The mutants of a module: its syntax tree with one small thing changed, one tree for each change.

What nobody could see is left alone: docstrings, annotations, texts of messages (f-strings), and asserts.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import NamedTuple

Change = Callable[[], ast.AST]
"""Makes what stands in the place of a node."""

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_NAMESAKES = (
    ("startswith", "endswith"), ("removeprefix", "removesuffix"), ("lower", "upper"), ("min", "max"), ("any", "all"),
    ("partition", "rpartition"), ("find", "rfind"), ("fullmatch", "match"), ("append", "remove"), ("keys", "values"),
)  # fmt: skip
_OTHER_NAME = {one: other for pair in _NAMESAKES for one, other in (pair, pair[::-1])}


class Mutant(NamedTuple):
    line: int
    function: str | None
    """Qualified name of the outermost function that holds the change; None for what runs when the module is imported."""
    change: str
    """What stood there and what stands there now."""
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source, in the order of its lines.

    >>> [mutant.change for mutant in mutants("def f(a): return a < 1")]
    ['a < 1 -> a >= 1', 'a < 1 -> a <= 1', '1 -> 2', '1 -> 0', 'return a < 1 -> return None']
    """
    tree = ast.parse(source)
    for place, function in _places(tree, (), None):
        node = _at(tree, place)
        for changed in _changes(node):
            mutated = _replaced(tree, place, changed)
            assert isinstance(mutated, ast.Module)
            was, now = (ast.unparse(each) if each is not None else "(nothing)" for each in (node, changed))
            yield Mutant(
                getattr(node, "lineno", 0), function, f"{_short(was)} -> {_short(now)}", ast.fix_missing_locations(mutated)
            )


Place = tuple[tuple[str, int | None], ...]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:87]}..."


def _at(tree: ast.AST, place: Place) -> ast.AST:
    node: ast.AST = tree
    for field, index in place:
        found = getattr(node, field)
        node = found if index is None else found[index]
    return node


def _replaced(node: ast.AST, place: Place, changed: ast.AST | None) -> ast.AST:
    """A copy of a tree with something else at one place; what is beside the way there is shared."""
    (field, index), left = place[0], place[1:]
    copied = copy.copy(node)
    value = getattr(node, field)
    if index is None:
        setattr(copied, field, _replaced(value, left, changed) if left else changed)
        return copied
    items = list(value)
    if left:
        items[index] = _replaced(items[index], left, changed)
    elif changed is None:
        del items[index]
    else:
        items[index] = changed
    setattr(copied, field, items)
    return copied


def _places(node: ast.AST, place: Place, function: str | None, scope: str = "") -> Iterator[tuple[Place, str | None]]:
    """Where something may be changed."""
    if isinstance(node, ast.JoinedStr | ast.Assert | ast.ImportFrom | ast.Import | ast.alias):
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    yield place, function
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment") or (isinstance(node, ast.arg)):
            continue
        # What stands in a body runs with the function; defaults of arguments are computed when it is defined.
        inside = function or (scope if isinstance(node, ast.FunctionDef) and field == "body" else None)
        if isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST) and not _is_text(each):
                    yield from _places(each, (*place, (field, index)), inside, scope)
        elif isinstance(value, ast.AST):
            yield from _places(value, (*place, (field, None)), inside, scope)


def _is_text(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST | None]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(ops=[only]):
            for table in (_OPPOSITE, _BOUNDARY):
                if type(only) in table:
                    yield _with(node, ops=[table[type(only)]()])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            for index in range(len(node.values)):
                kept = [each for at, each in enumerate(node.values) if at != index]
                yield _with(node, values=kept) if len(kept) > 1 else kept[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield _with(node, op=_ARITHMETIC[type(node.op)]())
        case ast.Constant():
            yield from (ast.Constant(value) for value in _other_values(node.value))
        case ast.If() | ast.While() | ast.IfExp():
            # Of a `while`, True alone would only be waited for.
            yield from (
                _with(node, test=ast.Constant(value))
                for value in ((True, False) if not isinstance(node, ast.While) else (False,))
            )
        case ast.comprehension(ifs=[_, *_]):
            for index in range(len(node.ifs)):
                yield _with(node, ifs=[each for at, each in enumerate(node.ifs) if at != index])
        case ast.Return(value=ast.AST() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Slice():
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    yield _with(node, **{bound: None})
        case ast.Call():
            yield from _changed_calls(node)
        case ast.match_case() if node.guard is not None:
            yield _with(node, guard=None)


def _changed_calls(node: ast.Call) -> Iterator[ast.AST]:
    for index in range(len(node.keywords)):
        yield _with(node, keywords=[each for at, each in enumerate(node.keywords) if at != index])
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in _OTHER_NAME:
        yield _with(node, func=_with(called, attr=_OTHER_NAME[called.attr]))
    if isinstance(called, ast.Name) and called.id in _OTHER_NAME:
        yield _with(node, func=ast.Name(_OTHER_NAME[called.id], ast.Load()))
    if isinstance(called, ast.Attribute) and called.attr in ("lower", "strip", "rstrip", "removeprefix", "removesuffix"):
        yield called.value


def _other_values(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
        if value:
            yield value - 1
    elif isinstance(value, str):
        yield f"X{value}" if value else "X"
    elif isinstance(value, bytes):
        yield b"X" + value if value else b"X"


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
