"""From a request to the candidate that takes it: names, then paths, then what candidates.pxd says of the spot they lead to. Never
leaves the bytes it was given. `found` is the offset of a Candidate, or one of the reasons there."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from .candidates cimport NOT_FOUND, OUT_OF_MEMORY, Asked, ctz, search_spot
from .fields cimport Line
from .host cimport HOST_NAME, HostText
from .layout cimport *
from .text cimport fold, is_named, trimmed


# ----------------------------------------------------------------------------------------------------------------- hosts


cdef inline bint names_some(const Scope *scope) noexcept nogil:
    return (scope.names.count | scope.added) != 0


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
    if host.kind == HOST_NAME and names_some(scope):
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


cdef enum:
    MOST_CUTS = 128      # of one path that are kept


# A place where a path may be cut: what is before it may be a prefix.
cdef struct Cut:
    uint64_t hashed
    uint32_t size


# A path on its way through its words, of which each is loaded once: for the places of its slashes, and for its hash.
cdef struct Cutting:
    uint64_t state       # of the hash, of all words before this one
    uint64_t word
    uint64_t places      # in this word: the highest bit of each byte before which the path may be cut
    size_t start         # of this word
    uint32_t depth


cdef inline void take_word(Cutting *cutting, Slice path) noexcept nogil:
    cdef size_t left = path.size - cutting.start
    if left >= 8:
        cutting.word = word_at(path.at + cutting.start)
        cutting.places = slashes_of(cutting.word)
    else:
        cutting.word = few_at(path.at + cutting.start, left)
        cutting.places = slashes_of(cutting.word) | <uint64_t>0x80 << (8 * left)


cdef inline bint next_cut(Cutting *cutting, Slice path, uint64_t seed, Cut *cut) noexcept nogil:
    """The next place where the path may be cut, the last of which is its end; False behind it."""
    while cutting.places == 0:
        if path.size - cutting.start < 8:
            return False
        cutting.state = hash_step(cutting.state, seed, cutting.word)
        cutting.start += 8
        take_word(cutting, path)
    cut.size = <uint32_t>(cutting.start + (ctz(cutting.places) >> 3))
    cut.hashed = hash_finish(cutting.state, seed, cutting.word, cut.size)
    cutting.places &= cutting.places - 1
    cutting.depth += 1
    return True


cdef inline void begin_cuts(Cutting *cutting, Slice path, uint64_t seed) noexcept nogil:
    """For a path that begins with a slash, before which it cannot be cut."""
    cutting.state = seed
    cutting.start = cutting.depth = 0
    take_word(cutting, path)
    cutting.places &= cutting.places - 1


cdef inline int64_t search_prefix_index(Asked *asked, const Host *host, const Rare *rare) noexcept nogil:
    """One pass hashes the prefixes at the depths that exist here; then they are probed from the longest.

    PERF(bench_match::bench_growth): the slots of all are on their way while the path is still being hashed.
    """
    cdef Cut cuts[MOST_CUTS]
    cdef Cutting cutting
    cdef uint32_t count = 0
    cdef int64_t found
    cdef bint ended = False
    if rare.depths == 0:
        return NOT_FOUND
    begin_cuts(&cutting, asked.path, rare.paths.seed)
    while next_cut(&cutting, asked.path, rare.paths.seed, &cuts[count]):
        if cuts[count].size > host.max_size or (cutting.depth >= 63 and not (rare.depths >> 63)):
            break
        if not (rare.depths >> (cutting.depth if cutting.depth < 63 else 63)) & 1:
            continue
        fetch_slot(asked.block, &rare.paths, cuts[count].hashed)
        count += 1
        if count == MOST_CUTS:
            # Perhaps there are more depths than the array holds: what follows is longer and goes first.
            found = search_deeper(asked, host, rare, cuts[count - 1].size + 1, &ended)
            if found != NOT_FOUND or ended:
                return found
            break
    while count:
        count -= 1
        found = probe_prefix(asked, rare, cuts[count].hashed, cuts[count].size, &ended)
        if found != NOT_FOUND or ended:
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


cdef inline int64_t probe_prefix(Asked *asked, const Rare *rare, uint64_t hashed, size_t size, bint *ended) noexcept nogil:
    """`ended` tells that shorter prefixes have been searched, too."""
    cdef Slice key
    cdef const PathName *name
    key.at = asked.path.at
    key.size = size
    name = find_path(asked.block, rare, key, hashed)
    if name == NULL:
        return NOT_FOUND
    if rare.added == 0:
        ended[0] = True
        return search_outwards(asked, <const Nested *>name)
    return search_spot(asked, name.prefix) if name.prefix != 0 else NOT_FOUND


cdef inline int64_t search_outwards(Asked *asked, const Nested *nested) noexcept nogil:
    """A prefix that covers the path, and those around it.

    PERF(bench_match::bench_workload): what covers a prefix covers the path, so that nothing is hashed or compared again.
    """
    cdef int64_t found
    while True:
        if nested.name.prefix != 0:
            found = search_spot(asked, nested.name.prefix)
            if found != NOT_FOUND:
                return found
        if nested.around == 0:
            return NOT_FOUND
        nested = <const Nested *>(asked.block + nested.around)


cdef inline int64_t search_deeper(Asked *asked, const Host *host, const Rare *rare, size_t start, bint *ended) noexcept nogil:
    """The cuts from `start` on, each hashed for itself: only a path of more segments than are kept comes here."""
    cdef size_t i = asked.path.size if asked.path.size < host.max_size else host.max_size
    cdef int64_t found
    while i >= start:
        if i == asked.path.size or asked.path.at[i] == c'/':
            found = probe_prefix(asked, rare, hash_text(rare.paths.seed, asked.path.at, i), i, ended)
            if found != NOT_FOUND or ended[0]:
                return found
        i -= 1
    return NOT_FOUND


cdef inline int64_t search_exact(Asked *asked, const Host *host) noexcept nogil:
    cdef const PathName *names = <const PathName *>(host + 1)
    cdef const PathName *name
    cdef const Rare *rare
    cdef uint32_t i
    if not host.has_exact or asked.path.size > host.max_size:
        return NOT_FOUND
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
