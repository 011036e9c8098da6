"""Many requests at once: columns of them, or a list. In: what the caller has. Out: the entry that takes each.

Entries come before backends, so nothing here is left to chance.
"""

import cython
import numpy

from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from .arguments cimport *
from .bound cimport Bound
from .columns cimport Column, Cursor, column_of
from .decide cimport *
from .pieces cimport CONSTANT, STRIP, Piece, read_strip
from .places cimport Places, drop_places, keep_places, place_of
from .rows cimport *
from .text cimport is_host_header


cdef enum:
    AT_ONCE = 4096       # rows between two looks at the clock
    AT_HAND = 65536      # rows of Python objects that are read at once


cdef extern from *:
    """
    #include <time.h>
    static double gwm_seconds(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    }
    """
    double seconds "gwm_seconds"() noexcept nogil
    const double PATIENCE "0.05"     # seconds until the interpreter is asked whether to go on


# Where each column of a run stands. A column that was not given has a cursor without pieces.
cdef struct Run:
    Rows rows
    Cursor *host
    Cursor *path
    Cursor *method
    Cursor *sni
    Cursor **headers
    Line *lines
    Slice *names
    size_t header_count
    int32_t *ids
    int16_t *statuses    # or NULL
    bint has_host_line
    bint failed


@cython.final
cdef class Numbers:
    """An array for results, and its memory."""
    cdef object array
    cdef Py_buffer view

    def __cinit__(self, int64_t length, kind):
        self.array = numpy.empty(length, kind)
        PyObject_GetBuffer(self.array, &self.view, PyBUF_WRITABLE)

    def __dealloc__(self):
        PyBuffer_Release(&self.view)


@cython.final
cdef class HeaderColumn:
    """A header line of every row: its name, and the column of its values."""
    cdef object name
    cdef Column column


# ------------------------------------------------------------------------------------------------------------------ columns


cdef inline int64_t piece_end(Cursor *cursor, int64_t row, int64_t end) noexcept nogil:
    """The row before which the cursor's piece has to be changed, at most `end`. The cursor is put on the piece of `row`."""
    if cursor.count == 0 or cursor.pieces[0].kind == CONSTANT:
        return end
    while row >= cursor.begin + cursor.pieces[cursor.at].length:
        cursor.begin += cursor.pieces[cursor.at].length
        cursor.at += 1
    return min(end, cursor.begin + cursor.pieces[cursor.at].length)


cdef inline void start_strip(Cursor *cursor, Slice *room) noexcept nogil:
    """Gives a column room for a strip. A column that was not given has no text in any row."""
    cursor.strip = room
    cursor.step = 0
    room.at = NULL
    room.size = 0
    if cursor.count != 0 and cursor.pieces[0].kind == CONSTANT:
        room[0] = cursor.pieces[0].text
    elif cursor.count != 0:
        cursor.step = 1


cdef inline void fill_strip(Cursor *cursor, int64_t row, int64_t count) noexcept nogil:
    if cursor.step != 0:
        read_strip(&cursor.pieces[cursor.at], row - cursor.begin, count, cursor.strip)


cdef inline Slice cell(const Cursor *cursor, size_t i) noexcept nogil:
    return cursor.strip[i * cursor.step]


cdef inline Slice cell_or_empty(const Cursor *cursor, size_t i) noexcept nogil:
    cdef Slice made = cursor.strip[i * cursor.step]
    if made.at == NULL:
        made.at = <const uint8_t *>b""
        made.size = 0
    return made


cdef inline size_t read_header_lines(const Run *run, size_t i) noexcept nogil:
    """How many header lines this row has. One without a value is not there."""
    cdef size_t number, count = 0
    for number in range(run.header_count):
        run.lines[count].value = cell(run.headers[number], i)
        if run.lines[count].value.at != NULL:
            run.lines[count].name = run.names[number]
            count += 1
    return count


cdef inline void find_places(Run *run, int64_t count, Place *places) noexcept nogil:
    """Where the hosts of a strip lead."""
    cdef int64_t i
    cdef Place same
    if run.host.step == 0 and run.sni.step == 0:
        same = place_of(run.rows.bound, run.rows.places, cell_or_empty(run.host, 0), cell_or_empty(run.sni, 0))
        for i in range(count):
            places[i] = same
        return
    for i in range(count):
        places[i] = place_of(run.rows.bound, run.rows.places, cell_or_empty(run.host, i), cell_or_empty(run.sni, i))


