"""What an ASGI scope and a WSGI environ say of a request.

The target as it stood on the wire is what has to be matched: servers decode the path for applications, and what they lose
(`%2F` is a slash then) is what an attacker uses. Where a server gives the raw target it is taken; where not, the decoded path is
escaped again. Then an escaped slash has become a slash, and nobody can see that it was none.
"""

from urllib.parse import quote_from_bytes

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_Next
from cpython.ref cimport PyObject
from libc.stdint cimport SIZE_MAX, uint8_t
from libc.stdlib cimport malloc
from libc.string cimport memcmp

from .arguments cimport LINES, Lines, PyUnicode_GET_LENGTH, as_text, is_plain
from .fields cimport Line
from .layout cimport Slice
from .text cimport fold

from ..ir import as_bytes

# What a path may hold as it is (RFC 3986 3.3); quote() leaves letters, digits and `_.-~` alone by itself.
cdef str _PATH = "/!$&'()*+,;=:@"


cdef extern from *:
    """
    #define gwm_is_latin1(text) (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND)
    #define gwm_latin1(text) ((const uint8_t *)PyUnicode_1BYTE_DATA(text))
    """
    bint is_latin1 "gwm_is_latin1"(object text)
    const uint8_t *latin1 "gwm_latin1"(object text)


cdef bytes escaped(bytes path):
    """The canonical spelling of a decoded path."""
    return quote_from_bytes(path, _PATH).encode("ascii")


cdef tuple absolute(object target):
    """Host and target of an absolute-form target (RFC 9112 3.2.2), as bytes; the host is None for any other target."""
    cdef bytes text = as_bytes(target)
    scheme, mark, rest = text.partition(b"://")
    if not mark or scheme.lower() not in (b"http", b"https"):
        return None, text
    end = min([at for at in (rest.find(b"/"), rest.find(b"?"), rest.find(b"#")) if at >= 0], default=len(rest))
    path = rest[end:]
    return rest[:end], path if path.startswith(b"/") else b"/" + path


# --------------------------------------------------------------------------------------------------------------------- ASGI


cdef object scope_method(dict scope):
    """GET for a WebSocket, whose handshake is one and whose scope does not say so."""
    kind = scope.get("type", "http")
    if kind == "websocket":
        method = scope.get("method", "GET")
    elif kind == "http":
        method = scope["method"]
    else:
        raise ValueError(f"a scope of type {kind!r} is no request")
    return method if is_plain(method) else as_text(method, "scope['method']")


cdef object scope_path(dict scope):
    """The raw path. Where the server gives none, the decoded one, escaped again."""
    path = scope.get("raw_path")
    if path:
        if type(path) is not bytes:
            path = as_text(path, "scope['raw_path']")
        # Some servers leave the query in it.
        return path.partition(b"?")[0] if b"?" in <bytes>path else path
    return escaped(as_text(scope["path"], "scope['path']"))


cdef object scope_query(dict scope):
    query = scope.get("query_string")
    if query is None:
        return b""
    return query if is_plain(query) else as_text(query, "scope['query_string']")


cdef object scope_headers(dict scope):
    return scope.get("headers")


cdef object scope_server_name(dict scope):
    """Not part of the TLS extension as it is specified; where a server says it, it is found there."""
    extensions = scope.get("extensions")
    tls = extensions.get("tls") if extensions else None
    if not tls:
        return None
    return tls.get("server_name") or tls.get("sni")


# --------------------------------------------------------------------------------------------------------------------- WSGI


cdef object environ_method(dict environ):
    method = environ["REQUEST_METHOD"]
    return method if is_plain(method) else wire_text(method, "environ['REQUEST_METHOD']")


cdef object environ_target(dict environ):
    """What stood on the wire, which PEP 3333 has no name for; else what it has, escaped again."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if target:
        return target if is_plain(target) else wire_text(target, "the target of the environ")
    path = wire_text(environ.get("SCRIPT_NAME", ""), "environ['SCRIPT_NAME']")
    path += wire_text(environ.get("PATH_INFO", ""), "environ['PATH_INFO']")
    query = wire_text(environ.get("QUERY_STRING", ""), "environ['QUERY_STRING']")
    made = escaped(path) or b"/"
    return made + b"?" + query if query else made


cdef object environ_server_name(dict environ):
    """As Apache's mod_ssl names it."""
    name = environ.get("SSL_TLS_SNI")
    return name if name else None


