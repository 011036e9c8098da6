/* Python texts and header lines, read where they stand. No reference is taken: whoever calls holds the GIL, or the only
 * reference to what cannot change, and runs no Python code while the slices are in use. */
#ifndef GWM_TEXTS_H
#define GWM_TEXTS_H

#include <Python.h>
#include <stdint.h>

/* The bytes of bytes, and of str that is ASCII; 0 for anything else.
 * PERF(bench_match::bench_one_request): most are of these types themselves, and nobody has to ask for the flags of others. */
static inline int gwm_read_text(PyObject *text, const uint8_t **at, size_t *size) {
    PyTypeObject *const type = Py_TYPE(text);
    if (type == &PyBytes_Type || (type != &PyUnicode_Type && PyBytes_Check(text))) {
        *at = (const uint8_t *)PyBytes_AS_STRING(text);
        *size = (size_t)PyBytes_GET_SIZE(text);
        return 1;
    }
    if ((type == &PyUnicode_Type || PyUnicode_Check(text)) && PyUnicode_IS_COMPACT_ASCII(text)) {
        *at = (const uint8_t *)((PyASCIIObject *)text + 1);
        *size = (size_t)PyUnicode_GET_LENGTH(text);
        return 1;
    }
    return 0;
}

/* Name and value of a pair; 0 for anything else. Lists may change under a free-threaded reader. */
static inline int gwm_read_pair(PyObject *pair, PyObject **name, PyObject **value) {
    if (PyTuple_Check(pair) && PyTuple_GET_SIZE(pair) == 2) {
        *name = PyTuple_GET_ITEM(pair, 0);
        *value = PyTuple_GET_ITEM(pair, 1);
        return 1;
    }
#ifndef Py_GIL_DISABLED
    if (PyList_Check(pair) && PyList_GET_SIZE(pair) == 2) {
        *name = PyList_GET_ITEM(pair, 0);
        *value = PyList_GET_ITEM(pair, 1);
        return 1;
    }
#endif
    return 0;
}

/* The first header line from `at` on, of `count`, that has to be looked at: one whose name has one of the `lengths` (bit 63: 63
 * bytes or more), or that is no tuple of two with a plain name.
 * PERF(bench_match::bench_workload): most lines of a request have a name of another length than any that matters. Their values,
 * which are in other memory, stay out of the cache. */
static inline size_t gwm_skip_lines(PyObject **items, size_t at, size_t count, uint64_t lengths) {
    PyTypeObject *const str = &PyUnicode_Type, *const bytes = &PyBytes_Type;
    for (; at < count; at++) {
        PyObject *pair = items[at], *name;
        PyTypeObject *type;
        size_t size;
        if (!Py_IS_TYPE(pair, &PyTuple_Type) || PyTuple_GET_SIZE(pair) != 2) break;
        name = PyTuple_GET_ITEM(pair, 0);
        type = Py_TYPE(name);
        if (type == bytes)
            size = (size_t)PyBytes_GET_SIZE(name);
        else if (type == str && PyUnicode_IS_COMPACT_ASCII(name))
            size = (size_t)PyUnicode_GET_LENGTH(name);
        else
            break;
        if (size > 62 || lengths >> (size & 63) & 1) break;
    }
    return at;
}

/* The items of a tuple or list; -1 for anything else. */
static inline Py_ssize_t gwm_read_items(PyObject *headers, PyObject ***items) {
    if (PyTuple_Check(headers)) {
        *items = ((PyTupleObject *)headers)->ob_item;
        return PyTuple_GET_SIZE(headers);
    }
#ifndef Py_GIL_DISABLED
    if (PyList_Check(headers)) {
        *items = ((PyListObject *)headers)->ob_item;
        return PyList_GET_SIZE(headers);
    }
#endif
    return -1;
}

#endif
