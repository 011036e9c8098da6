"""What a host and a server name lead to: a listener, and the virtual host that paths are searched from (docs/semantics.md,
"Listeners"); or the end, without either."""

from libc.stdint cimport int32_t, uint16_t, uint32_t, uint8_t
from libc.string cimport memcmp

from .bound cimport Bound
from .host cimport *
from .layout cimport *
from .text cimport is_digit
from .walk cimport find_name, find_record, names_some


# Where a host and a server name lead.
cdef enum:
    NOWHERE = 0          # nobody has looked
    TO_LISTENER = 1
    TO_BAD_HOST = 2
    TO_BAD_SERVER_NAME = 3
    TO_CLOSED = 4        # no listener has the server name
    TO_STATUS = 5        # no listener takes the host


cdef struct Place:
    uint32_t start       # Host; 0 for none
    int32_t listener     # -1 for none
    uint16_t status      # what the gateway answers
    uint8_t leads


cdef inline int32_t listener_id(const uint8_t *block, uint32_t named) noexcept nogil:
    """The listener that a name of a Gate leads to, or -1."""
    return <int32_t>(<const Named *>(block + named)).value - 1 if named != 0 else -1


cdef inline const Listener *listener_at(const uint8_t *block, const Header *header, int32_t listener) noexcept nogil:
    return <const Listener *>(block + (<const uint32_t *>(block + header.listeners))[listener])


cdef inline Place find_place(const Bound *bound, Slice host, Slice sni) noexcept nogil:
    cdef const uint8_t *block = bound.block
    cdef const Header *header = <const Header *>(block + bound.port.header)
    cdef const Gate *gate = <const Gate *>(block + bound.port.gate)
    cdef HostText name
    cdef Place made
    made.start = 0
    made.listener = -1
    made.status = 0
    if not gate.is_tls and is_known(block, header, gate, host, &made):
        return made
    read_host(host, &name)
    if name.kind == HOST_MALFORMED:
        made.leads = TO_BAD_HOST
        return made
    if gate.is_tls:
        select_by_server_name(block, header, gate, &name, sni, &made)
    else:
        select_by_host(block, gate, &name, &made)
    if made.leads == TO_LISTENER:
        made.start = find_name(block, &listener_at(block, header, made.listener).hosts, &name)
    return made


cdef inline bint is_known(const uint8_t *block, const Header *header, const Gate *gate, Slice host, Place *made) noexcept nogil:
    """Whether a host, as it came, is the name of a virtual host, where every host leads to one listener.

    PERF(bench_match::bench_one_request): it is as valid as that name, so that nobody has to read it. What may be an address, the
    name of a wildcard, or longer than a label is left to who reads it.
    """
    cdef const Scope *hosts
    if names_some(&gate.by_host) or host.size == 0 or host.size > 63:
        return False
    if host.at[0] == c'.' or is_digit(host.at[host.size - 1]):
        return False
    made.listener = listener_id(block, gate.by_host.any)
    if made.listener < 0:
        return False
    hosts = &listener_at(block, header, made.listener).hosts
    if not names_some(hosts):
        return False
    made.start = find_record(block, hosts, host)
    made.leads = TO_LISTENER
    return made.start != 0


cdef inline void select_by_host(const uint8_t *block, const Gate *gate, const HostText *host, Place *made) noexcept nogil:
    made.listener = listener_id(block, find_name(block, &gate.by_host, host))
    made.leads = TO_LISTENER
    if made.listener < 0:
        made.leads = TO_STATUS
        made.status = 404


cdef inline void select_by_server_name(
    const uint8_t *block, const Header *header, const Gate *gate, const HostText *host, Slice sni, Place *made
) noexcept nogil:
    """The listener of the server name, if it is the host's, too."""
    cdef HostText server_name
    cdef int32_t shaken, named
    made.leads = TO_CLOSED
    if gate.by_host.any == 0 and gate.by_host.names.count == 0:
        return
    read_server_name(sni, &server_name)
    if server_name.kind == HOST_MALFORMED:
        made.leads = TO_BAD_SERVER_NAME
        return
    shaken = listener_id(block, find_name(block, &gate.by_server_name, &server_name))
    if shaken < 0 or not listener_at(block, header, shaken).is_https:
        return
    made.listener = shaken
    made.leads = TO_LISTENER
    if not header.detect_misdirected:
        if name_covers(block, listener_at(block, header, shaken), host):
            return
        named = -1
    else:
        named = listener_id(block, find_name(block, &gate.by_host, host))
        if named == shaken:
            return
    made.leads = TO_STATUS
    made.status = 404 if named < 0 else 421


cdef inline bint name_covers(const uint8_t *block, const Listener *listener, const HostText *host) noexcept nogil:
    """Whether the listener's hostname covers a host."""
    cdef Text name = listener.hostname
    cdef size_t start
    if name.size == 0:
        return True
    if host.kind != HOST_NAME:
        return False
    if not listener.is_wildcard:
        return host.size == name.size and memcmp(host.text, block + name.at, name.size) == 0
    if host.size <= name.size:
        return False
    start = host.size - name.size
    return host.text[start - 1] == c'.' and memcmp(host.text + start, block + name.at, name.size) == 0