cdef bytes wire_text(object text, str what):
    """The bytes of a text as WSGI has them: one character for each byte."""
    if isinstance(text, str):
        try:
            return str.encode(text, "latin-1")
        except UnicodeEncodeError:
            return as_bytes(text)
    return as_text(text, what)


cdef dict plain_environ(object environ):
    """An environ whose headers can be read in place."""
    made = dict(environ)
    for name, value in made.items():
        if header_start(name) != SIZE_MAX and not (isinstance(value, str) and is_latin1(value)):
            made[name] = wire_text(value, f"environ[{name!r}]")
    return made


cdef inline Slice latin1_slice(object text) noexcept:
    cdef Slice made
    if isinstance(text, bytes):
        made.at = <const uint8_t *>PyBytes_AS_STRING(text)
        made.size = PyBytes_GET_SIZE(text)
    else:
        made.at = latin1(text)
        made.size = PyUnicode_GET_LENGTH(text)
    return made


cdef inline bint is_word(Slice text, const char *word, size_t size) noexcept:
    return text.size == size and memcmp(text.at, word, size) == 0


cdef inline size_t header_start(object name) noexcept:
    """Where the header's name begins in a name of the environ; SIZE_MAX where it is the name of no header line.

    HTTP_*, CONTENT_TYPE and CONTENT_LENGTH are lines of the request (PEP 3333). The latter two under HTTP_ can only be lines
    of another name, with an underscore in it.
    """
    cdef Slice text
    if not isinstance(name, str) or not is_plain(name):
        return SIZE_MAX
    text = latin1_slice(name)
    if text.size > 5 and memcmp(text.at, b"HTTP_", 5) == 0:
        text.at += 5
        text.size -= 5
        return SIZE_MAX if is_word(text, b"CONTENT_TYPE", 12) or is_word(text, b"CONTENT_LENGTH", 14) else 5
    return 0 if is_word(text, b"CONTENT_TYPE", 12) or is_word(text, b"CONTENT_LENGTH", 14) else SIZE_MAX


cdef bint read_environ(dict environ, Lines *lines, uint8_t **names) noexcept:
    """Whether the header lines could be read where they stand. Their names are spelled in `names`, to be freed."""
    cdef size_t count = 0, size = 0, start
    cdef Py_ssize_t at = 0
    cdef PyObject *name
    cdef PyObject *value
    cdef uint8_t *end
    while PyDict_Next(environ, &at, &name, &value):
        start = header_start(<object>name)
        if start != SIZE_MAX:
            if not (isinstance(<object>value, bytes) or (isinstance(<object>value, str) and is_latin1(<object>value))):
                return False
            count += 1
            size += PyUnicode_GET_LENGTH(<object>name) - start
    lines.count = 0
    lines.failed = False
    names[0] = end = <uint8_t *>malloc(size + 1)
    if count > LINES:
        lines.at = <Line *>malloc(count * sizeof(Line))
    if end == NULL or lines.at == NULL:
        lines.failed = True
        return True
    at = 0
    while PyDict_Next(environ, &at, &name, &value):
        start = header_start(<object>name)
        if start == SIZE_MAX:
            continue
        lines.at[lines.count].value = latin1_slice(<object>value)
        # Servers without a Content-Type may give an empty one.
        if start == 0 and lines.at[lines.count].value.size == 0:
            continue
        lines.at[lines.count].name = spelled(latin1_slice(<object>name), start, end)
        end += lines.at[lines.count].name.size
        lines.count += 1
    return True


cdef inline Slice spelled(Slice name, size_t start, uint8_t *into) noexcept:
    """X_REQUEST_ID as x-request-id."""
    cdef Slice made
    cdef size_t i
    made.at = into
    made.size = name.size - start
    for i in range(made.size):
        into[i] = c'-' if name.at[start + i] == c'_' else fold(name.at[start + i])
    return made
