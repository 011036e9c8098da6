"""Headers and query parameters of a request, by the ids of the names that the table asks for.

Gathered once, when a candidate first asks; the cost is linear in the lines, however many share a name (HI-F7).
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memchr, memcpy

from .layout cimport Fields, Name, Slice, equal_folded, hash_text, look_up
from .text cimport fold, fold_text, hex_digit, is_coded, is_field_value, next_parameter, trimmed


cdef enum:
    ROOM = 32            # values kept without an allocation
    QUERY_BYTES = 256    # of a query that is decoded without an allocation
    NAME_BYTES = 256     # a configured header name is no longer (HTTPHeaderName)


cdef struct Line:
    Slice name
    Slice value


cdef struct Value:
    uint32_t name        # id + 1; 0 is an empty place
    bint is_field_value
    bint started         # while lines are joined
    size_t lines
    Slice text
    uint64_t hashed
    uint64_t hashed_for  # the seed; 0 while it is not hashed


# A place for each name id; where the table asks for too many, open addressing by id.
cdef struct Values:
    bint gathered
    bint failed          # out of memory
    bint direct
    uint32_t size        # places
    Value *places
    uint8_t *scratch     # joined and decoded text
    Value room[32]
    uint8_t decoded[256]


cdef inline void prepare(Values *values) noexcept nogil:
    values.gathered = values.failed = False


cdef inline void forget(Values *values) noexcept nogil:
    if not values.gathered:
        return
    if values.places != values.room:
        free(values.places)
    if values.scratch != &values.decoded[0]:
        free(values.scratch)


cdef inline bint make_room(Values *values, size_t known, size_t count) noexcept nogil:
    """For the `known` names of a table, of which a request has at most `count`; at half load."""
    cdef size_t size = ROOM
    cdef size_t i
    values.gathered = True
    values.places = values.room
    values.scratch = NULL
    # PERF(bench_match::bench_two_headers): few tables ask for more names, and their ids are places.
    values.direct = known <= ROOM
    if values.direct:
        values.size = <uint32_t>known
        for i in range(known):
            values.room[i].name = 0
        return True
    if known < count:
        count = known
    while size < 2 * count:
        size *= 2
    values.size = <uint32_t>size
    if size == ROOM:
        for i in range(ROOM):
            values.room[i].name = 0
        return True
    values.places = <Value *>calloc(size, sizeof(Value))
    if values.places == NULL:
        lose(values)
        return False
    return True


cdef inline void lose(Values *values) noexcept nogil:
    """Out of memory: from here on the request has none of the names that are asked for."""
    cdef size_t i
    if values.places != values.room:
        free(values.places)
    values.places = values.room
    values.size = ROOM
    values.direct = False
    values.failed = True
    for i in range(ROOM):
        values.room[i].name = 0


cdef inline Value *place(Values *values, uint32_t name) noexcept nogil:
    """The place of a name id, perhaps still empty."""
    cdef uint32_t where
    if values.direct:
        return &values.places[name]
    where = (name * 0x9E3779B1u) >> 7 & (values.size - 1)
    while values.places[where].name != 0 and values.places[where].name != name + 1:
        where = (where + 1) & (values.size - 1)
    return &values.places[where]


cdef inline const Value *value_of(Values *values, uint32_t name) noexcept nogil:
    cdef const Value *found = place(values, name)
    return found if found.name != 0 else NULL


cdef inline uint64_t hash_value(const Value *value, uint64_t seed) noexcept nogil:
    """Of its text; each is hashed once for the spots that share a seed, as nearly all do."""
    cdef Value *kept = <Value *>value
    if kept.hashed_for != seed:
        kept.hashed_for = seed
        kept.hashed = hash_text(seed, kept.text.at, kept.text.size)
    return kept.hashed


cdef inline bint header_id(const uint8_t *block, const Fields *fields, Slice name, uint32_t *into) noexcept nogil:
    """Whether the table asks for this header. Configured names are tokens, so an equal one is a token too (HI-F5)."""
    cdef size_t size = name.size if name.size < 63 else 63
    cdef const Name *known
    cdef uint32_t record = fields.sized[size]
    # PERF(bench_match::bench_two_headers): few tables ask for several names of one size, and comparing two costs less than a hash.
    while record != 0:
        known = <const Name *>(block + record)
        if equal_folded(name.at, block + known.text.at, name.size):
            into[0] = known.id
            return True
        record = known.next
    return (fields.crowded >> size) & 1 and look_up_header(block, fields, name, into)


cdef inline bint look_up_header(const uint8_t *block, const Fields *fields, Slice name, uint32_t *into) noexcept nogil:
    cdef uint8_t lower[NAME_BYTES]
    cdef Slice key
    cdef uint32_t record
    if name.size > NAME_BYTES:
        return False
    fold_text(name.at, name.size, lower)
    key.at = lower
    key.size = name.size
    record = look_up(block, &fields.headers, key)
    if record == 0:
        return False
    into[0] = (<const Name *>(block + record)).id
    return True


cdef inline void gather_headers(
    const uint8_t *block, const Fields *fields, const Line *lines, size_t count, Values *values
) noexcept nogil:
    """Lines of one name become one value, joined by `,`, a cookie's by `; ` (HI-F2)."""
    cdef uint32_t name
    cdef size_t i, joined = 0
    cdef Value *value
    if not make_room(values, fields.header_count, count):
        return
    for i in range(count):
        if not header_id(block, fields, lines[i].name, &name):
            continue
        value = place(values, name)
        if value.name == 0:
            value.name = name + 1
            value.lines = 1
            value.started = False
            value.hashed_for = 0
            value.text = trimmed(lines[i].value)
        else:
            value.lines += 1
            value.text.size += trimmed(lines[i].value).size + 2
            joined += 1
    if joined and not join_lines(block, fields, lines, count, values):
        lose(values)
    for i in range(values.size):
        value = &values.places[i]
        if value.name != 0:
            value.is_field_value = is_field_value(value.text)


