"""What a caller hands in, and what it gets: numbers and borrowed bytes, no Python objects."""

from libc.stdint cimport int32_t, uint8_t

from .chance cimport Chance
from .fields cimport Line
from .layout cimport Slice


cdef enum:
    FORWARD = 0
    REDIRECT = 1
    RESPOND = 2
    REFUSE = 3
    DROP = 4

cdef enum:
    ADMITTED = 0
    BAD_PATH = 1
    AMBIGUOUS_PATH = 2
    BAD_QUERY = 3
    BAD_HOST = 4
    BAD_METHOD = 5
    BAD_SNI = 6
    REFUSED_TOO_LONG = 7


# What the caller handed in. All slices stay the caller's.
cdef struct Call:
    Slice method
    Slice host
    Slice target
    Slice sni
    const Line *lines
    size_t line_count
    Chance chance


cdef struct Answer:
    int outcome
    int status           # 0 for none
    int refusal
    int32_t listener     # -1 for none, like the two below
    int32_t entry
    int32_t backend
    bint failed          # out of memory
    uint8_t *rewritten   # the path to forward, to be freed; NULL where it is the one that came
    size_t rewritten_size


cdef inline void start_answer(Answer *answer) noexcept nogil:
    answer.outcome = RESPOND
    answer.status = answer.refusal = ADMITTED
    answer.listener = answer.entry = answer.backend = -1
    answer.failed = False
    answer.rewritten = NULL


cdef inline void refuse(Answer *answer, int why) noexcept nogil:
    answer.outcome = RESPOND
    answer.status = 400
    answer.refusal = why


cdef inline void respond(Answer *answer, int status) noexcept nogil:
    answer.outcome = RESPOND
    answer.status = status
