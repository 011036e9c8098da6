"""The door for callers: a table for one Gateway, and the port that a socket is bound to."""

import cython

from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy

from .arguments cimport *
from .batch cimport decide_list, decide_many
from .bound cimport next_number
from .changes cimport Tables
from .chance cimport Chance, start_counter, unit
from .connect cimport *
from .decide cimport *
from .decision cimport Decision, Rows
from .places cimport drop_places, keep_places
from .scopes cimport *
from .sets cimport Sets
from .wanted cimport NO_MEMORY, ODD_SHAPE, READ, ROOM_LINES, read_text, read_wanted

from array import array

from ..errors import UsageError
from .arguments import plain_headers
from .checking import fault_of


def _seed_counter():
    import os

    start_counter(int.from_bytes(os.urandom(8), "little"))


_seed_counter()


def _native_address():
    """Where the functions of gwmatch-native stand. Their version and ABI number were checked by gwmatch.patterns."""
    from ..patterns import api_address

    return api_address()


_PENDING = object()
"""In the place of an ir.Table: what was asked for is a table that a change makes, or one that was stored."""


cdef class RouteTable:
    """The compiled form of an ir.Table. What it reads never changes, also while changes make other tables of it."""

    def __cinit__(self, table):
        self.block = NULL
        if table is _PENDING:
            return
        self.tables = Tables(table, _native_address())
        self.memory = self.tables.block
        self.sets = self.tables.sets
        self.block = self.memory.base
        self.root = 0
        self.rows = Rows(table.listeners, self.tables.rules, self.tables.entries)
        self.gateway = table.gateway
        self.table = table

    def let_go(self, listeners, rules, entries, table):
        """Keeps the table's plain data no longer, which nothing here reads any more but for who asks a Decision, and to make
        changes. In its place come what gives the listeners, rules and entries by their numbers, `extend` and `cut` among its
        methods, and a function that makes the table again. For whoever made this RouteTable, before it is used."""
        self.tables.rules, self.tables.entries = rules, entries
        self.rows = Rows(listeners, rules, entries)
        self.table = None
        self._table_again = table

    def changed(self, change):
        """The RouteTable that an ir.Change makes of this one, which stays as it is.

        None where the change has to be compiled anew: when it needs more room than is left beside the table, asks for a
        method that no entry asked for, or when this table was changed before.
        """
        if self.tables is None:  # restored
            return None
        cdef uint32_t root = self.tables.changed(self.root, change)
        cdef RouteTable made
        if root == 0:
            return None
        made = RouteTable.__new__(RouteTable, _PENDING)
        made.tables = self.tables
        made.memory = self.memory
        made.sets = self.sets
        made.block = self.block
        made.root = root
        made.rows = self.rows
        made.gateway = self.gateway
        return made

    def apart(self, rules, entries):
        """The same RouteTable in a memory of its own, with room for changes, at the cost of a copy of the block. `rules` and
        `entries` are those of this table, as for `let_go`. None where it has to be compiled anew to have more room."""
        if self.tables is None:
            return None
        cdef Tables tables = self.tables.apart(self.root)
        cdef RouteTable made
        if tables is None:
            return None
        tables.rules, tables.entries = rules, entries
        made = RouteTable.__new__(RouteTable, _PENDING)
        made.tables = tables
        made.memory = tables.block
        made.sets = tables.sets
        made.block = made.memory.base
        made.root = self.root
        made.rows = Rows(self.rows.listeners, rules, entries)
        made.gateway = self.gateway
        return made

    @staticmethod
    def restored(const uint8_t[::1] block not None, patterns, options, gateway, listeners, rules, entries):
        """A RouteTable that reads a block where it lies, and keeps what holds it. `patterns` are those of its native sets, and
        the last three the plain data that its numbers point at, in any sequence.

        Raises:
            ValueError: the block cannot be read; the message says why in a few words.
            CompileError: a pattern cannot be taken.
        """
        sizes = array("I", [len(each) for each in patterns])
        fault = fault_of(block, sizes, len(listeners), len(rules), len(entries))
        if fault is not None:
            raise ValueError(fault)
        cdef RouteTable made = RouteTable.__new__(RouteTable, _PENDING)
        made.sets = Sets(_native_address())
        for each in patterns:
            made.sets.add(list(each), options.regex_automaton_limit)
        made._source = block
        # SAFETY: nothing writes to the block of a RouteTable; the memoryview keeps its memory as long as this object lives.
        made.block = <uint8_t *>&block[0]
        made.root = 0
        made.rows = Rows(listeners, rules, entries)
        made.gateway = gateway
        return made

    @property
    def patterns(self):
        """The texts of each native set, in the order in which the block numbers them."""
        return tuple(self.sets.patterns)

    @property
    def nbytes(self):
        """Size of the block in bytes, names and paths included; of a changed table with what it was made of."""
        return self.header().size

    cdef const Header *header(self) noexcept:
        return <const Header *>(self.block + self.root)

    @property
    def ports(self):
        """The port numbers that something listens on, ascending."""
        cdef const Header *header = self.header()
        cdef const Port *ports = <const Port *>(self.block + header.ports)
        return tuple([ports[i].number for i in range(header.port_count)])

    def port(self, int number):
        """The PortTable to bind once per listening socket.

        Raises:
            UsageError: nothing listens on this port.
        """
        cdef const Header *header = self.header()
        cdef const Port *ports = <const Port *>(self.block + header.ports)
        cdef uint32_t i
        for i in range(header.port_count):
            if ports[i].number == <uint32_t>number:
                return PortTable.__new__(PortTable, self, i)
        listening = ", ".join(map(str, self.ports)) or "none"
        raise UsageError(f"no listener of {self.gateway} takes traffic on port {number}; ports with one: {listening}")

    def content(self):
        """A copy of the block. Equal tables have equal blocks, if no change made them."""
        return (<const char *>self.block)[:self.header().size]

    def __reduce__(self):
        if self._table_again is not None:
            return RouteTable, (self._table_again(),)
        if self.table is None:
            raise TypeError("a RouteTable that a change made, or that was loaded, cannot be pickled; pickle its Router")
        return RouteTable, (self.table,)


