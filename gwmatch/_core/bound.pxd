"""A port as native code sees it. Owned by a PortTable, which keeps the table alive."""

from libc.stdint cimport uint8_t

from .layout cimport Port
from .native cimport GwmApi, GwmSet


cdef struct Bound:
    const uint8_t *block
    GwmSet **sets
    const GwmApi *api
    const Port *port
