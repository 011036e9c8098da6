"""gwmatch.h for Cython, where all of it is explained."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t


cdef extern from "gwmatch.h" nogil:
    enum:
        GWMATCH_ABI
        GWMATCH_FORWARD
        GWMATCH_REDIRECT
        GWMATCH_RESPOND
        GWMATCH_REFUSE
        GWMATCH_DROP
        GWMATCH_ADMITTED
        GWMATCH_BAD_PATH
        GWMATCH_AMBIGUOUS_PATH
        GWMATCH_BAD_QUERY
        GWMATCH_BAD_HOST
        GWMATCH_BAD_METHOD
        GWMATCH_BAD_SNI
        GWMATCH_TOO_LONG
        GWMATCH_TLS
        GWMATCH_TCP
        GWMATCH_UDP

    ctypedef struct gwmatch_text:
        const uint8_t *at
        size_t size

    ctypedef struct gwmatch_header:
        gwmatch_text name
        gwmatch_text value

    ctypedef struct gwmatch_request:
        gwmatch_text method
        gwmatch_text host
        gwmatch_text target
        gwmatch_text sni
        const gwmatch_header *headers
        size_t header_count
        uint64_t draw
        int32_t has_draw
        int32_t reserved

    ctypedef struct gwmatch_answer:
        int32_t outcome
        int32_t status
        int32_t refusal
        int32_t listener
        int32_t entry
        int32_t backend
        int32_t grpc
        int32_t reserved
        uint8_t *rewritten
        size_t rewritten_size

    ctypedef struct gwmatch_port:
        pass

    ctypedef struct gwmatch_memo:
        pass


cdef extern from "gwmatch.h":
    const char *GWMATCH_CAPSULE

    ctypedef struct gwmatch_api:
        uint32_t abi
        uint32_t size
        const gwmatch_port *(*port)(void *port_table) except NULL
        int (*match)(const gwmatch_port *, const gwmatch_request *, gwmatch_answer *) noexcept nogil
        int (*connect)(const gwmatch_port *, int protocol, const gwmatch_request *, gwmatch_answer *) noexcept nogil
        void (*clear)(gwmatch_answer *) noexcept nogil
        gwmatch_memo *(*memo)() noexcept nogil
        int (*match_with)(gwmatch_memo *, const gwmatch_port *, const gwmatch_request *, gwmatch_answer *) noexcept nogil
        void (*forget)(gwmatch_memo *) noexcept nogil

    const gwmatch_api *gwmatch_import() except NULL

    void gwmatch_clear(const gwmatch_api *, gwmatch_answer *) noexcept nogil
