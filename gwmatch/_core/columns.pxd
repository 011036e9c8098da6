from libc.stdint cimport int64_t

from .layout cimport Slice
from .pieces cimport Piece


# Where the reading of a column stands. The rows of `pieces[at]` begin at row `begin` of the column.
cdef struct Cursor:
    Piece *pieces
    size_t count
    size_t at
    int64_t begin
    Slice *strip         # the rows that are being decided, `step` apart: 0 where all have the same
    size_t step


cdef class Column:
    """A column of texts, as match_many was given it."""
    cdef str name
    cdef int64_t length     # -1 for one text that stands for all rows
    cdef bint is_loaded_by_rows
    cdef Cursor cursor
    cdef list owners                 # of what the pieces point into
    cdef object items                # a tuple or an array of Python objects, read when their turn comes
    cdef object missing
    cdef Slice *slices
    cdef int64_t capacity

    cdef int point(self, Piece piece, object owner) except -1
    cdef int load(self, int64_t start, int64_t stop) except -1
    cdef int read_constant(self, object text) except -1
    cdef int read_numpy(self, object array) except -1
    cdef int read_by_rows(self, int64_t length) except -1
    cdef int read_padded(self, object array, int kind) except -1


cdef Column column_of(object given, str name)
