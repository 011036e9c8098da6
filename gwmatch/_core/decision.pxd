from libc.stdint cimport int32_t, uint64_t


cdef class Rows:
    cdef readonly tuple listeners
    cdef readonly list rules
    cdef readonly list entries


cdef class Decision:
    cdef Rows table
    cdef bytes path
    cdef uint64_t seed
    cdef int32_t listener_id
    cdef int32_t entry_id
    cdef int32_t backend_id
    cdef int outcome_code
    cdef int status_code
    cdef int refusal_code
    cdef bint grpc
