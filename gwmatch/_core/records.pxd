"""Fields of the ir's Structs, read where they stand."""

from cpython.object cimport PyObject, PyTypeObject


cdef extern from *:
    """
    #include <Python.h>
    #include <structmember.h>
    /* Where the objects of a class have a slot; -1 for a class that keeps it elsewhere. */
    static Py_ssize_t gwm_slot(PyObject *type, PyObject *name) {
        Py_ssize_t offset = -1;
        PyObject *slot = PyObject_GetAttr(type, name);
        if (slot == NULL) return -2;
        if (Py_IS_TYPE(slot, &PyMemberDescr_Type) && ((PyMemberDescrObject *)slot)->d_member->type == T_OBJECT_EX)
            offset = ((PyMemberDescrObject *)slot)->d_member->offset;
        Py_DECREF(slot);
        return offset;
    }
    """
    Py_ssize_t slot_of_class "gwm_slot"(object type, object name) except -2
    PyTypeObject *Py_TYPE(object of)


cdef struct Field:
    PyTypeObject *owner
    PyObject *name
    Py_ssize_t offset


cdef inline Field field(object owner, str name) except *:
    """A field of a frozen Struct. The class and the interned name live as long as the module that asks."""
    cdef Field made
    made.owner = <PyTypeObject *>owner
    made.name = <PyObject *>name
    made.offset = slot_of_class(owner, name)
    return made


cdef inline object read(object of, const Field *field):
    """PERF(bench_compile::bench_build): a table of 100,000 routes has millions of fields, and looking each up by its name
    costs more than laying it out.

    SAFETY: the offset is that of the very class; its objects are frozen, so what stands there stays.
    """
    cdef PyObject *found
    if field.offset >= 0 and Py_TYPE(of) == field.owner:
        found = (<PyObject **>(<char *><PyObject *>of + field.offset))[0]
        if found != NULL:
            return <object>found
    return getattr(of, <object>field.name)
