"""Arguments of an unusual shape, as plain ones."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.object cimport PyObject

from .layout cimport CONTENT_TYPE_LENGTH
from .walk cimport is_grpc
from .wanted cimport NO_MEMORY, ODD_SHAPE, ROOM_LINES, read_wanted

from ..ir import as_bytes


cdef bytes as_text(object text, what):
    if not isinstance(text, (str, bytes)):
        raise TypeError(f"{what} must be str or bytes, not {type(text).__name__}")
    made = as_bytes(text)
    # Of a class of the caller's own what it holds, whatever its methods say.
    return made if type(made) is bytes else PyBytes_AS_STRING(made)[:PyBytes_GET_SIZE(made)]


cdef bint has_grpc_type(object headers) except -1:
    """Whether the headers of a POST, of which the names were looked at before, say that it is a gRPC call."""
    cdef Line room[ROOM_LINES]
    cdef Line *lines = room
    cdef size_t count
    cdef int known = read_wanted(<PyObject *>headers, CONTENT_TYPE_LENGTH, room, &lines, &count)
    if known == NO_MEMORY:
        raise MemoryError("no memory for the request's headers")
    if known == ODD_SHAPE:
        return headers is not None and has_grpc_type(plain_headers(headers))
    known = is_grpc(True, lines, count)
    if lines != room:
        free(lines)
    return known


def plain_headers(headers):
    """Headers of any shape that makes sense, as a tuple of pairs of bytes."""
    # Where there is no GIL another thread may change them meanwhile: copies of lists and dicts are made at once.
    if type(headers) is dict:
        headers = dict(headers)
    pairs = headers.items() if hasattr(headers, "items") else headers
    made = []
    for pair in tuple(pairs):
        both = () if isinstance(pair, (str, bytes)) else tuple(pair)
        if len(both) != 2:
            raise TypeError(f"headers must be pairs of name and value, not {type(pair).__name__}")
        name, value = both
        made.append((as_text(name, "a header's name"), as_text(value, "a header's value")))
    return tuple(made)


cdef tuple plain_lines(object headers):
    return plain_headers(headers)
