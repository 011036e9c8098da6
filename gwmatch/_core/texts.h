/* Python texts and header lines, read where they stand. No reference is taken: whoever calls holds the GIL, or the only
 * reference to what cannot change, and runs no Python code while the slices are in use. */
#ifndef GWM_TEXTS_H
#define GWM_TEXTS_H

#include <Python.h>
#include <stdint.h>

/* The bytes of bytes, and of str that is ASCII; 0 for anything else. */
static inline int gwm_read_text(PyObject *text, const uint8_t **at, size_t *size) {
    if (PyBytes_Check(text)) {
        *at = (const uint8_t *)PyBytes_AS_STRING(text);
        *size = (size_t)PyBytes_GET_SIZE(text);
        return 1;
    }
    if (PyUnicode_Check(text) && PyUnicode_IS_COMPACT_ASCII(text)) {
        *at = (const uint8_t *)PyUnicode_1BYTE_DATA(text);
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
