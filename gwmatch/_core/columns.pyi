from typing import Any, Protocol, final

from numpy.typing import NDArray

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...

class _Array(Protocol):
    def __array__(self) -> NDArray[Any]: ...

_Texts = list[str] | list[bytes] | list[str | None] | list[bytes | None] | tuple[str | bytes | None, ...]
_Column = _Texts | NDArray[Any] | _ArrowArray | _ArrowStream | _Array

@final
class Column: ...

@final
class Lock:
    def __new__(cls, array: NDArray[Any]) -> Lock: ...
