from libc.stdint cimport uint32_t

from .arena cimport Block
from .layout cimport Candidate
from .sets cimport Sets


cdef class Rules:
    """What a table's candidates share: what their rules do, and the names and methods that they ask for, as ids."""
    cdef Block block
    cdef Sets sets
    cdef object entries      # lists, or after `let_go` what makes their items again
    cdef object rules
    cdef object options
    cdef dict header_names
    cdef dict query_names
    cdef dict methods
    cdef dict actions
    cdef object plain
    cdef uint32_t plain_action
    cdef bint has_cors
    cdef bint has_grpc
    cdef uint32_t *known
    cdef size_t known_count

    cdef int _candidate(self, Candidate *into, size_t number, object entry) except -1
    cdef uint32_t action(self, size_t rule) except 0
    cdef uint32_t _plain_action(self, object rule) except? 0
    cdef bint _is_plain(self, filters) except -1
    cdef uint32_t _other_action(self, object rule) except 0
    cdef uint32_t _method(self, object method) except? 0
    cdef uint32_t name_id(self, int on, bytes name) except? 0
