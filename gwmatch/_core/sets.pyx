"""Regular expressions of a table, in sets that gwmatch-native made."""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc, realloc

from .arena import Full
from .native cimport GwmApi, GwmSet, GwmSlice

from ..errors import CompileError

cdef enum:
    SET_BUDGET = 1 << 20   # bytes of one joint automaton; a set beyond it falls apart (HI-X6)
    SPARE = 64             # sets that changes may add


cdef class Sets:
    def __cinit__(self, address):
        self.sets = NULL
        self.count = self.capacity = 0
        self.sealed = False
        self.patterns = []
        self.api = <const GwmApi *><size_t>address

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.count):
            self.api.set_free(self.sets[i])
        free(self.sets)

    cdef int _grow(self, size_t capacity) except -1:
        cdef GwmSet **grown = <GwmSet **>realloc(self.sets, capacity * sizeof(GwmSet *))
        if grown == NULL:
            raise MemoryError("no memory for the pattern sets")
        self.sets = grown
        self.capacity = capacity
        return 0

    cdef int seal(self) except -1:
        """From here on the array of sets stays where it is, for those who read it without the GIL."""
        self._grow(self.count + self.count // 4 + SPARE)
        self.sealed = True
        return 0

    cdef uint32_t add(self, list patterns, size_t limit) except 0:
        """The index + 1 of a new set over the patterns (bytes).

        Raises:
            Full: sealed, and without room for another set.
        """
        cdef size_t count = len(patterns), bad = 0, i
        cdef char message[512]
        cdef GwmSet *made
        cdef GwmSlice *texts
        if self.count == self.capacity:
            if self.sealed:
                raise Full
            self._grow(2 * self.capacity + 8)
        texts = <GwmSlice *>malloc((count or 1) * sizeof(GwmSlice))
        if texts == NULL:
            raise MemoryError("no memory for the pattern sets")
        for i in range(count):
            texts[i].at = <const uint8_t *><bytes>patterns[i]  # SAFETY: `patterns` keeps the bytes for the call
            texts[i].size = len(<bytes>patterns[i])
        with nogil:
            made = self.api.set_new(texts, count, limit, SET_BUDGET, &bad, message, sizeof(message))
            free(texts)
        if made == NULL:
            text = patterns[bad].decode(errors="replace") if bad < count else "?"
            raise CompileError(f"regular expression {text!r}: {message.decode(errors='replace')}")
        self.sets[self.count] = made
        self.count += 1
        self.patterns.append(tuple(patterns))
        return <uint32_t>self.count
