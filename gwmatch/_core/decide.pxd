"""A request and a port in, the verdict out: reference.trace in C, step by step in the same order."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp

from .candidates cimport NOT_FOUND, OUT_OF_MEMORY, TOO_LONG, Asked
from .chance cimport Chance, throw
from .fields cimport Line, forget, prepare
from .host cimport *
from .layout cimport *
from .native cimport GwmApi, GwmSet
from .target cimport *
from .text cimport is_host_header, is_named, is_token, trimmed
from .walk cimport find_name, is_grpc, search


cdef enum:
    FORWARD = 0
    REDIRECT = 1
    RESPOND = 2
    REFUSE = 3
    DROP = 4

# What a connection without HTTP speaks.
cdef enum:
    TLS = 0
    TCP = 1
    UDP = 2

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


cdef inline bint read_host_and_headers(const Call *call, HostText *host) noexcept nogil:
    """HI-H9: a Host among the headers names the same host."""
    cdef HostText other
    cdef size_t i
    read_host(call.host, host)
    if host.kind == HOST_MALFORMED:
        return False
    for i in range(call.line_count):
        if is_host_header(call.lines[i].name):
            read_host(trimmed(call.lines[i].value), &other)
            if not same_host(host, &other):
                return False
    return True


cdef inline int32_t listener_id(const uint8_t *block, uint32_t named) noexcept nogil:
    """The listener that a name of a Gate leads to, or -1."""
    return <int32_t>(<const Named *>(block + named)).value - 1 if named != 0 else -1


cdef inline const Listener *listener_at(const uint8_t *block, const Header *header, int32_t listener) noexcept nogil:
    return <const Listener *>(block + (<const uint32_t *>(block + header.listeners))[listener])


cdef inline int32_t select_listener(
    const uint8_t *block, const Port *port, const HostText *host, Slice sni, Answer *answer
) noexcept nogil:
    """The listener whose routes are tried, or -1 with the answer made (docs/semantics.md, "Listeners")."""
    cdef const Header *header = <const Header *>(block + port.header)
    cdef const Gate *gate = <const Gate *>(block + port.gate)
    cdef HostText server_name
    cdef int32_t shaken, named
    if not gate.is_tls:
        named = listener_id(block, find_name(block, &gate.by_host, host))
        if named < 0:
            respond(answer, 404)
        return named
    if gate.by_host.any == 0 and gate.by_host.names.count == 0:
        answer.outcome = REFUSE
        return -1
    read_server_name(sni, &server_name)
    if server_name.kind == HOST_MALFORMED:
        refuse(answer, BAD_SNI)
        return -1
    shaken = listener_id(block, find_name(block, &gate.by_server_name, &server_name))
    if shaken < 0 or not listener_at(block, header, shaken).is_https:
        answer.outcome = REFUSE
        return -1
    if not header.detect_misdirected:
        if name_covers(block, listener_at(block, header, shaken), host):
            return shaken
        named = -1
    else:
        named = listener_id(block, find_name(block, &gate.by_host, host))
        if named == shaken:
            return shaken
    answer.listener = shaken
    respond(answer, 404 if named < 0 else 421)
    return -1


cdef inline bint name_covers(const uint8_t *block, const Listener *listener, const HostText *host) noexcept nogil:
    """Whether the listener's hostname covers a host."""
    cdef Text name = listener.hostname
    cdef size_t start
    if name.size == 0:
        return True
    if host.kind != HOST_NAME:
        return False
    if not listener.is_wildcard:
        return host.size == name.size and memcmp(host.text, block + name.at, name.size) == 0
    if host.size <= name.size:
        return False
    start = host.size - name.size
    return host.text[start - 1] == c'.' and memcmp(host.text + start, block + name.at, name.size) == 0


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


cdef inline void walk(
    Asked *asked, const Listener *listener, const HostText *host, bint suspicious, Call *call, Answer *answer
) noexcept nogil:
    cdef uint32_t start = find_name(asked.block, &listener.hosts, host)
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


cdef inline uint32_t method_id(const uint8_t *block, const Header *header, Slice method) noexcept nogil:
    """0 for a method that no candidate asks for."""
    cdef const MethodName *methods = <const MethodName *>(block + header.methods)
    cdef uint64_t word = method_word(method)
    cdef uint32_t i
    for i in range(header.method_count):
        if methods[i].word == word and (word != 0 or same(method, block, methods[i].text)):
            return i + 1
    return 0


cdef inline bint is_usual_method(Slice method) noexcept nogil:
    """PERF(bench_match::bench_one_request): the methods of nearly all requests, each one comparison."""
    cdef uint64_t word = method_word(method)
    return (
        word == 0x0300000000544547ULL  # GET
        or word == 0x0400000054534F50ULL  # POST
        or word == 0x0300000000545550ULL  # PUT
        or word == 0x0400000044414548ULL  # HEAD
        or word == 0x06004554454C4544ULL  # DELETE
        or word == 0x0500004843544150ULL  # PATCH
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


cdef inline void decide(
    const uint8_t *block, GwmSet **sets, const GwmApi *api, const Port *port, Call *call, Answer *answer
) noexcept nogil:
    cdef const Header *header = <const Header *>(block + port.header)
    cdef HostText host
    cdef Asked asked
    cdef bint suspicious = False
    cdef int32_t listener
    start_answer(answer)
    if not is_usual_method(call.method) and not is_token(call.method):
        refuse(answer, BAD_METHOD)
        return
    if not read_host_and_headers(call, &host):
        refuse(answer, BAD_HOST)
        return
    if not read_target(header, call, &asked, &suspicious, answer):
        return
    listener = select_listener(block, port, &host, call.sni, answer)
    if listener < 0:
        return
    asked.block = block
    asked.header = header
    asked.sets = sets
    asked.api = api
    asked.lines = call.lines
    asked.line_count = call.line_count
    asked.method = method_id(block, header, call.method)
    asked.is_post = is_post(call.method)
    prepare(&asked.headers)
    prepare(&asked.params)
    answer.listener = listener
    walk(&asked, listener_at(block, header, listener), &host, suspicious, call, answer)
    forget(&asked.headers)
    forget(&asked.params)


cdef inline void decide_connection(
    const uint8_t *block, const Port *port, int protocol, Slice sni, Chance *chance, Answer *answer
) noexcept nogil:
    """A connection or datagram without HTTP: the listener, its first route, and that one's backend (T-1 to T-4)."""
    cdef const Header *header = <const Header *>(block + port.header)
    cdef const Gate *gate = <const Gate *>(block + port.gate)
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
    asked.path.at = NULL
    asked.path.size = asked.query.size = asked.line_count = 0
    asked.method = asked.is_post = 0
    prepare(&asked.headers)
    prepare(&asked.params)
    found = search(&asked, find_name(block, &here.hosts, &server_name))
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
