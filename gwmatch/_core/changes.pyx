"""A table out of another one, in the same block: new records at the end, and a new Header that leads to them.

Nothing that an older table reaches is written to, so those who read one need neither lock nor GIL.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from .arena import Full
from .builder cimport Builder
from .builder import _key_of
from .layout cimport *
from .paths cimport HostParts

from threading import Lock

cdef enum:
    NAMES = 1024         # of headers or parameters: beyond, a table that asks for another one is built anew
    GROWTH = 4           # times the size of the table that was built: beyond, and beyond a MiB, what is out of reach is too much


cdef class Tables(Builder):
    def __init__(self, table, address):
        self.lock = Lock()
        Builder.__init__(self, table, address)
        self._first_size = self.block.used

    cdef Tables apart(self, uint32_t root):
        """The same table in a memory of its own, with new room, and all its offsets as they were; its rows are still to be set.
        None where changes have made too much of it, or it has native sets, which are for one memory."""
        cdef Tables made
        cdef const Header *header = <const Header *>(self.block.base + root)
        cdef const Fields *fields = <const Fields *>(self.block.base + header.fields)
        cdef size_t size = header.size
        if self.copied or self.sets.count != 0 or size > GROWTH * self._first_size + (1 << 20):
            return None
        made = Tables.__new__(Tables)
        with self.lock:
            made.lock = Lock()
            made._first_size = self._first_size
            made.block = self.block.copy(size)
            made.sets = self.sets
            made.options, made.methods, made.plain = self.options, self.methods, self.plain
            made.has_cors, made.has_grpc = self.has_cors, self.has_grpc
            made.header_names = _first(self.header_names, fields.header_count)
            made.query_names = _first(self.query_names, fields.param_count)
            made.actions = {key: offset for key, offset in self.actions.items() if offset < size}
            made.plain_action = self.plain_action if self.plain_action < size else 0
            made.newest = root
            for host in range(header.host_count):
                made.keep(self.hosts[<size_t>host])
        return made

    cdef uint32_t changed(self, uint32_t old, change) except? 0:
        """The Header of the table that a change makes of the one at `old`; 0 where it has to be built anew: for want of room,
        for a method that no entry asked for, or because another change has made a table of this one already."""
        cdef size_t entries, rules, hosts
        cdef uint32_t made = 0
        with self.lock:
            if old != self.newest or self.copied:
                return 0
            entries, rules, hosts = len(self.entries), len(self.rules), self.host_count
            headers, params = len(self.header_names), len(self.query_names)
            self.entries.extend(change.entries)
            self.rules.extend(change.rules)
            self._listeners_now = {}
            try:
                made = self._change(old, change)
                self.newest = made
            except Full:
                pass
            finally:
                if made == 0:
                    # What was written stays where nobody reads it.
                    _cut(self.entries, entries)
                    _cut(self.rules, rules)
                    self.host_count = hosts
                    _forget_from(self.header_names, headers)
                    _forget_from(self.query_names, params)
        return made

    cdef uint32_t _change(self, uint32_t old, change) except 0:
        cdef Header header = (<const Header *>(self.block.base + old))[0]
        cdef const Fields *fields = <const Fields *>(self.block.base + header.fields)
        cdef uint32_t offset, ports, host
        cdef size_t i
        cdef Port port
        cdef list laid = []
        for each in change.hosts:
            if <size_t>each.id < self.host_count:
                host = self._changed_host(&header, each)
                header.moved = self.block.add(header.moved, hash_offset(self.hosts[<size_t>each.id]), host)
            else:
                host = self._new_host(&header, each)
            laid.append((host, each.fallthrough))
        for place, following in laid:
            host = 0 if following is None else self.hosts[<size_t>following]
            (<Host *>(self.block.base + <uint32_t>place)).fallthrough = host
        if (
            <size_t>len(self.header_names) != fields.header_count
            or <size_t>len(self.query_names) != fields.param_count
            # What has been seen of CORS and gRPC is of all changes, also of other tables than this one comes from, and of failed ones.
            or self.own_lengths() & ~header.lengths
        ):
            if len(self.header_names) > NAMES or len(self.query_names) > NAMES:
                raise Full
            self.asked_names(&header)
        offset = self.block.take(sizeof(Header), 8)
        ports = self.block.take_array(header.port_count, sizeof(Port))
        for i in range(header.port_count):
            port = (<const Port *>(self.block.base + header.ports))[i]
            port.header = offset
            (<Port *>(self.block.base + ports))[i] = port
        header.ports = ports
        header.host_count = <uint32_t>self.host_count
        header.entry_count = <uint32_t>len(self.entries)
        header.rule_count = <uint32_t>len(self.rules)
        header.size = self.block.used
        (<Header *>(self.block.base + offset))[0] = header
        return offset

    # -------------------------------------------------------------------------------------------------- virtual hosts

    cdef uint32_t _changed_host(self, const Header *header, change) except 0:
        cdef HostParts parts
        cdef uint32_t now = present(self.block.base, header, self.hosts[<size_t>change.id])
        parts.head = (<const Host *>(self.block.base + now))[0]
        memset(&parts.rare, 0, sizeof(Rare))
        if parts.head.rare != 0:
            parts.rare = (<const Rare *>(self.block.base + parts.head.rare))[0]
        parts.count = parts.head.name_count
        memcpy(parts.few, self.block.base + now + sizeof(Host), parts.count * sizeof(PathName))
        if change.regexes is not None:
            parts.rare.regexes = self.spot(change.regexes, True)
        if change.grpc is not None:
            parts.rare.grpc = self.spot(change.grpc)
        if parts.rare.paths.count or parts.rare.added:
            self._merge_indexed(&parts, change.paths)
        else:
            self._merge_few(&parts, change.paths)
        return self.lay_host(&parts)

    cdef uint32_t _new_host(self, Header *header, change) except 0:
        cdef HostParts parts
        cdef uint32_t host
        if <size_t>change.id != self.host_count or self.options.hostname_fallthrough != "ordered":
            raise Full
        memset(&parts.head, 0, sizeof(Host))
        memset(&parts.rare, 0, sizeof(Rare))
        parts.count = 0
        parts.rare.regexes = self.spot(change.regexes or (), True)
        parts.rare.grpc = self.spot(change.grpc or ())
        self._merge_few(&parts, change.paths)
        parts.head.text = self.block.text_of(_key_of(change.hostname).encode())
        host = self.lay_host(&parts)
        self._name_host(header, change.listener, change.hostname, host)
        self.keep(host)
        return host

    cdef int _name_host(self, Header *header, int listener, hostname, uint32_t host) except -1:
        """Lets a listener find a new virtual host by its name."""
        cdef Scope *scope = &(<Listener *>(self.block.base + self._own_listener(header, listener))).hosts
        cdef Text name = (<const Host *>(self.block.base + host)).text
        cdef uint64_t hashed
        cdef Slice key
        if hostname is None:
            if scope.any != 0:
                raise Full
            scope.any = host
            return 0
        key.at = self.block.base + name.at
        key.size = name.size
        hashed = hash_text(scope.names.seed, key.at, key.size)
        # A tree tells records apart by their whole hashes; one that is taken, were it by another name, is left alone.
        if find_leaf(self.block.base, scope.added, hashed) != 0 or probe(self.block.base, &scope.names, key, hashed) != 0:
            raise Full
        self.count_name(scope, name)
        scope.added = self.block.add(scope.added, hashed, host)
        return 0

    cdef uint32_t _own_listener(self, Header *header, int listener) except 0:
        """The copy of a Listener that belongs to the table in the making."""
        cdef uint32_t offset, offsets
        cdef size_t size = header.listener_count * sizeof(uint32_t)
        known = self._listeners_now.get(listener)
        if known is not None:
            return known
        if not self._listeners_now:
            offsets = self.block.take(size)
            memcpy(self.block.base + offsets, self.block.base + header.listeners, size)
            header.listeners = offsets
        offset = self.block.take(sizeof(Listener), 8)
        memcpy(
            self.block.base + offset,
            self.block.base + (<const uint32_t *>(self.block.base + header.listeners))[listener],
            sizeof(Listener),
        )
        (<uint32_t *>(self.block.base + header.listeners))[listener] = offset
        self._listeners_now[listener] = offset
        return offset

    # ---------------------------------------------------------------------------------------------------------- paths

    cdef int _merge_few(self, HostParts *parts, tuple nodes) except -1:
        """Changed paths among those that are scanned; an index, where they become too many."""
        cdef dict found = {}
        cdef PathName name
        cdef size_t i, count
        cdef bytearray names
        cdef PathName *into
        for i in range(parts.count):
            name = parts.few[i]
            found[self._path(name.text)] = (name.exact, name.prefix, name.text.at)
        for node in nodes:
            if not node.path:
                parts.head.root = self.spot(node.prefix)
                continue
            name = self.path_name(node)
            if name.exact or name.prefix:
                found[node.path] = (name.exact, name.prefix, name.text.at)
            else:
                found.pop(node.path, None)
        parts.count = parts.head.max_size = parts.head.has_exact = 0
        parts.rare.depths = 0
        count = len(found)
        names = bytearray(count * sizeof(PathName))
        into = <PathName *>PyByteArray_AS_STRING(names)
        i = 0
        for path in sorted(found, key=_longest_first):
            exact, prefix, at = found[path]
            name.text.at = at
            name.text.size = <uint32_t>len(path)
            name.exact = exact
            name.prefix = prefix
            into[i] = name
            i += 1
        if count > FEW:
            return self.index_paths(parts, into, count)
        parts.count = count
        for i in range(count):
            parts.few[i] = into[i]
            self.count_path(parts, &parts.few[i])
        return 0

    def _path(self, Text text):
        return (<const char *>(self.block.base + text.at))[:text.size]

    cdef int _merge_indexed(self, HostParts *parts, tuple nodes) except -1:
        """Changed paths beside an index, in a tree that counts before it."""
        cdef PathName name
        cdef uint64_t hashed
        cdef uint32_t offset, known
        cdef Slice key
        for node in nodes:
            if not node.path:
                parts.head.root = self.spot(node.prefix)
                continue
            name = self.path_name(node)
            key.at = self.block.base + name.text.at
            key.size = name.text.size
            hashed = hash_text(parts.rare.paths.seed, key.at, key.size)
            known = find_leaf(self.block.base, parts.rare.added, hashed)
            if known != 0 and not same(key, self.block.base, (<const Text *>(self.block.base + known))[0]):
                raise Full
            self.count_path(parts, &name)
            offset = self.block.take(sizeof(PathName))
            (<PathName *>(self.block.base + offset))[0] = name
            parts.rare.added = self.block.add(parts.rare.added, hashed, offset)
        return 0


def _longest_first(path):
    return -len(path), path


def _first(dict ids, size_t count):
    """The names with the first so many ids."""
    return {name: number for name, number in ids.items() if number < count}


def _cut(rows, size_t count):
    if type(rows) is list:
        del rows[count:]
    else:
        rows.cut(count)


def _forget_from(dict ids, count):
    """Drops the ids from `count` on."""
    while len(ids) > count:
        ids.popitem()
