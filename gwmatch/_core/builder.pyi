from typing_extensions import disjoint_base

from ..ir import Table
from .spots import Spots

POLICIES: dict[str, int]

# What is inside is for the compiled modules alone.
@disjoint_base
class Builder(Spots):
    def __init__(self, table: Table, address: int) -> None: ...
