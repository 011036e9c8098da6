"""A caller's arguments, read in place: texts as slices, headers as lines. Borrowed from objects that the caller keeps."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t
from libc.stdlib cimport free, malloc

from .fields cimport Line
from .layout cimport Slice


cdef extern from *:
    """
    #ifdef Py_GIL_DISABLED
    #define GWM_FREE_THREADED 1
    #else
    #define GWM_FREE_THREADED 0
    #endif
    #define gwm_is_ascii(text) PyUnicode_IS_COMPACT_ASCII(text)
    #define gwm_ascii(text) ((const uint8_t *)PyUnicode_1BYTE_DATA(text))
    """
    bint FREE_THREADED "GWM_FREE_THREADED"
    bint is_ascii "gwm_is_ascii"(object text)
    const uint8_t *ascii "gwm_ascii"(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)


cdef enum:
    LINES = 64           # header lines that need no allocation


cdef struct Lines:
    Line *at
    size_t count
    bint failed


cdef inline bint is_plain(object text) noexcept:
    """Whether the bytes of a text can be read where they stand."""
    return isinstance(text, bytes) or (isinstance(text, str) and is_ascii(text))


cdef inline Slice slice_of(object text) noexcept:
    cdef Slice made
    if isinstance(text, bytes):
        made.at = <const uint8_t *>PyBytes_AS_STRING(text)
        made.size = PyBytes_GET_SIZE(text)
    else:
        made.at = ascii(text)
        made.size = PyUnicode_GET_LENGTH(text)
    return made


cdef bytes as_text(object text, what)
cdef bint has_grpc_type(object headers) except -1


cdef inline bint read_lines(object headers, Lines *lines) noexcept:
    """Whether every header is a pair that can be read where it stands; if so, all of them, in place."""
    cdef Py_ssize_t count, i
    cdef Line *room = lines.at
    cdef object pair, name, value
    if FREE_THREADED and not isinstance(headers, tuple):
        return False
    if isinstance(headers, list):
        count = len(<list>headers)
    elif isinstance(headers, tuple):
        count = len(<tuple>headers)
    else:
        return False
    lines.failed = False
    if count > LINES:
        lines.at = <Line *>malloc(count * sizeof(Line))
        if lines.at == NULL:
            lines.at = room
            lines.failed = True
            return True
    for i in range(count):
        pair = (<list>headers)[i] if isinstance(headers, list) else (<tuple>headers)[i]
        if isinstance(pair, tuple) and len(<tuple>pair) == 2:
            name = (<tuple>pair)[0]
            value = (<tuple>pair)[1]
        elif isinstance(pair, list) and len(<list>pair) == 2 and not FREE_THREADED:
            name = (<list>pair)[0]
            value = (<list>pair)[1]
        else:
            name = value = None
        if not is_plain(name) or not is_plain(value):
            if lines.at != room:
                free(lines.at)
                lines.at = room
            return False
        lines.at[i].name = slice_of(name)
        lines.at[i].value = slice_of(value)
    lines.count = count
    return True


cdef inline object plain(object text, str what):
    """A text that can be read where it stands."""
    return text if is_plain(text) else as_text(text, what)


cdef inline object take_lines(object headers, Lines *lines):
    """Fills `lines`; what is returned has to be kept while they are in use. More than fit are to be freed."""
    lines.failed = False
    if FREE_THREADED and isinstance(headers, list):
        headers = tuple(<list>headers)
    if not read_lines(headers, lines):
        headers = plain_lines(headers)
        read_lines(headers, lines)
    if lines.failed:
        raise MemoryError("no memory for the request's headers")
    return headers


cdef tuple plain_lines(object headers)
