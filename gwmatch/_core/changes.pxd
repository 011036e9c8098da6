from libc.stdint cimport uint32_t, uint64_t

from .builder cimport Builder
from .layout cimport Header
from .paths cimport HostParts


cdef class Tables(Builder):
    """The table that was built, and those that changes made of it, in one block."""
    cdef uint32_t newest     # its Header
    cdef object lock
    cdef dict _listeners_now
    cdef size_t _first_size  # bytes of the table that was built

    cdef Tables apart(self, uint32_t root)

    cdef uint32_t changed(self, uint32_t old, change) except? 0
    cdef uint32_t _change(self, uint32_t old, change) except 0
    cdef uint32_t _changed_host(self, const Header *header, change) except 0
    cdef uint32_t _new_host(self, Header *header, change) except 0
    cdef int _name_host(self, Header *header, int listener, hostname, uint32_t host) except -1
    cdef uint32_t _own_listener(self, Header *header, int listener) except 0
    cdef int _merge_few(self, HostParts *parts, tuple nodes) except -1
    cdef int _merge_indexed(self, HostParts *parts, tuple nodes) except -1
