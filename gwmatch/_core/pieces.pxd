"""Pieces of a column of texts, in whatever form they lie, and rows of them as slices. No Python object is touched.

A Piece borrows all it points to; the Column that made it keeps that alive, and has checked every offset.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from .layout cimport Slice, few_at, word_at


cdef extern from *:
    """
    #define gwm_clz(x) __builtin_clzll(x)
    """
    int clz "gwm_clz"(uint64_t word) noexcept nogil


cdef enum:
    CONSTANT = 0         # one text for every row
    OFFSETS32 = 1        # Arrow utf8, binary
    OFFSETS64 = 2        # Arrow large_utf8, large_binary
    VIEWS = 3            # Arrow utf8_view, binary_view
    FIXED = 4            # Arrow fixed_size_binary
    PADDED = 5           # NumPy S: the NULs at the end are no part of the text
    POINTS = 6           # NumPy U: code points of four bytes
    SLICES = 7           # read from Python objects
    INDEXED = 8          # Arrow dictionary: a number for each row
    NOTHING = 9          # Arrow null


cdef enum:
    INLINE_VIEW = 12     # bytes that stand in the view itself
    STRIP = 128          # rows that are read at once


# Arrow's view of a text. `prefix` begins the text; a text of more than 12 bytes lies in a buffer.
cdef struct View:
    int32_t size
    uint8_t prefix[4]
    int32_t buffer
    int32_t offset


cdef struct Piece:
    int kind
    int64_t length
    int64_t offset           # rows of the buffers that come before the first of this piece
    const uint8_t *valid     # a bit for each row, the lowest first; NULL: all are
    const uint8_t *rows      # what there is for each row: offsets, views, texts, numbers
    const uint8_t *data      # what offsets count in
    const uint8_t **buffers  # what views count in
    int64_t stride           # bytes from row to row
    int64_t width            # bytes of a fixed text; of a number of a dictionary; code points of a text
    bint is_signed
    Slice text               # of a CONSTANT
    Piece *values            # of a dictionary
    uint8_t *scratch         # of POINTS: room for a strip of texts, four bytes a code point


cdef inline bint is_valid(const Piece *piece, int64_t row) noexcept nogil:
    return piece.valid == NULL or (piece.valid[row >> 3] >> (row & 7)) & 1


cdef inline int64_t number_at(const Piece *piece, int64_t row) noexcept nogil:
    """An entry of a dictionary's indexes. What does not fit is -1 at most, so out of range."""
    cdef const uint8_t *at = piece.rows + row * piece.width
    if piece.width == 1:
        return (<const int8_t *>at)[0] if piece.is_signed else at[0]
    if piece.width == 2:
        return (<const int16_t *>at)[0] if piece.is_signed else (<const uint16_t *>at)[0]
    if piece.width == 4:
        return (<const int32_t *>at)[0] if piece.is_signed else (<const uint32_t *>at)[0]
    return (<const int64_t *>at)[0]


cdef inline Slice view_at(const Piece *piece, int64_t row) noexcept nogil:
    cdef const View *view = <const View *>piece.rows + row
    cdef Slice made
    made.size = <size_t>view.size
    if view.size <= INLINE_VIEW:
        made.at = <const uint8_t *>view.prefix
    else:
        made.at = piece.buffers[view.buffer] + view.offset
    return made


cdef inline Slice offsets_at(const Piece *piece, int64_t row) noexcept nogil:
    cdef Slice made
    cdef int64_t start, end
    if piece.kind == OFFSETS32:
        start = (<const int32_t *>piece.rows)[row]
        end = (<const int32_t *>piece.rows)[row + 1]
    else:
        start = (<const int64_t *>piece.rows)[row]
        end = (<const int64_t *>piece.rows)[row + 1]
    made.at = piece.data + start
    made.size = <size_t>(end - start)
    return made


cdef inline Slice padded_at(const Piece *piece, int64_t row) noexcept nogil:
    cdef Slice made
    made.at = piece.rows + row * piece.stride
    made.size = <size_t>piece.width
    if piece.kind == PADDED:
        made.size = unpadded(made.at, made.size)
    return made


cdef inline size_t unpadded(const uint8_t *at, size_t size) noexcept nogil:
    """How many bytes there are before the NULs at the end.

    PERF(bench_batch::bench_few_paths[numpy]): padding is as long as the longest text, so eight bytes are skipped at once.
    """
    cdef uint64_t word
    while size >= 8:
        word = word_at(at + size - 8)
        if word != 0:
            return size - (clz(word) >> 3)
        size -= 8
    word = few_at(at, size)
    return 8 - (clz(word) >> 3) if word != 0 else 0


