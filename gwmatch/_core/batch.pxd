from .bound cimport Bound


cdef object decide_many(
    const Bound *bound, object hosts, object paths, object methods, object headers, object sni, object progress, bint statuses
)
cdef object decide_list(const Bound *bound, object requests)
