from typing_extensions import disjoint_base

# What is inside is for the compiled modules alone.
@disjoint_base
class Sets:
    def __new__(cls, address: int) -> Sets: ...
    @property
    def patterns(self) -> list[tuple[bytes, ...]]: ...
