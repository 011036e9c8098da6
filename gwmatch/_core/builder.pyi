from typing_extensions import disjoint_base

from .spots import Spots

# What is inside is for the compiled modules alone.
@disjoint_base
class Builder(Spots): ...
