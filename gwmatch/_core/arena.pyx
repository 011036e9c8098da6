"""A block of memory that hands out zeroed, aligned pieces by offset."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy, memset

from .layout cimport BRANCHES, LEAF, Index, Leaf, Slot, Text, hash_text, slot_of, splitmix

from ..errors import CompileError


cdef extern from "pages.h" nogil:
    uint8_t *settle "gwm_settle"(uint8_t *from_, size_t used, size_t size) noexcept


cdef enum:
    LONGEST_RUN = 128    # slots a lookup may walk before another seed is tried; at half load 2**18 slots need about 65
    SEEDS = 16
    RECENT = 1024        # texts that are known to stand in the block already
    SLACK = 1 << 16      # bytes for changes, beside an eighth of what there is


class Full(Exception):
    """A sealed block has no room for what a change needs."""


cdef class Block:
    def __cinit__(self, size_t head):
        """`head` bytes at the start are the owner's; being at offset 0, they are never handed out."""
        self.base = NULL
        self.used = 0
        self.capacity = 0
        self.sealed = False
        self.recent = <Text *>calloc(RECENT, sizeof(Text))
        if self.recent == NULL:
            raise MemoryError("no memory for the table")
        self.take(head)

    def __dealloc__(self):
        free(self.recent)
        free(self.base)

    cdef uint32_t take(self, size_t size, size_t alignment=4) except? 0:
        """The offset of `size` zeroed bytes; 0, which is "none" everywhere else, for the head alone.

        Raises:
            Full: the block is sealed and has no room left.
        """
        cdef size_t start = (self.used + alignment - 1) & ~(alignment - 1)
        cdef size_t capacity = self.capacity or 4096
        cdef uint8_t *grown
        if start + size > 0xFFFFFFFF:
            raise CompileError("the table is over 4 GiB; split the Gateway")
        if start + size > self.capacity:
            if self.sealed:
                raise Full
            while capacity < start + size:
                capacity *= 2
            grown = <uint8_t *>realloc(self.base, capacity)
            if grown == NULL:
                raise MemoryError(f"no {capacity} bytes for the table")
            self.base = grown
            self.capacity = capacity
        memset(self.base + self.used, 0, start + size - self.used)
        self.used = start + size
        return <uint32_t>start

    cdef uint32_t take_array(self, size_t count, size_t stride, size_t alignment=4) except? 0:
        """The offset of an array, 0 for an empty one."""
        return self.take(count * stride, alignment) if count else 0

    cdef int seal(self) except -1:
        """From here on the memory stays where it is. What is left beyond it costs nothing until a change touches it, but for the
        rest of a large page."""
        cdef size_t capacity = self.used + self.used // 8 + SLACK
        cdef uint8_t *settled = settle(self.base, self.used, capacity)
        if settled == NULL:
            raise MemoryError(f"no {capacity} bytes for the table")
        self.base = settled
        self.capacity = capacity
        self.sealed = True
        free(self.recent)
        self.recent = NULL
        return 0

    cdef Block copy(self, size_t size):
        """The first `size` bytes of a sealed block in one of its own, sealed, with room for changes."""
        cdef Block made = Block.__new__(Block, size)
        memcpy(made.base, self.base, size)
        made.seal()
        return made

    cdef Text text(self, const uint8_t *at, size_t size) except *:
        """A text's place. One that was written lately is not written again: many hosts have the same few paths."""
        cdef Text made
        cdef Text *known = NULL
        if self.recent != NULL:
            known = &self.recent[hash_text(0, at, size) & (RECENT - 1)]
            if known.at != 0 and known.size == size and memcmp(self.base + known.at, at, size) == 0:
                return known[0]
        made.at = self.take(size or 1, 1)
        made.size = <uint32_t>size
        memcpy(self.base + made.at, at, size)
        if known != NULL:
            known[0] = made
        return made

    cdef Text text_of(self, bytes value) except *:
        return self.text(<const uint8_t *>value, len(value))

    cdef Index index(self, const uint32_t *records, size_t count) except *:
        """An index that finds `records`, which are not in the block themselves, by the Text at their start; half full.

        Seeds are tried in a fixed sequence until no lookup walks far: equal tables give equal bytes, and names that collide
        under one seed do not under the next (HI-O8).
        """
        cdef Index made
        cdef uint64_t attempt
        cdef bint done = False
        made.seed = 0
        made.slots = 0
        made.count = <uint32_t>(2 * count)
        if count == 0:
            return made
        made.slots = self.take_array(made.count, sizeof(Slot))
        for attempt in range(SEEDS):
            made.seed = splitmix(attempt)
            with nogil:
                done = self._fill(&made, records, count, attempt + 1 < SEEDS)
            if done:
                break
        return made

    cdef bint _fill(self, const Index *index, const uint32_t *records, size_t count, bint may_fail) noexcept nogil:
        cdef Slot *slots = <Slot *>(self.base + index.slots)
        cdef const Text *text
        cdef uint64_t hashed
        cdef uint32_t where, run
        cdef size_t i
        memset(slots, 0, <size_t>index.count * sizeof(Slot))
        for i in range(count):
            text = <const Text *>(self.base + records[i])
            hashed = hash_text(index.seed, self.base + text.at, text.size)
            where = slot_of(hashed, index.count)
            run = 0
            while slots[where].record != 0:
                where = where + 1 if where + 1 < index.count else 0
                run += 1
                if run > LONGEST_RUN and may_fail:
                    return False
            slots[where].tag = <uint32_t>(hashed >> 32)
            slots[where].record = records[i]
        return True

    cdef uint32_t add(self, uint32_t tree, uint64_t hashed, uint32_t record, uint32_t depth=0) except 0:
        """The root of a tree that has one record more, or another one for this hash. The old tree stays as it is, and whole."""
        cdef uint32_t made, branch, below
        cdef uint64_t other
        cdef Leaf *leaf
        if tree & LEAF:
            leaf = <Leaf *>(self.base + (tree ^ LEAF))
            other = <uint64_t>leaf.high << 32 | leaf.low
        if tree == 0 or (tree & LEAF and other == hashed):
            made = self.take(sizeof(Leaf))
            leaf = <Leaf *>(self.base + made)
            leaf.low = <uint32_t>hashed
            leaf.high = <uint32_t>(hashed >> 32)
            leaf.record = record
            return made | LEAF
        made = self.take(BRANCHES * sizeof(uint32_t))
        if tree & LEAF:
            (<uint32_t *>(self.base + made))[(other >> (4 * depth)) & (BRANCHES - 1)] = tree
        else:
            memcpy(self.base + made, self.base + tree, BRANCHES * sizeof(uint32_t))
        branch = <uint32_t>(hashed >> (4 * depth)) & (BRANCHES - 1)
        below = self.add((<uint32_t *>(self.base + made))[branch], hashed, record, depth + 1)
        (<uint32_t *>(self.base + made))[branch] = below
        return made
