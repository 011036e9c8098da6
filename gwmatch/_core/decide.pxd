"""A request and a port in, the verdict out: reference.trace in C, step by step in the same order."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp

from .answer cimport *
from .bound cimport Bound
from .candidates cimport NOT_FOUND, OUT_OF_MEMORY, TOO_LONG, Asked
from .chance cimport Chance, throw
from .fields cimport forget, prepare
from .host cimport *
from .layout cimport *
from .listeners cimport *
from .places cimport Places, place_of
from .target cimport *
from .text cimport is_host_header, is_named, is_token, trimmed
from .walk cimport is_grpc, search


cdef extern from *:
    """
    #define GWM_POST 0x0400000054534F50ULL
    """
    const uint64_t POST "GWM_POST"       # its method_word


cdef inline bint hosts_agree(const Call *call) noexcept nogil:
    """HI-H9: a Host among the headers names the same host as the one that was asked, which is well-formed."""
    cdef HostText host, other
    cdef size_t i
    for i in range(call.line_count):
        if is_host_header(call.lines[i].name):
            read_host(call.host, &host)
            read_host(trimmed(call.lines[i].value), &other)
            if not same_host(&host, &other):
                return False
    return True


cdef inline bint is_ambiguous(Asked *asked, uint32_t host, int64_t won) noexcept nogil:
    """HI-P5: whether another reading of the path selects another rule, or none."""
    cdef uint32_t rule = (<const Candidate *>(asked.block + won)).rule
    cdef Slice path = asked.path
    cdef Slice plain, other
    cdef uint8_t *room = <uint8_t *>malloc(2 * (3 * path.size + 1))
    cdef uint8_t *into
    cdef int64_t found
    cdef int number
    cdef bint ambiguous = False
    if room == NULL:
        return True
    into = room + 3 * path.size + 1
    plain.at = room
    plain.size = decode_unreserved(path, True, room)
    for number in range(READINGS):
        other.at = into
        other.size = reading(number, plain, into)
        if other.size == path.size and memcmp(other.at, path.at, path.size) == 0:
            continue
        asked.path = other
        found = search(asked, host)
        if found < 0 or (<const Candidate *>(asked.block + found)).rule != rule:
            ambiguous = True
            break
    asked.path = path
    free(room)
    return ambiguous


cdef inline bint is_preflight(const Call *call) noexcept nogil:
    """C-2: OPTIONS with Origin and Access-Control-Request-Method."""
    cdef bint origin = False, asks = False
    cdef size_t i
    if call.method.size != 7 or memcmp(call.method.at, b"OPTIONS", 7) != 0:
        return False
    for i in range(call.line_count):
        if is_named(call.lines[i].name, b"origin", 6):
            origin = True
        elif is_named(call.lines[i].name, b"access-control-request-method", 29):
            asks = True
    return origin and asks


cdef inline bint answers(uint32_t kind, uint32_t status, uint32_t cors, const Call *call, Answer *answer) noexcept nogil:
    """Whether a rule or a backend answers by itself: a filter that cannot be carried out, a preflight, a redirect (F-6)."""
    if kind == ANSWERS_ERROR:
        respond(answer, <int>status)
    elif cors and is_preflight(call):
        respond(answer, 204)
    elif kind == ANSWERS_REDIRECT:
        answer.outcome = REDIRECT
        answer.status = <int>status
    else:
        return False
    return True


cdef inline int32_t pick(const uint8_t *block, const Action *action, Chance *chance) noexcept nogil:
    """The backend that chance falls on; the weights add up to something."""
    cdef const Backend *backends = <const Backend *>(block + action.backends)
    cdef uint32_t weight
    cdef int32_t picked = 0
    if action.needs_chance:
        throw(chance)
    if action.backend_count == 1:
        return 0
    weight = <uint32_t>(chance.draw * <double>action.total)
    if weight >= action.total:  # the product may round up to the total
        weight = action.total - 1
    while backends[picked].until <= weight:
        picked += 1
    return picked


cdef inline void carry_out(const uint8_t *block, int64_t found, Call *call, Answer *answer) noexcept nogil:
    """What the winning candidate's rule does."""
    cdef const Candidate *won = <const Candidate *>(block + found)
    cdef const Action *action = <const Action *>(block + won.action)
    cdef const Backend *backend
    answer.entry = <int32_t>won.entry
    if answers(action.answer, action.status, action.cors, call, answer):
        return
    if action.total == 0:
        respond(answer, 500)
        return
    answer.backend = pick(block, action, &call.chance)
    backend = <const Backend *>(block + action.backends) + answer.backend
    if not answers(backend.answer, backend.status, backend.cors, call, answer):
        answer.outcome = FORWARD


cdef inline void walk(Asked *asked, uint32_t start, bint suspicious, Call *call, Answer *answer) noexcept nogil:
    cdef int64_t found = search(asked, start)
    if found == NOT_FOUND:
        respond(answer, 404)
    elif found == TOO_LONG:
        refuse(answer, REFUSED_TOO_LONG)
    elif found == OUT_OF_MEMORY:
        answer.failed = True
    elif suspicious and is_ambiguous(asked, start, found):
        refuse(answer, AMBIGUOUS_PATH)
    else:
        carry_out(asked.block, found, call, answer)


