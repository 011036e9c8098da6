"""Whether records of a block that came from elsewhere can be read: what every room of the block has in common, and candidates."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from .candidates cimport MOST_PARTS
from .layout cimport *


cdef enum:
    MOST_STATUS = 599

cdef struct Known:
    const uint8_t *block
    size_t size
    const Header *header
    const Fields *fields
    const uint32_t *set_sizes    # patterns of each native set
    uint32_t set_count
    uint8_t *seen                # a bit for every place where a virtual host may stand: those that were looked at
    uint64_t *named              # the same: those that some name leads to
    uint32_t action              # the last that was looked at; nearly all candidates share one
    const char *fault            # what is wrong, once something is


cdef inline bint fail(Known *known, const char *fault) noexcept nogil:
    if known.fault == NULL:
        known.fault = fault
    return False


cdef inline bint inside(Known *known, uint32_t offset, uint64_t size) noexcept nogil:
    """Whether a record of so many bytes stands in the block, where records may stand."""
    if offset < sizeof(Header) or offset & 3 or offset + size > known.size:
        return fail(known, b"a record lies outside of the block")
    return True


cdef inline bint wide(Known *known, uint32_t offset, uint64_t size) noexcept nogil:
    """As `inside`, for records with numbers of eight bytes."""
    if offset & 7:
        return fail(known, b"a record lies outside of the block")
    return inside(known, offset, size)


cdef inline bint check_array(Known *known, uint32_t offset, uint64_t count, uint64_t stride) noexcept nogil:
    return count == 0 or inside(known, offset, count * stride)


cdef inline bint check_text(Known *known, Text text) noexcept nogil:
    if <uint64_t>text.at + text.size > known.size:
        return fail(known, b"a text lies outside of the block")
    return True


cdef inline bint check_index(Known *known, const Index *index) noexcept nogil:
    """Its slots, of which one at least is empty: that is where a lookup ends. What they name is looked at by the caller."""
    if index.count == 0:
        return True
    if not inside(known, index.slots, <uint64_t>index.count * sizeof(Slot)):
        return False
    return check_gap(known, <const Slot *>(known.block + index.slots), index.count)


cdef inline bint check_gap(Known *known, const Slot *slots, uint32_t count) noexcept nogil:
    cdef uint32_t i
    for i in range(count):
        if slots[i].record == 0:
            return True
    return fail(known, b"an index has no end")


# ------------------------------------------------------------------------------------------------------------- candidates


cdef inline bint check_spot(Known *known, uint32_t spot) noexcept nogil:
    cdef uint32_t offset = spot & ~<uint32_t>KINDS
    cdef uint32_t kind = spot & KINDS
    if spot == 0:
        return True
    if kind == SINGLE:
        return inside(known, offset, sizeof(Candidate)) and check_candidate(known, <const Candidate *>(known.block + offset))
    if kind == SCANNED:
        return check_scanned(known, offset)
    if kind == LARGE:
        return check_large(known, offset)
    return fail(known, b"a place of candidates is of an unknown kind")


cdef inline bint check_candidate(Known *known, const Candidate *candidate) noexcept nogil:
    if candidate.entry >= known.header.entry_count or candidate.rule >= known.header.rule_count:
        return fail(known, b"a candidate is out of range")
    return check_action(known, candidate.action)


cdef inline bint check_action(Known *known, uint32_t offset) noexcept nogil:
    """The weights add up to the total, where the picking of a backend ends."""
    cdef const Action *action
    cdef const Backend *backends
    cdef uint32_t i, until = 0
    if offset == known.action:
        return True
    if not inside(known, offset, sizeof(Action)):
        return False
    action = <const Action *>(known.block + offset)
    if action.status > MOST_STATUS:
        return fail(known, b"a status is out of range")
    if not check_array(known, action.backends, action.backend_count, sizeof(Backend)):
        return False
    backends = <const Backend *>(known.block + action.backends)
    for i in range(action.backend_count):
        if backends[i].until < until:
            return fail(known, b"the weights of a rule do not add up")
        if backends[i].status > MOST_STATUS:
            return fail(known, b"a status is out of range")
        until = backends[i].until
    if until != action.total:
        return fail(known, b"the weights of a rule do not add up")
    known.action = offset
    return True


cdef inline bint check_scanned(Known *known, uint32_t offset) noexcept nogil:
    cdef const Spot *spot
    cdef const Asking *asking
    cdef uint32_t i
    if not inside(known, offset, sizeof(Spot)):
        return False
    spot = <const Spot *>(known.block + offset)
    if not inside(known, offset, sizeof(Spot) + <uint64_t>spot.count * sizeof(Asking)):
        return False
    asking = <const Asking *>(spot + 1)
    for i in range(spot.count):
        if asking[i].method > known.header.method_count:
            return fail(known, b"a method is out of range")
        if not check_candidate(known, &asking[i].candidate) or not check_preds(known, spot.reads, &asking[i]):
            return False
    return True


cdef inline bint check_preds(Known *known, uint32_t reads, const Asking *asking) noexcept nogil:
    cdef const Pred *preds
    cdef uint32_t i
    if not check_array(known, asking.preds, asking.pred_count, sizeof(Pred)):
        return False
    preds = <const Pred *>(known.block + asking.preds)
    for i in range(asking.pred_count):
        if not check_asked(known, reads, preds[i].on, preds[i].name) or not check_text(known, preds[i].value):
            return False
        if preds[i].pattern != 0 and (preds[i].pattern > known.set_count or known.set_sizes[preds[i].pattern - 1] > 64):
            return fail(known, b"a set of patterns is out of range")
    return True


cdef inline bint check_asked(Known *known, uint32_t reads, uint32_t on, uint32_t name) noexcept nogil:
    """A condition at a spot that says what is gathered for it."""
    if on > ON_METHOD:
        return fail(known, b"a condition is of an unknown kind")
    if (on == ON_HEADER and not reads & READS_HEADERS) or (on == ON_QUERY and not reads & READS_QUERY):
        return fail(known, b"a condition is on what is not read")
    if (on == ON_HEADER and name >= known.fields.header_count) or (on == ON_QUERY and name >= known.fields.param_count):
        return fail(known, b"a condition is on a name that is out of range")
    return True


cdef inline bint check_large(Known *known, uint32_t offset) noexcept nogil:
    cdef const Large *large
    cdef const Candidate *candidates
    cdef const Shape *shapes
    cdef const Chunk *chunks
    cdef const uint32_t *positions
    cdef uint32_t i
    cdef uint64_t chunked = 0
    if not wide(known, offset, sizeof(Large)):
        return False
    large = <const Large *>(known.block + offset)
    if not check_array(known, large.candidates, large.count, sizeof(Candidate)):
        return False
    candidates = <const Candidate *>(known.block + large.candidates)
    for i in range(large.count):
        if not check_candidate(known, &candidates[i]):
            return False
    if large.shape_count > SHAPES:
        return fail(known, b"a place of candidates has too many shapes")
    if not check_array(known, large.shapes, large.shape_count, sizeof(Shape)):
        return False
    shapes = <const Shape *>(known.block + large.shapes)
    for i in range(large.shape_count):
        if not check_shape(known, large, &shapes[i]):
            return False
    if not check_array(known, large.chunks, large.chunk_count, sizeof(Chunk)):
        return False
    chunks = <const Chunk *>(known.block + large.chunks)
    for i in range(large.chunk_count):
        if chunks[i].first != chunked or not check_chunk(known, large.reads, &chunks[i]):
            return fail(known, b"a chunk of candidates does not follow the one before")
        chunked += chunks[i].count
    if large.positions == 0:
        return chunked == 0 or chunked == large.count or fail(known, b"chunks hold other candidates than there are")
    if not inside(known, large.positions, chunked * sizeof(uint32_t)):
        return False
    positions = <const uint32_t *>(known.block + large.positions)
    for i in range(<uint32_t>chunked):
        if positions[i] >= large.count:
            return fail(known, b"a candidate is out of range")
    return True


cdef inline bint check_shape(Known *known, const Large *large, const Shape *shape) noexcept nogil:
    cdef const Part *parts
    cdef const Slot *slots
    cdef const Key *key
    cdef const Text *values
    cdef uint32_t i, j
    if shape.part_count > MOST_PARTS:
        return fail(known, b"a shape has too many parts")
    if not check_array(known, shape.parts, shape.part_count, sizeof(Part)):
        return False
    parts = <const Part *>(known.block + shape.parts)
    for i in range(shape.part_count):
        if not check_asked(known, large.reads, parts[i].on, parts[i].name):
            return False
    if shape.slot_count == 0 or not inside(known, shape.slots, <uint64_t>shape.slot_count * sizeof(Slot)):
        return fail(known, b"a shape has no keys")
    slots = <const Slot *>(known.block + shape.slots)
    if not check_gap(known, slots, shape.slot_count):
        return False
    for i in range(shape.slot_count):
        if slots[i].record == 0:
            continue
        if not inside(known, slots[i].record, sizeof(Key) + <uint64_t>shape.part_count * sizeof(Text)):
            return False
        key = <const Key *>(known.block + slots[i].record)
        if key.position >= large.count or key.method > known.header.method_count:
            return fail(known, b"a candidate is out of range")
        values = <const Text *>(key + 1)
        for j in range(shape.part_count):
            if not check_text(known, values[j]):
                return False
    return True


cdef inline bint check_chunk(Known *known, uint32_t reads, const Chunk *chunk) noexcept nogil:
    cdef const Group *groups
    cdef uint32_t i
    if chunk.count == 0 or chunk.count > CHUNK or chunk.words != (chunk.count + 63) // 64:
        return fail(known, b"a chunk of candidates has an impossible size")
    if chunk.methods != 0 and not check_bits(known, chunk.methods, <uint64_t>known.header.method_count + 1, chunk.words):
        return False
    if chunk.group_count != 0 and not wide(known, chunk.groups, <uint64_t>chunk.group_count * sizeof(Group)):
        return False
    groups = <const Group *>(known.block + chunk.groups)
    for i in range(chunk.group_count):
        if not check_group(known, reads, chunk, &groups[i]):
            return False
    return True


cdef inline bint check_bits(Known *known, uint32_t offset, uint64_t sets, uint32_t words) noexcept nogil:
    return wide(known, offset, sets * words * sizeof(uint64_t))


cdef inline bint check_group(Known *known, uint32_t reads, const Chunk *chunk, const Group *group) noexcept nogil:
    cdef const Slot *slots
    cdef const GroupValue *value
    cdef uint32_t i
    if not check_asked(known, reads, group.on, group.name) or not check_bits(known, group.free, 1, chunk.words):
        return False
    if not check_index(known, &group.values):
        return False
    slots = <const Slot *>(known.block + group.values.slots)
    for i in range(group.values.count):
        if slots[i].record == 0:
            continue
        if not inside(known, slots[i].record, sizeof(GroupValue)):
            return False
        value = <const GroupValue *>(known.block + slots[i].record)
        if not check_text(known, value.text) or not check_bits(known, value.bits, 1, chunk.words):
            return False
    if group.pattern_count == 0:
        return True
    if group.pattern_count > CHUNK or not (0 < group.pattern_set <= known.set_count):
        return fail(known, b"a set of patterns is out of range")
    if known.set_sizes[group.pattern_set - 1] != group.pattern_count:
        return fail(known, b"a set of patterns has another size than its bits")
    return check_bits(known, group.by_pattern, group.pattern_count, chunk.words) and check_bits(known, group.patterned, 1, chunk.words)
