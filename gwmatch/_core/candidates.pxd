"""Which of the candidates at a spot takes a request: their conditions, one by one, by bitsets, or by shape. Reads the block, and
allocates nothing but what fields.pxd gathers. What is found is the offset of a Candidate, or one of the reasons below."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr

from .fields cimport Line, Value, Values, gather_headers, gather_query, hash_value, value_of
from .layout cimport *
from .native cimport GwmApi, GwmSet


cdef enum:
    MAX_REGEX_VALUE = 8192       # HI-X5

cdef enum:
    NOT_FOUND = -1
    TOO_LONG = -2                # a regular expression would have to read too long a value
    OUT_OF_MEMORY = -3

# What is known of a condition.
cdef enum:
    FAILS = 0
    HOLDS = 1
    UNREAD = 2


cdef enum:
    MOST_PARTS = 16              # things that the candidates of one shape ask for


# A request on its way through a table.
cdef struct Asked:
    const uint8_t *block
    const Header *header
    GwmSet **sets
    const GwmApi *api
    Slice path
    Slice query
    const Line *lines
    size_t line_count
    uint32_t method              # id, 0 for one that no candidate asks for
    bint is_post
    Values headers
    Values params


cdef inline void gather(Asked *asked, uint32_t reads) noexcept nogil:
    """What candidates will look at, READS_HEADERS or READS_QUERY or both; once for each request.

    PERF(bench_match::bench_workload): spot by spot and not condition by condition, of which one request may try many.
    """
    cdef const Fields *fields = <const Fields *>(asked.block + asked.header.fields)
    if reads & READS_HEADERS and not asked.headers.gathered:
        gather_headers(asked.block, fields, asked.lines, asked.line_count, &asked.headers)
    if reads & READS_QUERY and not asked.params.gathered:
        gather_query(asked.block, fields, asked.query, &asked.params)


cdef inline const Value *asked_value(Asked *asked, uint32_t on, uint32_t name) noexcept nogil:
    return value_of(&asked.headers if on == ON_HEADER else &asked.params, name)


cdef inline bint asked_text(Asked *asked, uint32_t on, uint32_t name, Slice *text) noexcept nogil:
    """What a condition looks at; whether the request has it, in a form that a condition can hold for (HI-F4)."""
    cdef const Value *value
    if on == ON_PATH:
        text[0] = asked.path
        return True
    if on == ON_SERVICE or on == ON_METHOD:
        return called_method(asked.path, on, text)
    value = asked_value(asked, on, name)
    if value == NULL or not value.is_field_value:
        return False
    text[0] = value.text
    return True


cdef inline bint called_method(Slice path, uint32_t part, Slice *text) noexcept nogil:
    """The service or the method of a path that is exactly /service/method (HI-N1)."""
    cdef const uint8_t *slash
    cdef size_t service, method
    if path.size < 4 or path.at[0] != c'/':
        return False
    slash = <const uint8_t *>memchr(path.at + 1, c'/', path.size - 1)
    if slash == NULL:
        return False
    service = slash - path.at - 1
    method = path.size - service - 2
    if service == 0 or method == 0 or memchr(slash + 1, c'/', method) != NULL:
        return False
    text.at = path.at + 1 if part == ON_SERVICE else slash + 1
    text.size = service if part == ON_SERVICE else method
    return True


cdef inline int test(Asked *asked, const Pred *pred) noexcept nogil:
    cdef uint64_t bits = 0
    cdef Slice text
    if not asked_text(asked, pred.on, pred.name, &text):
        return FAILS
    if pred.pattern == 0:
        return same(text, asked.block, pred.value)
    if pred.on == ON_HEADER and text.size > MAX_REGEX_VALUE:
        return UNREAD
    return asked.api.set_matches(asked.sets[pred.pattern - 1], text.at, text.size, &bits) > 0


cdef inline int64_t scan(Asked *asked, uint32_t offset) noexcept nogil:
    """The first candidate whose conditions all hold; TOO_LONG where that cannot be said without reading too much."""
    cdef const Spot *spot = <const Spot *>(asked.block + offset)
    cdef const Asking *candidates = <const Asking *>(spot + 1)
    cdef const Asking *candidate
    cdef const Pred *preds
    cdef uint32_t i, j
    cdef int known, result
    gather(asked, spot.reads)
    for i in range(spot.count):
        candidate = &candidates[i]
        if candidate.method != 0 and candidate.method != asked.method:
            continue
        preds = <const Pred *>(asked.block + candidate.preds)
        known = HOLDS
        for j in range(candidate.pred_count):
            result = test(asked, &preds[j])
            if result == FAILS:
                known = FAILS
                break
            if result == UNREAD:
                known = UNREAD
        if known == HOLDS:
            return <int64_t>(<const uint8_t *>candidate - asked.block)
        if known == UNREAD:
            return TOO_LONG
    return NOT_FOUND


cdef inline bint narrow(Asked *asked, const Group *group, uint32_t words, uint64_t *left, uint64_t *unread) noexcept nogil:
    """Takes from `left` the candidates whose condition of this group fails; whether any is left."""
    cdef const uint64_t *free = <const uint64_t *>(asked.block + group.free)
    cdef const uint64_t *exact = NULL
    cdef const uint64_t *patterned
    cdef uint64_t matching[CHUNK_WORDS]
    cdef uint64_t allowed[CHUNK_WORDS]
    cdef uint64_t word, some = 0
    cdef Slice text
    cdef uint32_t i, j, record, pattern
    cdef int matched
    cdef bint present = asked_text(asked, group.on, group.name, &text)
    for i in range(words):
        allowed[i] = free[i]
    if present:
        record = look_up(asked.block, &group.values, text) if group.values.count != 0 else 0
        if record != 0:
            exact = <const uint64_t *>(asked.block + (<const GroupValue *>(asked.block + record)).bits)
            for i in range(words):
                allowed[i] |= exact[i]
        if group.pattern_count != 0:
            patterned = <const uint64_t *>(asked.block + group.patterned)
            if group.on == ON_HEADER and text.size > MAX_REGEX_VALUE:
                for i in range(words):
                    allowed[i] |= patterned[i]
                    unread[i] |= patterned[i]
            else:
                matched = asked.api.set_matches(asked.sets[group.pattern_set - 1], text.at, text.size, matching)
                i = 0
                while matched > 0 and i < CHUNK_WORDS and 64 * i < group.pattern_count:
                    word = matching[i]
                    while word != 0:
                        pattern = 64 * i + <uint32_t>ctz(word)
                        word &= word - 1
                        matched -= 1
                        patterned = <const uint64_t *>(asked.block + group.by_pattern) + <size_t>pattern * words
                        for j in range(words):
                            allowed[j] |= patterned[j]
                    i += 1
    for i in range(words):
        left[i] &= allowed[i]
        some |= left[i]
    return some != 0


cdef extern from *:
    """
    #define gwm_ctz(x) __builtin_ctzll(x)
    """
    int ctz "gwm_ctz"(uint64_t word) noexcept nogil


cdef inline int64_t search_chunk(Asked *asked, const Large *large, const Chunk *chunk, int64_t limit, bint *unsure) noexcept nogil:
    """The position of the first candidate whose conditions hold, if it is before `limit`."""
    cdef const Group *groups = <const Group *>(asked.block + chunk.groups)
    cdef const uint64_t *methods
    cdef uint64_t left[CHUNK_WORDS]
    cdef uint64_t unread[CHUNK_WORDS]
    cdef uint32_t i, first, words = chunk.words
    if position_of(asked.block, large, chunk.first) >= limit:
        return NOT_FOUND
    for i in range(words):
        left[i] = ~<uint64_t>0
        unread[i] = 0
    if chunk.count & 63:
        left[words - 1] = ((<uint64_t>1) << (chunk.count & 63)) - 1
    if chunk.methods != 0:
        methods = <const uint64_t *>(asked.block + chunk.methods) + <size_t>asked.method * words
        for i in range(words):
            left[i] &= methods[i]
    for i in range(chunk.group_count):
        if not narrow(asked, &groups[i], words, left, unread):
            return NOT_FOUND
    for i in range(words):
        if left[i] != 0:
            first = 64 * i + <uint32_t>ctz(left[i])
            unsure[0] = (unread[i] >> (first & 63)) & 1
            return position_of(asked.block, large, chunk.first + first)
    return NOT_FOUND


cdef inline int64_t position_of(const uint8_t *block, const Large *large, uint32_t number) noexcept nogil:
    """The position of a candidate by its number among those in chunks."""
    return (<const uint32_t *>(block + large.positions))[number] if large.positions != 0 else number


cdef inline int64_t search_shape(Asked *asked, const Large *large, const Shape *shape) noexcept nogil:
    """The position of the first candidate of this shape whose conditions hold."""
    cdef const Part *parts = <const Part *>(asked.block + shape.parts)
    cdef const Slot *slots = <const Slot *>(asked.block + shape.slots)
    cdef const Value *value
    cdef Slice texts[MOST_PARTS]
    cdef uint64_t hashed = large.seed
    cdef uint32_t i, where, tag
    if shape.asks_method:
        if asked.method == 0:
            return NOT_FOUND
        hashed = combine(hashed, asked.method)
    for i in range(shape.part_count):
        if not asked_text(asked, parts[i].on, parts[i].name, &texts[i]) or texts[i].size > parts[i].longest:
            return NOT_FOUND
        if parts[i].on == ON_HEADER or parts[i].on == ON_QUERY:
            value = asked_value(asked, parts[i].on, parts[i].name)
            hashed = combine(hashed, hash_value(value, large.seed))
        else:
            hashed = combine(hashed, hash_text(large.seed, texts[i].at, texts[i].size))
    tag = <uint32_t>(hashed >> 32)
    where = slot_of(hashed, shape.slot_count)
    while slots[where].record != 0:
        if slots[where].tag == tag and is_key(asked, shape, <const Key *>(asked.block + slots[where].record), texts):
            return (<const Key *>(asked.block + slots[where].record)).position
        where += 1
        if where == shape.slot_count:
            where = 0
    return NOT_FOUND


cdef inline bint is_key(Asked *asked, const Shape *shape, const Key *key, const Slice *texts) noexcept nogil:
    cdef const Text *values = <const Text *>(key + 1)
    cdef uint32_t i
    if shape.asks_method and key.method != asked.method:
        return False
    for i in range(shape.part_count):
        if not same(texts[i], asked.block, values[i]):
            return False
    return True


cdef inline int64_t search_large(Asked *asked, uint32_t offset) noexcept nogil:
    """Shape by shape and chunk by chunk, as long as they may hold an earlier candidate than the one found."""
    cdef const Large *large = <const Large *>(asked.block + offset)
    cdef const Shape *shapes = <const Shape *>(asked.block + large.shapes)
    cdef const Chunk *chunks = <const Chunk *>(asked.block + large.chunks)
    cdef int64_t best = large.count
    cdef int64_t found
    cdef bint unsure = False
    cdef uint32_t i
    gather(asked, large.reads)
    # PERF(bench_match::bench_workload): candidates of one shape take one probe, however many they are.
    for i in range(large.shape_count):
        if shapes[i].best >= best:
            break
        found = search_shape(asked, large, &shapes[i])
        if found != NOT_FOUND and found < best:
            best = found
    for i in range(large.chunk_count):
        found = search_chunk(asked, large, &chunks[i], best, &unsure)
        if found != NOT_FOUND and found < best:
            best = found
            if unsure:
                return TOO_LONG
            break
    if best == large.count:
        return NOT_FOUND
    return large.candidates + best * <int64_t>sizeof(Candidate)


cdef inline int64_t search_spot(Asked *asked, uint32_t spot) noexcept nogil:
    cdef uint32_t kind = spot & KINDS
    if kind == SINGLE:
        return spot ^ SINGLE
    return scan(asked, spot) if kind == SCANNED else search_large(asked, spot ^ LARGE)
