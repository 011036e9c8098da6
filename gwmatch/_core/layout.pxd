"""The block: one memory, of which nothing that can be reached ever changes. Records name each other by byte offset (uint32_t);
0 is "none". A Header says where everything is; a changed table is another Header in the same memory.

Every record that an Index finds begins with a Text.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t


cdef extern from "hash.h" nogil:
    uint64_t hash_step "gwm_hash_step"(uint64_t state, uint64_t seed, uint64_t word) noexcept
    uint64_t hash_finish "gwm_hash_finish"(uint64_t state, uint64_t seed, uint64_t word, size_t size) noexcept
    uint64_t hash_text "gwm_hash"(uint64_t seed, const uint8_t *at, size_t size) noexcept
    uint64_t combine "gwm_combine"(uint64_t state, uint64_t hashed) noexcept
    uint64_t splitmix "gwm_splitmix"(uint64_t x) noexcept


cdef extern from "words.h" nogil:
    bint equal "gwm_equal"(const uint8_t *a, const uint8_t *b, size_t size) noexcept
    bint equal_folded "gwm_equal_folded"(const uint8_t *text, const uint8_t *lower, size_t size) noexcept
    uint64_t word_at "gwm_word"(const uint8_t *at) noexcept
    uint64_t slashes_of "gwm_slashes"(uint64_t word) noexcept
    uint64_t few_at "gwm_few"(const uint8_t *at, size_t size) noexcept


cdef extern from *:
    """
    #define gwm_fetch(at) __builtin_prefetch(at)
    """
    void fetch "gwm_fetch"(const void *at) noexcept nogil  # brings a line of memory near; never fails, wherever it points


cdef enum:
    MAGIC = 0x4D574721
    LAYOUT = 3
    FEW = 8              # candidates or paths that are scanned; beyond, indexed (bench/limits: the crossover is at 8)
    SHAPED = 64          # candidates beyond which shapes are looked for
    SIZED = 4            # header names of one size that are compared one by one; beyond, looked up
    CHUNK = 1024         # candidates that share bitsets
    CHUNK_WORDS = 16
    SHAPES = 32          # of one spot

# Option values as the header holds them.
cdef enum:
    POLICY_GUARD = 0
    POLICY_NONE = 1
    POLICY_REWRITE = 2

# What a Pred, a Group or a Part looks at.
cdef enum:
    ON_PATH = 0
    ON_HEADER = 1
    ON_QUERY = 2
    ON_SERVICE = 3       # of a path /service/method
    ON_METHOD = 4

# What the candidates of a spot look at, together.
cdef enum:
    READS_HEADERS = 1
    READS_QUERY = 2

# What a rule or a backend answers by itself.
cdef enum:
    ANSWERS_NOTHING = 0
    ANSWERS_ERROR = 1
    ANSWERS_REDIRECT = 2

# Bits of Header.lengths.
cdef enum:
    HOST_LENGTH = 1 << 4
    CONTENT_TYPE_LENGTH = 1 << 12
    PREFLIGHT_LENGTHS = 1 << 6 | 1 << 29  # Origin, Access-Control-Request-Method

# A spot, the place of candidates, is named by an offset whose low bits say what stands there.
cdef enum:
    SCANNED = 0          # Spot
    SINGLE = 1           # Candidate that takes whatever comes
    LARGE = 2            # Large
    KINDS = 3


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
    uint32_t count       # of slots; 0 for an empty index


# ------------------------------------------------------------------------------------------------------ what a change adds


# A tree over the bits of a hash, four at each step: what a change adds without touching what was there. A branch is 16
# offsets; one with LEAF set leads to a Leaf.
cdef enum:
    BRANCHES = 16
    LEAF = 1


cdef struct Leaf:
    uint32_t low         # the hash
    uint32_t high
    uint32_t record


# ----------------------------------------------------------------------------------------------------- ports and listeners


cdef struct Scope:
    Index names          # of Host or Named; a wildcard's name begins with the dot
    uint64_t lengths[4]  # bit n: some wildcard, its dot apart, has n bytes
    uint32_t any         # the record for any name and for none
    uint32_t added       # tree of the records that came later


cdef struct Named:
    Text text
    uint32_t value       # listener id + 1


cdef struct Port:
    uint32_t number
    uint32_t header
    uint32_t gate


cdef struct Gate:
    Scope by_host        # its HTTP listeners, or its HTTPS ones
    Scope by_server_name # HTTPS and TLS listeners
    uint32_t is_tls
    uint32_t tcp         # listener id + 1
    uint32_t udp         # listener id + 1
    uint32_t _pad


cdef struct Listener:
    Scope hosts
    Text hostname        # of a wildcard what follows "*."; empty for any
    uint32_t is_https
    uint32_t is_wildcard


# ------------------------------------------------------------------------------------------------------------ virtual hosts


cdef struct PathName:
    Text text
    uint32_t exact       # spot
    uint32_t prefix      # spot


# A PathName in an index.
cdef struct Nested:
    PathName name
    uint32_t around      # Nested; the next shorter one whose prefix covers this path


# Up to FEW PathNames follow it, longest first, where they are not indexed.
cdef struct Host:
    Text text            # the name that finds it; empty for any
    uint32_t fallthrough # Host; the one that it was in the beginning (see Header.moved)
    uint32_t root        # spot of the prefix that covers everything
    uint32_t rare        # Rare
    uint16_t max_size    # bytes of the longest path
    uint8_t name_count
    uint8_t has_exact    # whether some path is to be equal


# What most virtual hosts do without.
cdef struct Rare:
    Index paths          # of Nested, where there are more than FEW
    uint64_t depths      # bit d: a prefix of d segments exists; bit 63: of 63 or more
    uint32_t added       # tree of the PathNames that came later; one without spots is gone
    uint32_t regexes     # spot
    uint32_t grpc        # spot of GRPCRoutes' entries
    uint32_t nested      # Nested[paths.count / 2], longest first


# --------------------------------------------------------------------------------------------------------------- candidates


# What takes a request: its ids, and what it does.
cdef struct Candidate:
    uint32_t entry
    uint32_t rule
    uint32_t action


cdef struct Pred:
    uint32_t on
    uint32_t name        # name id
    Text value
    uint32_t pattern     # set index + 1 for a regular expression


cdef struct Asking:
    Candidate candidate
    uint32_t method      # method id, 0 for any
    uint32_t preds       # Pred[pred_count]
    uint32_t pred_count


# Asking[count] follow, in rank order.
cdef struct Spot:
    uint32_t count
    uint32_t reads


cdef struct Large:
    uint64_t seed        # of the shapes
    uint32_t candidates  # Candidate[count], in rank order; a position is an index here
    uint32_t count
    uint32_t shapes      # Shape[shape_count], by their best
    uint32_t shape_count
    uint32_t chunks      # Chunk[chunk_count] of those in no shape
    uint32_t chunk_count
    uint32_t positions   # of the candidates in chunks; 0 where all are
    uint32_t reads


# Candidates with exact conditions on the same things: one hash over the values finds the one that holds.
cdef struct Shape:
    uint32_t slots       # Slot[slot_count] of Keys
    uint32_t slot_count
    uint32_t best        # position
    uint32_t asks_method
    uint32_t parts       # Part[part_count]
    uint32_t part_count


cdef struct Part:
    uint32_t on
    uint32_t name
    uint32_t longest     # value, in bytes


# Text[part_count] follow: the values.
cdef struct Key:
    uint32_t position
    uint32_t method


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


# ------------------------------------------------------------------------------------------------------------------ actions


cdef struct Backend:
    uint32_t until       # weights up to and with this one
    uint32_t answer
    uint32_t status
    uint32_t cors


# What a rule does. Most do the same as another one, and share it.
cdef struct Action:
    uint32_t answer
    uint32_t status
    uint32_t cors
    uint32_t total
    uint32_t backends
    uint32_t backend_count
    uint32_t needs_chance # several backends, or mirrors that are sampled


# ------------------------------------------------------------------------------------------------------------------- header


cdef struct Name:
    Text text
    uint32_t id
    uint32_t next        # Name; another one of the same size (see Fields.sized)


# What candidates ask for by name.
cdef struct Fields:
    Index headers        # of Name
    Index params         # of Name
    uint32_t header_count
    uint32_t param_count
    uint64_t crowded     # bit n: header names of n bytes have to be looked up; bit 63: of 63 or more
    uint32_t sized[64]   # the first header Name of so many bytes, where there are few of them
    uint64_t param_sizes # bit n: a parameter whose name has n bytes may matter; bit 63: 63 or more
    uint8_t firsts[256]  # whether the name of a parameter that matters may begin with a byte


cdef struct MethodName:
    uint64_t word        # method_word
    Text text


cdef struct Header:
    uint32_t magic
    uint32_t layout
    uint64_t size        # bytes of the block that belong to this table
    uint32_t policy
    uint32_t detect_misdirected
    uint32_t regex_after_prefix
    uint32_t port_count
    uint32_t ports       # Port[port_count]
    uint32_t listeners   # the offset of every Listener
    uint32_t listener_count
    uint32_t moved       # tree from the first Host of a virtual host to the one that it is now
    uint32_t methods     # MethodName[method_count], ids from 1
    uint32_t method_count
    uint32_t fields      # Fields
    uint64_t lengths     # bit n: a header whose name has n bytes may matter to what is matched; bit 63: 63 or more
    uint32_t host_count
    uint32_t entry_count
    uint32_t rule_count
    uint32_t _pad


cdef inline bint same(Slice a, const uint8_t *block, Text b) noexcept nogil:
    return a.size == b.size and equal(a.at, block + b.at, b.size)


cdef inline uint64_t method_word(Slice method) noexcept nogil:
    """A method of up to seven bytes and its length as one word; 0 for a longer one."""
    if method.size > 7:
        return 0
    return few_at(method.at, method.size) | <uint64_t>method.size << 56


cdef inline uint32_t slot_of(uint64_t hashed, uint32_t count) noexcept nogil:
    return <uint32_t>((<uint64_t><uint32_t>hashed * count) >> 32)


cdef inline void fetch_slot(const uint8_t *block, const Index *index, uint64_t hashed) noexcept nogil:
    """Where `probe` will look first."""
    fetch(<const Slot *>(block + index.slots) + slot_of(hashed, index.count))


cdef inline uint32_t probe(const uint8_t *block, const Index *index, Slice key, uint64_t hashed) noexcept nogil:
    """The record with this text, else 0."""
    if index.count == 0:
        return 0
    cdef const Slot *slots = <const Slot *>(block + index.slots)
    cdef uint32_t tag = <uint32_t>(hashed >> 32)
    cdef uint32_t where = slot_of(hashed, index.count)
    while slots[where].record != 0:
        if slots[where].tag == tag and same(key, block, (<const Text *>(block + slots[where].record))[0]):
            return slots[where].record
        where += 1
        if where == index.count:
            where = 0
    return 0


cdef inline uint32_t look_up(const uint8_t *block, const Index *index, Slice key) noexcept nogil:
    return probe(block, index, key, hash_text(index.seed, key.at, key.size))


cdef inline uint32_t find_leaf(const uint8_t *block, uint32_t tree, uint64_t hashed) noexcept nogil:
    """The record of a tree's leaf with this hash, else 0."""
    cdef uint64_t left = hashed
    cdef const Leaf *leaf
    while tree != 0 and not tree & LEAF:
        tree = (<const uint32_t *>(block + tree))[left & (BRANCHES - 1)]
        left >>= 4
    if tree == 0:
        return 0
    leaf = <const Leaf *>(block + (tree ^ LEAF))
    return leaf.record if leaf.low == <uint32_t>hashed and leaf.high == <uint32_t>(hashed >> 32) else 0


cdef inline uint32_t find_added(const uint8_t *block, uint32_t tree, Slice key, uint64_t hashed) noexcept nogil:
    """The record with this text, else 0."""
    cdef uint32_t record = find_leaf(block, tree, hashed)
    if record != 0 and same(key, block, (<const Text *>(block + record))[0]):
        return record
    return 0


cdef inline uint64_t hash_offset(uint32_t offset) noexcept nogil:
    return splitmix(offset)


cdef inline uint32_t present(const uint8_t *block, const Header *header, uint32_t host) noexcept nogil:
    """The Host that a virtual host is in this table."""
    cdef uint32_t moved
    if header.moved == 0:
        return host
    moved = find_leaf(block, header.moved, hash_offset(host))
    return moved if moved != 0 else host