cdef inline bint join_lines(
    const uint8_t *block, const Fields *fields, const Line *lines, size_t count, Values *values
) noexcept nogil:
    """False without the memory to do so."""
    cdef size_t i, total = 0
    cdef uint32_t name
    cdef uint8_t *end
    cdef Value *value
    cdef Slice text
    cdef bint is_cookie
    for i in range(values.size):
        if values.places[i].name != 0 and values.places[i].lines > 1:
            total += values.places[i].text.size
    values.scratch = <uint8_t *>malloc(total + 1)
    if values.scratch == NULL:
        return False
    end = values.scratch
    for i in range(values.size):
        value = &values.places[i]
        if value.name != 0 and value.lines > 1:
            total = value.text.size
            value.text.at = end
            value.text.size = 0
            end += total
    for i in range(count):
        if not header_id(block, fields, lines[i].name, &name):
            continue
        value = place(values, name)
        if value.lines > 1:
            is_cookie = lines[i].name.size == 6 and fold(lines[i].name.at[0]) == c'c' and fold(lines[i].name.at[5]) == c'e'
            append(value, trimmed(lines[i].value), is_cookie and is_cookie_name(lines[i].name))
    return True


cdef inline bint is_cookie_name(Slice name) noexcept nogil:
    cdef size_t i
    cdef const char *cookie = b"cookie"
    for i in range(6):
        if fold(name.at[i]) != <uint8_t>cookie[i]:
            return False
    return True


cdef inline void append(Value *value, Slice text, bint is_cookie) noexcept nogil:
    cdef uint8_t *end = <uint8_t *>value.text.at + value.text.size
    if value.started:
        end[0] = c';' if is_cookie else c','
        end += 1
        value.text.size += 1
        if is_cookie:
            end[0] = c' '
            end += 1
            value.text.size += 1
    value.started = True
    if text.size:
        memcpy(end, text.at, text.size)
    value.text.size += text.size


cdef inline void gather_query(const uint8_t *block, const Fields *fields, Slice query, Values *values) noexcept nogil:
    """The first value of every parameter that the table asks for, decoded as a form is (HI-Q1 to HI-Q5)."""
    cdef const uint8_t *end = query.at + query.size
    cdef const uint8_t *mark
    cdef uint8_t *written
    cdef uint32_t record
    cdef Slice part, name
    cdef Value *value
    if not make_room(values, fields.param_count, query.size):
        return
    if query.size == 0:
        return
    # PERF(bench_match::bench_two_headers): what is asked of a short query costs no allocation.
    values.scratch = &values.decoded[0]
    if query.size >= QUERY_BYTES:
        values.scratch = <uint8_t *>malloc(query.size + 1)
    if values.scratch == NULL:
        lose(values)
        return
    written = values.scratch
    while query.at < end:
        query.at += next_parameter(query.at, 0, end - query.at, fields.firsts)
        if query.at == end:
            break
        mark = <const uint8_t *>memchr(query.at, c'&', end - query.at)
        part.at = query.at
        part.size = (end if mark == NULL else mark) - query.at
        query.at += part.size + 1
        if part.size == 0:
            continue
        mark = <const uint8_t *>memchr(part.at, c'=', part.size)
        name.at = part.at
        name.size = part.size if mark == NULL else mark - part.at
        if is_coded(name.at, name.size):
            name.size = form_decoded(part.at, name.size, written)
            name.at = written
        # PERF(bench_match::bench_workload): names of other lengths than those that are asked for need not be looked up.
        if not (fields.param_sizes >> (name.size if name.size < 63 else 63)) & 1:
            continue
        record = look_up(block, &fields.params, name)
        if record == 0:
            continue
        value = place(values, (<const Name *>(block + record)).id)
        if value.name != 0:
            continue
        value.name = (<const Name *>(block + record)).id + 1
        value.is_field_value = True
        value.hashed_for = 0
        value.text.at = written
        value.text.size = 0
        if mark != NULL:
            value.text.size = form_decoded(mark + 1, part.at + part.size - mark - 1, written)
        written += value.text.size


cdef inline size_t form_decoded(const uint8_t *text, size_t size, uint8_t *into) noexcept nogil:
    """`+` is a space; a broken escape stays as it is."""
    cdef size_t i = 0, made = 0
    while i < size:
        if text[i] == c'%' and size - i >= 3 and hex_digit(text[i + 1]) >= 0 and hex_digit(text[i + 2]) >= 0:
            into[made] = <uint8_t>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
            i += 3
        else:
            into[made] = c' ' if text[i] == c'+' else text[i]
            i += 1
        made += 1
    return made
