from typing_extensions import disjoint_base

from .rules import Rules

# What is inside is for the compiled modules alone.
@disjoint_base
class Spots(Rules): ...
