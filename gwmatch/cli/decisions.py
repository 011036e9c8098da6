"""A Decision as the contract's JSON, and as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

import gwmatch
from gwmatch import ir

from .output import COLOURS, bold, duration, percent, plain, printable

NAMELESS = ("TCP", "UDP")
"""Protocols whose listeners and routes have no hostnames."""


def exit_code(decision: gwmatch.Decision) -> int:
    """1 where the gateway answers an error, refuses or drops; a preflight's 204 is no error."""
    served = decision.outcome in ("forward", "redirect") or decision.status == 204
    return 0 if served else 1


def as_data(explanation: gwmatch.Explanation) -> dict[str, Any]:
    """The keys of the contract, in its order. Bytes that are no UTF-8 are written with backslashes, as `\\xff`."""
    decision = explanation.decision
    # Bytes of a connection go on as they come: there is nothing to apply a decision to.
    applied = None if explanation.request is None else decision.apply(explanation.request)
    answer = applied if isinstance(applied, gwmatch.Response) else None
    return {
        "outcome": decision.outcome,
        "status": decision.status,
        "refusal": decision.refusal,
        "listener": _listener(decision.listener),
        "route": _route(decision),
        "backend": None if decision.backend is None else _upstream(decision.backend),
        "backends": [backend(each) for each in decision.backends],
        "request": _request(applied) if isinstance(applied, gwmatch.Request) else None,
        "location": _location(answer),
        "response": None if answer is None else {"status": answer.status, "headers": _lines(answer.headers)},
        "mirrors": [
            {**_target(each.backend), "numerator": each.numerator, "denominator": each.denominator} for each in decision.mirrors
        ],
        "timeouts": timeouts(decision.timeouts),
        "retry": retry(decision.retry),
        "grpcStatus": decision.grpc_status,
        "externalAuth": [
            {**_target(each.backend), "protocol": each.protocol, "path": each.path}
            for each in (() if decision.filters is None else decision.filters.external_auth)
        ],
    }


def _listener(listener: ir.Listener | None) -> dict[str, Any] | None:
    if listener is None:
        return None
    return {
        "gateway": listener.gateway,
        "name": listener.name,
        "port": listener.port,
        "owner": listener.owner,
        "protocol": listener.protocol,
        "hostname": listener.hostname,
        "tlsMode": listener.tls_mode,
        "certificates": list(listener.certificates),
        "clientValidation": msgspec.to_builtins(listener.client_validation),
    }


def _route(decision: gwmatch.Decision) -> dict[str, Any] | None:
    route, rule = decision.route, decision.rule
    if route is None or rule is None:
        return None
    return {
        "kind": route.kind,
        "namespace": route.namespace,
        "name": route.name,
        "rule": rule.index,
        "ruleName": rule.name,
        "match": decision.match,
    }


def _target(each: ir.Backend) -> dict[str, Any]:
    return {"namespace": each.namespace, "name": each.name, "port": each.port}


def _upstream(each: ir.Backend) -> dict[str, Any]:
    """The picked backend, with how to connect to it."""
    return {**_target(each), "kind": each.kind, "address": each.address, "protocol": each.protocol, "tls": _tls(each.tls)}


def _tls(tls: ir.BackendTLS | None) -> dict[str, Any] | None:
    if tls is None:
        return None
    return {
        "hostname": tls.hostname,
        "subjectAltNames": [{"type": type_, "name": name} for type_, name in tls.subject_alt_names],
        "caCertificates": list(tls.ca_certificates),
        "wellKnownCACertificates": tls.well_known,
        "clientCertificate": tls.client_certificate,
        "policy": tls.policy,
    }


def backend(each: ir.Backend) -> dict[str, Any]:
    failure = each.failure or each.filters.failure
    return {
        **_target(each),
        "weight": each.weight,
        "share": each.share,
        "valid": each.valid,
        "kind": each.kind,
        "failure": failure,
    }


def _request(request: ir.Request) -> dict[str, Any]:
    return {
        "method": plain(request.method),
        "host": None if request.host is None else plain(request.host),
        "path": plain(request.path),
        "headers": _lines(request.headers),
    }


def _lines(lines: tuple[tuple[bytes, bytes], ...]) -> list[list[str]]:
    return [[plain(name), plain(value)] for name, value in lines]


def _location(answer: ir.Response | None) -> str | None:
    lines = () if answer is None else answer.headers
    return next((plain(value) for name, value in lines if name.lower() == b"location"), None)


def timeouts(given: ir.Timeouts | None) -> dict[str, str]:
    if given is None:
        return {}
    named = {"request": given.request, "backendRequest": given.backend_request}
    return {name: duration(value) for name, value in named.items() if value is not None}