cdef void decide_strip(Run *run, int64_t row, int64_t count) noexcept nogil:
    """Up to STRIP rows that lie in one piece of every column."""
    cdef Place places[STRIP]
    cdef Call call
    cdef Answer answer
    cdef int64_t i
    cdef size_t number
    fill_strip(run.path, row, count)
    fill_strip(run.host, row, count)
    fill_strip(run.method, row, count)
    fill_strip(run.sni, row, count)
    for number in range(run.header_count):
        fill_strip(run.headers[number], row, count)
    find_places(run, count, places)
    call.lines = run.lines
    call.line_count = 0
    for i in range(count):
        call.target = cell(run.path, i)
        call.method = cell(run.method, i)
        answer.entry = NOBODY
        answer.status = 0
        if call.target.at != NULL and call.method.at != NULL:
            if run.header_count != 0:
                call.line_count = read_header_lines(run, i)
            if run.has_host_line:
                call.host = cell_or_empty(run.host, i)
                call.sni = cell_or_empty(run.sni, i)
                decide_by_itself(&run.rows, &call, &answer)
            else:
                decide_row(&run.rows, &call, places[i], &answer)
            if answer.failed:
                run.failed = True
                return
        run.ids[row + i] = answer.entry
        if run.statuses != NULL:
            run.statuses[row + i] = <int16_t>answer.status if answer.entry < 0 else 0


cdef void decide_by_itself(const Rows *rows, Call *call, Answer *answer) noexcept nogil:
    """A row with a column of Host lines, which may say something else than the host."""
    # Every draw falls on some backend; which one does not matter here, and a known draw costs nothing.
    call.chance.known = True
    call.chance.seed = 0
    call.chance.draw = 0.0
    decide(rows.bound, rows.places, call, answer)
    if answer.rewritten != NULL:
        free(answer.rewritten)


cdef int64_t decide_for_a_while(Run *run, int64_t row, int64_t stop) noexcept nogil:
    """Decides until `stop` or until the interpreter should be asked; the first row that is left."""
    cdef double until = seconds() + PATIENCE
    cdef int64_t end
    cdef size_t i
    while row < stop and not run.failed:
        end = piece_end(run.path, row, min(stop, row + AT_ONCE))
        end = piece_end(run.host, row, end)
        end = piece_end(run.method, row, end)
        end = piece_end(run.sni, row, end)
        for i in range(run.header_count):
            end = piece_end(run.headers[i], row, end)
        while row < end and not run.failed:
            decide_strip(run, row, min(end - row, <int64_t>STRIP))
            row += STRIP
        row = end
        if seconds() > until:
            break
    return row


cdef object decide_many(
    const Bound *bound, object hosts, object paths, object methods, object headers, object sni, object progress, bint statuses
):
    cdef Column path = column_of(paths, "paths")
    cdef Column host = optional(hosts, "hosts")
    cdef Column method = column_of("GET" if methods is None else methods, "methods")
    cdef Column server_name = optional(sni, "sni")
    cdef list lines = read_names(headers)
    cdef list columns = [path, host, method, server_name, *[(<HeaderColumn>line).column for line in lines]]
    cdef int64_t length = common_length(columns)
    cdef Numbers ids = Numbers(length, numpy.int32)
    cdef Numbers answers = Numbers(length if statuses else 0, numpy.int16)
    cdef Run run
    cdef Slice *strips
    cdef Places places
    cdef size_t i
    # SAFETY: the columns and arrays above own all that `run` points to, and live to the end of this function.
    run.path = &path.cursor
    run.host = &host.cursor
    run.method = &method.cursor
    run.sni = &server_name.cursor
    run.ids = <int32_t *>ids.view.buf
    run.statuses = <int16_t *>answers.view.buf if statuses else NULL
    run.failed = run.has_host_line = False
    run.header_count = len(lines)
    run.headers = <Cursor **>malloc((run.header_count + 1) * (sizeof(Cursor *) + sizeof(Line) + sizeof(Slice)))
    strips = <Slice *>malloc(<size_t>len(columns) * STRIP * sizeof(Slice))
    try:
        if not keep_places(&places, bound) or run.headers == NULL or strips == NULL:
            raise MemoryError("no memory for the columns")
        run.lines = <Line *>(run.headers + run.header_count + 1)
        run.names = <Slice *>(run.lines + run.header_count + 1)
        for i in range(run.header_count):
            run.headers[i] = &(<HeaderColumn>lines[i]).column.cursor
            run.names[i] = slice_of((<HeaderColumn>lines[i]).name)
            run.has_host_line |= is_host_header(run.names[i])
        for i in range(<size_t>len(columns)):
            start_strip(&(<Column>columns[i]).cursor, strips + i * STRIP)
        start_rows(&run.rows, bound, &places)
        decide_columns(&run, columns, length, progress)
    finally:
        free(run.headers)
        free(strips)
        drop_places(&places)
    return (ids.array, answers.array) if statuses else ids.array


