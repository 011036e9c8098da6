"""What must happen to a request, by the reference matcher: for those who compare an implementation with the standard.

In: resources, and a request. Out: an Expectation that lists everything that may happen to it, since weights leave a choice.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from .. import actions, reference
from ..api import ResourceSet
from ..errors import UsageError
from ..graph import Graph
from ..ir import Backend, Listener, Request, Rule, Table, Verdict, as_bytes
from ..options import Options
from ..router import Router, compile


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that may happen to a request."""

    outcome: str
    """`forward`, `redirect`, `respond` or `refuse`."""
    status: int | None = None
    """What the gateway itself answers; None where a backend does."""
    refusal: str | None = None
    """Why the request is refused: a name of docs/semantics.md."""
    listener: Listener | None = None
    rule: Rule | None = None
    match: int | None = None
    """Index of the match that won, in the rule's `matches`."""
    backend: Backend | None = None
    """Who gets the request; None where nobody does."""
    location: bytes | None = None
    """Of a redirect."""
    forwarded: Request | None = None
    """The request as the backend sees it."""
    share: float = 1.0
    """Part of such requests that this happens to."""


class Expectation(msgspec.Struct, frozen=True):
    """What may happen to one request: more than one Outcome only where the weights of backends decide."""

    outcomes: tuple[Outcome, ...]
    trace: reference.Trace
    """The way to the first of them: every candidate, in rank order."""

    @property
    def rule(self) -> Rule | None:
        """The rule that wins; the same for all outcomes."""
        return self.outcomes[0].rule

    @property
    def backends(self) -> frozenset[str]:
        """`namespace/name` of everyone who may get the request.

        >>> Expectation((Outcome(outcome="respond", status=404),), reference.Trace(Verdict("respond"))).backends
        frozenset()
        """
        return frozenset(f"{each.backend.namespace}/{each.backend.name}" for each in self.outcomes if each.backend is not None)

    @property
    def statuses(self) -> frozenset[int]:
        """What the gateway itself may answer."""
        return frozenset(each.status for each in self.outcomes if each.status is not None)


class Oracle:
    """The reference matcher over the table of one Gateway. It never changes.

    >>> import gwmatch
    >>> group = "gateway.networking.k8s.io/v1"
    >>> oracle = Oracle(gwmatch.load([
    ...     {"apiVersion": group, "kind": "Gateway", "metadata": {"namespace": "a", "name": "gw"},
    ...      "spec": {"gatewayClassName": "any", "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]}},
    ...     {"apiVersion": group, "kind": "HTTPRoute", "metadata": {"namespace": "a", "name": "r"},
    ...      "spec": {"parentRefs": [{"name": "gw"}], "rules": [{"backendRefs": [{"name": "one", "port": 80, "weight": 3},
    ...                                                                         {"name": "two", "port": 80}]}]}},
    ... ]))
    >>> expected = oracle.expect(gwmatch.Request.of("GET", "shop.example.com", "/cart"))
    >>> sorted(expected.backends), [each.share for each in expected.outcomes]
    (['a/one', 'a/two'], [0.75, 0.25])
    """

    __slots__ = ("table",)

    table: Table
    """What it decides by."""

    def __init__(
        self,
        resources: ResourceSet | Graph | Router | Table,
        gateway: str | None = None,
        *,
        controller: str | None = None,
        options: Options | None = None,
    ) -> None:
        """Arguments as for gwmatch.compile; a Router or its table will do, too.

        Raises:
            CompileError: there is no such Gateway.
        """
        if isinstance(resources, Table):
            self.table = resources
        elif isinstance(resources, Router):
            self.table = resources.table
        else:
            self.table = compile(resources, gateway, controller=controller, options=options).table

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports with listeners that decide HTTP requests, ascending."""
        return tuple(sorted({each.port for each in self.table.listeners if each.protocol in ("HTTP", "HTTPS")}))

    def expect(self, request: Request, port: int | None = None) -> Expectation:
        """Everything that may happen to an HTTP request. `port` is where it arrives, and may be left out if there is but one.

        Raises:
            UsageError: it does not say where the request arrives.
        """
        if port is None:
            if len(self.ports) != 1:
                listed = ", ".join(map(str, self.ports)) or "none"
                raise UsageError(f"say at which port the request arrives: port=…; HTTP is decided at {listed}")
            port = self.ports[0]
        return self._spread(lambda draw: reference.trace(self.table, port, request, draw), request)

    def expect_connection(self, protocol: str, port: int, server_name: str | bytes | None = None) -> Expectation:
        """Everything that may happen to a connection without HTTP. `protocol` is TLS, TCP or UDP; only TLS has a name."""
        sni = None if server_name is None else as_bytes(server_name)
        return self._spread(lambda draw: reference.trace_connection(self.table, port, protocol, sni, draw), None)

    def _spread(self, decide: Callable[[float], reference.Trace], request: Request | None) -> Expectation:
        """One outcome for each backend that has a weight, by a draw from the middle of its share."""
        trace = decide(0.0)
        entry = trace.verdict.entry
        backends = () if entry is None else self.table.rule_of(self.table.entries[entry]).backends
        total = sum(each.weight for each in backends)
        if trace.verdict.backend is None or total == 0:
            return Expectation((self._outcome(trace.verdict, request, 1.0),), trace)
        found, before = [], 0
        for each in backends:
            if each.weight:
                verdict = decide((before + each.weight / 2) / total).verdict
                found.append(self._outcome(verdict, request, each.weight / total))
            before += each.weight
        return Expectation(tuple(found), trace)

    def _outcome(self, verdict: Verdict, request: Request | None, share: float) -> Outcome:
        listener = None if verdict.listener is None else self.table.listeners[verdict.listener]
        if verdict.entry is None:
            return Outcome(outcome=verdict.outcome, status=verdict.status, refusal=verdict.refusal, listener=listener)
        entry = self.table.entries[verdict.entry]
        rule = self.table.rule_of(entry)
        picked = None if verdict.backend is None else rule.backends[verdict.backend]
        made = Outcome(
            outcome=verdict.outcome,
            status=verdict.status,
            refusal=verdict.refusal,
            listener=listener,
            rule=rule,
            match=entry.match,
            share=share,
        )
        if verdict.outcome == "forward" and picked is not None:
            seen = None
            if request is not None:
                seen = actions.forwarded(request, rule.filters, picked.filters, target=verdict.path)
            return msgspec.structs.replace(made, backend=picked, forwarded=seen)
        redirect = rule.filters.redirect if picked is None else picked.filters.redirect
        if verdict.outcome == "redirect" and redirect is not None and listener is not None and request is not None:
            scheme = listener.protocol.lower()
            sent = actions.location(request, redirect, scheme=scheme, port=listener.port, target=verdict.path)
            return msgspec.structs.replace(made, location=sent)
        return made
