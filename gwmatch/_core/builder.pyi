from typing_extensions import disjoint_base

from ..ir import Table

POLICIES: dict[str, int]

@disjoint_base
class Sets:
    def __new__(cls, address: int) -> Sets: ...

@disjoint_base
class Builder:
    def __init__(self, table: Table, address: int) -> None: ...
