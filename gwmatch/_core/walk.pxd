"""From a request to the candidate that takes it: names, paths, conditions. Reads the block, allocates nothing but what
fields.pxd gathers, and never leaves the bytes it was given. `found` is the offset of a Candidate, or one of the reasons below."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcmp

from .fields cimport Line, Value, Values, gather_headers, gather_query, hash_value, value_of
from .host cimport HOST_NAME, HostText
from .layout cimport *
from .native cimport GwmApi, GwmSet
from .text cimport fold, is_named, trimmed


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


# ----------------------------------------------------------------------------------------------------------------- hosts


cdef inline uint32_t find_record(const uint8_t *block, const Scope *scope, Slice key) noexcept nogil:
    cdef uint64_t hashed = hash_text(scope.names.seed, key.at, key.size)
    cdef uint32_t record = probe(block, &scope.names, key, hashed)
    if record == 0 and scope.added != 0:
        record = find_added(block, scope.added, key, hashed)
    return record


cdef inline uint32_t find_name(const uint8_t *block, const Scope *scope, const HostText *host) noexcept nogil:
    """The record of the most specific name that covers the host, else 0."""
    cdef Slice key
    cdef uint32_t record
    cdef size_t i, left
    # PERF(bench_match::bench_one_request): a scope without names, as most listeners of a port are, hashes nothing.
    if host.kind == HOST_NAME and scope.names.count | scope.added:
        key.at = host.text
        key.size = host.size
        record = find_record(block, scope, key)
        if record != 0:
            return record
        if not (scope.lengths[0] | scope.lengths[1] | scope.lengths[2] | scope.lengths[3]):
            return scope.any
        for i in range(host.size):
            if host.text[i] != c'.':
                continue
            left = host.size - i - 1
            if not (scope.lengths[left >> 6] >> (left & 63)) & 1:
                continue
            key.at = host.text + i
            key.size = left + 1
            record = find_record(block, scope, key)
            if record != 0:
                return record
    return scope.any


# ------------------------------------------------------------------------------------------------------------ conditions


cdef inline const Value *asked_value(Asked *asked, uint32_t on, uint32_t name) noexcept nogil:
    if on == ON_HEADER:
        if not asked.headers.gathered:
            gather_headers(asked.block, asked.header, asked.lines, asked.line_count, &asked.headers)
        return value_of(&asked.headers, name)
    if not asked.params.gathered:
        gather_query(asked.block, asked.header, asked.query, &asked.params)
    return value_of(&asked.params, name)


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
    cdef bint present = asked_text(asked, group.on, group.name, &text)
    for i in range(words):
        allowed[i] = free[i]
    if present:
        record = look_up(asked.block, &group.values, text)
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
                for i in range(CHUNK_WORDS):
                    matching[i] = 0
                asked.api.set_matches(asked.sets[group.pattern_set - 1], text.at, text.size, matching)
                for i in range((group.pattern_count + 63) // 64):
                    word = matching[i]
                    while word != 0:
                        pattern = 64 * i + <uint32_t>ctz(word)
                        word &= word - 1
                        patterned = <const uint64_t *>(asked.block + group.by_pattern) + <size_t>pattern * words
                        for j in range(words):
                            allowed[j] |= patterned[j]
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


# ----------------------------------------------------------------------------------------------------------------- paths


cdef inline bint covers(const uint8_t *block, Text prefix, Slice path) noexcept nogil:
    """Whether a prefix is whole segments of a path: /a covers /a and /a/b, not /ab."""
    if path.size <= prefix.size:
        return same(path, block, prefix)
    return path.at[prefix.size] == c'/' and equal(path.at, block + prefix.at, prefix.size)


cdef inline int64_t search_prefixes(Asked *asked, const Host *host) noexcept nogil:
    """The longest prefix first, and the next one where its conditions fail."""
    cdef const PathName *names = <const PathName *>(host + 1)
    cdef int64_t found
    cdef uint32_t i
    for i in range(host.name_count):
        if names[i].prefix != 0 and covers(asked.block, names[i].text, asked.path):
            found = search_spot(asked, names[i].prefix)
            if found != NOT_FOUND:
                return found
    if host.rare != 0:
        found = search_prefix_index(asked, host, <const Rare *>(asked.block + host.rare))
        if found != NOT_FOUND:
            return found
    return search_spot(asked, host.root) if host.root != 0 else NOT_FOUND


cdef struct Cut:
    uint64_t hashed
    uint32_t size


cdef inline int64_t search_prefix_index(Asked *asked, const Host *host, const Rare *rare) noexcept nogil:
    """One pass hashes the prefixes at the depths that exist here; then they are probed from the longest."""
    cdef Cut cuts[64]
    cdef uint64_t state = rare.paths.seed
    cdef const uint8_t *path = asked.path.at
    cdef size_t i = 0, hashed = 0, size = asked.path.size
    cdef size_t bound = size if size <= host.max_size else <size_t>host.max_size + 1
    cdef uint32_t depth = 0, count = 0
    cdef int64_t found
    if rare.depths == 0:
        return NOT_FOUND
    while i < size:
        i = next_slash(path, i + 1, bound)
        if i > host.max_size:
            break
        depth += 1
        if depth < 63:
            if not (rare.depths >> depth) & 1:
                continue
        elif not (rare.depths >> 63) & 1:
            break
        while i - hashed >= 8:
            state = hash_step(state, rare.paths.seed, path + hashed)
            hashed += 8
        if count == 64:
            # More depths than the array holds: what follows is longer and goes first.
            found = search_deeper(asked, host, rare, i)
            if found != NOT_FOUND:
                return found
            break
        cuts[count].hashed = hash_finish(state, rare.paths.seed, path, i)
        cuts[count].size = <uint32_t>i
        count += 1
    while count:
        count -= 1
        found = probe_prefix(asked, rare, cuts[count].hashed, cuts[count].size)
        if found != NOT_FOUND:
            return found
    return NOT_FOUND


cdef inline const PathName *find_path(const uint8_t *block, const Rare *rare, Slice path, uint64_t hashed) noexcept nogil:
    """What came later counts instead of what was there; a PathName without spots says that nothing is there any more."""
    cdef uint32_t record = 0
    if rare.added != 0:
        record = find_added(block, rare.added, path, hashed)
    if record == 0:
        record = probe(block, &rare.paths, path, hashed)
    return <const PathName *>(block + record) if record != 0 else NULL


cdef inline int64_t probe_prefix(Asked *asked, const Rare *rare, uint64_t hashed, size_t size) noexcept nogil:
    cdef Slice key
    cdef const PathName *name
    key.at = asked.path.at
    key.size = size
    name = find_path(asked.block, rare, key, hashed)
    if name == NULL or name.prefix == 0:
        return NOT_FOUND
    return search_spot(asked, name.prefix)


cdef inline int64_t search_deeper(Asked *asked, const Host *host, const Rare *rare, size_t start) noexcept nogil:
    """The cuts from `start` on, each hashed for itself: only a table with over 64 depths of nested prefixes comes here."""
    cdef size_t i = asked.path.size if asked.path.size < host.max_size else host.max_size
    cdef int64_t found
    while i >= start:
        if i == asked.path.size or asked.path.at[i] == c'/':
            found = probe_prefix(asked, rare, hash_text(rare.paths.seed, asked.path.at, i), i)
            if found != NOT_FOUND:
                return found
        i -= 1
    return NOT_FOUND


cdef inline int64_t search_exact(Asked *asked, const Host *host) noexcept nogil:
    cdef const PathName *names = <const PathName *>(host + 1)
    cdef const PathName *name
    cdef const Rare *rare
    cdef uint32_t i
    if asked.path.size > host.max_size:
        return NOT_FOUND
    if host.has_exact:
        for i in range(host.name_count):
            if names[i].exact != 0 and same(asked.path, asked.block, names[i].text):
                return search_spot(asked, names[i].exact)
    if host.rare != 0:
        rare = <const Rare *>(asked.block + host.rare)
        if rare.paths.count | rare.added:
            name = find_path(asked.block, rare, asked.path, hash_text(rare.paths.seed, asked.path.at, asked.path.size))
            if name != NULL and name.exact != 0:
                return search_spot(asked, name.exact)
    return NOT_FOUND


cdef inline int64_t search_http(Asked *asked, const Host *host) noexcept nogil:
    """Exact, then regular expressions and prefixes in the order that the table's options say (K3)."""
    cdef uint32_t regexes = (<const Rare *>(asked.block + host.rare)).regexes if host.rare != 0 else 0
    cdef bint after = asked.header.regex_after_prefix
    cdef int64_t found
    if asked.path.size == 0 or asked.path.at[0] != c'/':
        return search_spot(asked, host.root) if host.root != 0 else NOT_FOUND
    found = search_exact(asked, host)
    if found == NOT_FOUND and after:
        found = search_prefixes(asked, host)
    if found == NOT_FOUND and regexes != 0:
        found = search_spot(asked, regexes)
    if found == NOT_FOUND and not after:
        found = search_prefixes(asked, host)
    return found


