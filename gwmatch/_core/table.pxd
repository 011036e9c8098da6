from cpython.object cimport PyObject
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .arena cimport Block
from .answer cimport Answer, Call
from .arguments cimport Lines
from .bound cimport Bound
from .changes cimport Tables
from .decision cimport Decision, Rows
from .fields cimport Line
from .layout cimport Header
from .places cimport Places
from .sets cimport Sets


cdef enum:
    MOST_MADE = 1024


cdef class RouteTable:
    cdef uint8_t *block
    cdef uint32_t root       # its Header
    cdef Block memory
    cdef Sets sets
    cdef Tables tables
    cdef Rows rows
    cdef str gateway
    cdef readonly object table
    cdef object _table_again # after `let_go`
    cdef object _source      # what holds a block that was not built here

    cdef const Header *header(self) noexcept


cdef class PortTable:
    cdef RouteTable owner
    cdef Rows rows
    cdef readonly int number
    cdef Bound bound
    cdef Places places
    cdef PyObject *made[1024] # Decisions that are given again, by their entry; references to them

    cdef Decision connection(self, int protocol, object sni, object draw)
    cdef Decision decision(self, const Call *call, const Answer *answer)
    cdef Decision new_decision(self, const Call *call, const Answer *answer)
    cdef Decision decided(self, Call *call, Lines *lines, const Line *room)
