# cython: language_level=3, freethreading_compatible=True
"""Decisions without Python, by the functions of gwmatch.h, and their floor: a call that does nothing."""

from gwmatch cimport *
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport calloc, free


cdef extern from *:
    """
    static int empty_match(gwmatch_memo *memo, const gwmatch_port *port, const gwmatch_request *request, gwmatch_answer *answer) {
        (void)memo, (void)port;
        answer->entry = (int32_t)request->header_count;
        answer->rewritten = NULL;
        return 0;
    }
    /* Read anew for every call, as the pointer in gwmatch_api is. */
    static int (*volatile empty)(gwmatch_memo *, const gwmatch_port *, const gwmatch_request *, gwmatch_answer *) = empty_match;
    """
    int empty(gwmatch_memo *, const gwmatch_port *, const gwmatch_request *, gwmatch_answer *) noexcept nogil


cdef class Requests:
    """Calls of PortTable.match, laid out for gwmatch.h."""
    cdef const gwmatch_api *api
    cdef const gwmatch_port *port
    cdef gwmatch_memo *memo
    cdef gwmatch_request *requests
    cdef gwmatch_header *headers
    cdef size_t count
    cdef list owners

    def __cinit__(self, port_table, list calls, bint remembering):
        cdef size_t lines = 0, i
        self.owners = [port_table]
        self.api = gwmatch_import()
        self.port = self.api.port(<void *>port_table)
        self.memo = self.api.memo() if remembering else NULL
        self.count = len(calls)
        self.requests = <gwmatch_request *>calloc(self.count, sizeof(gwmatch_request))
        self.headers = <gwmatch_header *>calloc(sum(len(call[3]) for call in calls) + 1, sizeof(gwmatch_header))
        for i in range(self.count):
            method, host, target, headers = calls[i]
            self.requests[i].method = self.text(method)
            self.requests[i].host = self.text(host)
            self.requests[i].target = self.text(target)
            self.requests[i].headers = self.headers + lines
            self.requests[i].header_count = len(headers)
            self.requests[i].has_draw = 1
            for name, value in headers:
                self.headers[lines].name = self.text(name)
                self.headers[lines].value = self.text(value)
                lines += 1

    def __dealloc__(self):
        if self.api != NULL:
            self.api.forget(self.memo)
        free(self.requests)
        free(self.headers)

    cdef gwmatch_text text(self, object text):
        cdef bytes owned = text.encode() if isinstance(text, str) else text
        cdef gwmatch_text made
        self.owners.append(owned)
        made.at = <const uint8_t *><const char *>owned
        made.size = len(owned)
        return made

    def entries(self):
        """Which entry takes each request, -1 for none."""
        cdef gwmatch_answer answer
        cdef size_t i
        found = []
        for i in range(self.count):
            self.api.match_with(self.memo, self.port, &self.requests[i], &answer)
            found.append(answer.entry)
            gwmatch_clear(self.api, &answer)
        return found

    def match(self, int rounds):
        """Decides all of them, so many times."""
        cdef gwmatch_answer answer
        cdef size_t i
        cdef int number
        cdef int64_t total = 0
        with nogil:
            for number in range(rounds):
                for i in range(self.count):
                    self.api.match_with(self.memo, self.port, &self.requests[i], &answer)
                    total += answer.entry
                    gwmatch_clear(self.api, &answer)
        return total

    def floor(self, int rounds):
        """Does all of that but deciding."""
        cdef gwmatch_answer answer
        cdef size_t i
        cdef int number
        cdef int64_t total = 0
        with nogil:
            for number in range(rounds):
                for i in range(self.count):
                    empty(self.memo, self.port, &self.requests[i], &answer)
                    total += answer.entry
                    gwmatch_clear(self.api, &answer)
        return total
