"""An ir.Table laid flat: every name an offset, every virtual host a record, every tuple of entries a spot."""

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memset

from .arena cimport Block
from .layout cimport *
from .paths cimport HostParts, Paths
from .records cimport Field, field, read
from .sets cimport Sets

from ..errors import CompileError
from ..ir import Entry, HostNode, VirtualHost

cdef Field METHOD = field(Entry, "method")
cdef Field NAME = field(HostNode, "name")
cdef Field NAME_EXACT = field(HostNode, "exact")
cdef Field NAME_WILDCARD = field(HostNode, "wildcard")
cdef Field PATHS = field(VirtualHost, "paths")
cdef Field REGEXES = field(VirtualHost, "regexes")
cdef Field GRPC = field(VirtualHost, "grpc")
cdef Field FALLTHROUGH = field(VirtualHost, "fallthrough")

POLICIES = {"guard": POLICY_GUARD, "none": POLICY_NONE, "rewrite": POLICY_REWRITE}


cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL


cdef class Builder(Paths):
    """Fills `block` and `sets` from a table, and keeps what a change will have to know."""

    def __init__(self, table, address):
        self.block = Block(sizeof(Header))
        self.sets = Sets(address)
        self.options = table.options
        self.entries = list(table.entries)
        self.rules = list(table.rules)
        self.header_names = {}
        self.query_names = {}
        self.actions = {}
        self.methods = {}
        asked = set()
        for entry in self.entries:
            method = read(entry, &METHOD)
            if method is not None:
                asked.add(method)
        for method in sorted(asked):
            self.methods[method] = len(self.methods) + 1
        self.build(table)

    def __dealloc__(self):
        free(self.hosts)

    cdef int build(self, table) except -1:
        cdef Header header
        cdef MethodName method
        cdef Slice name
        memset(&header, 0, sizeof(Header))
        self.known_count = len(self.rules)
        self.known = <uint32_t *>calloc(self.known_count + 1, sizeof(uint32_t))
        if self.known == NULL:
            raise MemoryError("no memory for the table")
        self._hosts(table, self._names(table))
        self._listeners(table, &header)
        self._ports(table, &header)
        header.methods = self.block.take_array(len(self.methods), sizeof(MethodName), 8)
        header.method_count = <uint32_t>len(self.methods)
        for text, number in self.methods.items():
            name.at = <const uint8_t *>PyBytes_AS_STRING(text)
            name.size = PyBytes_GET_SIZE(text)
            method.word = method_word(name)
            method.text = self.block.text_of(text)
            (<MethodName *>(self.block.base + header.methods))[<size_t>number - 1] = method
        self.asked_names(&header)
        header.magic = MAGIC
        header.layout = LAYOUT
        header.policy = POLICIES[self.options.normalize]
        header.detect_misdirected = self.options.detect_misdirected
        header.regex_after_prefix = self.options.regex_precedence == "after_prefix"
        header.host_count = <uint32_t>self.host_count
        header.entry_count = <uint32_t>len(self.entries)
        header.rule_count = <uint32_t>len(self.rules)
        header.size = self.block.used
        (<Header *>self.block.base)[0] = header
        free(self.known)
        self.known = NULL
        self.known_count = 0
        self.block.seal()
        self.sets.seal()
        return 0

    # ------------------------------------------------------------------------------------------------ names

    cdef int asked_names(self, Header *header) except -1:
        """What a table asks for by name: headers and parameters, and the lengths of all headers that may matter."""
        cdef Fields made
        memset(&made, 0, sizeof(Fields))
        made.headers = self._name_index(self.header_names)
        made.params = self._name_index(self.query_names)
        made.header_count = <uint32_t>len(self.header_names)
        made.param_count = <uint32_t>len(self.query_names)
        header.lengths = self.own_lengths()
        for name in self.header_names:
            header.lengths |= <uint64_t>1 << <int>min(63, len(name))
        self._by_size(&made)
        for name in self.query_names:
            made.param_sizes |= <uint64_t>1 << <int>min(63, len(name))
            # Written otherwise it begins with an escape; one without a name with what ends the name.
            for first in (*name[:1], *b"%+="):
                made.firsts[<int>first] = 1
        header.fields = self.block.take(sizeof(Fields), 8)
        (<Fields *>(self.block.base + header.fields))[0] = made
        return 0

    cdef uint64_t own_lengths(self) noexcept:
        """Header.lengths of the headers that matter whatever candidates ask for."""
        cdef uint64_t made = HOST_LENGTH
        if self.has_grpc:
            made |= CONTENT_TYPE_LENGTH
        if self.has_cors:
            made |= PREFLIGHT_LENGTHS
        return made

    cdef int _by_size(self, Fields *fields) except -1:
        """Chains the header names of each size of which there are few."""
        cdef uint32_t counts[64]
        cdef uint32_t record
        cdef Slice key
        cdef int size
        memset(counts, 0, sizeof(counts))
        for name in self.header_names:
            counts[<int>min(63, len(name))] += 1
        for name in self.header_names:
            size = min(63, len(name))
            if size == 63 or counts[size] > SIZED:
                fields.crowded |= <uint64_t>1 << size
                continue
            key.at = <const uint8_t *>PyBytes_AS_STRING(name)
            key.size = size
            record = look_up(self.block.base, &fields.headers, key)
            (<Name *>(self.block.base + record)).next = fields.sized[size]
            fields.sized[size] = record
        return 0

    cdef Index _name_index(self, dict ids) except *:
        cdef bytearray records = bytearray(len(ids) * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(records)
        cdef Name made
        cdef size_t place = 0
        for name, number in ids.items():
            made.text = self.block.text_of(name)
            made.id = number
            made.next = 0
            into[place] = self.block.take(sizeof(Name))
            (<Name *>(self.block.base + into[place]))[0] = made
            place += 1
        return self.block.index(into, place)

    # ------------------------------------------------------------------------------------- ports and listeners

    cdef int _ports(self, table, Header *header) except -1:
        numbers = sorted({listener.port for listener in table.listeners})
        cdef uint32_t offset = self.block.take_array(len(numbers), sizeof(Port))
        cdef Port made
        for place, number in enumerate(numbers):
            made.number = number
            made.header = 0
            made.gate = self._gate([listener for listener in table.listeners if listener.port == number])
            (<Port *>(self.block.base + offset))[<size_t>place] = made
        header.ports = offset
        header.port_count = <uint32_t>len(numbers)
        return 0

    cdef uint32_t _gate(self, list here) except 0:
        cdef uint32_t offset = self.block.take(sizeof(Gate), 8)
        cdef Gate made
        plain = [listener for listener in here if listener.protocol == "HTTP"]
        secure = [listener for listener in here if listener.protocol == "HTTPS"]
        shaken = [listener for listener in here if listener.protocol in ("HTTPS", "TLS")]
        made.is_tls = not plain
        records, any = self._named(plain or secure)
        made.by_host = self._scope(records, any)
        records, any = self._named(shaken)
        made.by_server_name = self._scope(records, any)
        made.tcp = next((listener.id + 1 for listener in here if listener.protocol == "TCP"), 0)
        made.udp = next((listener.id + 1 for listener in here if listener.protocol == "UDP"), 0)
        made._pad = 0
        (<Gate *>(self.block.base + offset))[0] = made
        return offset

    def _named(self, list listeners):
        """Records that lead from hostnames to listeners, and the one for any host."""
        cdef bytearray records = bytearray(len(listeners) * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(records)
        cdef uint32_t offset, any = 0
        cdef Named made
        cdef size_t place = 0
        for listener in listeners:
            made.text = self.block.text_of(_key_of(listener.hostname).encode())
            made.value = listener.id + 1
            offset = self.block.take(sizeof(Named))
            (<Named *>(self.block.base + offset))[0] = made
            if listener.hostname is None:
                any = offset
            else:
                into[place] = offset
                place += 1
        return records[:place * sizeof(uint32_t)], any

    cdef int _listeners(self, table, Header *header) except -1:
        cdef size_t count = len(table.listeners)
        cdef uint32_t offsets = self.block.take_array(count, sizeof(uint32_t)), offset
        cdef size_t place = 0
        for listener in table.listeners:
            offset = self.block.take(sizeof(Listener), 8)
            (<uint32_t *>(self.block.base + offsets))[place] = offset
            self._listener(listener, offset)
            place += 1
        header.listeners = offsets
        header.listener_count = <uint32_t>count
        return 0

    cdef int _listener(self, listener, uint32_t offset) except -1:
        cdef Listener made
        cdef tuple nodes = listener.hosts
        cdef bytearray records = bytearray(2 * len(nodes) * sizeof(uint32_t))
        cdef uint32_t *into = <uint32_t *>PyByteArray_AS_STRING(records)
        cdef uint32_t any = 0
        cdef size_t place = 0
        for node in nodes:
            name, exact, wildcard = read(node, &NAME), read(node, &NAME_EXACT), read(node, &NAME_WILDCARD)
            if name == "":
                any = 0 if wildcard is None else self._under_name(self.hosts[<size_t>wildcard], "")
                continue
            if exact is not None:
                into[place] = self._under_name(self.hosts[<size_t>exact], name)
                place += 1
            if wildcard is not None:
                into[place] = self._under_name(self.hosts[<size_t>wildcard], "." + name)
                place += 1
        del records[place * sizeof(uint32_t):]
        made.hosts = self._scope(records, any)
        made.hostname = self.block.text_of((listener.hostname or "").removeprefix("*.").encode())
        made.is_https = listener.protocol == "HTTPS"
        made.is_wildcard = (listener.hostname or "").startswith("*.")
        (<Listener *>(self.block.base + offset))[0] = made
        return 0

    cdef uint32_t _under_name(self, uint32_t host, str name) except 0:
        """The Host under this name: itself, or where it stands under another one already, its copy."""
        cdef Py_ssize_t size
        cdef const uint8_t *at = <const uint8_t *>PyUnicode_AsUTF8AndSize(name, &size)
        cdef Host *here = <Host *>(self.block.base + host)
        cdef size_t bytes
        cdef uint32_t copy
        cdef Text text
        if here.text.size == <size_t>size and equal(self.block.base + here.text.at, at, size):
            return host
        text = self.block.text(at, size)
        bytes = sizeof(Host) + here.name_count * sizeof(PathName)
        copy = self.block.take(bytes)
        memcpy(self.block.base + copy, self.block.base + host, bytes)
        (<Host *>(self.block.base + copy)).text = text
        self.copied = True
        return copy

    cdef Scope _scope(self, bytearray records, uint32_t any) except *:
        """Records by the Text at their start, a wildcard's with its dot."""
        cdef Scope made
        cdef const uint32_t *each = <const uint32_t *>PyByteArray_AS_STRING(records)
        cdef size_t count = len(records) // sizeof(uint32_t), i
        memset(&made, 0, sizeof(Scope))
        for i in range(count):
            self.count_name(&made, (<const Text *>(self.block.base + each[i]))[0])
        made.any = any
        made.names = self.block.index(each, count)
        return made

    cdef int count_name(self, Scope *scope, Text name) except -1:
        """Takes note of a name: of wildcards a scope knows which lengths there are."""
        cdef size_t size = name.size - 1
        if self.block.base[name.at] != c'.':
            return 0
        if size > 255:
            raise CompileError("a wildcard hostname is longer than 253 characters")
        scope.lengths[size >> 6] |= <uint64_t>1 << (size & 63)
        return 0

    # ------------------------------------------------------------------------------------------- virtual hosts

    cdef list _names(self, table):
        """Under which name each virtual host is found; None for those that only others lead to."""
        cdef list names = [None] * len(table.virtual_hosts)
        for listener in table.listeners:
            for node in listener.hosts:
                name, exact, wildcard = read(node, &NAME), read(node, &NAME_EXACT), read(node, &NAME_WILDCARD)
                if exact is not None:
                    names[<Py_ssize_t>exact] = name
                if wildcard is not None:
                    names[<Py_ssize_t>wildcard] = "." + name if name else ""
        return names

    cdef int _hosts(self, table, list names) except -1:
        cdef HostParts parts
        cdef Py_ssize_t size
        cdef const uint8_t *at
        cdef size_t i = 0
        cdef Host *host
        for each in table.virtual_hosts:
            memset(&parts.head, 0, sizeof(Host))
            memset(&parts.rare, 0, sizeof(Rare))
            self.paths(&parts, read(each, &PATHS))
            parts.rare.regexes = self.spot(read(each, &REGEXES), True)
            parts.rare.grpc = self.spot(read(each, &GRPC))
            following = read(each, &FALLTHROUGH)
            parts.head.fallthrough = 0 if following is None else <uint32_t>following + 1
            name = names[i]
            if name is not None:
                at = <const uint8_t *>PyUnicode_AsUTF8AndSize(name, &size)
                parts.head.text = self.block.text(at, size)
            self.keep(self.lay_host(&parts))
            i += 1
        for i in range(self.host_count):
            host = <Host *>(self.block.base + self.hosts[i])
            if host.fallthrough != 0:
                host.fallthrough = self.hosts[host.fallthrough - 1]
        return 0

    cdef int keep(self, uint32_t host) except -1:
        """The next virtual host's first record."""
        cdef uint32_t *grown
        if self.host_count == self.host_capacity:
            grown = <uint32_t *>realloc(self.hosts, (2 * self.host_capacity + 64) * sizeof(uint32_t))
            if grown == NULL:
                raise MemoryError("no memory for the table")
            self.hosts = grown
            self.host_capacity = 2 * self.host_capacity + 64
        self.hosts[self.host_count] = host
        self.host_count += 1
        return 0


def _key_of(hostname):
    """The name that an index has for a hostname: a wildcard's begins with the dot, and no host does."""
    return (hostname or "").removeprefix("*")