cdef int decide_columns(Run *run, list columns, int64_t length, object progress) except -1:
    cdef bint by_rows = any([(<Column>column).is_loaded_by_rows for column in columns])
    cdef int64_t row = 0, stop = 0
    while row < length:
        if row == stop:
            stop = min(length, row + AT_HAND) if by_rows else length
            for column in columns:
                (<Column>column).load(row, stop)
        with nogil:
            row = decide_for_a_while(run, row, stop)
        if run.failed:
            raise MemoryError("no memory to match a request")
        PyErr_CheckSignals()
        if progress is not None:
            progress(row, length)
    return 0


cdef Column optional(object given, str name):
    cdef Column made
    if given is not None:
        return column_of(given, name)
    made = Column()
    made.name = name
    made.length = -1
    return made


cdef list read_names(object headers):
    """The columns of header values by name."""
    cdef list lines = []
    cdef HeaderColumn line
    if headers is None:
        return lines
    if not hasattr(headers, "items"):
        raise TypeError(f"headers has to be a mapping from a name to a column of values, not {type(headers).__name__}")
    for name, column in headers.items():
        line = HeaderColumn()
        line.name = as_text(name, "a header's name")
        line.column = column_of(column, f"headers[{name!r}]")
        lines.append(line)
    return lines


cdef int64_t common_length(list columns) except -1:
    """The number of rows, the same in all columns; a single text has as many as there are."""
    cdef Column column, first = columns[0]
    if first.length < 0:
        raise TypeError("paths has to be a column: one text says not how many requests there are")
    for column in columns:
        if column.length >= 0 and column.length != first.length:
            raise ValueError(f"columns of one length are needed: paths has {first.length} rows, {column.name} has {column.length}")
    return first.length


# --------------------------------------------------------------------------------------------------------------------- list


cdef object decide_list(const Bound *bound, object requests):
    cdef list listed = list(requests)
    cdef Numbers ids = Numbers(len(listed), numpy.int32)
    cdef int32_t *into = <int32_t *>ids.view.buf
    cdef Line room[LINES]
    cdef Places places
    cdef Call call
    cdef Py_ssize_t i
    call.chance.known = True
    call.chance.seed = 0
    call.chance.draw = 0.0
    keep_places(&places, bound)
    try:
        for i in range(len(listed)):
            into[i] = decide_item(bound, &places, listed[i], &call, room)
            if i % AT_ONCE == AT_ONCE - 1:
                PyErr_CheckSignals()
    finally:
        drop_places(&places)
    return ids.array


cdef int32_t decide_item(const Bound *bound, const Places *places, object request, Call *call, Line *room) except? -2:
    """The entry that takes (method, host, path), with headers and the server name behind them or not."""
    cdef Lines lines
    cdef Answer answer
    cdef Py_ssize_t size
    cdef object method, host, path, headers = None, sni = None
    if not isinstance(request, tuple):
        request = as_request(request)
    size = len(<tuple>request)
    if not 3 <= size <= 5:
        raise TypeError(f"a request is (method, host, path), then perhaps headers, then perhaps sni; not {size} values")
    method = plain((<tuple>request)[0], "method")
    host = (<tuple>request)[1]
    host = b"" if host is None else plain(host, "host")
    path = plain((<tuple>request)[2], "path")
    if size > 3:
        headers = (<tuple>request)[3]
    if size > 4:
        sni = (<tuple>request)[4]
    sni = b"" if sni is None else plain(sni, "sni")
    # SAFETY: as in PortTable.match: the slices point into objects that the names above keep, and no Python code runs while
    # they are in use.
    lines.at = room
    lines.count = 0
    if headers is not None:
        headers = take_lines(headers, &lines)
    call.method = slice_of(method)
    call.host = slice_of(host)
    call.target = slice_of(path)
    call.sni = slice_of(sni)
    call.lines = lines.at
    call.line_count = lines.count
    decide(bound, places, call, &answer)
    if lines.at != room:
        free(lines.at)
    if answer.rewritten != NULL:
        free(answer.rewritten)
    if answer.failed:
        raise MemoryError("no memory to match a request")
    return answer.entry


cdef tuple as_request(object request):
    if not isinstance(request, list):
        raise TypeError(f"a request is a tuple (method, host, path, headers), not {type(request).__name__}")
    return tuple(request)
