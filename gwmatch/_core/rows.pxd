"""Rows of a batch. The same steps in the same order as decide(), but where hosts lead is found out before, strip by strip, and
what follows from a method is kept: rows of a log share few of them. Entries only; nothing here is left to chance.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport free

from .bound cimport Bound
from .candidates cimport NOT_FOUND, OUT_OF_MEMORY, TOO_LONG, Asked
from .decide cimport *
from .fields cimport forget, prepare
from .layout cimport *
from .listeners cimport TO_BAD_HOST, TO_LISTENER, Place
from .places cimport Places
from .walk cimport search


cdef enum:
    NOBODY = -1


# What rows share. `asked` has all that does not change from row to row.
cdef struct Rows:
    const Bound *bound
    const Header *header
    const Places *places
    Method method        # of the last row; its word is 0 if there was none, or it was long
    Asked asked


cdef inline void start_rows(Rows *rows, const Bound *bound, const Places *places) noexcept nogil:
    rows.bound = bound
    rows.header = <const Header *>(bound.block + bound.port.header)
    rows.places = places
    rows.method.word = 0
    rows.asked.block = bound.block
    rows.asked.header = rows.header
    rows.asked.sets = bound.sets
    rows.asked.api = bound.api
    prepare(&rows.asked.headers)
    prepare(&rows.asked.params)


cdef inline bint take_method(Rows *rows, Slice text) noexcept nogil:
    """Whether it is a method. PERF(bench_batch::bench_columns): looked up where it is not that of the row before."""
    cdef uint64_t word = method_word(text)
    if word != rows.method.word or word == 0:
        rows.method = read_method(rows.bound.block, rows.header, text)
        rows.asked.method = rows.method.id
        rows.asked.is_post = rows.method.is_post
    return rows.method.is_valid


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
    if not take_method(rows, call.method):
        refuse(answer, BAD_METHOD)
    elif place.leads == TO_BAD_HOST:
        refuse(answer, BAD_HOST)
    elif read_target(rows.header, call, asked, &suspicious, answer):
        if place.leads != TO_LISTENER:
            end_at(&place, answer)
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