@cython.final
cdef class PortTable:
    """What a Gateway does with the requests that arrive at one port. Bound once, matched from any number of threads."""

    def __cinit__(self, RouteTable owner not None, uint32_t index):
        # Python can come here by `__new__` (HI-O4): whatever it says, the port is one of the table's.
        cdef const Header *header = owner.header()
        if index >= header.port_count:
            raise TypeError("a PortTable comes from Router.port")
        self.owner = owner
        self.rows = owner.rows
        self.bound.block = owner.block
        self.bound.sets = owner.sets.sets
        self.bound.api = owner.sets.api
        self.bound.port = <const Port *>(owner.block + header.ports) + index
        self.bound.number = next_number()
        self.number = self.bound.port.number
        if not FREE_THREADED:  # there another thread might be writing where this one reads
            keep_places(&self.places, &self.bound)

    def __dealloc__(self):
        cdef PyObject *made
        drop_places(&self.places)
        for made in self.made:
            Py_XDECREF(made)

    def __init__(self, *_):
        raise TypeError("a PortTable comes from Router.port")

    def __reduce__(self):
        return RouteTable.port, (self.owner, self.number)

    @cython.binding(False)
    def match(self, method, host, path, headers=None, *, sni=None, draw=None):
        """The Decision for one HTTP request. Never raises for what a request holds.

        `host` is Host or :authority, `path` the request target with its query; both str or bytes, str meaning UTF-8 with
        surrogateescape. `headers` are pairs, in the order of the wire. On an HTTPS port `sni` is the server name of the
        handshake, None for a client that sent none. `draw`, a float in [0, 1) or an int seed, decides weighted backends and
        mirrors; without it chance does.

        Raises:
            TypeError: an argument is neither str nor bytes, or headers are no pairs. A value that the table does not
                ask for may go unnoticed.
            ValueError: a float draw outside [0, 1).
        """
        cdef Line room[ROOM_LINES]
        cdef Line *lines = room
        cdef Call call
        cdef Answer answer
        cdef Decision made
        cdef uint64_t lengths = (<const Header *>(self.bound.block + self.bound.port.header)).lengths
        cdef int known = READ
        cdef bint readable
        # PERF(bench_match::bench_one_request): the arguments keep their names, so that no reference to them is taken.
        if draw is None:
            call.chance.known = False
            call.chance.seed = 0
        else:
            read_draw(draw, &call.chance)
        call.host.at = call.sni.at = NULL
        call.host.size = call.sni.size = 0
        call.line_count = 0
        # SAFETY: from here to `done` no Python code runs and nothing is allocated, so what the slices point into, which the
        # arguments keep alive, cannot change.
        readable = (
            read_text(<PyObject *>method, &call.method.at, &call.method.size)
            and (host is None or read_text(<PyObject *>host, &call.host.at, &call.host.size))
            and read_text(<PyObject *>path, &call.target.at, &call.target.size)
            and (sni is None or read_text(<PyObject *>sni, &call.sni.at, &call.sni.size))
        )
        if readable and headers is not None:
            known = read_wanted(<PyObject *>headers, lengths, room, &lines, &call.line_count)
        if not readable:
            return match_texts(self, method, host, path, headers, sni, draw)
        if known == ODD_SHAPE:
            return match_headers(self, method, host, path, headers, sni, draw)
        if known == NO_MEMORY:
            raise MemoryError("no memory for the request's headers")
        call.lines = lines
        decide(&self.bound, &self.places, &call, &answer)
        if lines != room:
            free(lines)
        # done
        if answer.failed:
            free(answer.rewritten)
            raise MemoryError("no memory to match a request")
        made = self.decision(&call, &answer)
        # PERF(bench_match::bench_workload): the media type is asked for where it matters: when the gateway answers by itself.
        if answer.outcome == RESPOND and is_post(call.method):
            made.grpc = has_grpc_type(headers)
        return made

    @cython.binding(False)
    def match_scope(self, scope, *, sni=None, draw=None):
        """The Decision for the request of an ASGI scope: what `match` says of its method, host, raw path and query, and headers.

        The host is the first Host (or :authority) among the headers. `raw_path` is what is matched; where a server leaves it
        out, the decoded `path`, escaped again, in which nobody can see any more whether a slash was written as `%2F`. A
        WebSocket counts as the GET that its handshake is. `sni` is taken from the scope's TLS extension if it says one.

        Raises:
            TypeError: a part of the scope is neither str nor bytes, or headers are no pairs.
            ValueError: the scope is no request, or a float draw is outside [0, 1).
            KeyError: the scope lacks its method or path.
        """
        cdef Line room[LINES]
        cdef uint8_t joined[TARGET_BYTES]
        cdef Lines lines
        cdef Call call
        read_draw(draw, &call.chance)
        if type(scope) is not dict:
            scope = dict(scope)
        method = scope_method(<dict>scope)
        path = scope_path(<dict>scope)
        query = scope_query(<dict>scope)
        headers = scope_headers(<dict>scope)
        if sni is None:
            sni = scope_server_name(<dict>scope)
        sni = b"" if sni is None else plain(sni, "sni")
        host = None
        if not is_origin_form(slice_of(path)):
            host, path = absolute(path)
        if len(query) and len(path) + len(query) + 1 > TARGET_BYTES:
            path = as_text(path, "path") + b"?" + as_text(query, "query_string")
            query = b""
        lines.at = room
        lines.count = 0
        # SAFETY: as in `match`: from here on no Python code runs until the decision is made.
        if headers is not None:
            headers = take_lines(headers, &lines)
        call.method = slice_of(method)
        call.target = joined_target(slice_of(path), slice_of(query), joined)
        call.host = host_of(&lines) if host is None else slice_of(host)
        call.sni = slice_of(sni)
        return self.decided(&call, &lines, room)

    def match_environ(self, environ, *, sni=None, draw=None):
        """The Decision for the request of a WSGI environ, which has no name for the target as it stood on the wire.

        Servers that give it do so as RAW_URI or REQUEST_URI, and that is matched. Without either it is SCRIPT_NAME and
        PATH_INFO, decoded by the server and escaped again, in which nobody can see any more whether a slash was written as
        `%2F`, and of which some servers have merged slashes or removed dots. The host is HTTP_HOST; a client that sent none
        has none, whatever SERVER_NAME says. `sni` is taken from SSL_TLS_SNI if that is there.

        Raises:
            TypeError: a part of the environ is neither str nor bytes.
            ValueError: a float draw outside [0, 1).
            KeyError: the environ lacks its REQUEST_METHOD.
        """
        cdef Line room[LINES]
        cdef Lines lines
        cdef uint8_t *names = NULL
        cdef Call call
        read_draw(draw, &call.chance)
        if type(environ) is not dict or FREE_THREADED:
            environ = plain_environ(environ)
        method = environ_method(<dict>environ)
        target = environ_target(<dict>environ)
        if sni is None:
            sni = environ_server_name(<dict>environ)
        sni = b"" if sni is None else plain(sni, "sni")
        host = None
        if not is_origin_form(slice_of(target)):
            host, target = absolute(target)
        lines.at = room
        # SAFETY: as in `match`: from here on no Python code runs until the decision is made.
        if not read_environ(<dict>environ, &lines, &names):
            environ = plain_environ(environ)
            read_environ(<dict>environ, &lines, &names)
        if lines.failed:
            free(names)
            if lines.at != room:
                free(lines.at)
            raise MemoryError("no memory for the request's headers")
        call.method = slice_of(method)
        call.target = slice_of(target)
        call.host = host_of(&lines) if host is None else slice_of(host)
        call.sni = slice_of(sni)
        try:
            return self.decided(&call, &lines, room)
        finally:
            free(names)

    cdef Decision decided(self, Call *call, Lines *lines, const Line *room):
        """What `decide` says of a call. Lines that did not fit into the caller's `room` are freed."""
        cdef Answer answer
        cdef Decision made
        cdef bint grpc
        call.lines = lines.at
        call.line_count = lines.count
        decide(&self.bound, &self.places, call, &answer)
        grpc = answer.outcome == RESPOND and is_grpc(is_post(call.method), call.lines, call.line_count)
        if lines.at != room:
            free(lines.at)
        if answer.failed:
            free(answer.rewritten)
            raise MemoryError("no memory to match a request")
        made = self.decision(call, &answer)
        if grpc:
            made.grpc = True
        return made

    def match_many(self, hosts, paths, methods=None, headers=None, *, sni=None, progress=None, statuses=False):
        """The ids of the entries that take many requests, as an int32 array; -1 where none does. The interpreter is free
        meanwhile.

        A column is a NumPy array of texts (`S`, `U`, objects, StringDType), a list or tuple of str and bytes, or an Arrow
        column of strings or binaries of any producer (pyarrow, polars, duckdb), which is read where it lies. One text
        stands for all rows, but not as `paths`. `methods` are GET if not given, `hosts` and `sni` absent. `headers` maps a
        name to a column of values.

        A row without a path or a method (None, null) is no request, and gets -1; without a host, a server name or a header
        value it is a request that has none. `progress` is called with the rows that are done and all rows, some ten times
        a second. With `statuses` there is a second array, of int16: what the gateway answers where no entry took the
        request, and 0 elsewhere, also where it closes the connection.

        >>> import gwmatch
        >>> port = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public").port(80)
        >>> port.match_many(["shop.example.com", None], ["/cart", "/"], statuses=True)
        (array([4, 4], dtype=int32), array([0, 0], dtype=int16))

        Raises:
            TypeError: a column is none, or holds something else than texts.
            ValueError: columns differ in length, or Arrow data is damaged.
        """
        return decide_many(&self.bound, hosts, paths, methods, headers, sni, progress, statuses)

    def match_list(self, requests):
        """The ids of the entries that take the requests of a list, as an int32 array; -1 where none does.

        A request is a tuple (method, host, path), with headers as a fourth and the server name as a fifth value where there
        are any, each as in `match`.

        Raises:
            TypeError: an item is no request, as `match` would say.
        """
        return decide_list(&self.bound, requests)

    def match_tls(self, sni, *, draw=None):
        """The Decision for a TLS connection by its server name (None: the client sent none), by the TLSRoutes of the port.

        `decision.listener.tls_mode` says whether to pass it through or to terminate. Where the name belongs to an HTTPS
        listener the outcome is `refuse` with that listener: there `match` decides, request by request.
        """
        return self.connection(TLS, b"" if sni is None else plain(sni, "sni"), draw)

    def match_tcp(self, *, draw=None):
        """The Decision for a TCP connection: `forward` or `refuse`."""
        return self.connection(TCP, b"", draw)

    def match_udp(self, *, draw=None):
        """The Decision for the first datagram of a UDP flow: `forward` or `drop`."""
        return self.connection(UDP, b"", draw)

    cdef Decision connection(self, int protocol, object sni, object draw):
        cdef Call call
        cdef Answer answer
        read_draw(draw, &call.chance)
        decide_connection(&self.bound, protocol, slice_of(sni), &call.chance, &answer)
        return self.decision(&call, &answer)

    cdef Decision decision(self, const Call *call, const Answer *answer):
        """What is the same for every request that an entry takes is made once.

        PERF(bench_match::bench_one_request): nobody can change a Decision, and to count a reference costs less than to make one.
        """
        cdef PyObject **kept
        cdef PyObject *before
        cdef Decision made
        if FREE_THREADED or answer.outcome != FORWARD or call.chance.seed != 0 or answer.rewritten != NULL:
            return self.new_decision(call, answer)
        kept = &self.made[answer.entry & (MOST_MADE - 1)]
        if kept[0] != NULL and is_about(<Decision>kept[0], answer):
            return <Decision>kept[0]
        made = self.new_decision(call, answer)
        before = kept[0]
        Py_INCREF(made)
        kept[0] = <PyObject *>made
        Py_XDECREF(before)
        return made

    cdef Decision new_decision(self, const Call *call, const Answer *answer):
        cdef Decision made
        cdef bytes path = None
        if answer.rewritten != NULL:
            path = taken_target(call, answer)
        made = Decision.__new__(Decision)
        made.table = self.rows
        made.seed = call.chance.seed
        made.listener_id = answer.listener
        made.entry_id = answer.entry
        made.backend_id = answer.backend
        made.outcome_code = answer.outcome
        made.status_code = answer.status
        made.refusal_code = answer.refusal
        if path is not None:
            made.path = path
        return made


