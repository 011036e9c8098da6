"""Resources from wherever they are: files, folders, streams, mappings."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, Literal

from .. import collector
from ..errors import Problem, UsageError
from .documents import DEEPEST, MAX_BYTES, MAX_DEPTH, MAX_VALUES, Bounds, Document, read
from .findings import shown
from .intake import Intake, Invalid, Settings
from .meta import Resource
from .plain import MAX_OBJECT_BYTES
from .resourceset import ResourceSet, collected
from .scalars import Channel

Source = str | os.PathLike[str] | IO[str] | IO[bytes] | Mapping[str, Any] | Resource | Iterable[Mapping[str, Any] | Resource]

_FORMATS: Final[dict[str, Literal["yaml", "json"]]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
_CHUNK: Final = 1 << 20


@collector.paused()
def load(
    *sources: Source,
    strict: bool = False,
    invalid: Invalid = "error",
    channel: Channel = "experimental",
    max_bytes: int = MAX_BYTES,
    max_object_bytes: int = MAX_OBJECT_BYTES,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
) -> ResourceSet:
    """The resources of all sources: files, folders (with everything below them), streams, mappings, typed objects, Lists.

    `strict` refuses unknown fields, which are otherwise reported in `notices` and dropped. Objects that an API server would
    refuse stop the load (`invalid="error"`), or are left out (`"drop"`), or stay in if their types are right (`"keep"`, for
    what an API server admitted); in the last two cases `rejected` has them. `channel` is the one whose CRDs are meant.

    What costs more than it should is refused before it does: a text of more than `max_bytes`, an object of more than
    `max_object_bytes` as JSON, lists and mappings more than `max_depth` in each other (at most 500), a document that has more
    than `max_values` values with what its aliases copy.

    >>> resources = load({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart"}})
    >>> [str(resource.key) for resource in resources]
    ['Service default/cart']

    Raises:
        LoadError: with all problems of all sources, in the order of the input.
    """
    for given, known in ((invalid, ("error", "drop", "keep")), (channel, ("standard", "experimental"))):
        if given not in known:
            raise UsageError(f"{given!r} is none of {', '.join(known)}")
    if max_depth > DEEPEST:
        raise UsageError(f"max_depth is at most {DEEPEST}, not {max_depth}")
    intake = Intake(Settings(strict, invalid, channel, max_object_bytes=max_object_bytes))
    bounds = Bounds(max_bytes, max_depth, max_values)
    files: set[str] = set()
    for source in sources:
        _take(source, intake, files, bounds)
    return collected(intake)


def _take(source: object, intake: Intake, files: set[str], bounds: Bounds) -> None:
    if isinstance(source, str | os.PathLike):
        for path in _paths(source, intake):
            identity = _identity(path)
            if identity not in files:  # named twice, or by its folder and itself, a file is still one file
                files.add(identity)
                _file(path, intake, bounds)
    elif isinstance(source, Mapping | Resource):
        intake.value(source)
    elif callable(getattr(source, "read", None)):
        _stream(source, intake, bounds)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | bytearray | memoryview):
        for each in source:
            intake.value(each)
    else:
        hint = "; wrap it in io.BytesIO" if isinstance(source, bytes | bytearray | memoryview) else ""
        intake.fail(Problem(message=f"must be a path, a stream, a mapping or several mappings, is {shown(source)}{hint}"))


def _paths(source: str | os.PathLike[str], intake: Intake) -> Iterator[str]:
    """The file itself, or all manifests below a folder in the order of their paths."""
    path = os.fsdecode(source)
    if isinstance(source, str) and "\n" in source:
        intake.fail(Problem(message="is no path: text has to be wrapped in io.StringIO"))
    elif not _is_folder(path):
        yield path
    else:
        found = sorted(_manifests(path, intake))
        if not found:
            intake.fail(Problem(message="is a folder without any *.yaml, *.yml or *.json file", source=path))
        yield from found


def _identity(path: str) -> str:
    """What two names of one file have in common."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # no file has such a name; opening it will say so
        return path


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path)
    except ValueError:  # a NUL in it
        return False


def _manifests(folder: str, intake: Intake) -> Iterator[str]:
    def unreadable(error: OSError) -> None:
        intake.fail(Problem(message=_reason(error), source=str(error.filename)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = os.path.join(parent, name)
            # Hidden files and what editors leave behind (.#a.yaml, #a.yaml#, a.yaml~) are not meant.
            if not name.startswith((".", "#")) and _format(path) is not None and _is_file(path):
                yield path


def _is_file(path: str) -> bool:
    """Whether it can be read without waiting for another program; a broken link is tried, so that it is reported."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True


def _format(path: str) -> Literal["yaml", "json"] | None:
    return _FORMATS.get(Path(path).suffix.lower())


def _file(path: str, intake: Intake, bounds: Bounds) -> None:
    try:
        with open(path, "rb") as stream:
            text = _all(stream, bounds.bytes)
    except (OSError, ValueError) as error:
        intake.fail(Problem(message=_reason(error), source=path))
        return
    _text(text, path, intake, bounds, _format(path))


def _stream(stream: Any, intake: Intake, bounds: Bounds) -> None:
    name = getattr(stream, "name", None)
    source = name if isinstance(name, str) else "<stream>"
    try:
        text = _all(stream, bounds.bytes)
    except UnicodeDecodeError:
        intake.fail(Problem(message="is not UTF-8 text; save it as UTF-8", source=source))
        return
    except (OSError, ValueError) as error:
        intake.fail(Problem(message=_reason(error), source=source))
        return
    _text(text, source, intake, bounds, _format(source))


def _all(stream: Any, max_bytes: int) -> str | bytes:
    """Everything, but not much more than is allowed: a stream may never end."""
    parts: list[Any] = []
    size = 0
    while size <= max_bytes:
        part = stream.read(_CHUNK)
        if not part:
            break
        parts.append(part)
        size += len(part)
    if not parts:
        return ""
    joined: str | bytes = parts[0][:0].join(parts)
    return joined


def _text(text: str | bytes, source: str, intake: Intake, bounds: Bounds, format: Literal["yaml", "json"] | None) -> None:
    for each in read(text, source, format=format, bounds=bounds):
        if isinstance(each, Document):
            intake.document(each)
        else:
            intake.fail(each)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror[:1].lower()}{error.strerror[1:]}"
    return f"cannot be read: {error}"
