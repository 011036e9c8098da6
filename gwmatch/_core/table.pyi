from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NoReturn, Protocol, TypeVar, final, overload

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer, disjoint_base

from ..ir import Change, Entry, Listener, Rule, Table
from ..options import Options
from .arguments import _Headers, _Text
from .columns import _Column
from .decision import Decision

_T_co = TypeVar("_T_co", covariant=True)

class _Growing(Protocol[_T_co]):
    """The sequence of what can be found again, with room behind it."""

    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> _T_co: ...
    def extend(self, items: Any, /) -> None: ...
    def cut(self, count: int, /) -> None: ...

_Request = (
    tuple[_Text, _Text | None, _Text]
    | tuple[_Text, _Text | None, _Text, _Headers | None]
    | tuple[_Text, _Text | None, _Text, _Headers | None, _Text | None]
)

@disjoint_base
class RouteTable:
    def __new__(cls, table: Table) -> RouteTable: ...
    @property
    def table(self) -> Table | None: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def ports(self) -> tuple[int, ...]: ...
    def let_go(
        self, listeners: Sequence[Listener], rules: _Growing[Rule], entries: _Growing[Entry], table: Callable[[], Table]
    ) -> None: ...
    def apart(self, rules: _Growing[Rule], entries: _Growing[Entry]) -> RouteTable | None: ...
    def changed(self, change: Change) -> RouteTable | None: ...
    @staticmethod
    def restored(
        block: Buffer,
        patterns: Sequence[Sequence[bytes]],
        options: Options,
        gateway: str,
        listeners: Sequence[Listener],
        rules: Sequence[Rule],
        entries: Sequence[Entry],
    ) -> RouteTable: ...
    @property
    def patterns(self) -> tuple[tuple[bytes, ...], ...]: ...
    def port(self, number: int) -> PortTable: ...
    def content(self) -> bytes: ...

@final
class PortTable:
    def __init__(self, *args: object, **kwargs: object) -> NoReturn: ...
    @property
    def number(self) -> int: ...
    def match(
        self,
        method: _Text,
        host: _Text | None,
        path: _Text,
        headers: _Headers | None = None,
        *,
        sni: _Text | None = None,
        draw: float | int | None = None,
    ) -> Decision: ...
    def match_tls(self, sni: _Text | None, *, draw: float | int | None = None) -> Decision: ...
    def match_tcp(self, *, draw: float | int | None = None) -> Decision: ...
    def match_udp(self, *, draw: float | int | None = None) -> Decision: ...
    def match_scope(
        self, scope: Mapping[str, Any], *, sni: _Text | None = None, draw: float | int | None = None
    ) -> Decision: ...
    def match_environ(
        self, environ: Mapping[str, Any], *, sni: _Text | None = None, draw: float | int | None = None
    ) -> Decision: ...
    def match_list(self, requests: Iterable[_Request]) -> NDArray[np.int32]: ...
    @overload
    def match_many(
        self,
        hosts: _Column | _Text | None,
        paths: _Column,
        methods: _Column | _Text | None = None,
        headers: Mapping[str, _Column | _Text] | Mapping[bytes, _Column | _Text] | None = None,
        *,
        sni: _Column | _Text | None = None,
        progress: Callable[[int, int], object] | None = None,
        statuses: Literal[False] = False,
    ) -> NDArray[np.int32]: ...
    @overload
    def match_many(
        self,
        hosts: _Column | _Text | None,
        paths: _Column,
        methods: _Column | _Text | None = None,
        headers: Mapping[str, _Column | _Text] | Mapping[bytes, _Column | _Text] | None = None,
        *,
        sni: _Column | _Text | None = None,
        progress: Callable[[int, int], object] | None = None,
        statuses: Literal[True],
    ) -> tuple[NDArray[np.int32], NDArray[np.int16]]: ...
