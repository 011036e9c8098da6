"""Columns of any producer of Arrow data, through the PyCapsule interface. Nothing is copied.

A producer is not trusted further than the interface makes necessary: lengths, offsets, views and dictionary indexes are checked
before a text is read. What cannot be checked, since the interface does not say it: how large the buffers of offsets, of
validity bits and of offset-counted data are, and that pointers lead to memory.
"""

import cython

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_IsValid
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memset, strcmp

from .pieces cimport *


@cython.final
cdef class Schema:
    """Owns a schema that a stream has given."""
    cdef ArrowSchema schema

    def __cinit__(self):
        memset(&self.schema, 0, sizeof(ArrowSchema))

    def __dealloc__(self):
        if self.schema.release != NULL:
            self.schema.release(&self.schema)


@cython.final
cdef class Owned:
    """Owns an array that a stream has given."""
    cdef ArrowArray array

    def __cinit__(self):
        memset(&self.array, 0, sizeof(ArrowArray))

    def __dealloc__(self):
        if self.array.release != NULL:
            self.array.release(&self.array)


@cython.final
cdef class Chunk:
    """A piece of a column, with what keeps its memory alive."""

    def __cinit__(self):
        memset(&self.piece, 0, sizeof(Piece))
        memset(&self.values, 0, sizeof(Piece))


cdef bint is_arrow(object column) except -1:
    return hasattr(column, "__arrow_c_array__") or hasattr(column, "__arrow_c_stream__")


cdef list read_arrow(object column, str name):
    """The Chunks of a column."""
    if hasattr(column, "__arrow_c_array__"):
        schema, array = column.__arrow_c_array__()
        return [
            chunk_of(
                <const ArrowSchema *>pointer(schema, b"arrow_schema", name),
                <const ArrowArray *>pointer(array, b"arrow_array", name),
                (schema, array), name,
            )
        ]
    return read_stream(column.__arrow_c_stream__(), name)


cdef void *pointer(object capsule, const char *kind, str name) except NULL:
    if not PyCapsule_IsValid(capsule, kind):
        raise TypeError(f"{name} gives no capsule {kind.decode()!r}, though its Arrow interface has to")
    return PyCapsule_GetPointer(capsule, kind)


cdef list read_stream(object capsule, str name):
    # SAFETY: the capsule owns the stream and lives to the end of this function; schema and arrays have owners of their own.
    cdef ArrowStream *stream = <ArrowStream *>pointer(capsule, b"arrow_array_stream", name)
    cdef Schema schema = Schema()
    cdef Owned owned
    cdef list chunks = []
    cdef int failed
    if stream.release == NULL:
        raise ValueError(f"{name} is an Arrow stream that was read before")
    # The producer may have work to do that needs the interpreter.
    with nogil:
        failed = stream.get_schema(stream, &schema.schema)
    check_stream(stream, failed, name)
    while True:
        owned = Owned()
        with nogil:
            failed = stream.get_next(stream, &owned.array)
        check_stream(stream, failed, name)
        if owned.array.release == NULL:
            return chunks
        chunks.append(chunk_of(&schema.schema, &owned.array, (schema, owned), name))


cdef int check_stream(ArrowStream *stream, int failed, str name) except -1:
    cdef const char *said
    if failed == 0:
        return 0
    said = stream.get_last_error(stream)
    why = f"error {failed}" if said == NULL else said.decode("utf-8", "replace")
    raise ValueError(f"{name} could not be read from its Arrow stream: {why}")


cdef Chunk chunk_of(const ArrowSchema *schema, const ArrowArray *array, object owner, str name):
    cdef Chunk made = Chunk()
    cdef int64_t first = 0, length = array.length
    made.owner = owner
    if schema.release == NULL or array.release == NULL:
        raise ValueError(f"{name} is Arrow data that was released before")
    if strcmp(schema.format, b"+s") == 0:
        # A table of one column, such as a stream of record batches brings.
        if schema.n_children != 1 or array.n_children != 1:
            raise TypeError(f"{name} has {schema.n_children} Arrow columns; pass one of them")
        if array.n_buffers and array.null_count != 0 and array.buffers[0] != NULL:
            raise TypeError(f"{name} is an Arrow struct with nulls; pass the column in it")
        first = array.offset
        schema = schema.children[0]
        array = array.children[0]
        if first < 0 or length < 0 or array.length - length < first:
            raise ValueError(f"{name} is damaged Arrow data: a struct is longer than its column")
    fill(&made.piece, schema, array, name)
    made.piece.offset += first
    made.piece.length = length
    if schema.dictionary != NULL:
        if array.dictionary == NULL or schema.dictionary.dictionary != NULL:
            raise ValueError(f"{name} is Arrow data whose dictionary cannot be read")
        fill(&made.values, schema.dictionary, array.dictionary, name)
        if made.values.kind == INDEXED:
            raise unfit(schema.dictionary.format, name)
        made.piece.values = &made.values
        check(&made.values, array.dictionary, name)
    elif made.piece.kind == INDEXED:
        raise unfit(schema.format, name)
    check(&made.piece, array, name)
    return made


cdef object unfit(const char *format, str name):
    return TypeError(
        f"{name} has to be an Arrow column of strings or binaries, plain, large, as views or as a dictionary of them, "
        f"and not of format {format.decode('utf-8', 'replace')!r}"
    )


