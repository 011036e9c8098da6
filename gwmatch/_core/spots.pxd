from libc.stdint cimport uint32_t, uint64_t

from .layout cimport Large, Shape
from .rules cimport Rules


cdef enum:
    LONGEST_RUN = 128    # as for an Index
    SEEDS = 16
    MOST_PARTS = 16      # as candidates.pxd has room for


cdef class Spots(Rules):
    """Makes spots of entries."""
    cdef uint32_t spot(self, tuple ids, bint on_path=*) except? 0
    cdef uint32_t _scanned(self, tuple ids, size_t count, bint on_path) except 0
    cdef uint32_t _preds(self, list asked) except? 0
    cdef uint32_t _large(self, tuple ids, bint on_path) except 0
    cdef uint32_t _numbers(self, list numbers) except? 0
    cdef int _shapes(self, Large *large, list shapes) except -1
    cdef bytearray _keys(self, dict keys)
    cdef bint _fill_shape(self, uint64_t seed, const Shape *shape, bytearray keys, bint may_fail) except -1
    cdef int _chunk(self, uint32_t offset, list asked, uint32_t first) except -1
