"""Request targets: which are none, and the other readings of a path (HI-P1 to HI-P9); the native twin of spellings.py.

The functions that write need room for three bytes per byte of the path: that is what escaping can make of one.
"""

from libc.stdint cimport uint8_t
from libc.string cimport memchr, memcpy

from .layout cimport Slice
from .text cimport FORBIDDEN, ODD, UNRESERVED, byte_class, hex_digit


cdef extern from "words.h" nogil:
    bint is_clean "gwm_is_clean"(const uint8_t *at, size_t size) noexcept
    bint no_forbidden "gwm_is_query"(const uint8_t *at, size_t size) noexcept


cdef enum:
    MAX_PATH = 8192
    MAX_QUERY = 16384
    READINGS = 5


cdef inline void split_target(Slice target, bint cut_fragment, Slice *path, Slice *query) noexcept nogil:
    """At the first `?`; with `cut_fragment` the path also ends at a `#`."""
    cdef const uint8_t *mark = <const uint8_t *>memchr(target.at, c'?', target.size) if target.size else NULL
    path.at = target.at
    path.size = target.size
    query.at = target.at + target.size
    query.size = 0
    if mark != NULL:
        path.size = mark - target.at
        query.at = mark + 1
        query.size = target.size - path.size - 1
    if cut_fragment and path.size:
        mark = <const uint8_t *>memchr(path.at, c'#', path.size)
        if mark != NULL:
            path.size = mark - path.at


cdef inline bint is_query(Slice query) noexcept nogil:
    return no_forbidden(query.at, query.size)


cdef inline bint is_clean_path(Slice target) noexcept nogil:
    """Whether a target is a path without a query, and one that nothing has to be asked of."""
    return 0 < target.size <= MAX_PATH and target.at[0] == c'/' and is_clean(target.at, target.size)


cdef inline bint is_path(Slice method, Slice path, bint *suspicious) noexcept nogil:
    """HI-P1 to HI-P3, and whether the path may have a second reading (HI-G3)."""
    cdef size_t i
    cdef uint8_t byte, following
    suspicious[0] = False
    if path.size == 0:
        return method.size == 7 and is_word(method, b"CONNECT")
    if path.at[0] != c'/':
        return path.size == 1 and path.at[0] == c'*' and method.size == 7 and is_word(method, b"OPTIONS")
    if is_clean(path.at, path.size):
        return True
    for i in range(path.size):
        byte = path.at[i]
        if not byte_class[byte] & (FORBIDDEN | ODD):
            continue
        if byte_class[byte] & FORBIDDEN:
            return False
        if byte == c'%':
            if path.size - i < 3 or hex_digit(path.at[i + 1]) < 0 or hex_digit(path.at[i + 2]) < 0:
                return False
            if path.at[i + 1] == c'0' and path.at[i + 2] == c'0':
                return False
            suspicious[0] = True
        elif byte != c'/':
            suspicious[0] = True
        elif i + 1 < path.size:
            following = path.at[i + 1]
            if following == c'/' or (following == c'.' and is_dot_segment(path, i + 1)):
                suspicious[0] = True
    return True


cdef inline bint may_be_read_otherwise(Slice path) noexcept nogil:
    """HI-G3 for a path that is_path admits."""
    cdef bint suspicious = False
    cdef Slice method
    method.at = NULL
    method.size = 0
    is_path(method, path, &suspicious)
    return suspicious


cdef inline bint is_word(Slice text, const char *word) noexcept nogil:
    cdef size_t i
    for i in range(text.size):
        if text.at[i] != <uint8_t>word[i]:
            return False
    return True


cdef inline bint is_dot_segment(Slice path, size_t start) noexcept nogil:
    """Whether the segment at `start`, which begins with a dot, is `.` or `..`."""
    cdef size_t end = start + 1
    if end < path.size and path.at[end] == c'.':
        end += 1
    return end == path.size or path.at[end] == c'/'


cdef inline uint8_t upper_hex(int value) noexcept nogil:
    return <uint8_t>(c'0' + value if value < 10 else c'A' + value - 10)


