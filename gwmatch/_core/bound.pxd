"""A port as native code sees it. Owned by a PortTable, which keeps the table alive."""

from libc.stdint cimport uint8_t, uint64_t

from .layout cimport Port
from .native cimport GwmApi, GwmSet


cdef struct Bound:
    const uint8_t *block
    GwmSet **sets
    const GwmApi *api
    const Port *port
    uint64_t number      # no other of this process has it, also when this one is gone


cdef extern from *:
    """
    static uint64_t gwm_bounds;
    static inline uint64_t gwm_bound_number(void) { return __atomic_add_fetch(&gwm_bounds, 1, __ATOMIC_RELAXED); }
    """
    uint64_t next_number "gwm_bound_number"() noexcept nogil  # of one module: the one that makes them
