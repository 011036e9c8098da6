from .spots import Spots

# What is inside is for the compiled modules alone.
class Paths(Spots): ...
