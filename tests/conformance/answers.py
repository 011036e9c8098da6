"""`request` steps: what both twins decide, and what comes of it, against what must happen."""

from __future__ import annotations

import random
import re
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET

import gwmatch
from gwmatch import ir

from .cluster import Cluster
from .failures import Findings
from .model import HTTPRequest, Named, Outcome, Request

ADDRESS_OF_THE_GATEWAY = "192.0.2.1"
SCHEMES = ("http", "https", "grpc")
NOTHING = HTTPRequest(method="", host=None, path="", headers=[])
"""What is asked of a connection in which nothing is sent."""
DRAWS = (0.25, 0.0, 0.5, 0.75, 1.0 - 2**-53)
SAMPLES = 4000
TOLERANCE = 0.05

_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000}


def check_request(step: Request, cluster: Cluster) -> Findings:
    """What is wrong with the answer."""
    from .connections import SCHEMES as CONNECTIONS
    from .connections import Connection
    from .meshes import check_mesh_request

    found = Findings(step)
    if step.destination is not None:
        check_mesh_request(step, cluster, found)
    elif step.gateway is None or step.listener_port is None:
        found.add("gateway", "a Gateway and a port", step.gateway)
    elif step.scheme in CONNECTIONS:
        Connection(step, cluster, step.gateway, step.listener_port, step.request or NOTHING, found).check()
    elif step.scheme in SCHEMES and step.request is not None:
        Answer(step, cluster, step.gateway, step.listener_port, step.request, found).check()
    else:
        found.add("scheme", (*SCHEMES, *CONNECTIONS), step.scheme)
    return found


