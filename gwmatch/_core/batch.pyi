from typing import Any, final

@final
class HeaderColumn: ...

@final
class Numbers:
    def __new__(cls, length: int, kind: Any) -> Numbers: ...
