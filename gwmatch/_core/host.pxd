"""Host and server names as they are compared (HI-H1 to HI-H7, HI-T1); the native twin of wire.read_host."""

from libc.stdint cimport uint8_t
from libc.string cimport memcpy

from .layout cimport Slice, equal
from .text cimport LABEL, byte_class, fold, is_digit


cdef extern from "<arpa/inet.h>" nogil:
    int AF_INET6
    int inet_pton(int family, const char *text, void *into) noexcept


cdef extern from "words.h" nogil:
    bint is_plain_host "gwm_is_plain_host"(const uint8_t *at, size_t size) noexcept


cdef enum:
    HOST_MALFORMED = 0
    HOST_ABSENT = 1
    HOST_NAME = 2
    HOST_ADDRESS = 3
    HOST_BYTES = 256


# PERF(bench_match::bench_one_request): a host that comes as it is compared is read where it stands.
cdef struct HostText:
    int kind
    size_t size
    const uint8_t *text  # lower-case, without port and trailing dot; the request's own bytes, or `room`
    uint8_t room[256]


cdef inline bint is_ipv6(const uint8_t *text, size_t size) noexcept nogil:
    cdef char terminated[64]
    cdef uint8_t into[16]
    if size >= 64 or size == 0:
        return False
    memcpy(terminated, text, size)
    terminated[size] = 0
    cdef size_t i
    for i in range(size):
        if terminated[i] == 0:
            return False
    return inet_pton(AF_INET6, terminated, into) == 1


cdef inline bint is_ipv4(const uint8_t *text, size_t size) noexcept nogil:
    """Four runs of one to three digits, none over 255."""
    cdef size_t i
    cdef int octet = 0, digits = 0, dots = 0
    for i in range(size):
        if is_digit(text[i]):
            octet = octet * 10 + (text[i] - c'0')
            digits += 1
            if digits > 3 or octet > 255:
                return False
        elif text[i] == c'.' and digits:
            dots += 1
            octet = digits = 0
        else:
            return False
    return dots == 3 and digits > 0


cdef inline void read_name(Slice host, HostText *into) noexcept nogil:
    cdef size_t i, label = 0
    cdef uint8_t byte
    if is_plain_host(host.at, host.size):
        into.kind = HOST_NAME
        into.text = host.at
        into.size = host.size
        return
    into.kind = HOST_MALFORMED
    into.text = into.room
    if host.size and host.at[host.size - 1] == c'.':
        host.size -= 1
    if host.size == 0 or host.size > 253:
        return
    for i in range(host.size):
        byte = fold(host.at[i])
        into.room[i] = byte
        if byte == c'.':
            if label == 0 or label > 63:
                return
            label = 0
        elif byte_class[byte] & LABEL:
            label += 1
        else:
            return
    if label == 0 or label > 63:
        return
    into.size = host.size
    # Only what ends in a digit can be an address, and few names do.
    into.kind = HOST_ADDRESS if is_digit(into.text[host.size - 1]) and is_ipv4(into.text, host.size) else HOST_NAME


cdef inline void read_host(Slice host, HostText *into) noexcept nogil:
    """A Host or :authority. An empty one is absent."""
    cdef size_t i, start
    cdef unsigned int port = 0
    into.kind = HOST_ABSENT
    into.size = 0
    into.text = into.room
    if host.size == 0:
        return
    # One ":" and 0 to 5 digits up to 65535 at the end are a port (HI-H2).
    start = host.size
    while start and host.size - start < 5 and is_digit(host.at[start - 1]):
        start -= 1
    if start and host.at[start - 1] == c':':
        for i in range(start, host.size):
            port = port * 10 + (host.at[i] - c'0')
        if port > 65535:
            into.kind = HOST_MALFORMED
            return
        host.size = start - 1
        if host.size == 0:
            return
    if host.at[0] != c'[':
        read_name(host, into)
        return
    into.kind = HOST_MALFORMED
    if host.size >= 2 and host.at[host.size - 1] == c']' and is_ipv6(host.at + 1, host.size - 2):
        for i in range(host.size):
            into.room[i] = fold(host.at[i])
        into.text = into.room
        into.size = host.size
        into.kind = HOST_ADDRESS


cdef inline void read_server_name(Slice sni, HostText *into) noexcept nogil:
    into.size = 0
    into.text = into.room
    if sni.size == 0:
        into.kind = HOST_ABSENT
        return
    read_name(sni, into)
    if into.kind == HOST_ADDRESS:
        into.kind = HOST_MALFORMED


cdef inline bint same_host(const HostText *a, const HostText *b) noexcept nogil:
    return a.kind == b.kind and a.size == b.size and equal(a.text, b.text, a.size)
