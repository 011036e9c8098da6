"""A growing block of memory that hands out zeroed, aligned pieces by offset."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from .layout cimport Index, Slot, Text, hash_text, splitmix

from ..errors import CompileError

cdef enum:
    ALIGNMENT = 8
    LONGEST_RUN = 128    # slots a lookup may walk before another seed is tried; at half load 2**18 slots need about 65
    SEEDS = 16


cdef class Arena:
    def __cinit__(self, size_t head):
        """`head` bytes at the start are the owner's; being at offset 0, they are never handed out."""
        self.base = NULL
        self.size = 0
        self.capacity = 0
        self.texts = {}
        self.take(head)

    def __dealloc__(self):
        free(self.base)

    cdef uint32_t take(self, size_t size) except? 0:
        """The offset of `size` zeroed bytes; 0, which is "none" everywhere else, for the head alone."""
        cdef size_t start = (self.size + ALIGNMENT - 1) & ~<size_t>(ALIGNMENT - 1)
        cdef size_t capacity = self.capacity or 4096
        cdef uint8_t *grown
        if start + size > 0xFFFFFFFF:
            raise CompileError("the table is over 4 GiB; split the Gateway")
        while capacity < start + size:
            capacity *= 2
        if capacity != self.capacity:
            grown = <uint8_t *>realloc(self.base, capacity)
            if grown == NULL:
                raise MemoryError(f"no {capacity} bytes for the table")
            self.base = grown
            self.capacity = capacity
        memset(self.base + self.size, 0, start + size - self.size)
        self.size = start + size
        return <uint32_t>start

    cdef uint32_t take_array(self, size_t count, size_t stride) except? 0:
        """The offset of an array, 0 for an empty one."""
        return self.take(count * stride) if count else 0

    cdef Text text(self, bytes value) except *:
        """The same bytes stand in the block once."""
        cdef Text made
        cdef size_t size = len(value)
        known = self.texts.get(value)
        if known is None:
            known = self.take(size or 1)
            memcpy(self.base + <uint32_t>known, <const uint8_t *>value, size)
            self.texts[value] = known
        made.at = known
        made.size = <uint32_t>size
        return made

    cdef Index index(self, list records, list keys) except *:
        """An index that finds `records` (offsets) by `keys` (bytes, each once), at most half full.

        Seeds are tried in a fixed sequence until no lookup walks far: equal tables give equal bytes, and names that collide
        under one seed do not under the next (HI-O8).
        """
        cdef Index made
        cdef uint32_t count = 2
        cdef uint64_t attempt
        made.seed = 0
        made.slots = 0
        made.mask = 0
        if not records:
            return made
        while count < 2 * <size_t>len(records):
            count *= 2
        made.mask = count - 1
        made.slots = self.take_array(count, sizeof(Slot))
        for attempt in range(SEEDS):
            made.seed = splitmix(attempt)
            if self._fill(&made, records, keys, attempt + 1 < SEEDS):
                break
        return made

    cdef bint _fill(self, const Index *index, list records, list keys, bint may_fail) except *:
        cdef Slot *slots = <Slot *>(self.base + index.slots)
        cdef uint64_t hashed
        cdef uint32_t where, run
        cdef bytes key
        cdef size_t i
        memset(slots, 0, (<size_t>index.mask + 1) * sizeof(Slot))
        for i in range(<size_t>len(records)):
            key = keys[i]
            hashed = hash_text(index.seed, <const uint8_t *>key, len(key))
            where = <uint32_t>hashed & index.mask
            run = 0
            while slots[where].record != 0:
                where = (where + 1) & index.mask
                run += 1
                if run > LONGEST_RUN and may_fail:
                    return False
            slots[where].tag = <uint32_t>(hashed >> 32)
            slots[where].record = <uint32_t>records[i]
        return True
