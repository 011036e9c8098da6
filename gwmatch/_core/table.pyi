from collections.abc import Iterable, Mapping
from typing import NoReturn, final

from typing_extensions import disjoint_base

from ..ir import Table
from .decision import Decision

_Text = str | bytes
_Pair = tuple[_Text, _Text] | list[str] | list[bytes] | list[_Text]
_Headers = Iterable[_Pair] | Mapping[str, str] | Mapping[str, bytes] | Mapping[bytes, bytes] | Mapping[bytes, str]

@disjoint_base
class RouteTable:
    def __new__(cls, table: Table) -> RouteTable: ...
    @property
    def table(self) -> Table: ...
    @property
    def nbytes(self) -> int: ...
    @property
    def ports(self) -> tuple[int, ...]: ...
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

def plain_headers(headers: _Headers) -> tuple[tuple[bytes, bytes], ...]: ...
