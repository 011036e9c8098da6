"""The block: one allocation, immutable once built. Records name each other by byte offset (uint32_t); 0 is "none".

Header, then whatever the builder appended. Every record that an Index finds begins with a Text.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp


cdef extern from "hash.h" nogil:
    uint64_t hash_step "gwm_hash_step"(uint64_t state, uint64_t seed, const uint8_t *at) noexcept
    uint64_t hash_finish "gwm_hash_finish"(uint64_t state, uint64_t seed, const uint8_t *tail, size_t size) noexcept
    uint64_t hash_text "gwm_hash"(uint64_t seed, const uint8_t *at, size_t size) noexcept
    uint64_t splitmix "gwm_splitmix"(uint64_t x) noexcept


cdef enum:
    MAGIC = 0x4D574721
    LAYOUT = 1
    FEW = 8              # candidates or paths that are scanned; beyond, indexed (bench/limits: the crossover is at 8)
    CHUNK = 1024         # candidates that share bitsets
    CHUNK_WORDS = 16

# Option values as the header holds them.
cdef enum:
    POLICY_GUARD = 0
    POLICY_NONE = 1
    POLICY_REWRITE = 2

# What a Pred or a Group looks at.
cdef enum:
    ON_PATH = 0
    ON_HEADER = 1
    ON_QUERY = 2
    ON_SERVICE = 3       # of a path /service/method
    ON_METHOD = 4

# What a rule or a backend answers by itself.
cdef enum:
    ANSWERS_NOTHING = 0
    ANSWERS_ERROR = 1
    ANSWERS_REDIRECT = 2


cdef struct Slice:
    const uint8_t *at
    size_t size


cdef struct Text:
    uint32_t at
    uint32_t size


cdef struct Slot:
    uint32_t tag
    uint32_t record


cdef struct Index:
    uint64_t seed
    uint32_t slots
    uint32_t mask        # number of slots - 1; with slots == 0 the index is empty


cdef struct HostName:
    Text text
    uint32_t exact       # value + 1
    uint32_t wildcard    # value + 1, for names with labels before this one


cdef struct Scope:
    Index names
    uint64_t lengths[4]  # bit n: some wildcard's suffix has n bytes
    uint32_t any         # value + 1, for any name and for none
    uint32_t _pad


cdef struct Port:
    uint32_t number
    uint32_t is_tls
    Scope by_host        # its HTTP listeners, or its HTTPS ones
    Scope by_server_name # HTTPS and TLS listeners
    uint32_t tcp         # listener id + 1
    uint32_t udp         # listener id + 1


cdef struct Listener:
    Scope hosts
    Text hostname        # of a wildcard what follows "*."; empty for any
    uint32_t is_https
    uint32_t is_wildcard


cdef struct PathName:
    Text text
    uint32_t exact       # Spot
    uint32_t prefix      # Spot


cdef struct Host:
    Index paths          # of PathName, where there are more than FEW
    uint64_t depths      # bit d: a prefix of d segments exists; bit 63: of 63 or more
    uint32_t names       # PathName[name_count], longest first
    uint32_t name_count
    uint32_t max_size    # bytes of the longest path
    uint32_t root        # Spot of the prefix that covers everything
    uint32_t regexes     # Spot
    uint32_t grpc        # Spot of GRPCRoutes' entries
    uint32_t fallthrough # Host index + 1
    uint32_t _pad


cdef struct Pred:
    uint32_t on
    uint32_t name        # name id
    Text value
    uint32_t pattern     # set index + 1 for a regular expression
    uint32_t _pad


cdef struct Candidate:
    uint32_t entry
    uint32_t rule
    uint32_t method      # method id, 0 for any
    uint32_t preds       # Pred[pred_count]
    uint32_t pred_count


cdef struct Spot:
    uint32_t count
    uint32_t candidates  # Candidate[count], in rank order
    uint32_t chunks      # Chunk[chunk_count], where there are more than FEW
    uint32_t chunk_count


cdef struct Chunk:
    uint32_t first
    uint32_t count
    uint32_t words
    uint32_t methods     # a bitset for each method id, "any" included; 0: no candidate asks
    uint32_t groups      # Group[group_count]
    uint32_t group_count


# Conditions of a chunk on one thing. Bitsets over the chunk's candidates.
cdef struct Group:
    Index values         # of GroupValue: for the exact conditions
    uint32_t on
    uint32_t name
    uint32_t free        # bitset: candidates without a condition here
    uint32_t pattern_set # set index + 1
    uint32_t pattern_count
    uint32_t by_pattern  # a bitset for each pattern
    uint32_t patterned   # bitset: candidates with a regular expression here
    uint32_t _pad


cdef struct GroupValue:
    Text text
    uint32_t bits
    uint32_t _pad


cdef struct Backend:
    uint32_t until       # weights up to and with this one
    uint32_t answer
    uint32_t status
    uint32_t cors


cdef struct Rule:
    uint32_t answer
    uint32_t status
    uint32_t cors
    uint32_t total
    uint32_t backends
    uint32_t backend_count
    uint32_t needs_chance # several backends, or mirrors that are sampled


cdef struct Name:
    Text text
    uint32_t id
    uint32_t _pad


cdef struct Header:
    uint32_t magic
    uint32_t layout
    uint64_t size
    uint32_t policy
    uint32_t detect_misdirected
    uint32_t regex_after_prefix
    uint32_t port_count
    uint32_t ports
    uint32_t listeners
    uint32_t listener_count
    uint32_t hosts
    uint32_t host_count
    uint32_t rules
    uint32_t rule_count
    uint32_t methods     # Name[method_count], ids from 1
    uint32_t method_count
    uint32_t entry_count
    uint32_t entry_rules # the rule of every entry
    uint32_t _pad
    Index header_names   # of Name
    Index query_names    # of Name
    uint32_t header_name_count
    uint32_t query_name_count


cdef inline const uint8_t *at(const uint8_t *block, uint32_t offset) noexcept nogil:
    return block + offset


cdef inline bint same(Slice a, const uint8_t *block, Text b) noexcept nogil:
    return a.size == b.size and memcmp(a.at, block + b.at, b.size) == 0


cdef inline uint32_t probe(const uint8_t *block, const Index *index, Slice key, uint64_t hashed) noexcept nogil:
    """The record with this text, else 0."""
    if index.slots == 0:
        return 0
    cdef const Slot *slots = <const Slot *>(block + index.slots)
    cdef uint32_t tag = <uint32_t>(hashed >> 32)
    cdef uint32_t where = <uint32_t>hashed & index.mask
    while slots[where].record != 0:
        if slots[where].tag == tag and same(key, block, (<const Text *>(block + slots[where].record))[0]):
            return slots[where].record
        where = (where + 1) & index.mask
    return 0


cdef inline uint32_t look_up(const uint8_t *block, const Index *index, Slice key) noexcept nogil:
    return probe(block, index, key, hash_text(index.seed, key.at, key.size))
