from libc.stdint cimport int32_t, uint64_t


cdef class Rows:
    cdef readonly object listeners   # sequences, which may decode what they hold when it is asked for
    cdef readonly object rules
    cdef readonly object entries
    cdef dict won                    # rules by the entries that were asked for

    cdef object rule(self, int32_t entry)


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
