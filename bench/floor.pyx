# cython: language_level=3, freethreading_compatible=True
"""The floor: what it costs to call a method with the arguments of PortTable.match when it does nothing."""

import cython


@cython.final
cdef class Floor:
    @cython.binding(False)
    def match(self, method, host, path, headers=None, *, sni=None, draw=None):
        return None
