from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .layout cimport Index, Text


cdef class Arena:
    """The block while it grows. Offsets stay true; pointers into it hold only until the next `take`."""
    cdef uint8_t *base
    cdef size_t size
    cdef size_t capacity
    cdef dict texts

    cdef uint32_t take(self, size_t size) except? 0
    cdef uint32_t take_array(self, size_t count, size_t stride) except? 0
    cdef Text text(self, bytes value) except *
    cdef Index index(self, list records, list keys) except *
    cdef bint _fill(self, const Index *index, list records, list keys, bint may_fail) except *
