from typing_extensions import disjoint_base

# What is inside is for the compiled modules alone.
@disjoint_base
class Rules: ...
