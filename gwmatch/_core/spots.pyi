from .rules import Rules

# What is inside is for the compiled modules alone.
class Spots(Rules): ...
