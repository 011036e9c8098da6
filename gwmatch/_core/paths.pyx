"""The paths of a virtual host laid flat: a few beside it, many in an index in which each knows what stands around it."""

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from .layout cimport *
from .records cimport Field, field, read
from .spots cimport Spots
from .walk cimport Cut, Cutting, begin_cuts, next_cut

from ..ir import PathNode

cdef Field PATH = field(PathNode, "path")
cdef Field EXACT = field(PathNode, "exact")
cdef Field PREFIX = field(PathNode, "prefix")


cdef class Paths(Spots):
    cdef int paths(self, HostParts *parts, tuple nodes) except -1:
        """The paths of a new virtual host."""
        cdef size_t count = len(nodes), i
        cdef bytearray names
        cdef PathName *into = parts.few
        # The root, being the shortest path, comes last; nothing but a prefix can stand there.
        if count != 0 and not read(nodes[count - 1], &PATH):
            count -= 1
            parts.head.root = self.spot(nodes[count].prefix)
        if count > FEW:
            names = bytearray(count * sizeof(PathName))
            into = <PathName *>PyByteArray_AS_STRING(names)
        for i in range(count):
            into[i] = self.path_name(nodes[i])
        parts.count = 0
        if count > FEW:
            return self.index_paths(parts, into, count)
        parts.count = count
        for i in range(count):
            self.count_path(parts, &into[i])
        return 0

    cdef PathName path_name(self, object node) except *:
        cdef PathName made
        cdef bytes path = read(node, &PATH)
        made.exact = self.spot(read(node, &EXACT))
        made.prefix = self.spot(read(node, &PREFIX))
        made.text = self.block.text_of(path)
        return made

    cdef int count_path(self, HostParts *parts, const PathName *name) except -1:
        """Takes note of a path: how long, how deep."""
        cdef const uint8_t *path = self.block.base + name.text.at
        cdef size_t i
        cdef uint32_t depth = 0
        if name.text.size > parts.head.max_size:
            parts.head.max_size = <uint16_t>min(0xFFFF, name.text.size)
        if name.exact != 0:
            parts.head.has_exact = True
        if name.prefix != 0:
            for i in range(name.text.size):
                depth += path[i] == c'/'
            parts.rare.depths |= <uint64_t>1 << min(63, depth)
        return 0

    cdef int index_paths(self, HostParts *parts, const PathName *names, size_t count) except -1:
        """More than FEW paths, longest first, which are not in the block."""
        cdef uint32_t offset = self.block.take_array(count, sizeof(Nested))
        cdef bytearray records = bytearray(count * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(records)
        cdef Nested *nested
        cdef size_t i
        for i in range(count):
            (<Nested *>(self.block.base + offset))[i].name = names[i]
            into[i] = offset + <uint32_t>(i * sizeof(Nested))
            self.count_path(parts, &names[i])
        parts.rare.nested = offset
        parts.rare.paths = self.block.index(into, count)
        nested = <Nested *>(self.block.base + offset)
        for i in range(count):
            nested[i].around = self.around(&parts.rare, nested[i].name.text)
        return 0

    cdef uint32_t around(self, const Rare *rare, Text path) noexcept:
        """The longest prefix in the index that covers this one and is shorter; 0 for none."""
        cdef Cutting cutting
        cdef Cut cut
        cdef uint32_t found = 0, record
        cdef Slice key
        key.at = self.block.base + path.at
        key.size = path.size
        begin_cuts(&cutting, key, rare.paths.seed)
        while next_cut(&cutting, key, rare.paths.seed, &cut) and cut.size < path.size:
            record = probe(self.block.base, &rare.paths, Slice(key.at, cut.size), cut.hashed)
            if record != 0 and (<const PathName *>(self.block.base + record)).prefix != 0:
                found = record
        return found

    cdef uint32_t lay_host(self, HostParts *parts) except 0:
        cdef uint32_t offset
        cdef size_t i
        parts.head.rare = 0
        self.has_grpc |= parts.rare.grpc != 0
        if parts.rare.paths.count or parts.rare.added or parts.rare.regexes or parts.rare.grpc:
            if not (parts.rare.paths.count or parts.rare.added):
                parts.rare.depths = 0  # scanned
            parts.head.rare = self.block.take(sizeof(Rare), 8)
            (<Rare *>(self.block.base + parts.head.rare))[0] = parts.rare
        parts.head.name_count = <uint8_t>parts.count
        offset = self.block.take(sizeof(Host) + parts.count * sizeof(PathName))
        (<Host *>(self.block.base + offset))[0] = parts.head
        for i in range(parts.count):
            (<PathName *>(self.block.base + offset + sizeof(Host)))[i] = parts.few[i]
        return offset
