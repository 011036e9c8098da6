"""The door for native code: the functions of gwmatch.h, in a capsule."""

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from .bound cimport Bound
from .capi cimport *
from .chance cimport Chance, unit
from .connect cimport *
from .decide cimport *
from .fields cimport Line
from .places cimport Places, drop_places, keep_places
from .table cimport PortTable


cdef inline Slice slice_from(gwmatch_text text) noexcept nogil:
    cdef Slice made
    # Sizes are compared before bytes, but memcmp and memchr want a pointer even for none of them.
    made.at = <const uint8_t *>b"" if text.at == NULL else text.at
    made.size = text.size
    return made


cdef inline void read_chance(const gwmatch_request *request, Chance *chance) noexcept nogil:
    """As PortTable.match reads a draw that is an int."""
    chance.known = request.has_draw != 0
    chance.seed = 0
    if chance.known:
        chance.seed = request.draw
        chance.draw = unit(request.draw)


cdef inline int write_answer(const Answer *made, bint grpc, gwmatch_answer *answer) noexcept nogil:
    answer.outcome = made.outcome
    answer.status = made.status
    answer.refusal = made.refusal
    answer.listener = made.listener
    answer.entry = made.entry
    answer.backend = made.backend
    answer.grpc = grpc
    answer.reserved = 0
    answer.rewritten = NULL
    answer.rewritten_size = 0
    if made.failed or made.entry < 0:
        # A path was rewritten for nothing.
        free(made.rewritten)
    elif made.rewritten != NULL:
        answer.rewritten = made.rewritten
        answer.rewritten_size = made.rewritten_size
    return -1 if made.failed else 0


cdef const gwmatch_port *port_of(void *port_table) except NULL:
    # SAFETY: the caller has a reference to the object, and the interpreter.
    if not isinstance(<object>port_table, PortTable):
        raise TypeError(f"a gwmatch.PortTable is needed, not {type(<object>port_table).__name__}")
    return <const gwmatch_port *>&(<PortTable><object>port_table).bound


# What is behind a gwmatch_memo.
cdef struct Memo:
    uint64_t of          # the number of the Bound that the places are about; 0 for none
    Places places


cdef gwmatch_memo *new_memo() noexcept nogil:
    return <gwmatch_memo *>calloc(1, sizeof(Memo))


cdef void forget_memo(gwmatch_memo *memo) noexcept nogil:
    if memo != NULL:
        drop_places(&(<Memo *>memo).places)
    free(memo)


cdef inline const Places *places_for(Memo *memo, const Bound *bound) noexcept nogil:
    if memo.of != bound.number:
        drop_places(&memo.places)
        keep_places(&memo.places, bound)  # without the memory for any, hosts are looked up each time
        memo.of = bound.number
    return &memo.places


cdef int match_request(const gwmatch_port *port, const gwmatch_request *request, gwmatch_answer *answer) noexcept nogil:
    return match_with_memo(NULL, port, request, answer)


cdef int match_with_memo(
    gwmatch_memo *memo, const gwmatch_port *port, const gwmatch_request *request, gwmatch_answer *answer
) noexcept nogil:
    cdef const Bound *bound = <const Bound *>port
    cdef Places nowhere
    cdef Call call
    cdef Answer made
    call.method = slice_from(request.method)
    call.host = slice_from(request.host)
    call.target = slice_from(request.target)
    call.sni = slice_from(request.sni)
    # SAFETY: a Line is two Slices as a gwmatch_header is two gwmatch_texts: the same fields in the same order.
    call.lines = <const Line *>request.headers
    call.line_count = request.header_count
    read_chance(request, &call.chance)
    nowhere.kept = NULL
    decide(bound, &nowhere if memo == NULL else places_for(<Memo *>memo, bound), &call, &made)
    return write_answer(
        &made, made.outcome == RESPOND and is_grpc(is_post(call.method), call.lines, call.line_count), answer
    )


cdef int match_connection(
    const gwmatch_port *port, int protocol, const gwmatch_request *request, gwmatch_answer *answer
) noexcept nogil:
    cdef const Bound *bound = <const Bound *>port
    cdef Chance chance
    cdef Answer made
    read_chance(request, &chance)
    decide_connection(bound, protocol, slice_from(request.sni), &chance, &made)
    return write_answer(&made, False, answer)


cdef void clear_answer(gwmatch_answer *answer) noexcept nogil:
    free(answer.rewritten)
    answer.rewritten = NULL
    answer.rewritten_size = 0


# The capsule points to it, and lives as long as the module.
cdef gwmatch_api api

api.abi = GWMATCH_ABI
api.size = sizeof(gwmatch_api)
api.port = port_of
api.match = match_request
api.connect = match_connection
api.clear = clear_answer
api.memo = new_memo
api.match_with = match_with_memo
api.forget = forget_memo

C_API_1 = PyCapsule_New(&api, GWMATCH_CAPSULE, NULL)
