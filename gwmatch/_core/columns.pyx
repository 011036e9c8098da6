"""Columns of texts: NumPy arrays, sequences of Python texts, Arrow data. In: what the caller has. Out: a Column of Pieces that
point into the caller's memory, or, for Python objects, that are read some rows at a time."""

import cython
import numpy

from cpython.buffer cimport PyBUF_STRIDES, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from .arguments cimport as_text, is_plain, slice_of
from .arrow cimport Chunk, is_arrow, read_arrow
from .pieces cimport *


@cython.final
cdef class Lock:
    """Holds an array's memory in place."""
    cdef Py_buffer view
    cdef uint8_t *scratch

    def __cinit__(self, array):
        PyObject_GetBuffer(array, &self.view, PyBUF_STRIDES)

    def __dealloc__(self):
        free(self.scratch)
        PyBuffer_Release(&self.view)


@cython.final
cdef class Column:
    def __cinit__(self):
        self.owners = []
        self.slices = NULL
        memset(&self.cursor, 0, sizeof(Cursor))

    def __dealloc__(self):
        free(self.cursor.pieces)
        free(self.slices)

    cdef int point(self, Piece piece, object owner) except -1:
        """Adds a piece; `owner` keeps alive what it points to."""
        cdef Piece *grown = <Piece *>realloc(self.cursor.pieces, (self.cursor.count + 1) * sizeof(Piece))
        if grown == NULL:
            raise MemoryError("no memory for a column")
        self.cursor.pieces = grown
        grown[self.cursor.count] = piece
        self.cursor.count += 1
        self.length += piece.length
        self.owners.append(owner)
        return 0

    cdef int load(self, int64_t start, int64_t stop) except -1:
        """Reads the rows of Python objects from `start` to `stop`, in the place of those that were read before."""
        cdef Slice *room
        cdef list owners = []
        cdef list items
        cdef object item
        cdef int64_t i
        if not self.is_loaded_by_rows:
            return 0
        if stop - start > self.capacity:
            room = <Slice *>realloc(self.slices, <size_t>(stop - start) * sizeof(Slice))
            if room == NULL:
                raise MemoryError("no memory for the rows of a column")
            self.slices = room
            self.capacity = stop - start
        items = list(self.items[start:stop]) if isinstance(self.items, tuple) else self.items[start:stop].tolist()
        for i in range(stop - start):
            item = items[i]
            if not is_plain(item):
                if item is self.missing or is_missing(item):
                    self.slices[i].at = NULL
                    self.slices[i].size = 0
                    continue
                if not isinstance(item, (str, bytes)):
                    raise TypeError(f"{self.name}[{start + i}] must be str, bytes or None, not {type(item).__name__}")
                item = as_text(item, self.name)
                owners.append(item)
            self.slices[i] = slice_of(item)
        # SAFETY: `items` and `owners` keep every text of these rows alive until the next rows are read.
        owners.append(items)
        self.owners = owners
        self.cursor.pieces[0].rows = <const uint8_t *>self.slices
        self.cursor.pieces[0].length = stop - start
        self.cursor.begin = start
        return 0

    cdef int read_constant(self, object text) except -1:
        cdef Piece piece
        memset(&piece, 0, sizeof(Piece))
        if not is_plain(text):
            text = as_text(text, self.name)
        piece.kind = CONSTANT
        piece.text = slice_of(text)
        self.point(piece, text)
        self.length = -1
        return 0

    cdef int read_numpy(self, object array) except -1:
        cdef str kind = array.dtype.kind
        if array.ndim != 1:
            raise TypeError(f"{self.name} has to be an array of one dimension, not {array.ndim}")
        if isinstance(array, numpy.ma.MaskedArray) or kind in ("O", "T"):
            if kind not in ("O", "T", "S", "U"):
                raise TypeError(f"{self.name} has to be an array of texts, not of {array.dtype}")
            self.missing = getattr(array.dtype, "na_object", None)
            # A copy, so that nobody takes a text away that is being read. StringDType hands out copies anyway.
            self.items = tuple(array.tolist()) if kind == "O" else array
            self.read_by_rows(len(array))
        elif kind == "S":
            self.read_padded(array, PADDED)
        elif kind == "U":
            if not array.dtype.isnative or not array.flags.aligned:
                array = array.astype(array.dtype.newbyteorder("="))
            self.read_padded(array, POINTS)
        else:
            raise TypeError(f"{self.name} has to be an array of texts, not of {array.dtype}")
        return 0

    cdef int read_padded(self, object array, int kind) except -1:
        cdef Lock lock = Lock(array)
        cdef Piece piece
        memset(&piece, 0, sizeof(Piece))
        piece.kind = kind
        piece.length = array.shape[0]
        piece.width = lock.view.itemsize if kind == PADDED else lock.view.itemsize // 4
        piece.stride = array.strides[0]
        piece.rows = <const uint8_t *>lock.view.buf
        if kind == POINTS:
            lock.scratch = piece.scratch = <uint8_t *>malloc(<size_t>lock.view.itemsize * STRIP + 1)
            if piece.scratch == NULL:
                raise MemoryError("no memory for a column")
        return self.point(piece, lock)

    cdef int read_by_rows(self, int64_t length) except -1:
        cdef Piece piece
        memset(&piece, 0, sizeof(Piece))
        piece.kind = SLICES
        self.point(piece, None)
        self.length = length
        self.is_loaded_by_rows = True
        return 0


cdef bint is_missing(object item):
    """What stands for no text: None, and in pandas' columns of objects NaN and NA."""
    return item is None or (isinstance(item, float) and item != item) or type(item).__name__ == "NAType"


cdef Column column_of(object given, str name):
    """A column of whatever kind the caller has.

    Raises:
        TypeError: it is none, or of something else than texts.
        ValueError: Arrow data that is damaged or was released.
    """
    cdef Column made = Column()
    cdef Chunk chunk
    made.name = name
    if isinstance(given, (str, bytes)):
        made.read_constant(given)
    elif isinstance(given, (list, tuple)):
        made.items = tuple(given)
        made.read_by_rows(len(made.items))
    elif isinstance(given, numpy.ndarray):
        made.read_numpy(given)
    elif is_arrow(given):
        for chunk in read_arrow(given, name):
            made.point(chunk.piece, chunk)
    elif hasattr(given, "__array__"):
        made.read_numpy(numpy.asarray(given))
    else:
        raise TypeError(
            f"{name} has to be a NumPy array, an Arrow column, a list or a tuple of texts, not {type(given).__name__}"
        )
    return made
