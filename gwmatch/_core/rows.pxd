"""Rows of a batch. The same steps in the same order as decide(), but what follows from a host and a server name alone, or from
a method alone, is found out once and kept: rows of a log share few of them. Entries only; nothing here is left to chance.

What is kept is a copy of the text, since a strip may be read into the place of the one before.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy

from .bound cimport Bound
from .candidates cimport NOT_FOUND, OUT_OF_MEMORY, TOO_LONG, Asked
from .decide cimport *
from .fields cimport forget, prepare
from .host cimport HOST_MALFORMED, HostText, read_host
from .layout cimport *
from .text cimport is_token
from .walk cimport find_name, search


cdef enum:
    NOBODY = -1
    PLACES = 256         # kept at once; a power of two
    PLACE_BYTES = 72     # of a host and a server name that are kept


# What a host and a server name lead to.
cdef struct Place:
    uint32_t start       # Host; 0 for none
    int32_t status       # what the gateway answers where no listener takes them, 0 where it closes the connection
    bint is_taken        # by a listener
    bint is_malformed    # the host is


cdef struct KeptPlace:
    Place place
    bint is_filled
    uint16_t host_size
    uint16_t sni_size
    uint8_t text[72]     # the host, then the server name


# What rows share. `asked` has all that does not change from row to row.
cdef struct Rows:
    const Bound *bound
    const Header *header
    KeptPlace *places    # KeptPlace[PLACES]
    uint64_t method      # method_word of the last row's method; 0: of none, or of a long one
    bint is_method       # whether it is one
    Asked asked


cdef inline void start_rows(Rows *rows, const Bound *bound, KeptPlace *places) noexcept nogil:
    rows.bound = bound
    rows.header = <const Header *>(bound.block + bound.port.header)
    rows.places = places
    rows.method = 0
    rows.asked.block = bound.block
    rows.asked.header = rows.header
    rows.asked.sets = bound.sets
    rows.asked.api = bound.api
    prepare(&rows.asked.headers)
    prepare(&rows.asked.params)


# ------------------------------------------------------------------------------------------------------------------- places


cdef inline uint64_t ends_of(Slice text) noexcept nogil:
    """A few bytes that tell texts apart well enough to keep them in different places."""
    if text.size < 8:
        return few_at(text.at, text.size)
    return combine(word_at(text.at), word_at(text.at + text.size - 8) + text.size)


cdef inline Place place_of(Rows *rows, Slice host, Slice sni) noexcept nogil:
    """PERF(bench_batch::bench_columns): a host that was there before is compared, and neither read nor looked up."""
    cdef KeptPlace *kept
    cdef uint64_t ends = ends_of(host)
    if sni.size != 0:
        ends ^= ends_of(sni) * 3
    kept = &rows.places[(ends ^ ends >> 32) & (PLACES - 1)]
    if (
        kept.host_size == host.size and kept.sni_size == sni.size and kept.is_filled
        and equal(kept.text, host.at, host.size)
        and (sni.size == 0 or equal(kept.text + host.size, sni.at, sni.size))
    ):
        return kept.place
    return found_place(rows, host, sni, kept)


cdef inline Place found_place(Rows *rows, Slice host, Slice sni, KeptPlace *kept) noexcept nogil:
    """The place of a host that is not kept. It is from now on, if it is not too long."""
    cdef Place made = find_place(rows.bound, rows.header, host, sni)
    if host.size > PLACE_BYTES or sni.size > PLACE_BYTES - host.size:
        return made
    kept.place = made
    kept.is_filled = True
    kept.host_size = <uint16_t>host.size
    kept.sni_size = <uint16_t>sni.size
    memcpy(kept.text, host.at, host.size)
    memcpy(kept.text + host.size, sni.at, sni.size)
    return made


cdef inline Place find_place(const Bound *bound, const Header *header, Slice host, Slice sni) noexcept nogil:
    cdef HostText name
    cdef Answer answer
    cdef Place made
    cdef int32_t listener
    made.start = 0
    made.status = 0
    made.is_taken = False
    read_host(host, &name)
    made.is_malformed = name.kind == HOST_MALFORMED
    if made.is_malformed:
        return made
    start_answer(&answer)
    listener = select_listener(bound.block, bound.port, &name, sni, &answer)
    if listener < 0:
        made.status = answer.status
        return made
    made.is_taken = True
    made.start = find_name(bound.block, &listener_at(bound.block, header, listener).hosts, &name)
    return made


# --------------------------------------------------------------------------------------------------------------------- rows


cdef inline bint read_method(Rows *rows, Slice method) noexcept nogil:
    """Whether it is a method. PERF(bench_batch::bench_columns): looked up where it is not that of the row before."""
    cdef uint64_t word = method_word(method)
    if word == rows.method and word != 0:
        return rows.is_method
    rows.method = word
    rows.is_method = is_usual_method(method) or is_token(method)
    rows.asked.method = method_id(rows.bound.block, rows.header, method)
    rows.asked.is_post = is_post(method)
    return rows.is_method


cdef inline void forget_fields(Asked *asked) noexcept nogil:
    forget(&asked.headers)
    forget(&asked.params)
    prepare(&asked.headers)
    prepare(&asked.params)


cdef inline void decide_row(Rows *rows, Call *call, Place place, Answer *answer) noexcept nogil:
    """decide() for a row whose place is known, and whose lines hold no Host; only entry, status and failed are answered."""
    cdef Asked *asked = &rows.asked
    cdef bint suspicious = False
    cdef int64_t found
    start_answer(answer)
    if not read_method(rows, call.method):
        refuse(answer, BAD_METHOD)
    elif place.is_malformed:
        refuse(answer, BAD_HOST)
    elif read_target(rows.header, call, asked, &suspicious, answer):
        if not place.is_taken:
            answer.status = place.status
        else:
            asked.lines = call.lines
            asked.line_count = call.line_count
            found = search(asked, place.start)
            if found == NOT_FOUND:
                answer.status = 404
            elif found == TOO_LONG:
                refuse(answer, REFUSED_TOO_LONG)
            elif found == OUT_OF_MEMORY:
                answer.failed = True
            elif suspicious and is_ambiguous(asked, place.start, found):
                refuse(answer, AMBIGUOUS_PATH)
            else:
                answer.entry = <int32_t>(<const Candidate *>(asked.block + found)).entry
            if asked.headers.gathered | asked.params.gathered:
                forget_fields(asked)
    if answer.rewritten != NULL:
        free(answer.rewritten)