cdef int fill(Piece *piece, const ArrowSchema *schema, const ArrowArray *array, str name) except -1:
    """What the array says about itself, unchecked but for what is needed to read it."""
    cdef bytes format = schema.format
    cdef int64_t buffers = 2
    piece.length = array.length
    piece.offset = array.offset
    if array.length < 0 or array.offset < 0:
        raise ValueError(f"{name} is damaged Arrow data: {array.length} rows from row {array.offset}")
    if format == b"n":
        piece.kind = NOTHING
        return 0
    if format in (b"u", b"z"):
        piece.kind = OFFSETS32
        buffers = 3
    elif format in (b"U", b"Z"):
        piece.kind = OFFSETS64
        buffers = 3
    elif format in (b"vu", b"vz"):
        piece.kind = VIEWS
        buffers = 3
    elif format.startswith(b"w:") and format[2:].isdigit():
        piece.kind = FIXED
        piece.width = piece.stride = int(format[2:])
    elif len(format) == 1 and format in b"cCsSiIlL":
        piece.kind = INDEXED
        piece.is_signed = format.islower()
        piece.width = {b"c": 1, b"s": 2, b"i": 4, b"l": 8}[format.lower()]
    else:
        raise unfit(schema.format, name)
    if array.n_buffers < buffers:
        raise ValueError(f"{name} is damaged Arrow data: {array.n_buffers} buffers for format {format.decode()!r}")
    # SAFETY: the buffers belong to the array, whose owner the Chunk holds.
    if array.null_count != 0:
        piece.valid = <const uint8_t *>array.buffers[0]
    piece.rows = <const uint8_t *>array.buffers[1]
    if piece.kind == OFFSETS32 or piece.kind == OFFSETS64:
        piece.data = <const uint8_t *>array.buffers[2]
        if piece.data == NULL:
            piece.data = <const uint8_t *>b""
    elif piece.kind == VIEWS:
        piece.buffers = <const uint8_t **>array.buffers + 2
    return 0


cdef int check(Piece *piece, const ArrowArray *array, str name) except -1:
    """Every row leads into the buffers, as far as anybody says how large they are."""
    cdef int64_t bad = -1, count
    cdef const int64_t *sizes
    if piece.length == 0 or piece.kind == NOTHING:
        return 0
    if piece.rows == NULL and not (piece.kind == FIXED and piece.width == 0):
        raise ValueError(f"{name} is damaged Arrow data: {piece.length} rows, but no buffer of them")
    if piece.kind == FIXED and piece.rows == NULL:
        piece.rows = <const uint8_t *>b""
    count = array.n_buffers - 3
    if piece.kind == VIEWS and count > 0 and array.buffers[array.n_buffers - 1] == NULL:
        raise ValueError(f"{name} is damaged Arrow data: nothing says how large the buffers of its views are")
    sizes = <const int64_t *>array.buffers[array.n_buffers - 1]
    with nogil:
        if piece.kind == OFFSETS32:
            bad = first_bad_offset32(piece)
        elif piece.kind == OFFSETS64:
            bad = first_bad_offset64(piece)
        elif piece.kind == VIEWS:
            bad = first_bad_view(piece, sizes, count)
        elif piece.kind == INDEXED:
            bad = first_bad_number(piece)
    if bad >= 0:
        raise ValueError(f"{name} is damaged Arrow data: row {bad} leads out of its buffer")
    return 0


cdef int64_t first_bad_offset32(const Piece *piece) noexcept nogil:
    """The row whose text would begin before the data or end before it begins, else -1. The last end is that of the data."""
    cdef const int32_t *offsets = <const int32_t *>piece.rows + piece.offset
    cdef int64_t i
    cdef bint good = offsets[0] >= 0
    for i in range(piece.length):
        good &= offsets[i] <= offsets[i + 1]
    if good:
        return -1
    for i in range(piece.length):
        if offsets[i] < 0 or offsets[i] > offsets[i + 1]:
            return i
    return 0


cdef int64_t first_bad_offset64(const Piece *piece) noexcept nogil:
    cdef const int64_t *offsets = <const int64_t *>piece.rows + piece.offset
    cdef int64_t i
    cdef bint good = offsets[0] >= 0
    for i in range(piece.length):
        good &= offsets[i] <= offsets[i + 1]
    if good:
        return -1
    for i in range(piece.length):
        if offsets[i] < 0 or offsets[i] > offsets[i + 1]:
            return i
    return 0


cdef int64_t first_bad_view(const Piece *piece, const int64_t *sizes, int64_t count) noexcept nogil:
    cdef const View *view
    cdef int64_t i, row
    for i in range(piece.length):
        row = piece.offset + i
        if not is_valid(piece, row):
            continue
        view = <const View *>piece.rows + row
        if view.size < 0:
            return i
        if view.size > INLINE_VIEW and (
            view.buffer < 0 or view.buffer >= count or view.offset < 0
            or <int64_t>view.offset + view.size > sizes[view.buffer] or piece.buffers[view.buffer] == NULL
        ):
            return i
    return -1


cdef int64_t first_bad_number(const Piece *piece) noexcept nogil:
    cdef int64_t i, number
    for i in range(piece.length):
        if is_valid(piece, piece.offset + i):
            number = number_at(piece, piece.offset + i)
            if number < 0 or number >= piece.values.length:
                return i
    return -1