cdef inline int64_t search_host(Asked *asked, const Host *host) noexcept nogil:
    """The kind of route that the request is of goes first (M-9)."""
    cdef uint32_t grpc = (<const Rare *>(asked.block + host.rare)).grpc if host.rare != 0 else 0
    cdef bint grpc_first
    cdef int64_t found
    if grpc == 0:
        return search_http(asked, host)
    grpc_first = is_grpc(asked.is_post, asked.lines, asked.line_count)
    found = search_spot(asked, grpc) if grpc_first else search_http(asked, host)
    if found == NOT_FOUND:
        found = search_http(asked, host) if grpc_first else search_spot(asked, grpc)
    return found


cdef inline bint is_grpc(bint is_post, const Line *lines, size_t count) noexcept nogil:
    """POST, and a Content-Type of application/grpc alone or followed by `+` or `;`, in any case."""
    cdef const char *media_type = b"application/grpc"
    cdef size_t i, j, found = 0
    cdef Slice value
    if not is_post:
        return False
    for i in range(count):
        if is_named(lines[i].name, b"content-type", 12):
            if found == 0:
                value = trimmed(lines[i].value)
            found += 1
    if found == 0 or value.size < 16:
        return False
    for j in range(16):
        if fold(value.at[j]) != <uint8_t>media_type[j]:
            return False
    if value.size == 16:
        return found == 1  # several lines are one value, joined by `,`
    return value.at[16] == c'+' or value.at[16] == c';'


cdef inline int64_t search(Asked *asked, uint32_t host) noexcept nogil:
    """The candidate that takes the request, from the virtual host `host` on; NOT_FOUND, TOO_LONG or OUT_OF_MEMORY."""
    cdef const Host *here
    cdef int64_t found = NOT_FOUND
    while host != 0 and found == NOT_FOUND:
        here = <const Host *>(asked.block + present(asked.block, asked.header, host))
        found = search_host(asked, here)
        host = here.fallthrough
    if asked.headers.failed or asked.params.failed:
        return OUT_OF_MEMORY
    return found
