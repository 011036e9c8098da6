"""What happens to a request. A Decision is a few numbers and the table they point into; everything else is looked up."""

import cython

from .. import actions
from ..ir import Response, Verdict

OUTCOMES = ("forward", "redirect", "respond", "refuse", "drop")
REFUSALS = (None, "bad_path", "ambiguous_path", "bad_query", "bad_host", "bad_method", "bad_sni", "too_long")


@cython.final
cdef class Rows:
    """What the numbers of a Decision point at: of a table, or of all that changes made of it. They only grow."""

    def __init__(self, listeners, rules, entries):
        self.listeners = listeners
        self.rules = rules
        self.entries = entries
        self.won = {}

    cdef object rule(self, int32_t entry):
        """The rule of an entry. PERF(bench_match::bench_rule): one lookup for what was asked before."""
        found = self.won.get(entry)
        if found is None:
            found = self.won[entry] = self.rules[self.entries[entry].rule]
        return found

    def __reduce__(self):
        return Rows, (tuple(self.listeners), _all(self.rules), _all(self.entries))


def _all(rows):
    return [rows[number] for number in range(len(rows))]


@cython.final
@cython.no_gc  # what it holds, rows of a table and bytes, can never lead back to it
@cython.freelist(32)
cdef class Decision:
    """What happens to a request, and which resources say so. Stays readable after its router is gone.

    Made by `match`, never by hand.
    """

    def __init__(self):
        raise TypeError("a Decision is made by PortTable.match")

    @property
    def outcome(self):
        """`forward`, `redirect`, `respond` (the gateway answers), `refuse` (close the connection) or `drop`."""
        return OUTCOMES[self.outcome_code]

    @property
    def status(self):
        """The status that the gateway itself answers, else None."""
        return self.status_code or None

    @property
    def grpc_status(self):
        """Where the gateway answers a gRPC call by an error: the status that its client has to read, else None."""
        rule = self.rule
        if self.outcome_code != 2 or not (self.grpc or (rule is not None and rule.route.kind == "GRPCRoute")):
            return None
        return actions.grpc_status(self.status_code)

    @property
    def refusal(self):
        """Why a request that nobody wants was refused (`bad_host`, `ambiguous_path`), else None."""
        return REFUSALS[self.refusal_code]

    @property
    def listener(self):
        """The ir.Listener that took the request, else None. Its `entries` and `hosts` are to be had from `Router.table`."""
        return None if self.listener_id < 0 else self.table.listeners[self.listener_id]

    @property
    def entry(self):
        """The ir.Entry that won, else None. `entry.id` is what match_many gives."""
        return None if self.entry_id < 0 else self.table.entries[self.entry_id]

    @property
    def rule(self):
        """The ir.Rule that won (`index`, `name`), also when it can only answer an error; None where no rule matched."""
        return None if self.entry_id < 0 else self.table.rule(self.entry_id)

    @property
    def route(self):
        """The ir.Route of the rule (`kind`, `namespace`, `name`), else None."""
        rule = self.rule
        return None if rule is None else rule.route

    @property
    def match(self):
        """Index of the match in the rule, else None."""
        return None if self.entry_id < 0 else self.table.entries[self.entry_id].match

    @property
    def backend(self):
        """The ir.Backend to forward to; None unless the outcome is `forward`."""
        return self._picked() if self.outcome_code == 0 else None

    @property
    def backends(self):
        """All backends of the rule, each with its `share` and whether it is `valid`."""
        rule = self.rule
        return () if rule is None else rule.backends

    @property
    def filters(self):
        """The ir.Filters of the rule, else None. `apply` carries them out, and the picked backend's."""
        rule = self.rule
        return None if rule is None else rule.filters

    @property
    def mirrors(self):
        """The ir.Mirrors that get a copy of this request, sampled by its draw."""
        if self.outcome_code != 0:
            return ()
        return actions.sampled(self.rule.filters.mirrors + self._picked().filters.mirrors, self.seed)

    @property
    def timeouts(self):
        """ir.Timeouts of the rule, else None."""
        rule = self.rule
        return None if rule is None else rule.timeouts

    @property
    def retry(self):
        """ir.Retry of the rule, else None."""
        rule = self.rule
        return None if rule is None else rule.retry

    @property
    def session_persistence(self):
        """ir.SessionPersistence of the rule, else None."""
        rule = self.rule
        return None if rule is None else rule.session_persistence

    @property
    def target(self):
        """Under `normalize="rewrite"` the path and query that must be forwarded instead of what came, else None."""
        return self.path

    @property
    def verdict(self):
        """The bare ir.Verdict, as the reference matcher gives it."""
        return Verdict(
            self.outcome,
            self.status,
            self.refusal,
            None if self.listener_id < 0 else self.listener_id,
            None if self.entry_id < 0 else self.entry_id,
            None if self.backend_id < 0 else self.backend_id,
            self.path,
        )

    def apply(self, request):
        """The ir.Request as the backend sees it, or the ir.Response that the gateway gives; None where the connection is to
        be closed. `request` is the ir.Request that was matched."""
        if self.outcome_code == 0:
            return actions.forwarded(request, self.rule.filters, self._picked().filters, target=self.path)
        if self.outcome_code == 1:
            listener = self.listener
            return actions.redirect_response(
                request,
                self._own_filters().redirect,
                scheme="https" if listener.protocol == "HTTPS" else "http",
                port=listener.port,
                cors=self._own_filters().cors,
                target=self.path,
            )
        if self.outcome_code == 2:
            if self.status_code == 204:
                return actions.preflight_response(request, self._own_filters().cors)
            status = self.grpc_status
            return Response(self.status_code) if status is None else actions.grpc_response(status)
        return None

    def response_headers(self, request, headers):
        """The backend's response headers, pairs of bytes, as the client gets them."""
        if self.outcome_code != 0:
            return tuple(headers)
        return actions.response_headers(request, headers, self.rule.filters, self._picked().filters)

    def _picked(self):
        return None if self.backend_id < 0 else self.rule.backends[self.backend_id]

    def _own_filters(self):
        """The filters that made the answer: the picked backend's, or where none was picked the rule's."""
        picked = self._picked()
        return self.rule.filters if picked is None else picked.filters

    def __repr__(self):
        rule = self.rule
        where = "" if rule is None else f" by {rule.route.kind} {rule.route.full_name} rule {rule.index}"
        backend = self.backend
        to = "" if backend is None else f" to {backend.namespace}/{backend.name}:{backend.port}"
        status = f" {self.status_code}" if self.status_code else ""
        refusal = f" ({self.refusal})" if self.refusal_code else ""
        return f"<Decision {self.outcome}{status}{refusal}{to}{where}>"

    def __reduce__(self):
        return _rebuilt, (
            self.table, self.path, self.seed, self.listener_id, self.entry_id, self.backend_id,
            self.outcome_code, self.status_code, self.refusal_code, self.grpc,
        )


def _rebuilt(table, path, seed, listener, entry, backend, outcome, status, refusal, grpc):
    cdef Decision made = Decision.__new__(Decision)
    made.table = table
    made.path = path
    made.seed = seed
    made.listener_id = listener
    made.entry_id = entry
    made.backend_id = backend
    made.outcome_code = outcome
    made.status_code = status
    made.refusal_code = refusal
    made.grpc = grpc
    return made
