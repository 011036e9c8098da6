/* Counts what takes the requests of a log, in C and without the interpreter: the gwmatch part is load() and tally(). */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <gwmatch.h>

#include <string.h>

static const gwmatch_api *api;

/* The next word of a line, up to a blank; what is left of the line begins behind it. */
static gwmatch_text word(const uint8_t **at, const uint8_t *end) {
    gwmatch_text found = {*at, 0};
    const uint8_t *blank = memchr(*at, ' ', (size_t)(end - *at));
    found.size = (size_t)((blank == NULL ? end : blank) - *at);
    *at = blank == NULL ? end : blank + 1;
    return found;
}

/* One line: METHOD HOST TARGET. Adds 1 to the count of the entry that takes it, or to the last count. 0, or -1 without memory. */
static int tally(gwmatch_memo *memo, const gwmatch_port *port, const uint8_t *line, const uint8_t *end, size_t *counts,
                 size_t entries) {
    gwmatch_request request;
    gwmatch_answer answer;
    memset(&request, 0, sizeof request);
    request.method = word(&line, end);
    request.host = word(&line, end);
    request.target = word(&line, end);
    request.has_draw = 1; /* which backend it falls on does not matter here */
    if (api->match_with(memo, port, &request, &answer) < 0)
        return -1;
    counts[answer.entry < 0 ? entries : (size_t)answer.entry] += 1;
    gwmatch_clear(api, &answer);
    return 0;
}

static int tally_all(gwmatch_memo *memo, const gwmatch_port *port, const uint8_t *at, const uint8_t *end, size_t *counts,
                     size_t entries) {
    while (at < end) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (stop > at && tally(memo, port, at, stop, counts, entries) < 0)
            return -1;
        at = stop + 1;
    }
    return 0;
}

static PyObject *as_list(const size_t *counts, size_t size) {
    PyObject *made = PyList_New((Py_ssize_t)size);
    for (size_t i = 0; made != NULL && i < size; i++) {
        PyObject *count = PyLong_FromSize_t(counts[i]);
        if (count == NULL)
            Py_CLEAR(made);
        else
            PyList_SET_ITEM(made, (Py_ssize_t)i, count);
    }
    return made;
}

/* tally(port, entries, log): the arguments hold references to the PortTable and the log during the call, so that both may be
 * used after the interpreter was given back. A server that matches later keeps a reference of its own. */
static PyObject *py_tally(PyObject *self, PyObject *args) {
    PyObject *table, *made = NULL;
    Py_ssize_t entries;
    Py_buffer log;
    int failed;
    (void)self;
    if (!PyArg_ParseTuple(args, "Ony*:tally", &table, &entries, &log))
        return NULL;
    const gwmatch_port *port = api->port(table);
    size_t *counts = port == NULL || entries < 0 ? NULL : calloc((size_t)entries + 1, sizeof *counts);
    if (counts != NULL) {
        const uint8_t *at = log.buf;
        Py_BEGIN_ALLOW_THREADS
        gwmatch_memo *memo = api->memo(); /* a log has many lines and few hosts; NULL would do, too */
        failed = tally_all(memo, port, at, at + log.len, counts, (size_t)entries);
        api->forget(memo);
        Py_END_ALLOW_THREADS
        made = failed ? PyErr_NoMemory() : as_list(counts, (size_t)entries + 1);
    } else if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    free(counts);
    PyBuffer_Release(&log);
    return made;
}

static PyMethodDef methods[] = {
    {"tally", py_tally, METH_VARARGS,
     "tally(port, entries, log): how many lines of a log each of the entries takes; last, how many none takes."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "tally", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_tally(void) {
    api = gwmatch_import();
    return api == NULL ? NULL : PyModule_Create(&module);
}