cdef match_texts(PortTable port, method, host, path, headers, sni, draw):
    """What `match` says where a text has to be copied before it can be read in place: one beyond ASCII, of a class of its own."""
    method = plain(method, "method")
    host = None if host is None else plain(host, "host")
    path = plain(path, "path")
    sni = None if sni is None else plain(sni, "sni")
    return port.match(method, host, path, headers, sni=sni, draw=draw)


cdef match_headers(PortTable port, method, host, path, headers, sni, draw):
    """The same where headers are of an unusual shape, or can be changed by another thread."""
    if FREE_THREADED and isinstance(headers, list):
        copied = tuple(<list>headers)  # its pairs mostly cannot
    else:
        copied = plain_headers(headers)
    return port.match(method, host, path, copied, sni=sni, draw=draw)


cdef inline bint is_about(Decision made, const Answer *answer) noexcept:
    """Whether a Decision to forward says of its request what this answer says."""
    return made.entry_id == answer.entry and made.backend_id == answer.backend and made.listener_id == answer.listener


cdef inline Slice joined_target(Slice path, Slice query, uint8_t *into) noexcept:
    cdef Slice made
    if query.size == 0:
        return path
    made.at = into
    made.size = path.size + 1 + query.size
    memcpy(into, path.at, path.size)
    into[path.size] = c'?'
    memcpy(into + path.size + 1, query.at, query.size)
    return made


cdef bytes taken_target(const Call *call, const Answer *answer):
    """The new path and the query as it came, None where no rule took the request. Frees what the answer holds, come what may."""
    cdef Slice path, query
    try:
        if answer.entry < 0:
            return None
        split_target(call.target, False, &path, &query)
        return (
            (<const char *>answer.rewritten)[:answer.rewritten_size]
            + (<const char *>(call.target.at + path.size))[:call.target.size - path.size]
        )
    finally:
        free(answer.rewritten)


cdef inline int read_draw(object draw, Chance *chance) except -1:
    """The caller's draw (draws.unit, draws.seed); without one, nothing is thrown yet."""
    chance.known = draw is not None
    chance.seed = 0
    if draw is None:
        return 0
    if isinstance(draw, float):
        chance.draw = draw
        if not 0.0 <= chance.draw < 1.0:
            raise ValueError(f"draw must be in [0, 1) or an int seed, not {draw!r}")
        memcpy(&chance.seed, &chance.draw, sizeof(double))
    else:
        chance.seed = <uint64_t>(draw & 0xFFFFFFFFFFFFFFFF)
        chance.draw = unit(chance.seed)
    return 0
