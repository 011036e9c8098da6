from typing_extensions import disjoint_base

from .builder import Builder

# What is inside is for the compiled modules alone.
@disjoint_base
class Tables(Builder): ...
