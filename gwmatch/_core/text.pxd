"""Bytes of a request: classes, case, tokens. Nothing here copies unless it is given where to."""

from libc.stdint cimport int8_t, uint8_t, uint64_t
from libc.string cimport memcmp

from .layout cimport Slice, few_at


cdef extern from "classes.h" nogil:
    const uint8_t *byte_class "gwm_class"
    const int8_t *hex_value "gwm_hex"
    enum:
        TOKEN "GWM_TOKEN"
        LABEL "GWM_LABEL"
        FORBIDDEN "GWM_FORBIDDEN"
        ODD "GWM_ODD"
        UNRESERVED "GWM_UNRESERVED"


cdef extern from "words.h" nogil:
    bint no_line_ends "gwm_is_field_value"(const uint8_t *at, size_t size) noexcept
    void fold_text "gwm_fold"(const uint8_t *source, size_t size, uint8_t *into) noexcept
    size_t next_parameter "gwm_next_parameter"(
        const uint8_t *at, size_t start, size_t size, const uint8_t *firsts
    ) noexcept
    bint is_coded "gwm_is_coded"(const uint8_t *at, size_t size) noexcept
    uint64_t fold_word "gwm_fold_word"(uint64_t word) noexcept


cdef inline uint8_t fold(uint8_t byte) noexcept nogil:
    """A to Z to lower case, nothing else (HI-H1)."""
    return byte | 0x20 if c'A' <= byte <= c'Z' else byte


cdef inline bint is_digit(uint8_t byte) noexcept nogil:
    return c'0' <= byte <= c'9'


cdef inline int hex_digit(uint8_t byte) noexcept nogil:
    """Its value, or -1."""
    return hex_value[byte]


cdef inline bint is_token(Slice text) noexcept nogil:
    """RFC 9110 5.6.2."""
    cdef size_t i
    cdef uint8_t common = TOKEN
    for i in range(text.size):
        common &= byte_class[text.at[i]]
    return text.size > 0 and common != 0


cdef inline Slice trimmed(Slice text) noexcept nogil:
    """Without the spaces and tabs around it (HI-F3)."""
    while text.size and (text.at[0] == c' ' or text.at[0] == c'\t'):
        text.at += 1
        text.size -= 1
    while text.size and (text.at[text.size - 1] == c' ' or text.at[text.size - 1] == c'\t'):
        text.size -= 1
    return text


cdef inline bint is_field_value(Slice value) noexcept nogil:
    """HI-F4: no NUL, CR or LF."""
    return no_line_ends(value.at, value.size)


cdef inline bint is_named(Slice name, const char *lower, size_t size) noexcept nogil:
    """Whether a header name is this lower-case one."""
    cdef size_t i
    if name.size != size:
        return False
    if memcmp(name.at, lower, size) == 0:
        return True
    for i in range(size):
        if fold(name.at[i]) != <uint8_t>lower[i]:
            return False
    return True


cdef inline bint is_host_header(Slice name) noexcept nogil:
    """PERF(bench_match::bench_two_headers): asked of every line of every request."""
    return name.size == 4 and fold_word(few_at(name.at, 4)) == 0x74736F68  # "host"
