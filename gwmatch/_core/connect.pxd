"""A connection or datagram without HTTP and a port in, the verdict out: what reference.trace says of those, in C."""

from libc.stdint cimport int32_t, int64_t, uint8_t

from .answer cimport *
from .bound cimport Bound
from .candidates cimport Asked
from .chance cimport Chance
from .decide cimport pick
from .fields cimport forget, prepare
from .host cimport *
from .layout cimport *
from .listeners cimport listener_at, listener_id
from .walk cimport find_name, search


# What a connection without HTTP speaks.
cdef enum:
    TLS = 0
    TCP = 1
    UDP = 2


cdef inline void decide_connection(const Bound *bound, int protocol, Slice sni, Chance *chance, Answer *answer) noexcept nogil:
    """A connection or datagram without HTTP: the listener, its first route, and that one's backend (T-1 to T-4)."""
    cdef const uint8_t *block = bound.block
    cdef const Header *header = <const Header *>(block + bound.port.header)
    cdef const Gate *gate = <const Gate *>(block + bound.port.gate)
    cdef const Listener *here
    cdef HostText server_name
    cdef Asked asked
    cdef int32_t listener
    cdef int64_t found
    start_answer(answer)
    answer.outcome = DROP if protocol == UDP else REFUSE
    read_server_name(sni, &server_name)
    if protocol == TLS:
        if server_name.kind == HOST_MALFORMED:
            answer.refusal = BAD_SNI
            return
        listener = listener_id(block, find_name(block, &gate.by_server_name, &server_name))
    else:
        server_name.kind = HOST_ABSENT
        listener = <int32_t>(gate.udp if protocol == UDP else gate.tcp) - 1
    if listener < 0:
        return
    answer.listener = listener
    here = listener_at(block, header, listener)
    if protocol == TLS and here.is_https:
        return
    # Entries without HTTP have no condition but the name: the first in rank order takes it.
    asked.block = block
    asked.header = header
    asked.sets = bound.sets
    asked.api = bound.api
    asked.path.at = NULL
    asked.path.size = asked.query.size = asked.line_count = 0
    asked.method = asked.is_post = 0
    prepare(&asked.headers)
    prepare(&asked.params)
    found = search(&asked, find_name(block, &here.hosts, &server_name))
    forget(&asked.headers)
    forget(&asked.params)
    if found >= 0:
        pick_connection(block, found, chance, answer)


cdef inline void pick_connection(const uint8_t *block, int64_t found, Chance *chance, Answer *answer) noexcept nogil:
    cdef const Candidate *won = <const Candidate *>(block + found)
    cdef const Action *action = <const Action *>(block + won.action)
    answer.entry = <int32_t>won.entry
    if action.total != 0:
        answer.backend = pick(block, action, chance)
        if (<const Backend *>(block + action.backends))[answer.backend].answer == ANSWERS_NOTHING:
            answer.outcome = FORWARD