class Answer:
    """One request, asked and compared."""

    def __init__(
        self, step: Request, cluster: Cluster, gateway: Named, listener_port: int, asked: HTTPRequest, found: Findings
    ) -> None:
        self.step, self.found, self.listener_port = step, found, listener_port
        self.router = cluster.router(gateway)
        self.port = self.router.port(listener_port)
        host = ADDRESS_OF_THE_GATEWAY if asked.host is None else asked.host
        headers = [*asked.headers, ("content-type", "application/grpc")] if step.scheme == "grpc" else asked.headers
        self.request = ir.Request.of(asked.method, host, asked.target, headers, step.sni)
        self.asked = asked
        self.decision = self.ask(DRAWS[0])

    def ask(self, draw: float | None) -> Any:
        request = self.request
        return self.port.match(request.method, request.host, request.path, list(request.headers), sni=request.sni, draw=draw)

    def check(self) -> None:
        self.check_twins()
        self.check_status(self.step.expect)
        self.check_backend(self.step.expect)
        self.check_derived()
        self.check_forwarded(self.step.expect)
        self.check_response(self.step.expect)
        self.check_redirect(self.step.expect)
        self.check_settings(self.step.expect)
        self.check_security(self.step.expect)

    def check_twins(self) -> None:
        for draw in DRAWS:
            slow = gwmatch.reference.match(self.router.table, self.listener_port, self.request, draw=draw)
            self.found.equal(f"verdict of the slow twin and of the fast one, draw {draw}", slow, self.ask(draw).verdict)

    @property
    def status(self) -> int | None:
        return 200 if self.decision.outcome == "forward" else self.decision.status

    def check_status(self, expect: Outcome) -> None:
        if self.step.needs_dataplane:
            return
        if expect.status is not UNSET:
            permitted = expect.status if isinstance(expect.status, list) else [expect.status]
            if self.status not in permitted:
                self.found.add("status", expect.status, (self.status, self.decision.outcome, self.decision.refusal))
        if expect.grpc_status is not UNSET:
            got = 0 if self.decision.outcome == "forward" else self.decision.grpc_status
            self.found.equal("grpc_status", expect.grpc_status, got)
        if expect.status_not is not UNSET:
            forbidden = expect.status_not if isinstance(expect.status_not, list) else [expect.status_not]
            if self.status in forbidden:
                self.found.add("status_not", expect.status_not, self.status)

    def check_backend(self, expect: Outcome) -> None:
        got = self.backend_of(self.decision)
        # README: where the connection is rejected under live traffic only, the backend is that of a request that passed.
        rejected = self.step.needs_dataplane and expect.connection == "rejected"
        if expect.backend is not UNSET and not rejected:
            self.found.equal("backend", None if expect.backend is None else str(expect.backend), got)
        if expect.backend_any_of is not UNSET and got not in map(str, expect.backend_any_of):
            self.found.add("backend_any_of", [str(backend) for backend in expect.backend_any_of], got)
        if expect.weights is not UNSET:
            self.check_weights(expect.weights)
        if expect.per_backend is not UNSET:
            for difference in expect.per_backend:
                self.check_difference(difference)

    def backend_of(self, decision: Any) -> str | None:
        if decision.outcome != "forward":
            return None
        return f"{decision.backend.namespace}/{decision.backend.name}"

    def check_weights(self, weights: dict[str, float]) -> None:
        shares: dict[str, float] = {}
        for backend in self.decision.backends:
            shares[backend.name] = shares.get(backend.name, 0.0) + backend.share
        self.found.equal("weights (exact shares)", weights, {name: round(share, 12) for name, share in shares.items()})
        generator = random.Random(self.step.id)
        for way, draw in (("draw=", generator.random), ("the generator", lambda: None)):
            picked = [self.ask(draw()).backend.name for _ in range(SAMPLES)]
            for name, share in weights.items():
                got = picked.count(name) / SAMPLES
                if abs(got - share) > TOLERANCE or (share == 0 and got):
                    self.found.add(f"weights by {way}[{name}]", share, got)

    def check_difference(self, difference: Any) -> None:
        decision = next((one for one in map(self.ask, _grid()) if self.backend_of(one) == str(difference.backend)), None)
        if decision is None:
            self.found.add("per_backend", str(difference.backend), "picked by no draw")
            return
        at = f"per_backend[{difference.backend}]."
        seen = decision.apply(self.request)
        self.headers(f"{at}request_headers", difference.request_headers_seen_by_backend, seen.headers)
        self.absent(f"{at}absent_request_headers", difference.absent_request_headers, seen.headers)
        answer = self.response_headers_of(decision)
        self.headers(f"{at}response_headers", difference.response_headers, answer)
        self.absent(f"{at}absent_response_headers", difference.absent_response_headers, answer)

    def check_derived(self) -> None:
        derived, decision = self.step.derived, self.decision
        if derived.listener is not None:
            owner = f"{derived.listener.kind} {derived.listener.namespace}/{derived.listener.name}"
            got = None if decision.listener is None else (decision.listener.owner, decision.listener.name)
            self.found.equal("derived.listener", (owner, derived.listener.listener), got)
        if derived.route is not None:
            route = decision.route
            wanted = (derived.route.kind, derived.route.namespace, derived.route.name)
            self.found.equal("derived.route", wanted, None if route is None else (route.kind, route.namespace, route.name))
        if derived.rule is not None:
            got = None if decision.rule is None else (decision.rule.index, decision.rule.name)
            self.found.equal("derived.rule", (derived.rule, derived.rule_name), got)
        if derived.match is not None:
            self.found.equal("derived.match", derived.match, decision.match)
        if derived.backend_port is not None:
            self.found.equal("derived.backend_port", derived.backend_port, decision.backend and decision.backend.port)
        if derived.backend_protocol is not None:
            protocol = decision.backend and decision.backend.protocol
            # Only the standard's own values mean something (GEP-1911); a decision says what to speak, not what was written.
            heeded = derived.backend_protocol if derived.backend_protocol.startswith("kubernetes.io/") else None
            self.found.equal("derived.backend_protocol", heeded, protocol)
        if derived.backend_tls_policy is not None:
            tls, policy = decision.backend and decision.backend.tls, derived.backend_tls_policy
            got = None if tls is None else (tls.policy, tls.hostname, list(tls.ca_certificates))
            bundles = [f"{policy['namespace']}/{ref['name']}" for ref in policy["ca_certificate_refs"]]
            self.found.equal(
                "derived.backend_tls_policy", (f"{policy['namespace']}/{policy['name']}", policy["hostname"], bundles), got
            )

    def check_forwarded(self, expect: Outcome) -> None:
        if self.decision.outcome != "forward":
            for field in ("rewritten", "request_headers_seen_by_backend", "absent_request_headers"):
                if getattr(expect, field) is not UNSET:
                    self.found.add(field, getattr(expect, field), f"nothing is forwarded: {self.decision.outcome}")
            return
        seen = self.decision.apply(self.request)
        rewritten = expect.rewritten
        path = self.asked.path if rewritten is UNSET or rewritten.path is None else rewritten.path
        wanted = path if self.asked.query is None else f"{path}?{self.asked.query}"
        self.found.equal("path at the backend", wanted, seen.path.decode())
        host = self.asked.host if rewritten is UNSET or rewritten.host is None else rewritten.host
        if host is not None:
            self.found.equal("host at the backend", host, seen.host and seen.host.decode())
        if expect.request_headers_seen_by_backend is not UNSET:
            self.headers("request_headers_seen_by_backend", expect.request_headers_seen_by_backend, seen.headers)
        if expect.absent_request_headers is not UNSET:
            self.absent("absent_request_headers", expect.absent_request_headers, seen.headers)

    def check_response(self, expect: Outcome) -> None:
        if expect.response_headers is UNSET and expect.absent_response_headers is UNSET:
            return
        lines = self.response_headers_of(self.decision)
        if expect.response_headers is not UNSET:
            squeeze = expect.response_headers_ignore_whitespace
            self.headers("response_headers", expect.response_headers, lines, squeeze=squeeze)
        if expect.absent_response_headers is not UNSET:
            self.absent("absent_response_headers", expect.absent_response_headers, lines)

    def response_headers_of(self, decision: Any) -> Any:
        if decision.outcome != "forward":
            return decision.apply(self.request).headers
        given = [(name.encode(), value.encode()) for name, value in self.step.backend_response_headers.items()]
        return decision.response_headers(self.request, given)

    def check_redirect(self, expect: Outcome) -> None:
        if expect.redirect is UNSET:
            return
        self.found.equal("redirect.status", expect.redirect.status, self.status)
        if self.decision.outcome != "redirect":
            self.found.add("outcome", "redirect", self.decision.outcome)
            return
        location = _joined(self.decision.apply(self.request).headers).get("location")
        parts = urlsplit(location or "")
        self.found.equal("redirect.scheme", expect.redirect.scheme, parts.scheme)
        if expect.redirect.host is not None:
            self.found.equal("redirect.host", expect.redirect.host, parts.hostname)
        standard_port = {"http": 80, "https": 443}.get(parts.scheme)
        port = standard_port if expect.redirect.port == "default" else expect.redirect.port
        self.found.equal("redirect.port", port, parts.port or standard_port)
        self.found.equal("redirect.path", expect.redirect.path, parts.path)

    def check_settings(self, expect: Outcome) -> None:
        decision = self.decision
        if expect.mirrored_to is not UNSET:
            wanted = [(str(mirror), 1.0 if mirror.percent is None else mirror.percent / 100) for mirror in expect.mirrored_to]
            mirrors = (*decision.filters.mirrors, *decision.backend.filters.mirrors)
            self.found.equal(
                "mirrored_to", sorted(wanted), sorted(_mirror(one) for one in mirrors if one.backend.failure is None)
            )
        if expect.timeouts is not UNSET:
            for field in ("request", "backend_request"):
                wanted = getattr(expect.timeouts, field)
                if wanted is not None:
                    self.found.equal(f"timeouts.{field}", nanoseconds(wanted), getattr(decision.timeouts, field))
        if expect.retry is not UNSET:
            got = decision.retry
            if got is None:
                self.found.add("retry", expect.retry, None)
                return
            if expect.retry.codes is not None:
                self.found.equal("retry.codes", sorted(expect.retry.codes), sorted(got.codes))
            if expect.retry.attempts is not None:
                self.found.equal("retry.attempts", expect.retry.attempts, got.attempts)
            if expect.retry.backoff is not None:
                self.found.equal("retry.backoff", nanoseconds(expect.retry.backoff), got.backoff)

    def check_security(self, expect: Outcome) -> None:
        """TLS to the backend, and what the listener asks of clients' certificates."""
        if expect.backend_tls is not UNSET:
            tls = self.decision.backend and self.decision.backend.tls
            self.found.equal("backend_tls", expect.backend_tls, None if tls is None else {"sni": tls.hostname})
        if expect.client_validation is not UNSET:
            listener = self.decision.listener
            validation = listener and listener.client_validation
            wanted = expect.client_validation
            namespace = listener and listener.gateway.partition("/")[0]
            bundles = tuple(f"{ref.get('namespace', namespace)}/{ref['name']}" for ref in wanted["ca_certificate_refs"])
            got = None if validation is None else (validation.mode, validation.ca_certificates)
            self.found.equal("client_validation", (wanted["mode"], bundles), got)

    def headers(self, field: str, wanted: dict[str, Any], lines: Any, *, squeeze: bool = False) -> None:
        got = _joined(lines)
        for name, value in wanted.items():
            permitted = value if isinstance(value, list) else [value]
            there = got.get(name.lower())
            if (there and _squeezed(there, squeeze)) not in [_squeezed(one, squeeze) for one in permitted]:
                self.found.add(f"{field}[{name}]", value, there)

    def absent(self, field: str, names: list[str], lines: Any) -> None:
        got = _joined(lines)
        for name in names:
            if name.lower() in got:
                self.found.add(f"{field}[{name}]", None, got[name.lower()])


def nanoseconds(text: str) -> int:
    """A GEP-2257 duration."""
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"([0-9]+)(ms|h|m|s)", text))


def _joined(lines: Any) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in lines:
        values.setdefault(name.decode().lower(), []).append(value.decode())
    return {name: ",".join(parts) for name, parts in values.items()}


def _squeezed(text: str, squeeze: bool) -> str:
    return text.replace(" ", "") if squeeze else text


def _mirror(mirror: Any) -> tuple[str, float]:
    return f"{mirror.backend.namespace}/{mirror.backend.name}", mirror.numerator / mirror.denominator


def _grid() -> list[float]:
    return [(place + 0.5) / 200 for place in range(200)]
