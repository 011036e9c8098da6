"""What an ASGI scope and a WSGI environ say of a request: the parts that `match` takes, as texts that can be read in place."""

from libc.stdint cimport uint8_t

from .arguments cimport Lines, is_plain
from .fields cimport Line
from .layout cimport Slice
from .text cimport is_named


cdef enum:
    TARGET_BYTES = 1024  # a path and query that are joined without an allocation


# ASGI

cdef object scope_method(dict scope)
cdef object scope_path(dict scope)
cdef object scope_query(dict scope)
cdef object scope_headers(dict scope)
cdef object scope_server_name(dict scope)

# WSGI

cdef object environ_method(dict environ)
cdef object environ_target(dict environ)
cdef object environ_server_name(dict environ)
cdef dict plain_environ(object environ)
cdef bint read_environ(dict environ, Lines *lines, uint8_t **names) noexcept

# Both

cdef tuple absolute(object target)


cdef inline bint is_origin_form(Slice target) noexcept:
    return target.size != 0 and target.at[0] == c'/'


cdef inline Slice host_of(const Lines *lines) noexcept:
    """The first Host or :authority; `decide` looks whether the others agree (HI-H9)."""
    cdef Slice none
    cdef size_t i
    for i in range(lines.count):
        if is_named(lines.at[i].name, b"host", 4) or is_named(lines.at[i].name, b":authority", 10):
            return lines.at[i].value
    none.at = <const uint8_t *>b""
    none.size = 0
    return none
