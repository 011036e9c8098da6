"""The checksum of stored tables."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint64_t


cdef extern from "digest.h" nogil:
    uint64_t gwm_digest(const uint8_t *at, size_t size) noexcept


def digest(const uint8_t[::1] data not None):
    """A 64-bit checksum of some bytes, which tells damage and not malice.

    >>> digest(b"gwmatch") == digest(bytearray(b"gwmatch")), digest(b"gwmatch") == digest(b"gwmatcH")
    (True, False)
    """
    cdef size_t size = data.shape[0]
    cdef uint64_t found
    with nogil:
        found = gwm_digest(&data[0] if size else NULL, size)
    return found
