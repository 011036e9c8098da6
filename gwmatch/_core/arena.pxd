from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .layout cimport Index, Text


cdef class Block:
    """The memory of a table and of those that changes made of it. While it grows, offsets stay true and pointers into it hold
    only until the next `take`; once sealed it stays where it is, and pointers hold as long as the Block."""
    cdef uint8_t *base
    cdef size_t used
    cdef size_t capacity
    cdef bint sealed
    cdef Text *recent

    cdef uint32_t take(self, size_t size, size_t alignment=*) except? 0
    cdef uint32_t take_array(self, size_t count, size_t stride, size_t alignment=*) except? 0
    cdef Text text(self, const uint8_t *at, size_t size) except *
    cdef Text text_of(self, bytes value) except *
    cdef Index index(self, const uint32_t *records, size_t count) except *
    cdef bint _fill(self, const Index *index, const uint32_t *records, size_t count, bint may_fail) noexcept nogil
    cdef uint32_t add(self, uint32_t tree, uint64_t hashed, uint32_t record, uint32_t depth=*) except 0
    cdef int seal(self) except -1
    cdef Block copy(self, size_t size)