cdef inline bint rewrite_path(Slice *path, bint *suspicious, Answer *answer) noexcept nogil:
    """Brings a path into the form of HI-P9; False for one that is refused. `*` and an empty path stay."""
    cdef uint8_t *room
    cdef size_t size
    if has_escaped_slash(path[0]):
        return False
    room = <uint8_t *>malloc(path.size + 1)
    if room == NULL:
        answer.failed = True
        return False
    size = rewrite(path[0], room)
    if size == path.size and memcmp(room, path.at, size) == 0:
        free(room)
        return True
    answer.rewritten = room
    answer.rewritten_size = size
    path.at = room
    path.size = size
    suspicious[0] = may_be_read_otherwise(path[0])
    return True


cdef inline bint is_post(Slice method) noexcept nogil:
    return method.size == 4 and memcmp(method.at, b"POST", 4) == 0


# A method, read once.
cdef struct Method:
    uint64_t word        # method_word
    uint32_t id          # 0 for one that no candidate asks for
    bint is_valid
    bint is_post


cdef inline Method read_method(const uint8_t *block, const Header *header, Slice text) noexcept nogil:
    cdef const MethodName *methods = <const MethodName *>(block + header.methods)
    cdef Method made
    cdef uint32_t i
    made.word = method_word(text)
    made.is_valid = is_usual_method(made.word) or is_token(text)
    made.is_post = made.word == POST
    made.id = 0
    for i in range(header.method_count):
        if methods[i].word == made.word and (made.word != 0 or same(text, block, methods[i].text)):
            made.id = i + 1
            break
    return made


cdef inline bint is_usual_method(uint64_t word) noexcept nogil:
    """PERF(bench_match::bench_workload): the methods of nearly all requests, each one comparison, and no branch that depends on which."""
    return (
        (word == 0x0300000000544547ULL)  # GET
        | (word == POST)
        | (word == 0x0300000000545550ULL)  # PUT
        | (word == 0x0400000044414548ULL)  # HEAD
        | (word == 0x06004554454C4544ULL)  # DELETE
        | (word == 0x0500004843544150ULL)  # PATCH
    )


cdef inline bint read_target(const Header *header, Call *call, Asked *asked, bint *suspicious, Answer *answer) noexcept nogil:
    """The path and the query of a target that is admitted; else False, with the answer made."""
    if header.policy != POLICY_NONE and is_clean_path(call.target):
        asked.path = call.target
        asked.query.at = call.target.at + call.target.size
        asked.query.size = 0
        return True
    split_target(call.target, header.policy == POLICY_NONE, &asked.path, &asked.query)
    if asked.path.size > MAX_PATH or asked.query.size > MAX_QUERY:
        refuse(answer, REFUSED_TOO_LONG)
        return False
    if header.policy == POLICY_NONE:
        return True
    if not is_path(call.method, asked.path, suspicious) or (
        header.policy == POLICY_REWRITE and suspicious[0] and not rewrite_path(&asked.path, suspicious, answer)
    ):
        refuse(answer, BAD_PATH)
        return False
    if not is_query(asked.query):
        refuse(answer, BAD_QUERY)
        return False
    return True


cdef inline void end_at(const Place *place, Answer *answer) noexcept nogil:
    """The answer to a request whose host and server name lead to no listener that takes it."""
    answer.listener = place.listener
    if place.leads == TO_BAD_SERVER_NAME:
        refuse(answer, BAD_SNI)
    elif place.leads == TO_CLOSED:
        answer.outcome = REFUSE
    else:
        respond(answer, place.status)


cdef inline void decide(const Bound *bound, const Places *places, Call *call, Answer *answer) noexcept nogil:
    cdef const Header *header = <const Header *>(bound.block + bound.port.header)
    cdef Asked asked
    cdef Method method
    cdef Place place
    cdef bint suspicious = False
    start_answer(answer)
    method = read_method(bound.block, header, call.method)
    if not method.is_valid:
        refuse(answer, BAD_METHOD)
        return
    place = place_of(bound, places, call.host, call.sni)
    fetch(bound.block + place.start)  # PERF(bench_match::bench_growth): it comes while the target is read
    if place.leads == TO_BAD_HOST or not hosts_agree(call):
        refuse(answer, BAD_HOST)
        return
    if not read_target(header, call, &asked, &suspicious, answer):
        return
    if place.leads != TO_LISTENER:
        end_at(&place, answer)
        return
    asked.block = bound.block
    asked.header = header
    asked.sets = bound.sets
    asked.api = bound.api
    asked.lines = call.lines
    asked.line_count = call.line_count
    asked.method = method.id
    asked.is_post = method.is_post
    prepare(&asked.headers)
    prepare(&asked.params)
    answer.listener = place.listener
    walk(&asked, place.start, suspicious, call, answer)
    forget(&asked.headers)
    forget(&asked.params)
