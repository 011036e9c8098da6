from libc.stdint cimport uint32_t

from .native cimport GwmApi, GwmSet


cdef class Sets:
    """The native pattern sets of a table and of those that changes made of it, freed with the last."""
    cdef GwmSet **sets
    cdef size_t count
    cdef size_t capacity
    cdef bint sealed
    cdef const GwmApi *api
    cdef readonly list patterns  # of each set, its texts

    cdef uint32_t add(self, list patterns, size_t limit) except 0
    cdef int seal(self) except -1
    cdef int _grow(self, size_t capacity) except -1