cdef inline size_t decode_unreserved(Slice path, bint escape_high, uint8_t *into) noexcept nogil:
    """Reading 1: escaped unreserved characters decoded, other escapes in upper case; with `escape_high` bytes from 0x80
    escaped. `path` has passed is_path."""
    cdef size_t i = 0, size = 0
    cdef int high, low
    cdef uint8_t byte
    while i < path.size:
        byte = path.at[i]
        if byte == c'%':
            high = hex_digit(path.at[i + 1])
            low = hex_digit(path.at[i + 2])
            i += 3
            byte = <uint8_t>(high * 16 + low)
            if byte_class[byte] & UNRESERVED:
                into[size] = byte
                size += 1
                continue
        elif escape_high and byte >= 0x80:
            high = byte >> 4
            low = byte & 15
            i += 1
        else:
            into[size] = byte
            size += 1
            i += 1
            continue
        into[size] = c'%'
        into[size + 1] = upper_hex(high)
        into[size + 2] = upper_hex(low)
        size += 3
    return size


cdef inline bint has_escaped_slash(Slice path) noexcept nogil:
    cdef size_t i
    for i in range(2, path.size):
        if path.at[i - 2] == c'%' and is_slash_escape(path.at[i - 1], path.at[i]):
            return True
    return False


cdef inline bint is_slash_escape(uint8_t first, uint8_t second) noexcept nogil:
    second |= 0x20
    return (first == c'2' and second == c'f') or (first == c'5' and second == c'c')


cdef inline size_t unify_slashes(Slice path, bint escapes, uint8_t *into) noexcept nogil:
    """`\\`, and with `escapes` also `%5C` and `%2F`, as `/`. In place is fine."""
    cdef size_t i = 0, size = 0
    while i < path.size:
        if escapes and path.at[i] == c'%' and path.size - i >= 3 and is_slash_escape(path.at[i + 1], path.at[i + 2]):
            into[size] = c'/'
            i += 3
        else:
            into[size] = c'/' if path.at[i] == c'\\' else path.at[i]
            i += 1
        size += 1
    return size


cdef inline size_t cut_parameters(uint8_t *text, size_t size) noexcept nogil:
    """Every segment up to its first `;`."""
    cdef size_t i, kept = 0
    cdef bint cutting = False
    for i in range(size):
        if text[i] == c'/':
            cutting = False
        elif text[i] == c';':
            cutting = True
        if not cutting:
            text[kept] = text[i]
            kept += 1
    return kept


cdef inline size_t merge_slashes(uint8_t *text, size_t size) noexcept nogil:
    cdef size_t i, kept = 0
    for i in range(size):
        if text[i] != c'/' or kept == 0 or text[kept - 1] != c'/':
            text[kept] = text[i]
            kept += 1
    return kept


cdef inline size_t remove_dot_segments(uint8_t *text, size_t size) noexcept nogil:
    """RFC 3986 5.2.4, in place. The text starts with `/`; what it leaves ends in `/` after a last `.` or `..`."""
    cdef size_t i = 0, kept = 0, start
    cdef size_t length
    while i < size:
        # text[i] is the "/" before a segment
        start = i + 1
        i = start
        while i < size and text[i] != c'/':
            i += 1
        length = i - start
        if length == 1 and text[start] == c'.':
            if i == size:
                text[kept] = c'/'
                kept += 1
        elif length == 2 and text[start] == c'.' and text[start + 1] == c'.':
            while kept:
                kept -= 1
                if text[kept] == c'/':
                    break
            if i == size:
                text[kept] = c'/'
                kept += 1
        else:
            text[kept] = c'/'
            kept += 1
            if kept == start:
                kept = i
                continue
            while start < i:
                text[kept] = text[start]
                kept += 1
                start += 1
    return kept


cdef inline size_t reading(int number, Slice plain, uint8_t *into) noexcept nogil:
    """Reading `number` (0 to 4) of HI-P5; `plain` is the first one, in other memory than `into`."""
    cdef size_t size
    if number < 3:
        memcpy(into, plain.at, plain.size)
        size = plain.size
        if number == 0:
            return size
    else:
        size = unify_slashes(plain, True, into)
        if number == 4:
            size = cut_parameters(into, size)
    if number > 1:
        size = merge_slashes(into, size)
    return remove_dot_segments(into, size)


cdef inline size_t rewrite(Slice path, uint8_t *into) noexcept nogil:
    """The normal form of HI-P9; the path holds no escaped slash."""
    cdef Slice text
    text.size = decode_unreserved(path, False, into)
    text.at = into
    text.size = unify_slashes(text, False, into)
    text.size = merge_slashes(into, text.size)
    return remove_dot_segments(into, text.size)
