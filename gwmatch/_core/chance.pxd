"""Chance: the caller's draw, or the library's own generator, asked only by rules that need it."""

from libc.stdint cimport uint64_t

from .layout cimport splitmix


cdef extern from *:
    """
    /* One counter for the process; mixed, its values are as good as random. */
    static uint64_t gwm_counter;
    static inline uint64_t gwm_next(void) { return __atomic_add_fetch(&gwm_counter, 1, __ATOMIC_RELAXED); }
    static inline void gwm_start(uint64_t seed) { __atomic_store_n(&gwm_counter, seed, __ATOMIC_RELAXED); }
    """
    uint64_t next_count "gwm_next"() noexcept nogil
    void start_counter "gwm_start"(uint64_t seed) noexcept nogil


cdef struct Chance:
    bint known
    double draw          # in [0, 1): picks the backend
    uint64_t seed        # samples the mirrors


cdef inline double unit(uint64_t seed) noexcept nogil:
    """draws.unit of a seed."""
    return <double>(splitmix(seed) >> 11) * (1.0 / 9007199254740992.0)


cdef inline void throw(Chance *chance) noexcept nogil:
    """Decides what is not decided yet."""
    if not chance.known:
        chance.seed = splitmix(next_count())
        chance.draw = unit(chance.seed)
        chance.known = True
