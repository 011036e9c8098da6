"""The C ABI of gwmatch-native; src_native/gwmatch_native.h has the same, with the reasons."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t


cdef extern from *:
    """
    #include <stddef.h>
    #include <stdint.h>
    #define GWM_ABI 1
    typedef struct { const uint8_t *at; size_t size; } GwmSlice;
    typedef struct GwmSet GwmSet;
    typedef struct {
        uint32_t abi;
        GwmSet *(*set_new)(const GwmSlice *patterns, size_t count, size_t automaton_limit, size_t set_budget,
                           size_t *bad, char *message, size_t capacity);
        void (*set_free)(GwmSet *);
        int32_t (*set_matches)(const GwmSet *, const uint8_t *text, size_t size, uint64_t *bits);
        size_t (*set_count)(const GwmSet *);
        size_t (*set_automata)(const GwmSet *);
        size_t (*set_memory)(const GwmSet *);
    } GwmApi;
    """
    enum:
        GWM_ABI
    ctypedef struct GwmSlice:
        const uint8_t *at
        size_t size
    ctypedef struct GwmSet:
        pass
    ctypedef struct GwmApi:
        uint32_t abi
        GwmSet *(*set_new)(const GwmSlice *patterns, size_t count, size_t automaton_limit, size_t set_budget,
                           size_t *bad, char *message, size_t capacity) noexcept nogil
        void (*set_free)(GwmSet *) noexcept nogil
        int32_t (*set_matches)(const GwmSet *, const uint8_t *text, size_t size, uint64_t *bits) noexcept nogil
        size_t (*set_count)(const GwmSet *) noexcept nogil
        size_t (*set_automata)(const GwmSet *) noexcept nogil
        size_t (*set_memory)(const GwmSet *) noexcept nogil
