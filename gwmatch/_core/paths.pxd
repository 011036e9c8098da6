from libc.stddef cimport size_t
from libc.stdint cimport uint32_t

from .layout cimport Host, PathName, Rare, Text
from .spots cimport Spots


# A virtual host's record while it is put together.
cdef struct HostParts:
    Host head
    Rare rare
    size_t count         # of paths
    PathName few[8]      # those that are scanned


cdef class Paths(Spots):
    """Makes the records of virtual hosts."""
    cdef int paths(self, HostParts *parts, tuple nodes) except -1
    cdef PathName path_name(self, object node) except *
    cdef int count_path(self, HostParts *parts, const PathName *name) except -1
    cdef int index_paths(self, HostParts *parts, const PathName *names, size_t count) except -1
    cdef uint32_t around(self, const Rare *rare, Text path) noexcept
    cdef uint32_t lay_host(self, HostParts *parts) except 0
