from typing_extensions import disjoint_base

from ..ir import Table
from .builder import Builder

# What is inside is for the compiled modules alone.
@disjoint_base
class Tables(Builder):
    def __init__(self, table: Table, address: int) -> None: ...
