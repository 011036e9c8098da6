"""Those header lines of a call that may matter to a table, read in place."""

from cpython.object cimport PyObject
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, malloc

from .fields cimport Line
from .layout cimport Slice


cdef extern from "texts.h":
    bint read_text "gwm_read_text"(PyObject *text, const uint8_t **at, size_t *size) noexcept
    bint read_pair "gwm_read_pair"(PyObject *pair, PyObject **name, PyObject **value) noexcept
    size_t skip_lines "gwm_skip_lines"(PyObject **items, size_t at, size_t count, uint64_t lengths) noexcept
    Py_ssize_t read_items "gwm_read_items"(PyObject *headers, PyObject ***items) noexcept


cdef enum:
    ROOM_LINES = 64      # that need no allocation

cdef enum:
    READ = 1
    ODD_SHAPE = 0        # not pairs of plain texts in a tuple or list: to be copied into one first
    NO_MEMORY = -1


cdef inline int read_wanted(PyObject *headers, uint64_t lengths, Line *room, Line **lines, size_t *wanted) noexcept:
    """Every header's name is looked at, so that odd ones are noticed; those that have one of the `lengths` are kept, each with
    its value. Lines beyond ROOM_LINES are to be freed.
    """
    cdef PyObject **items
    cdef PyObject *name
    cdef PyObject *value
    cdef Slice text, other
    cdef Line *grown
    cdef size_t kept = 0, i = 0
    cdef bint readable, matters
    cdef Py_ssize_t count = read_items(headers, &items)
    lines[0] = room
    wanted[0] = 0
    if count < 0:
        return ODD_SHAPE
    while True:
        i = skip_lines(items, i, <size_t>count, lengths)
        if i == <size_t>count:
            break
        matters = False
        readable = read_pair(items[i], &name, &value) and read_text(name, &text.at, &text.size)
        if readable:
            matters = (lengths >> (text.size if text.size < 63 else 63)) & 1
            readable = not matters or read_text(value, &other.at, &other.size)
        if not readable:
            if lines[0] != room:
                free(lines[0])
                lines[0] = room
            return ODD_SHAPE
        i += 1
        if not matters:
            continue
        if kept == ROOM_LINES and lines[0] == room:
            grown = <Line *>malloc(<size_t>count * sizeof(Line))
            if grown == NULL:
                return NO_MEMORY
            lines[0] = grown
            while kept:
                kept -= 1
                grown[kept] = room[kept]
            kept = ROOM_LINES
        lines[0][kept].name = text
        lines[0][kept].value = other
        kept += 1
    wanted[0] = kept
    return READ
