"""Candidates in the block: one that takes whatever comes, a few that are scanned, or many by shapes and bitsets."""

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memset

from .layout cimport *
from .records cimport Field, field, read
from .rules cimport Rules

from ..ir import Entry, PathKind

cdef object REGULAR_EXPRESSION = PathKind.REGULAR_EXPRESSION
cdef Field METHOD = field(Entry, "method")
cdef Field HEADERS = field(Entry, "headers")
cdef Field QUERY_PARAMS = field(Entry, "query_params")
cdef Field GRPC = field(Entry, "grpc")


cdef class Spots(Rules):
    cdef uint32_t spot(self, tuple ids, bint on_path=False) except? 0:
        """The spot of entry ids in rank order; 0 for none. `on_path`: their path is a condition like others.

        Raises:
            Full: a change needs more room than there is, or a method that the table did not ask for.
        """
        cdef size_t count = len(ids), i
        cdef uint32_t offset
        cdef Candidate single
        cdef object entry
        cdef bint free = False
        if count == 0:
            return 0
        # What stands behind a candidate that takes whatever comes is never reached.
        for i in range(count):
            entry = self.entries[<Py_ssize_t>ids[i]]
            free = is_free(entry, on_path)
            if free:
                count = i + 1
                break
        if count == 1 and free:
            self._candidate(&single, ids[0], entry)
            offset = self.block.take(sizeof(Candidate))
            (<Candidate *>(self.block.base + offset))[0] = single
            return offset | SINGLE
        if count <= FEW:
            return self._scanned(ids, count, on_path)
        return self._large(ids[:count], on_path) | LARGE

    cdef uint32_t _scanned(self, tuple ids, size_t count, bint on_path) except 0:
        cdef Asking made[FEW]
        cdef Spot *spot
        cdef uint32_t offset, reads = 0
        cdef size_t i
        for i in range(count):
            entry = self.entries[<Py_ssize_t>ids[i]]
            self._candidate(&made[i].candidate, ids[i], entry)
            made[i].method = self._method(read(entry, &METHOD))
            asked = conditions(entry, on_path)
            reads |= read_by(asked)
            made[i].preds = self._preds(asked)
            made[i].pred_count = <uint32_t>len(asked)
        offset = self.block.take(sizeof(Spot) + count * sizeof(Asking))
        spot = <Spot *>(self.block.base + offset)
        spot.count = <uint32_t>count
        spot.reads = reads
        for i in range(count):
            (<Asking *>(spot + 1))[i] = made[i]
        return offset

    cdef uint32_t _preds(self, list asked) except? 0:
        cdef uint32_t offset = self.block.take_array(len(asked), sizeof(Pred))
        cdef Pred made
        cdef size_t place = 0
        for on, name, value, is_regex in asked:
            made.on = on
            made.name = self.name_id(on, name)
            made.value = self.block.text_of(value)
            made.pattern = self.sets.add([value], self.options.regex_automaton_limit) if is_regex else 0
            (<Pred *>(self.block.base + offset))[place] = made
            place += 1
        return offset

    # -------------------------------------------------------------------------------------------- many at one spot

    cdef uint32_t _large(self, tuple ids, bint on_path) except 0:
        cdef uint32_t offset = self.block.take(sizeof(Large), 8)
        cdef size_t count = len(ids), i
        cdef uint32_t candidates = self.block.take_array(count, sizeof(Candidate))
        cdef Candidate candidate
        cdef Large made
        cdef list asked = [], wanted
        made.reads = 0
        for i in range(count):
            entry = self.entries[<Py_ssize_t>ids[i]]
            self._candidate(&candidate, ids[i], entry)
            (<Candidate *>(self.block.base + candidates))[i] = candidate
            wanted = conditions(entry, on_path)
            made.reads |= read_by(wanted)
            asked.append((self._method(entry.method), wanted))
        made.candidates = candidates
        made.count = <uint32_t>count
        made.seed = made.shapes = made.shape_count = made.positions = 0
        rest = range(count)
        if count > SHAPED:
            shapes, rest = _shaped(asked)
            self._shapes(&made, shapes)
            if shapes:
                made.positions = self._numbers(list(rest))
        made.chunk_count = <uint32_t>((len(rest) + CHUNK - 1) // CHUNK)
        made.chunks = self.block.take_array(made.chunk_count, sizeof(Chunk))
        for i in range(made.chunk_count):
            part = [asked[position] for position in rest[i * CHUNK:(i + 1) * CHUNK]]
            self._chunk(made.chunks + <uint32_t>(i * sizeof(Chunk)), part, <uint32_t>(i * CHUNK))
        (<Large *>(self.block.base + offset))[0] = made
        return offset

    cdef uint32_t _numbers(self, list numbers) except? 0:
        cdef uint32_t offset = self.block.take_array(len(numbers), sizeof(uint32_t))
        cdef size_t place = 0
        for number in numbers:
            (<uint32_t *>(self.block.base + offset))[place] = number
            place += 1
        return offset

    cdef int _shapes(self, Large *large, list shapes) except -1:
        """Lays the shapes out, under the first seed that lets no lookup walk far."""
        cdef uint32_t offset = self.block.take_array(len(shapes), sizeof(Shape))
        cdef Shape made
        cdef list laid = []
        cdef uint64_t attempt
        cdef size_t place = 0
        cdef uint32_t longest
        for (asks_method, things), keys in shapes:
            made.best = min(keys.values())
            made.asks_method = asks_method
            made.part_count = <uint32_t>len(things)
            made.parts = self.block.take_array(len(things), sizeof(Part))
            for i, (on, name) in enumerate(things):
                longest = max(len(values[i]) for _, values in keys)
                number = self.name_id(on, name)
                (<Part *>(self.block.base + made.parts))[<size_t>i] = Part(on, number, longest)
            made.slot_count = <uint32_t>(2 * len(keys))
            made.slots = self.block.take_array(made.slot_count, sizeof(Slot))
            (<Shape *>(self.block.base + offset))[place] = made
            place += 1
            laid.append(self._keys(keys))
        large.shapes = offset
        large.shape_count = <uint32_t>len(shapes)
        for attempt in range(SEEDS):
            large.seed = splitmix(attempt)
            place = 0
            for keys_at in laid:
                made = (<Shape *>(self.block.base + offset))[place]
                if not self._fill_shape(large.seed, &made, keys_at, attempt + 1 < SEEDS):
                    break
                place += 1
            else:
                break
        return 0

    cdef bytearray _keys(self, dict keys):
        """The offsets of a Key for each (method, values)."""
        cdef bytearray offsets = bytearray(len(keys) * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(offsets)
        cdef uint32_t offset
        cdef Text text
        cdef size_t place = 0, i
        for (method, values), position in keys.items():
            offset = self.block.take(sizeof(Key) + len(values) * sizeof(Text))
            (<Key *>(self.block.base + offset)).position = position
            (<Key *>(self.block.base + offset)).method = method
            i = 0
            for value in values:
                text = self.block.text_of(value)
                (<Text *>(self.block.base + offset + sizeof(Key)))[i] = text
                i += 1
            into[place] = offset
            place += 1
        return offsets

    cdef bint _fill_shape(self, uint64_t seed, const Shape *shape, bytearray keys, bint may_fail) except -1:
        cdef Slot *slots = <Slot *>(self.block.base + shape.slots)
        cdef const uint32_t *offsets = <const uint32_t *>PyByteArray_AS_STRING(keys)
        cdef const Key *key
        cdef const Text *values
        cdef uint64_t hashed
        cdef uint32_t where, run, j
        cdef size_t i
        memset(slots, 0, <size_t>shape.slot_count * sizeof(Slot))
        for i in range(<size_t>len(keys) // sizeof(uint32_t)):
            key = <const Key *>(self.block.base + offsets[i])
            values = <const Text *>(key + 1)
            hashed = seed
            if shape.asks_method:
                hashed = combine(hashed, key.method)
            for j in range(shape.part_count):
                hashed = combine(hashed, hash_text(seed, self.block.base + values[j].at, values[j].size))
            where = slot_of(hashed, shape.slot_count)
            run = 0
            while slots[where].record != 0:
                where = where + 1 if where + 1 < shape.slot_count else 0
                run += 1
                if run > LONGEST_RUN and may_fail:
                    return False
            slots[where].tag = <uint32_t>(hashed >> 32)
            slots[where].record = offsets[i]
        return True

    cdef int _chunk(self, uint32_t offset, list asked, uint32_t first) except -1:
        """Up to CHUNK candidates as bitsets: one group for each thing that some of them have a condition on."""
        cdef Chunk made
        cdef uint32_t count = <uint32_t>len(asked)
        cdef dict groups = {}
        methods = {}
        for place, (method, wanted) in enumerate(asked):
            if method:
                methods[method] = methods.get(method, 0) | 1 << place
            for on, name, value, is_regex in wanted:
                exact, patterns = groups.setdefault((on, name), ({}, {}))
                values = patterns if is_regex else exact
                values[value] = values.get(value, 0) | 1 << place
        made.first = first
        made.count = count
        made.words = (count + 63) // 64
        made.methods = self._method_bits(methods, count, made.words) if methods else 0
        made.group_count = <uint32_t>len(groups)
        made.groups = self.block.take_array(len(groups), sizeof(Group), 8)
        for place, key in enumerate(sorted(groups)):
            exact, patterns = groups[key]
            self._group(made.groups + <uint32_t>(place * sizeof(Group)), key, exact, patterns, count, made.words)
        (<Chunk *>(self.block.base + offset))[0] = made
        return 0

    def _group(self, uint32_t offset, key, dict exact, dict patterns, count, words):
        cdef Group made
        cdef GroupValue value
        cdef bytearray records = bytearray(len(exact) * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(records)
        cdef size_t place = 0
        on, name = key
        constrained = patterned = 0
        for bits in exact.values():
            constrained |= bits
        for bits in patterns.values():
            patterned |= bits
        made.on = on
        made.name = self.name_id(on, name)
        made.free = self._bits([((1 << count) - 1) & ~(constrained | patterned)], words)
        for text, bits in exact.items():
            value.text = self.block.text_of(text)
            value.bits = self._bits([bits], words)
            into[place] = self.block.take(sizeof(GroupValue))
            (<GroupValue *>(self.block.base + into[place]))[0] = value
            place += 1
        made.values = self.block.index(into, place)
        made.pattern_count = len(patterns)
        made.pattern_set = made.by_pattern = made.patterned = made._pad = 0
        if patterns:
            made.pattern_set = self.sets.add(list(patterns), self.options.regex_automaton_limit)
            made.by_pattern = self._bits(list(patterns.values()), words)
            made.patterned = self._bits([patterned], words)
        (<Group *>(self.block.base + offset))[0] = made

    def _method_bits(self, dict methods, count, words):
        """A bitset for every method id; 0 stands for a method that no entry of the table asks for."""
        asking = 0
        for bits in methods.values():
            asking |= bits
        free = ((1 << count) - 1) & ~asking
        return self._bits([free | methods.get(number, 0) for number in range(len(self.methods) + 1)], words)

    def _bits(self, list bitsets, size_t words):
        cdef uint32_t offset = self.block.take_array(len(bitsets) * words, sizeof(uint64_t), 8)
        cdef size_t place = 0, i
        for bits in bitsets:
            for i in range(words):
                (<uint64_t *>(self.block.base + offset))[place] = <uint64_t>((bits >> (64 * i)) & 0xFFFFFFFFFFFFFFFF)
                place += 1
        return offset


def _shaped(list asked):
    """Of (method id, conditions) in rank order: the shapes worth a probe, by their best position, each with the position of
    every (method id, values) in it, and the positions of what is in no shape."""
    cdef dict found = {}
    cdef list rest = []
    for position, (method, wanted) in enumerate(asked):
        exact = sorted([(on, name, value) for on, name, value, is_regex in wanted if not is_regex])
        things = tuple([(on, name) for on, name, _ in exact])
        # A name that is asked for twice has two values to hold, which one hash cannot say.
        if len(exact) < len(wanted) or len(set(things)) < len(things) or len(things) > MOST_PARTS or not (things or method):
            rest.append(position)
            continue
        key = (method, tuple([value for _, _, value in exact]))
        found.setdefault((bool(method), things), ({}, []))[1].append(position)
        # Of those with equal conditions the first takes all.
        found[(bool(method), things)][0].setdefault(key, position)
    kept = []
    # Listed, since CPython 3.11 crashes where there is no memory for the iterator that `sorted` would ask for.
    for shape, (keys, positions) in sorted([each for each in found.items()], key=_by_size):
        if len(kept) < SHAPES and len(positions) > FEW:
            kept.append((shape, keys))
        else:
            rest.extend(positions)
    kept.sort(key=_by_best)
    return kept, sorted(rest)


def _by_size(item):
    return -len(item[1][1]), item[1][1][0]


def _by_best(item):
    return min(item[1].values())


cdef bint is_free(object entry, bint on_path) except -1:
    """Whether an entry takes whatever comes to its path."""
    if on_path or read(entry, &METHOD) is not None or read(entry, &HEADERS) != () or read(entry, &QUERY_PARAMS) != ():
        return False
    call = read(entry, &GRPC)
    return call is None or (call.service is None and call.method is None)


cdef list conditions(object entry, bint on_path):
    """(on, name, value, whether it is a pattern) for everything but the method and a path that the path index decides."""
    found = []
    if on_path and entry.path.kind is REGULAR_EXPRESSION:
        found.append((ON_PATH, b"", entry.path.value, True))
    if entry.grpc is not None:
        parts = ((ON_SERVICE, entry.grpc.service), (ON_METHOD, entry.grpc.method))
        found.extend([(on, b"", value, entry.grpc.is_regex) for on, value in parts if value is not None])
    found.extend([(ON_HEADER, match.name, match.value, match.is_regex) for match in entry.headers])
    found.extend([(ON_QUERY, match.name, match.value, match.is_regex) for match in entry.query_params])
    return found


cdef uint32_t read_by(list asked) except? 0:
    """What conditions look at, as a spot says it."""
    cdef uint32_t reads = 0
    for on, _, _, _ in asked:
        reads |= READS_HEADERS if on == ON_HEADER else READS_QUERY if on == ON_QUERY else 0
    return reads
