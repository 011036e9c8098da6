"""Whether a block that came from elsewhere can be read: every offset, count and chain that a match follows is looked at once.

What passes keeps a match inside the block and lets it end, whatever the bytes say. Whether they say what somebody meant is
another question; a checksum answers it. Only a table as `compile` makes it is taken, not one that was changed since.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from .candidates cimport ctz
from .checks cimport *
from .layout cimport *


def fault_of(const uint8_t[::1] block not None, const uint32_t[::1] set_sizes not None, listeners, rules, entries):
    """What is wrong with a block, in a few words; None for one that can be read.

    `set_sizes` has the number of patterns of each native set; the last three are how many of each the plain data holds.
    """
    cdef Known known
    known.size = block.shape[0]
    known.set_count = <uint32_t>set_sizes.shape[0]
    known.set_sizes = &set_sizes[0] if known.set_count else NULL
    known.fault = NULL
    known.action = 0
    if known.size < sizeof(Header):
        return "the block is shorter than its header"
    known.block = &block[0]
    if <size_t>known.block & 7:
        return "the block does not lie at a multiple of eight bytes"
    known.header = <const Header *>known.block
    if known.header.magic != MAGIC or known.header.layout != LAYOUT:
        return "the block is of another layout"
    if known.header.size != known.size:
        return "the block has another size than its header says"
    if (known.header.listener_count, known.header.rule_count, known.header.entry_count) != (listeners, rules, entries):
        return "the block was built of other resources"
    known.seen = <uint8_t *>calloc(known.size // 32 + 1, 1)
    known.named = <uint64_t *>calloc(known.size // 256 + 1, sizeof(uint64_t))
    if known.seen == NULL or known.named == NULL:
        free(known.seen)
        free(known.named)
        raise MemoryError(f"no {known.size // 16} bytes to check a table")
    with nogil:
        if check_header(&known):
            check_named_hosts(&known)
        free(known.seen)
        free(known.named)
    return None if known.fault == NULL else known.fault.decode()


# ---------------------------------------------------------------------------------------------------------------- header


cdef bint check_header(Known *known) noexcept nogil:
    cdef const Header *header = known.header
    cdef const uint32_t *listeners
    cdef const Port *ports
    cdef const MethodName *methods
    cdef uint32_t i
    if header.moved != 0:
        return fail(known, b"the block was changed after it was built")
    if header.policy > POLICY_REWRITE:
        return fail(known, b"an option has an unknown value")
    if not check_array(known, header.ports, header.port_count, sizeof(Port)):
        return False
    if not check_array(known, header.listeners, header.listener_count, sizeof(uint32_t)):
        return False
    if header.method_count != 0 and not wide(known, header.methods, <uint64_t>header.method_count * sizeof(MethodName)):
        return False
    methods = <const MethodName *>(known.block + header.methods)
    for i in range(header.method_count):
        if not check_text(known, methods[i].text):
            return False
    if not check_fields(known):
        return False
    listeners = <const uint32_t *>(known.block + header.listeners)
    for i in range(header.listener_count):
        if not check_listener(known, listeners[i]):
            return False
    ports = <const Port *>(known.block + header.ports)
    for i in range(header.port_count):
        if not check_port(known, &ports[i]):
            return False
    return True


cdef bint check_fields(Known *known) noexcept nogil:
    cdef uint32_t i
    if not wide(known, known.header.fields, sizeof(Fields)):
        return False
    known.fields = <const Fields *>(known.block + known.header.fields)
    if not check_names(known, &known.fields.headers, known.fields.header_count):
        return False
    if not check_names(known, &known.fields.params, known.fields.param_count):
        return False
    for i in range(64):
        if not check_sized(known, known.fields.sized[i], i):
            return False
    return True


cdef bint check_names(Known *known, const Index *index, uint32_t count) noexcept nogil:
    """Ids are under `count`: the values of a request are kept in a table with room for so many, and there is a slot for each."""
    cdef const Slot *slots
    cdef uint32_t i
    if not check_index(known, index):
        return False
    if count > index.count:
        return fail(known, b"there are more ids than names")
    slots = <const Slot *>(known.block + index.slots)
    for i in range(index.count):
        if slots[i].record != 0 and not check_name(known, slots[i].record, count):
            return False
    return True


cdef bint check_name(Known *known, uint32_t offset, uint32_t count) noexcept nogil:
    cdef const Name *name
    if not inside(known, offset, sizeof(Name)):
        return False
    name = <const Name *>(known.block + offset)
    if name.id >= count:
        return fail(known, b"a name has an id that is out of range")
    return check_text(known, name.text)


cdef bint check_sized(Known *known, uint32_t offset, uint32_t size) noexcept nogil:
    """The header names of one size, at most SIZED of them."""
    cdef const Name *name
    cdef uint32_t i
    for i in range(SIZED):
        if offset == 0:
            return True
        if not check_name(known, offset, known.fields.header_count):
            return False
        name = <const Name *>(known.block + offset)
        if size == 63 or name.text.size != size:
            return fail(known, b"a name is of another size than it says")
        offset = name.next
    return offset == 0 or fail(known, b"there are more names of one size than are compared")


# ----------------------------------------------------------------------------------------------------- ports and listeners


cdef bint check_port(Known *known, const Port *port) noexcept nogil:
    cdef const Gate *gate
    if port.header != 0:
        return fail(known, b"a port belongs to another table")
    if port.number > 65535:
        return fail(known, b"a port has a number that is out of range")
    if not wide(known, port.gate, sizeof(Gate)):
        return False
    gate = <const Gate *>(known.block + port.gate)
    if gate.tcp > known.header.listener_count or gate.udp > known.header.listener_count:
        return fail(known, b"a listener is out of range")
    return check_scope(known, &gate.by_host, False) and check_scope(known, &gate.by_server_name, False)


cdef bint check_listener(Known *known, uint32_t offset) noexcept nogil:
    cdef const Listener *listener
    if not wide(known, offset, sizeof(Listener)):
        return False
    listener = <const Listener *>(known.block + offset)
    return check_text(known, listener.hostname) and check_scope(known, &listener.hosts, True)


cdef bint check_scope(Known *known, const Scope *scope, bint of_hosts) noexcept nogil:
    cdef const Slot *slots
    cdef uint32_t i
    if scope.added != 0:
        return fail(known, b"the block was changed after it was built")
    if not check_index(known, &scope.names):
        return False
    slots = <const Slot *>(known.block + scope.names.slots)
    for i in range(scope.names.count):
        if slots[i].record != 0 and not check_named(known, slots[i].record, of_hosts):
            return False
    return scope.any == 0 or check_named(known, scope.any, of_hosts)


cdef bint check_named(Known *known, uint32_t offset, bint of_hosts) noexcept nogil:
    cdef const Named *named
    if of_hosts:
        return name_host(known, offset)
    if not inside(known, offset, sizeof(Named)):
        return False
    named = <const Named *>(known.block + offset)
    if named.value == 0 or named.value > known.header.listener_count:
        return fail(known, b"a listener is out of range")
    return check_text(known, named.text)


# ---------------------------------------------------------------------------------------------------------- virtual hosts


cdef bint name_host(Known *known, uint32_t offset) noexcept nogil:
    """Takes note of a virtual host that some name leads to.

    PERF(bench_stored::bench_open): names are in the order of their hashes, and their records anywhere. In the order in which they
    lie, with their texts and candidates just before them, they are read as fast as memory gives them.
    """
    if not inside(known, offset, sizeof(Host)):
        return False
    known.named[offset >> 8] |= <uint64_t>1 << (offset >> 2 & 63)
    return True


cdef bint check_named_hosts(Known *known) noexcept nogil:
    cdef size_t i
    cdef uint64_t left
    for i in range(known.size // 256 + 1):
        left = known.named[i]
        while left != 0:
            if not check_hosts(known, <uint32_t>(i << 8) + <uint32_t>ctz(left) * 4):
                return False
            left &= left - 1
    return True


cdef bint check_hosts(Known *known, uint32_t offset) noexcept nogil:
    """A virtual host and those that it falls through to, of which each stands before the one that leads to it."""
    cdef uint32_t before
    while not is_seen(known, offset):
        if not check_host(known, offset):
            return False
        before = (<const Host *>(known.block + offset)).fallthrough
        if before == 0:
            return True
        if before >= offset:
            return fail(known, b"a virtual host falls through in a circle")
        offset = before
    return known.fault == NULL


cdef bint is_seen(Known *known, uint32_t offset) noexcept nogil:
    """Whether a virtual host was looked at before; from now on it was. One may end many chains, and have many paths."""
    cdef uint32_t place = offset >> 2
    if offset >= known.size or offset & 3:
        return False  # check_host says so, lest it be taken for the one whose bit it shares
    if known.seen[place >> 3] & (1 << (place & 7)):
        return True
    known.seen[place >> 3] |= <uint8_t>(1 << (place & 7))
    return False


cdef bint check_host(Known *known, uint32_t offset) noexcept nogil:
    cdef const Host *host
    cdef const PathName *names
    cdef uint32_t i
    if not inside(known, offset, sizeof(Host)):
        return False
    host = <const Host *>(known.block + offset)
    if not inside(known, offset, sizeof(Host) + <uint64_t>host.name_count * sizeof(PathName)):
        return False
    names = <const PathName *>(host + 1)
    for i in range(host.name_count):
        if not check_path(known, &names[i]):
            return False
    return check_text(known, host.text) and check_spot(known, host.root) and (host.rare == 0 or check_rare(known, host.rare))


cdef bint check_rare(Known *known, uint32_t offset) noexcept nogil:
    cdef const Rare *rare
    if not wide(known, offset, sizeof(Rare)):
        return False
    rare = <const Rare *>(known.block + offset)
    if rare.added != 0:
        return fail(known, b"the block was changed after it was built")
    return check_paths(known, rare) and check_spot(known, rare.regexes) and check_spot(known, rare.grpc)


cdef bint check_paths(Known *known, const Rare *rare) noexcept nogil:
    """An index of paths, of which each leads to one that stands behind it, or nowhere."""
    cdef const Slot *slots
    cdef const Nested *nested
    cdef uint32_t i, count = rare.paths.count // 2
    if not check_index(known, &rare.paths) or not check_array(known, rare.nested, count, sizeof(Nested)):
        return False
    nested = <const Nested *>(known.block + rare.nested)
    for i in range(count):
        if not check_path(known, &nested[i].name):
            return False
        if nested[i].around != 0 and not (rare.nested + i * sizeof(Nested) < nested[i].around and is_nested(rare, nested[i].around)):
            return fail(known, b"a path is covered by what is none, or by itself")
    slots = <const Slot *>(known.block + rare.paths.slots)
    for i in range(rare.paths.count):
        if slots[i].record != 0 and not is_nested(rare, slots[i].record):
            return fail(known, b"an index of paths leads to what is none")
    return True


cdef inline bint is_nested(const Rare *rare, uint32_t offset) noexcept nogil:
    """Whether a record is one of the index's own."""
    cdef uint64_t place = <uint64_t>offset - rare.nested
    return offset >= rare.nested and place % sizeof(Nested) == 0 and place // sizeof(Nested) < rare.paths.count // 2


cdef bint check_path(Known *known, const PathName *name) noexcept nogil:
    return check_text(known, name.text) and check_spot(known, name.exact) and check_spot(known, name.prefix)