cdef inline Slice points_at(const Piece *piece, int64_t row, uint8_t *into) noexcept nogil:
    """A text of code points as UTF-8, with surrogateescape; other surrogates keep their three bytes, as in ir.as_bytes."""
    cdef const uint8_t *points = piece.rows + row * piece.stride
    cdef int64_t i, size = <int64_t>(unpadded(points, <size_t>piece.width * 4) + 3) >> 2
    cdef uint32_t point, some = 0
    cdef uint8_t *end = into
    cdef Slice made
    # PERF(bench_batch::bench_few_paths[points]): both loops take several code points at once.
    for i in range(size):
        some |= (<const uint32_t *>points)[i]
    if some < 0x80:
        for i in range(size):
            into[i] = <uint8_t>(<const uint32_t *>points)[i]
        made.at = into
        made.size = <size_t>size
        return made
    for i in range(size):
        point = (<const uint32_t *>points)[i]
        if point < 0x80:
            end[0] = <uint8_t>point
            end += 1
        elif 0xDC80 <= point <= 0xDCFF:
            end[0] = <uint8_t>(point & 0xFF)
            end += 1
        elif point < 0x800:
            end[0] = <uint8_t>(0xC0 | point >> 6)
            end[1] = <uint8_t>(0x80 | point & 0x3F)
            end += 2
        elif point < 0x10000:
            end[0] = <uint8_t>(0xE0 | point >> 12)
            end[1] = <uint8_t>(0x80 | point >> 6 & 0x3F)
            end[2] = <uint8_t>(0x80 | point & 0x3F)
            end += 3
        else:
            end[0] = <uint8_t>(0xF0 | point >> 18 & 0x07)
            end[1] = <uint8_t>(0x80 | point >> 12 & 0x3F)
            end[2] = <uint8_t>(0x80 | point >> 6 & 0x3F)
            end[3] = <uint8_t>(0x80 | point & 0x3F)
            end += 4
    made.at = into
    made.size = end - into
    return made


cdef inline Slice slice_at(const Piece *piece, int64_t row) noexcept nogil:
    """A row that is valid, of any kind that needs no room."""
    if piece.kind == OFFSETS32 or piece.kind == OFFSETS64:
        return offsets_at(piece, row)
    if piece.kind == VIEWS:
        return view_at(piece, row)
    if piece.kind == SLICES:
        return (<const Slice *>piece.rows)[row]
    return padded_at(piece, row)


cdef inline void read_strip(const Piece *piece, int64_t row, int64_t count, Slice *into) noexcept nogil:
    """Up to STRIP rows of a piece; where there is no text, the slice's pointer is NULL. They hold until the next strip.

    PERF(bench_batch::bench_few_paths): what kind of column it is is asked once for a strip, not once for a row.
    """
    cdef int64_t i, first = row + piece.offset
    if piece.kind == OFFSETS32:
        for i in range(count):
            into[i].at = piece.data + (<const int32_t *>piece.rows)[first + i]
            into[i].size = <size_t>((<const int32_t *>piece.rows)[first + i + 1] - (<const int32_t *>piece.rows)[first + i])
    elif piece.kind == PADDED:
        for i in range(count):
            into[i].at = piece.rows + (first + i) * piece.stride
            into[i].size = unpadded(into[i].at, <size_t>piece.width)
    elif piece.kind == POINTS:
        for i in range(count):
            into[i] = points_at(piece, first + i, piece.scratch + i * piece.width * 4)
    elif piece.kind == INDEXED:
        for i in range(count):
            into[i] = indexed_at(piece, first + i)
        return
    elif piece.kind == NOTHING:
        for i in range(count):
            into[i].at = NULL
        return
    else:
        for i in range(count):
            if is_valid(piece, first + i):
                into[i] = slice_at(piece, first + i)
    if piece.valid != NULL:
        for i in range(count):
            if not is_valid(piece, first + i):
                into[i].at = NULL


cdef inline Slice indexed_at(const Piece *piece, int64_t row) noexcept nogil:
    cdef Slice none
    none.at = NULL
    none.size = 0
    if not is_valid(piece, row):
        return none
    row = number_at(piece, row) + piece.values.offset
    if piece.values.kind == NOTHING or not is_valid(piece.values, row):
        return none
    return slice_at(piece.values, row)
