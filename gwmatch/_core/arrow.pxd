"""The Arrow C data and stream interfaces."""

from libc.stdint cimport int64_t

from .pieces cimport Piece


cdef extern from "arrow.h":
    ctypedef struct ArrowSchema "struct GwmArrowSchema":
        const char *format
        int64_t n_children
        ArrowSchema **children
        ArrowSchema *dictionary
        void (*release)(ArrowSchema *) noexcept

    ctypedef struct ArrowArray "struct GwmArrowArray":
        int64_t length
        int64_t null_count
        int64_t offset
        int64_t n_buffers
        int64_t n_children
        const void **buffers
        ArrowArray **children
        ArrowArray *dictionary
        void (*release)(ArrowArray *) noexcept

    ctypedef struct ArrowStream "struct GwmArrowStream":
        int (*get_schema)(ArrowStream *, ArrowSchema *) noexcept nogil
        int (*get_next)(ArrowStream *, ArrowArray *) noexcept nogil
        const char *(*get_last_error)(ArrowStream *) noexcept nogil
        void (*release)(ArrowStream *) noexcept


cdef bint is_arrow(object column) except -1
cdef list read_arrow(object column, str name)
cdef class Chunk:
    cdef Piece piece
    cdef Piece values
    cdef object owner
