from typing_extensions import disjoint_base

class Full(Exception): ...

# What is inside is for the compiled modules alone.
@disjoint_base
class Block:
    def __new__(cls, head: int) -> Block: ...
