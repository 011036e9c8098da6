from typing_extensions import disjoint_base

from ..ir import Table
from .paths import Paths

POLICIES: dict[str, int]

# What is inside is for the compiled modules alone.
@disjoint_base
class Builder(Paths):
    def __init__(self, table: Table, address: int) -> None: ...
