from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .arguments cimport Lines
from .bound cimport Bound
from .builder cimport Sets
from .decide cimport Answer, Call
from .decision cimport Decision
from .fields cimport Line


cdef class RouteTable:
    cdef uint8_t *block
    cdef Sets sets
    cdef readonly object table


cdef class PortTable:
    cdef RouteTable owner
    cdef uint32_t offset
    cdef readonly int number
    cdef Bound bound

    cdef Decision connection(self, int protocol, object sni, object draw)
    cdef Decision decision(self, const Call *call, const Answer *answer)
    cdef Decision decided(self, Call *call, Lines *lines, const Line *room)