def retry(given: ir.Retry | None) -> dict[str, Any] | None:
    if given is None:
        return None
    backoff = None if given.backoff is None else duration(given.backoff)
    return {"codes": list(given.codes), "attempts": given.attempts, "backoff": backoff}


# ------------------------------------------------------------------------------------------------------------ for people


def headline(decision: gwmatch.Decision, data: dict[str, Any]) -> str:
    """What happens, in one line."""
    outcome = decision.outcome
    told = click.style(outcome, fg=COLOURS[outcome], bold=True)
    if decision.backend is not None:
        return f"{told} to {bold(name_of(decision.backend))}"
    if outcome == "redirect":
        return f"{told} {decision.status} to {bold(printable(data['location'] or ''))}"
    if outcome == "respond":
        named = f" ({decision.refusal})" if decision.refusal else ""
        return f"{told} {decision.status}{named}{_as_grpc(decision, data)}"
    return {"refuse": f"{told}: the connection is closed", "drop": f"{told}: nothing is sent back"}[outcome]


def _as_grpc(decision: gwmatch.Decision, data: dict[str, Any]) -> str:
    """What a gRPC client is told instead, whose answers are 200 with a status of their own."""
    if decision.grpc_status is None:
        return ""
    message = next((value for name, value in data["response"]["headers"] if name == "grpc-message"), "")
    return f", gRPC status {decision.grpc_status} {message}".rstrip()


def where(listener: ir.Listener) -> str:
    """What a listener takes, in short."""
    parts = [f"{listener.protocol} port {listener.port}"]
    if listener.protocol not in NAMELESS:
        parts.append(listener.hostname or "any host")
    if listener.protocol == "TLS":
        parts.append(listener.tls_mode or "Terminate")
    return ", ".join(parts)


def owned(owner: str, gateway: str) -> str:
    """Who states a listener, if it is not the Gateway itself but a ListenerSet."""
    return "" if owner == f"Gateway {gateway}" else f" of {owner}"


def as_fields(explanation: gwmatch.Explanation, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Labels and values for people."""
    decision = explanation.decision
    listener, rule = decision.listener, decision.rule
    if listener is not None:
        stated = owned(listener.owner, listener.gateway)
        yield "listener", f"{listener.gateway} {bold(listener.name)} ({where(listener)}){stated}"
    if rule is not None:
        won = explanation.winner
        named = f' "{rule.name}"' if rule.name else ""
        matched = "" if explanation.connection else f", match {decision.match}"
        yield "rule", f"{rule.route.kind} {bold(rule.route.full_name)} rule {rule.index}{named}{matched}"
        if won is not None:
            yield "matches", won.conditions + (f", hostname {won.hostname}" if won.hostname else "")
    yield "why", explanation.summary
    for each in decision.backends:
        mark = f"  {click.style(each.failure or each.filters.failure or '', fg='red')}" if not each.valid else ""
        yield "backends", f"{percent(each.share):>5}  {name_of(each)}{mark}"
    if decision.backend is not None:
        yield from (("upstream", told) for told in _reached(decision.backend))
    for auth in data["externalAuth"]:
        yield "auth", f"{auth['protocol']} {auth['namespace']}/{auth['name']}:{auth['port']} is asked first"
    if data["request"] is not None:
        seen = data["request"]
        yield "request", printable(f"{seen['method']} {seen['host'] or ''}{seen['path']}")
        yield from (("request", printable(f"{name}: {value}")) for name, value in seen["headers"])
    if data["response"] is not None:
        yield from (("response", printable(f"{name}: {value}")) for name, value in data["response"]["headers"])
    yield from (("mirrors", name_of(mirror.backend)) for mirror in decision.mirrors)
    if data["timeouts"]:
        yield "timeouts", ", ".join(f"{name} {value}" for name, value in data["timeouts"].items())
    if decision.retry is not None:
        codes = ", ".join(map(str, decision.retry.codes)) or "the gateway's own choice of failures"
        yield "retry", f"{decision.retry.attempts} times on {codes}"


def _reached(each: ir.Backend) -> Iterator[str]:
    """How to connect to a backend, where there is more to it than its name."""
    if each.address is not None:
        yield f"{each.kind} at {each.address}"
    if each.protocol is not None:
        yield each.protocol
    if each.tls is not None:
        trusted = ", ".join(each.tls.ca_certificates) or f"certificates of the {(each.tls.well_known or 'caller').lower()}"
        stated = f" ({each.tls.policy})" if each.tls.policy else ""
        yield f"TLS to {each.tls.hostname}, trusting {trusted}{stated}"


def name_of(each: ir.Backend) -> str:
    return f"{each.namespace}/{each.name}" + ("" if each.port is None else f":{each.port}")
