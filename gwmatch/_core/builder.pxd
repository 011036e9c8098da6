from libc.stdint cimport uint32_t

from .arena cimport Arena
from .layout cimport Candidate, Host, Port, Rule, Scope
from .native cimport GwmApi, GwmSet


cdef class Sets:
    """The native pattern sets of a table, freed with it."""
    cdef GwmSet **sets
    cdef size_t count
    cdef size_t capacity
    cdef const GwmApi *api

    cdef uint32_t add(self, list patterns, size_t limit) except 0


cdef class Builder:
    cdef Arena arena
    cdef Sets sets
    cdef object table
    cdef dict header_names
    cdef dict query_names
    cdef dict methods

    cdef uint32_t rules(self) except? 0
    cdef Rule rule(self, object rule) except *
    cdef uint32_t hosts(self) except? 0
    cdef Host host(self, object host) except *
    cdef uint32_t listeners(self) except? 0
    cdef uint32_t ports(self, list numbers) except? 0
    cdef Scope scope_of_names(self, list names) except *
    cdef Scope scope(self, list triples) except *
    cdef uint32_t spot(self, object entries) except? 0
    cdef Candidate candidate(self, object entry, bint scanned) except *
    cdef uint32_t preds(self, object entry) except? 0
    cdef void chunk(self, uint32_t offset, object entries, uint32_t first) except *
    cdef uint32_t names(self, dict ids) except? 0
