"""An ir.Table laid flat: every tuple becomes an array, every name an offset, every set of conditions bitsets."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from .arena cimport Arena
from .layout cimport *
from .native cimport GwmApi, GwmSet, GwmSlice

from ..errors import CompileError
from ..ir import PathKind

cdef enum:
    SET_BUDGET = 1 << 20   # bytes of one joint automaton; a set beyond it falls apart (HI-X6)

POLICIES = {"guard": POLICY_GUARD, "none": POLICY_NONE, "rewrite": POLICY_REWRITE}


cdef class Sets:
    def __cinit__(self, address):
        self.sets = NULL
        self.count = self.capacity = 0
        self.api = <const GwmApi *><size_t>address

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.count):
            self.api.set_free(self.sets[i])
        free(self.sets)

    cdef uint32_t add(self, list patterns, size_t limit) except 0:
        """The index + 1 of a new set over the patterns (bytes)."""
        cdef size_t count = len(patterns), bad = 0, i
        cdef char message[512]
        cdef GwmSet **grown
        cdef GwmSet *made
        cdef Arena slices = Arena(sizeof(GwmSlice))
        cdef GwmSlice *texts
        cdef uint32_t offset
        if self.count == self.capacity:
            grown = <GwmSet **>realloc(self.sets, (2 * self.capacity + 8) * sizeof(GwmSet *))
            if grown == NULL:
                raise MemoryError("no memory for the pattern sets")
            self.sets = grown
            self.capacity = 2 * self.capacity + 8
        offset = slices.take(count * sizeof(GwmSlice) or 1)
        texts = <GwmSlice *>(slices.base + offset)
        for i in range(count):
            texts[i].at = <const uint8_t *><bytes>patterns[i]  # SAFETY: `patterns` keeps the bytes for the call
            texts[i].size = len(<bytes>patterns[i])
        with nogil:
            made = self.api.set_new(texts, count, limit, SET_BUDGET, &bad, message, sizeof(message))
        if made == NULL:
            text = patterns[bad].decode(errors="replace") if bad < count else "?"
            raise CompileError(f"regular expression {text!r}: {message.decode(errors='replace')}")
        self.sets[self.count] = made
        self.count += 1
        return <uint32_t>self.count


cdef class Builder:
    """One use: fills `arena` and `sets` from the table."""

    def __init__(self, table, address):
        self.table = table
        self.arena = Arena(sizeof(Header))
        self.sets = Sets(address)
        self.header_names = {}
        self.query_names = {}
        self.methods = {}  # ids from 1, all known before the first bitset is made
        for method in sorted({entry.method for entry in table.entries if entry.method is not None}):
            self.methods[method] = len(self.methods) + 1
        self._build()

    def _build(self):
        options = self.table.options
        numbers = sorted({listener.port for listener in self.table.listeners})
        rules = self.rules()
        hosts = self.hosts()
        listeners = self.listeners()
        ports = self.ports(numbers)
        methods = self.names(self.methods)
        entry_rules = self._entry_rules()
        header_index = self._name_index(self.header_names)
        query_index = self._name_index(self.query_names)
        cdef Header *header = <Header *>self.arena.base
        header.magic = MAGIC
        header.layout = LAYOUT
        header.size = self.arena.size
        header.policy = POLICIES[options.normalize]
        header.detect_misdirected = options.detect_misdirected
        header.regex_after_prefix = options.regex_precedence == "after_prefix"
        header.ports = ports
        header.port_count = len(numbers)
        header.listeners = listeners
        header.listener_count = len(self.table.listeners)
        header.hosts = hosts
        header.host_count = len(self.table.virtual_hosts)
        header.rules = rules
        header.rule_count = len(self.table.rules)
        header.methods = methods
        header.method_count = len(self.methods)
        header.entry_count = len(self.table.entries)
        header.entry_rules = entry_rules
        header.header_names = header_index
        header.query_names = query_index
        header.header_name_count = len(self.header_names)
        header.query_name_count = len(self.query_names)

    # ------------------------------------------------------------------------------------------------ names

    cdef uint32_t names(self, dict ids) except? 0:
        """Name[] of a dict from bytes to id, in its order."""
        cdef uint32_t offset = self.arena.take_array(len(ids), sizeof(Name))
        cdef Name made
        for place, (name, number) in enumerate(ids.items()):
            made.text = self.arena.text(name)
            made.id = number
            made._pad = 0
            (<Name *>(self.arena.base + offset))[<size_t>place] = made
        return offset

    def _name_index(self, dict ids):
        cdef uint32_t offset = self.names(ids)
        return self.arena.index([offset + i * sizeof(Name) for i in range(len(ids))], list(ids))

    # ------------------------------------------------------------------------------------- ports and listeners

    cdef uint32_t ports(self, list numbers) except? 0:
        cdef uint32_t offset = self.arena.take_array(len(numbers), sizeof(Port))
        cdef Port made
        for place, number in enumerate(numbers):
            here = [listener for listener in self.table.listeners if listener.port == number]
            plain = [listener for listener in here if listener.protocol == "HTTP"]
            secure = [listener for listener in here if listener.protocol == "HTTPS"]
            shaken = [listener for listener in here if listener.protocol in ("HTTPS", "TLS")]
            made.number = number
            made.is_tls = not plain
            made.by_host = self.scope_of_names([(listener.hostname, listener.id) for listener in plain or secure])
            made.by_server_name = self.scope_of_names([(listener.hostname, listener.id) for listener in shaken])
            made.tcp = next((listener.id + 1 for listener in here if listener.protocol == "TCP"), 0)
            made.udp = next((listener.id + 1 for listener in here if listener.protocol == "UDP"), 0)
            (<Port *>(self.arena.base + offset))[<size_t>place] = made
        return offset

    cdef uint32_t listeners(self) except? 0:
        cdef uint32_t offset = self.arena.take_array(len(self.table.listeners), sizeof(Listener))
        cdef Listener made
        for place, listener in enumerate(self.table.listeners):
            made.hosts = self.scope([(node.name, node.exact, node.wildcard) for node in listener.hosts])
            made.hostname = self.arena.text((listener.hostname or "").removeprefix("*.").encode())
            made.is_https = listener.protocol == "HTTPS"
            made.is_wildcard = (listener.hostname or "").startswith("*.")
            (<Listener *>(self.arena.base + offset))[<size_t>place] = made
        return offset

    cdef Scope scope_of_names(self, list names) except *:
        """A scope of (hostname or None, value), each hostname once."""
        found = {}
        for hostname, value in names:
            wild = hostname is None or hostname.startswith("*.")
            name = (hostname or "").removeprefix("*.")
            exact, wildcard = found.get(name, (None, None))
            found[name] = (exact, value) if wild else (value, wildcard)
        return self.scope([(name, exact, wildcard) for name, (exact, wildcard) in found.items()])

    cdef Scope scope(self, list triples) except *:
        """A scope of (name, exact value or None, wildcard value or None); the name "" is any host."""
        cdef Scope made
        cdef HostName record
        cdef uint32_t offset
        cdef list keys = [], records = []
        cdef size_t size
        made.any = 0
        made._pad = 0
        made.lengths[0] = made.lengths[1] = made.lengths[2] = made.lengths[3] = 0
        for name, exact, wildcard in triples:
            if name == "":
                made.any = 0 if wildcard is None else wildcard + 1
                continue
            key = name.encode()
            record.text = self.arena.text(key)
            record.exact = 0 if exact is None else exact + 1
            record.wildcard = 0 if wildcard is None else wildcard + 1
            if wildcard is not None:
                size = len(key)
                if size > 255:
                    raise CompileError(f"the hostname {name!r} is longer than 253 characters")
                made.lengths[size >> 6] |= <uint64_t>1 << (size & 63)
            offset = self.arena.take(sizeof(HostName))
            (<HostName *>(self.arena.base + offset))[0] = record
            keys.append(key)
            records.append(offset)
        made.names = self.arena.index(records, keys)
        return made

    # ------------------------------------------------------------------------------------------- virtual hosts

    cdef uint32_t hosts(self) except? 0:
        cdef uint32_t offset = self.arena.take_array(len(self.table.virtual_hosts), sizeof(Host))
        cdef Host made
        for place, host in enumerate(self.table.virtual_hosts):
            made = self.host(host)
            (<Host *>(self.arena.base + offset))[<size_t>place] = made
        return offset

    cdef Host host(self, object host) except *:
        cdef Host made
        cdef PathName record
        cdef uint32_t offset
        cdef size_t place
        # The root, being the shortest path, comes last; nothing but a prefix can stand there.
        root = host.paths[-1].prefix if host.paths and not host.paths[-1].path else ()
        paths = [(node.path, node.exact, node.prefix) for node in host.paths if node.path]
        made.root = self.spot(root)
        made.regexes = self.spot(host.regexes)
        made.grpc = self.spot(host.grpc)
        made._pad = 0
        made.fallthrough = 0 if host.fallthrough is None else host.fallthrough + 1
        made.name_count = len(paths)
        made.names = self.arena.take_array(len(paths), sizeof(PathName))
        made.depths = 0
        made.max_size = max((len(path) for path, _, _ in paths), default=0)
        place = 0
        for path, exact, prefix in paths:
            record.text = self.arena.text(path)
            record.exact = self.spot(exact)
            record.prefix = self.spot(prefix)
            if prefix:
                made.depths |= <uint64_t>1 << min(63, path.count(b"/"))
            (<PathName *>(self.arena.base + made.names))[place] = record
            place += 1
        offset = made.names
        if len(paths) > FEW:
            made.paths = self.arena.index(
                [offset + i * sizeof(PathName) for i in range(len(paths))], [path for path, _, _ in paths]
            )
        else:
            made.paths = self.arena.index([], [])
        return made

    # ------------------------------------------------------------------------------------------------- candidates

    cdef uint32_t spot(self, object entries) except? 0:
        """A Spot of entry ids in rank order; 0 for none."""
        cdef uint32_t offset, candidates
        cdef Spot made
        cdef Candidate candidate
        cdef size_t count = len(entries), i
        cdef bint scanned = count <= FEW
        if count == 0:
            return 0
        offset = self.arena.take(sizeof(Spot))
        candidates = self.arena.take_array(count, sizeof(Candidate))
        for i in range(count):
            candidate = self.candidate(self.table.entries[entries[i]], scanned)
            (<Candidate *>(self.arena.base + candidates))[i] = candidate
        made.count = <uint32_t>count
        made.candidates = candidates
        made.chunks = made.chunk_count = 0
        if not scanned:
            made.chunk_count = <uint32_t>((count + CHUNK - 1) // CHUNK)
            made.chunks = self.arena.take_array(made.chunk_count, sizeof(Chunk))
            for i in range(made.chunk_count):
                part = entries[i * CHUNK:(i + 1) * CHUNK]
                self.chunk(made.chunks + <uint32_t>(i * sizeof(Chunk)), part, <uint32_t>(i * CHUNK))
        (<Spot *>(self.arena.base + offset))[0] = made
        return offset

    cdef Candidate candidate(self, object entry, bint scanned) except *:
        cdef Candidate made
        made.entry = entry.id
        made.rule = entry.rule
        made.method = 0 if entry.method is None else self.methods[entry.method]
        made.preds = made.pred_count = 0
        if scanned:
            made.pred_count = len(_conditions(entry))
            made.preds = self.preds(entry)
        return made

    cdef uint32_t preds(self, object entry) except? 0:
        conditions = _conditions(entry)
        cdef uint32_t offset = self.arena.take_array(len(conditions), sizeof(Pred))
        cdef Pred made
        cdef size_t place = 0
        for on, name, value, is_regex in conditions:
            made.on = on
            made.name = self._name_id(on, name)
            made.value = self.arena.text(value)
            made.pattern = self.sets.add([value], self.table.options.regex_automaton_limit) if is_regex else 0
            made._pad = 0
            (<Pred *>(self.arena.base + offset))[place] = made
            place += 1
        return offset

    def _name_id(self, on, name):
        if on != ON_HEADER and on != ON_QUERY:
            return 0
        ids = self.header_names if on == ON_HEADER else self.query_names
        return ids.setdefault(name, len(ids))

    cdef void chunk(self, uint32_t offset, object entries, uint32_t first) except *:
        """Up to CHUNK candidates as bitsets: one group for each thing that some of them have a condition on."""
        cdef Chunk made
        cdef uint32_t count = len(entries)
        cdef dict groups = {}
        methods = {}
        asked = [self.table.entries[entry] for entry in entries]
        for place, entry in enumerate(asked):
            if entry.method is not None:
                number = self.methods[entry.method]
                methods[number] = methods.get(number, 0) | 1 << place
            for on, name, value, is_regex in _conditions(entry):
                exact, patterns = groups.setdefault((on, name), ({}, {}))
                values = patterns if is_regex else exact
                values[value] = values.get(value, 0) | 1 << place
        made.first = first
        made.count = count
        made.words = (count + 63) // 64
        made.methods = self._method_bits(methods, count, made.words) if methods else 0
        made.group_count = len(groups)
        made.groups = self.arena.take_array(len(groups), sizeof(Group))
        for place, (key, (exact, patterns)) in enumerate(sorted(groups.items())):
            self._group(made.groups + place * sizeof(Group), key, exact, patterns, count, made.words)
        (<Chunk *>(self.arena.base + offset))[0] = made

    def _group(self, uint32_t offset, key, dict exact, dict patterns, count, words):
        cdef Group made
        cdef GroupValue value
        cdef uint32_t at
        cdef list records = []
        on, name = key
        constrained = patterned = 0
        for bits in exact.values():
            constrained |= bits
        for bits in patterns.values():
            patterned |= bits
        made.on = on
        made.name = self._name_id(on, name)
        made.free = self._bits([((1 << count) - 1) & ~(constrained | patterned)], words)
        for text, bits in exact.items():
            value.text = self.arena.text(text)
            value.bits = self._bits([bits], words)
            value._pad = 0
            at = self.arena.take(sizeof(GroupValue))
            (<GroupValue *>(self.arena.base + at))[0] = value
            records.append(at)
        made.values = self.arena.index(records, list(exact))
        made.pattern_count = len(patterns)
        made.pattern_set = made.by_pattern = made.patterned = made._pad = 0
        if patterns:
            made.pattern_set = self.sets.add(list(patterns), self.table.options.regex_automaton_limit)
            made.by_pattern = self._bits(list(patterns.values()), words)
            made.patterned = self._bits([patterned], words)
        (<Group *>(self.arena.base + offset))[0] = made

    def _method_bits(self, dict methods, count, words):
        """A bitset for every method id; 0 stands for a method that no entry of the table asks for."""
        asking = 0
        for bits in methods.values():
            asking |= bits
        free = ((1 << count) - 1) & ~asking
        return self._bits([free | methods.get(number, 0) for number in range(len(self.methods) + 1)], words)

    def _bits(self, list bitsets, size_t words):
        cdef uint32_t offset = self.arena.take_array(len(bitsets) * words, sizeof(uint64_t))
        cdef size_t place = 0, i
        for bits in bitsets:
            for i in range(words):
                (<uint64_t *>(self.arena.base + offset))[place] = <uint64_t>((bits >> (64 * i)) & 0xFFFFFFFFFFFFFFFF)
                place += 1
        return offset

    # ------------------------------------------------------------------------------------------------------ rules

    cdef uint32_t rules(self) except? 0:
        cdef uint32_t offset = self.arena.take_array(len(self.table.rules), sizeof(Rule))
        cdef Rule made
        for place, rule in enumerate(self.table.rules):
            made = self.rule(rule)
            (<Rule *>(self.arena.base + offset))[<size_t>place] = made
        return offset

    def _entry_rules(self):
        cdef uint32_t offset = self.arena.take_array(len(self.table.entries), sizeof(uint32_t))
        for place, entry in enumerate(self.table.entries):
            (<uint32_t *>(self.arena.base + offset))[<size_t>place] = entry.rule
        return offset

    cdef Rule rule(self, object rule) except *:
        cdef Rule made
        cdef Backend backend
        cdef size_t place = 0
        made.answer, made.status, made.cors = _answer(rule.filters, 500 if rule.filters.failure else 0)
        made.backend_count = len(rule.backends)
        made.backends = self.arena.take_array(len(rule.backends), sizeof(Backend))
        made.total = 0
        made.needs_chance = len(rule.backends) > 1 or any(
            0 < mirror.numerator < mirror.denominator
            for filters in (rule.filters, *(backend.filters for backend in rule.backends))
            for mirror in filters.mirrors
        )
        for written in rule.backends:
            made.total += written.weight
            backend.until = made.total
            failure = written.failure_status if written.failure else 500 if written.filters.failure else 0
            backend.answer, backend.status, backend.cors = _answer(written.filters, failure)
            (<Backend *>(self.arena.base + made.backends))[place] = backend
            place += 1
        return made


def _answer(filters, failure):
    """What filters answer by themselves; `failure` is the status if they, or what they stand at, cannot be used."""
    if failure:
        return ANSWERS_ERROR, failure, 0
    cors = filters.cors is not None
    if filters.redirect is not None:
        return ANSWERS_REDIRECT, filters.redirect.status, cors
    return ANSWERS_NOTHING, 0, cors


def _conditions(entry):
    """(on, name, value, whether it is a pattern) for everything but the method and a path that the path index decides."""
    found = []
    if entry.path.kind is PathKind.REGULAR_EXPRESSION:
        found.append((ON_PATH, b"", entry.path.value, True))
    if entry.grpc is not None:
        parts = ((ON_SERVICE, entry.grpc.service), (ON_METHOD, entry.grpc.method))
        found.extend((on, b"", value, entry.grpc.is_regex) for on, value in parts if value is not None)
    found.extend((ON_HEADER, match.name, match.value, match.is_regex) for match in entry.headers)
    found.extend((ON_QUERY, match.name, match.value, match.is_regex) for match in entry.query_params)
    return found
