"""Where hosts lead, kept for the next request that names the same one.

One thread at a time: whoever has the interpreter, where there is a GIL, the rows of one batch, or the owner of a gwmatch_memo.
What is kept is a copy of the text, and holds as long as the table: a changed one is another table, with places of its own.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from .bound cimport Bound
from .layout cimport Header, Slice, equal
from .listeners cimport NOWHERE, Place, find_place


cdef extern from "words.h" nogil:
    uint64_t spread "gwm_spread"(const uint8_t *at, size_t size) noexcept
    bint equal_name "gwm_equal_name"(const uint8_t *a, const uint8_t *b, size_t size) noexcept


cdef enum:
    FEWEST_BITS = 4      # 16 places
    MOST_BITS = 10       # 1,024
    PLACE_BYTES = 50     # of a host and a server name that are kept
    SAME_NAME = 255      # in the place of a size: the server name is the host


cdef struct KeptPlace:
    Place place
    uint8_t host_size
    uint8_t sni_size
    uint8_t text[50]     # the host, then the server name


# A few places, found by what `spread` makes of their texts. Nothing is kept where `kept` is NULL.
cdef struct Places:
    KeptPlace *kept      # KeptPlace[1 << bits]
    uint32_t bits


cdef inline bint keep_places(Places *places, const Bound *bound) noexcept nogil:
    """Room for twice as many as a table has virtual hosts, within bounds; False, and none, without the memory."""
    cdef uint32_t hosts = (<const Header *>(bound.block + bound.port.header)).host_count
    places.bits = FEWEST_BITS
    while places.bits < MOST_BITS and <uint64_t>1 << places.bits < 2 * <uint64_t>hosts:
        places.bits += 1
    places.kept = <KeptPlace *>calloc(<size_t>1 << places.bits, sizeof(KeptPlace))
    return places.kept != NULL


cdef inline void drop_places(Places *places) noexcept nogil:
    free(places.kept)
    places.kept = NULL


cdef inline Place place_of(const Bound *bound, const Places *places, Slice host, Slice sni) noexcept nogil:
    """PERF(bench_match::bench_one_request): a host that was there before is compared, and neither read nor looked up."""
    cdef KeptPlace *kept
    cdef uint64_t mixed
    cdef size_t sni_size = sni.size
    if places.kept == NULL:
        return find_place(bound, host, sni)
    mixed = spread(host.at, host.size)
    if sni.size != 0:
        if sni.size == host.size and equal(sni.at, host.at, host.size):
            sni_size = SAME_NAME
        elif sni.size > PLACE_BYTES:
            return find_place(bound, host, sni)
        else:
            mixed ^= spread(sni.at, sni.size)
    kept = &places.kept[mixed >> (64 - places.bits)]
    if (
        kept.place.leads != NOWHERE and kept.host_size == host.size and kept.sni_size == sni_size
        and equal_name(kept.text, host.at, host.size)
        and (sni_size == 0 or sni_size == SAME_NAME or equal(kept.text + host.size, sni.at, sni.size))
    ):
        return kept.place
    return new_place(bound, kept, host, sni, sni_size)


cdef inline Place new_place(const Bound *bound, KeptPlace *kept, Slice host, Slice sni, size_t sni_size) noexcept nogil:
    """The place of a host that is not kept. It is from now on, if it is not too long."""
    cdef Place made = find_place(bound, host, sni)
    cdef size_t copied = sni.size if sni_size != SAME_NAME else 0
    if host.size > PLACE_BYTES or copied > PLACE_BYTES - host.size:
        return made
    kept.place = made
    kept.host_size = <uint8_t>host.size
    kept.sni_size = <uint8_t>sni_size
    if host.size != 0:
        memcpy(kept.text, host.at, host.size)
    if copied != 0:
        memcpy(kept.text + host.size, sni.at, copied)
    return made
