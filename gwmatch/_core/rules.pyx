"""What the rules of a table do, and the ids of what they ask for."""

from libc.stdint cimport uint32_t
from libc.stdlib cimport free

from .arena cimport Block
from .arena import Full
from .layout cimport *
from .records cimport Field, field, read

from ..ir import Backend as IrBackend
from ..ir import Entry, Rule

cdef Field RULE = field(Entry, "rule")
cdef Field BACKENDS = field(Rule, "backends")
cdef Field FILTERS = field(Rule, "filters")
cdef Field FAILURE = field(IrBackend, "failure")
cdef Field WEIGHT = field(IrBackend, "weight")
cdef Field BACKEND_FILTERS = field(IrBackend, "filters")


cdef class Rules:
    def __dealloc__(self):
        free(self.known)

    cdef int _candidate(self, Candidate *into, size_t number, object entry) except -1:
        into.entry = <uint32_t>number
        into.rule = read(entry, &RULE)
        into.action = self.action(into.rule)
        return 0

    cdef uint32_t _method(self, object method) except? 0:
        """Its id, 0 for any. Ids are all known before the first bitset over them is made."""
        if method is None:
            return 0
        known = self.methods.get(method)
        if known is None:
            raise Full
        return known

    cdef uint32_t name_id(self, int on, bytes name) except? 0:
        if on != ON_HEADER and on != ON_QUERY:
            return 0
        ids = self.header_names if on == ON_HEADER else self.query_names
        return ids.setdefault(name, len(ids))

    cdef uint32_t action(self, size_t rule) except 0:
        cdef uint32_t made
        if rule < self.known_count and self.known[rule] != 0:
            return self.known[rule]
        made = self._plain_action(self.rules[rule]) or self._other_action(self.rules[rule])
        if rule < self.known_count:
            self.known[rule] = made
        return made

    cdef uint32_t _plain_action(self, object rule) except? 0:
        """That of a rule which forwards to its one backend, as nearly all do; 0 for another rule."""
        cdef tuple backends = read(rule, &BACKENDS)
        cdef object filters = read(rule, &FILTERS)
        if len(backends) != 1 or not self._is_plain(filters):
            return 0
        backend = backends[0]
        if read(backend, &FAILURE) is not None or read(backend, &WEIGHT) == 0:
            return 0
        filters = read(backend, &BACKEND_FILTERS)
        if not self._is_plain(filters):
            return 0
        if self.plain_action == 0:
            self.plain_action = self._lay_action(0, 0, 0, False, ((1, 0, 0, 0),))
        return self.plain_action

    cdef bint _is_plain(self, filters) except -1:
        """Whether filters answer nothing and leave nothing to chance. Most are the one object that stands for no filters."""
        if filters is self.plain:
            return True
        if filters.redirect is None and filters.cors is None and filters.failure is None and not filters.mirrors:
            self.plain = filters
            return True
        return False

    cdef uint32_t _other_action(self, object rule) except 0:
        answer, status, cors = _answered(rule.filters, 500 if rule.filters.failure else 0)
        needs_chance = len(rule.backends) > 1 or any(
            0 < mirror.numerator < mirror.denominator
            for filters in (rule.filters, *(backend.filters for backend in rule.backends))
            for mirror in filters.mirrors
        )
        backends = []
        for backend in rule.backends:
            failure = backend.failure_status if backend.failure else 500 if backend.filters.failure else 0
            backends.append((backend.weight, *_answered(backend.filters, failure)))
            cors_there = backend.filters.cors is not None
            self.has_cors = self.has_cors or cors_there
        self.has_cors = self.has_cors or cors
        key = (answer, status, cors, needs_chance, tuple(backends))
        known = self.actions.get(key)
        if known is None:
            known = self.actions[key] = self._lay_action(*key)
        return known

    def _lay_action(self, answer, status, cors, needs_chance, tuple backends):
        cdef uint32_t offset = self.block.take(sizeof(Action))
        cdef uint32_t listed = self.block.take_array(len(backends), sizeof(Backend))
        cdef Action *made = <Action *>(self.block.base + offset)
        cdef Backend *backend = <Backend *>(self.block.base + listed)
        cdef uint32_t total = 0
        for each in backends:
            total += each[0]
            backend.until = total
            backend.answer, backend.status, backend.cors = each[1], each[2], each[3]
            backend += 1
        made.answer = answer
        made.status = status
        made.cors = cors
        made.needs_chance = needs_chance
        made.total = total
        made.backends = listed
        made.backend_count = <uint32_t>len(backends)
        return offset


def _answered(filters, failure):
    """What filters answer by themselves; `failure` is the status if they, or what they stand at, cannot be used."""
    if failure:
        return ANSWERS_ERROR, failure, 0
    cors = int(filters.cors is not None)
    if filters.redirect is not None:
        return ANSWERS_REDIRECT, filters.redirect.status, cors
    return ANSWERS_NOTHING, 0, cors
