from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .layout cimport Fields, Header, Index, Scope, Text
from .paths cimport Paths


cdef class Builder(Paths):
    cdef uint32_t *hosts
    cdef size_t host_count
    cdef size_t host_capacity
    cdef bint copied     # a virtual host stands under several names

    cdef int build(self, table) except -1
    cdef int _ports(self, table, Header *header) except -1
    cdef uint32_t _gate(self, list here) except 0
    cdef int _listeners(self, table, Header *header) except -1
    cdef int _listener(self, listener, uint32_t offset) except -1
    cdef uint32_t _under_name(self, uint32_t host, str name) except 0
    cdef Scope _scope(self, bytearray records, uint32_t any) except *
    cdef int count_name(self, Scope *scope, Text name) except -1
    cdef list _names(self, table)
    cdef int _hosts(self, table, list names) except -1
    cdef int keep(self, uint32_t host) except -1
    cdef int asked_names(self, Header *header) except -1
    cdef uint64_t own_lengths(self) noexcept
    cdef int _by_size(self, Fields *fields) except -1
    cdef Index _name_index(self, dict ids) except *
