"""Regular expressions of the standard: whole-value, linear-time, over bytes.

In: a pattern's text. Out: a Pattern that answers for any value in time linear in its length, or the reason why the
pattern cannot be taken. This is the slow way in, by cffi, for conditions and the reference matcher; `_core` calls the
same function table by pointer."""

from functools import lru_cache
from typing import Any, Final

import gwmatch_native

NATIVE_VERSION: Final = "0.1.0"
NATIVE_ABI: Final = 1
AUTOMATON_LIMIT: Final = 65536
"""Bytes that a pattern's automaton may take; the default of Options.regex_automaton_limit."""

_MESSAGE_BYTES: Final = 512


def _native_table(native: Any) -> Any:
    """The function table of the compiled half, which must be the one this half was written for."""
    remedy = f"install the matching one: pip install gwmatch-native=={NATIVE_VERSION}"
    if native.__version__ != NATIVE_VERSION:
        raise ImportError(f"gwmatch needs gwmatch-native {NATIVE_VERSION}, found {native.__version__}; {remedy}")
    table = native.lib.gwm_api()
    if table.abi != NATIVE_ABI:
        raise ImportError(f"gwmatch needs ABI {NATIVE_ABI} of gwmatch-native, found {table.abi}; {remedy}")
    return table


_ffi: Any = gwmatch_native.ffi
_table: Any = _native_table(gwmatch_native)


class PatternError(ValueError):
    """Why a pattern cannot be taken, in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Pattern:
    """One regular expression, immutable and usable from any thread.

    >>> Pattern("/v[0-9]+(/.*)?").matches(b"/v1/users")
    True
    >>> Pattern("a|ab").matches(b"ab"), Pattern("a").matches(b"ab")
    (True, False)
    """

    __slots__ = ("_set", "automaton_limit", "text")

    text: bytes
    automaton_limit: int
    _set: Any

    def __init__(self, text: str | bytes, automaton_limit: int = AUTOMATON_LIMIT) -> None:
        """Raises: PatternError when the pattern is broken, or when matching it could not be bounded."""
        encoded = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        store = object.__setattr__
        store(self, "text", encoded)
        store(self, "automaton_limit", automaton_limit)
        store(self, "_set", _native_set(encoded, automaton_limit))

    def matches(self, value: bytes) -> bool:
        """Whether the whole value matches."""
        bits = _ffi.new("uint64_t *")
        found: int = _table.set_matches(self._set, _ffi.from_buffer("uint8_t[]", value), len(value), bits)
        if found < 0:
            raise RuntimeError(f"a bug in gwmatch-native: matching {self.text!r} failed")
        return found == 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pattern):
            return NotImplemented
        return (self.text, self.automaton_limit) == (other.text, other.automaton_limit)

    def __hash__(self) -> int:
        return hash((self.text, self.automaton_limit))

    def __repr__(self) -> str:
        limit = "" if self.automaton_limit == AUTOMATON_LIMIT else f", automaton_limit={self.automaton_limit}"
        return f"Pattern({self.text!r}{limit})"

    def __reduce__(self) -> tuple[type["Pattern"], tuple[bytes, int]]:
        return Pattern, (self.text, self.automaton_limit)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Pattern never changes: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Pattern never changes: {name}")


def _native_set(text: bytes, automaton_limit: int) -> Any:
    """A native set of this one pattern, freed with the last reference to it."""
    source = _ffi.from_buffer("uint8_t[]", text)
    one = _ffi.new("GwmSlice *", {"at": source, "size": len(text)})
    message = _ffi.new("char[]", _MESSAGE_BYTES)
    # The budget is for sets of several.
    found = _table.set_new(one, 1, automaton_limit, automaton_limit, _ffi.NULL, message, _MESSAGE_BYTES)
    if found == _ffi.NULL:
        raise PatternError(_ffi.string(message).decode())
    return _ffi.gc(found, _table.set_free, _table.set_memory(found))


@lru_cache(maxsize=1024)
def compile_pattern(text: str | bytes, automaton_limit: int = AUTOMATON_LIMIT) -> Pattern:
    """The Pattern of this text, the same object for a text seen lately.

    Raises: PatternError, as Pattern does."""
    return Pattern(text, automaton_limit)


def check_pattern(text: str | bytes, automaton_limit: int = AUTOMATON_LIMIT) -> str | None:
    """Why the pattern cannot be taken; None when it can.

    >>> check_pattern("/v[0-9]+")
    >>> check_pattern("/(a")
    'unclosed group at offset 1'
    """
    try:
        compile_pattern(text, automaton_limit)
    except PatternError as error:
        return error.message
    return None


def api_address() -> int:
    """Where the crate's function table stands in memory; `_core` calls it by pointer, without the GIL."""
    return int(_ffi.cast("uintptr_t", _table))
