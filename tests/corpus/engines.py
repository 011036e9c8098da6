"""The engines that answer a corpus case: the slow twin, the fast one, and the command."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
from click.testing import CliRunner
from msgspec import UNSET, UnsetType

import gwmatch
from gwmatch import actions, ir
from gwmatch.cli import main

from .cases import Case, Loaded

Headers = dict[str, str]

COMMAND_OPTIONS = ("normalize", "hostname_fallthrough", "hostname_precedence", "regex_precedence")
COMMAND_SWITCHES = (
    "tls_route_mode_terminate", "tls_route_mode_mixed", "grpc_http_exclusive", "external_auth", "detect_misdirected",
)  # fmt: skip
"""The fields of Options that the command takes: with a value, and as a flag with its opposite."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine says about a request; UNSET where it does not say such a thing."""

    outcome: str
    status: int | None
    refusal: str | None
    grpc_status: int | UnsetType = UNSET
    listener: str | None
    owner: str | UnsetType | None = UNSET
    rule: str | None
    match: int | None
    backend: str | None
    shares: dict[str, float]
    address: str | UnsetType | None = UNSET
    backend_tls: dict[str, Any] | UnsetType = UNSET
    retry_budget: str | UnsetType = UNSET
    session: str | UnsetType = UNSET
    external_auth: list[str] | UnsetType = UNSET
    extensions: list[str] | UnsetType = UNSET
    location: str | UnsetType | None = UNSET
    request_path: str | UnsetType | None = UNSET
    request_host: str | UnsetType | None = UNSET
    request_headers: Headers | UnsetType | None = UNSET
    mirrors: list[str] | UnsetType = UNSET
    response_headers: Headers | UnsetType | None = UNSET


def router_of(file: Loaded) -> Any:
    return _router(file.manifests, file.content.invalid, file.content.gateway, file.content.options)


@functools.cache
def _router(manifests: Path, invalid: Literal["error", "drop", "keep"], gateway: str | None, options: gwmatch.Options) -> Any:
    return gwmatch.compile(gwmatch.load(manifests, invalid=invalid), gateway=gateway, options=options)


def reference(file: Loaded, case: Case) -> Answer:
    table = router_of(file).table
    verdict = _verdict(table, case)
    entry = None if verdict.entry is None else table.entries[verdict.entry]
    rule = None if entry is None else table.rules[entry.rule]
    picked = rule.backends[verdict.backend] if rule is not None and verdict.outcome == "forward" else None
    listener = None if verdict.listener is None else table.listeners[verdict.listener]
    return Answer(
        outcome=verdict.outcome,
        status=verdict.status,
        refusal=verdict.refusal,
        listener=listener and listener.name,
        rule=rule and f"{rule.route.full_name}#{rule.index}",
        match=entry and entry.match,
        backend=picked and _backend(picked.namespace, picked.name, picked.port),
        shares={}
        if rule is None
        else _summed(zip(map(_name, rule.backends), actions.backend_shares(rule.backends), strict=True)),
        **_around(listener, rule, picked),
    )


def _verdict(table: ir.Table, case: Case) -> ir.Verdict:
    asked = case.request
    port, draw = asked.arrives_at, asked.draw
    if asked.scheme == "tls":
        return gwmatch.reference.match_tls(table, port, asked.build().sni, draw)
    if asked.scheme == "tcp":
        return gwmatch.reference.match_tcp(table, port, draw)
    if asked.scheme == "udp":
        return gwmatch.reference.match_udp(table, port, draw)
    return gwmatch.reference.match(table, port, asked.build(), draw)


def core(file: Loaded, case: Case) -> Answer:
    router = router_of(file)
    request = case.request.build()
    decision = _decision(router.port(case.request.arrives_at), case, request)
    assert decision.verdict == _verdict(router.table, case)
    forwarded = decision.outcome == "forward"
    applied = decision.apply(request) if decision.outcome in ("forward", "redirect", "respond") else None
    seen = applied if forwarded else None
    lines = applied.headers if applied else ()
    if forwarded:
        given = [(ir.as_bytes(name), ir.as_bytes(value)) for name, value in case.backend_headers]
        lines = decision.response_headers(request, given)
    route, backend = decision.route, decision.backend if forwarded else None
    return Answer(
        outcome=decision.outcome,
        status=decision.status,
        refusal=decision.refusal,
        grpc_status=decision.grpc_status or 0,
        listener=decision.listener and decision.listener.name,
        rule=route and f"{route.namespace}/{route.name}#{decision.rule.index}",
        match=decision.match,
        backend=backend and _backend(backend.namespace, backend.name, backend.port),
        shares=_summed((_name(one), one.share) for one in decision.backends),
        location=None if forwarded else joined(lines).get("location"),
        request_path=seen and _text(seen.path),
        request_host=seen and seen.host and _text(seen.host),
        request_headers=seen and joined(seen.headers),
        mirrors=[_mirror(_name(one.backend), one.numerator, one.denominator) for one in decision.mirrors],
        response_headers=joined(lines),
        **_around(decision.listener, decision.rule, backend),
    )


def _decision(port: gwmatch.PortTable, case: Case, request: ir.Request) -> gwmatch.Decision:
    asked = case.request
    if asked.scheme == "tls":
        return port.match_tls(request.sni, draw=asked.draw)
    if asked.scheme == "tcp":
        return port.match_tcp(draw=asked.draw)
    if asked.scheme == "udp":
        return port.match_udp(draw=asked.draw)
    return port.match(request.method, request.host, request.path, list(request.headers), sni=request.sni, draw=asked.draw)


def _around(listener: ir.Listener | None, rule: ir.Rule | None, picked: ir.Backend | None) -> dict[str, Any]:
    """What the table says beside the decision itself."""
    filters = ir.Filters() if rule is None else rule.filters
    sessions = (rule and rule.session_persistence) or (picked and picked.session_persistence)
    budget = picked and picked.retry_budget
    return {
        "owner": listener and listener.owner,
        "address": picked and picked.address,
        "backend_tls": msgspec.to_builtins(picked.tls) if picked and picked.tls else {},
        "retry_budget": _budget(budget) if budget else "",
        "session": f"{sessions.type} {sessions.session_name}" if sessions else "",
        "external_auth": [_name(each.backend) for each in filters.external_auth],
        "extensions": [f"{each.group}/{each.kind} {each.namespace}/{each.name}" for each in filters.extensions],
    }


def command(file: Loaded, case: Case) -> Answer:
    asked, chosen = case.request, file.content
    arguments = ["match", "-f", str(file.manifests), "-o", "json", "--draw", str(asked.draw)]
    if asked.scheme == "tls":
        arguments += ["--sni", asked.sni or ""]
    if not asked.is_connection:
        arguments += ["-X", asked.verb, "--port", str(asked.arrives_at), "--sni", asked.sni or ""]
        for name, value in asked.lines:
            arguments += ["-H", f"{name}: {value}"]
    if chosen.gateway:
        arguments += ["-g", chosen.gateway]
    for option in COMMAND_OPTIONS:
        arguments += [f"--{option.replace('_', '-')}", getattr(chosen.options, option)]
    for switch in COMMAND_SWITCHES:
        arguments.append(f"--{'' if getattr(chosen.options, switch) else 'no-'}{switch.replace('_', '-')}")
    where = f"any.test:{asked.arrives_at}" if asked.is_connection else f"{asked.host}{asked.path}"
    arguments.append(f"{asked.scheme}://{where}")
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 1), (arguments, result.output, result.exception)
    shown = json.loads(result.stdout)
    served = shown["outcome"] in ("forward", "redirect") or shown["status"] == 204
    assert result.exit_code == (0 if served else 1), shown
    route, backend, request, response = shown["route"], shown["backend"], shown["request"], shown["response"]
    forwarded = shown["outcome"] == "forward"
    return Answer(
        outcome=shown["outcome"],
        status=shown["status"],
        refusal=shown["refusal"],
        grpc_status=shown["grpcStatus"] or 0,
        listener=shown["listener"] and shown["listener"]["name"],
        owner=shown["listener"] and shown["listener"]["owner"],
        rule=route and f"{route['namespace']}/{route['name']}#{route['rule']}",
        match=route and route["match"],
        backend=_backend(backend["namespace"], backend["name"], backend["port"]) if forwarded else None,
        address=backend and backend["address"],
        backend_tls=_tls(backend["tls"]) if backend and backend["tls"] else {},
        shares=_summed((f"{one['namespace']}/{one['name']}", one["share"]) for one in shown["backends"]),
        location=shown["location"],
        request_path=request and request["path"],
        request_host=request and request["host"],
        request_headers=request and _joined_text(request["headers"]),
        mirrors=[
            _mirror(f"{one['namespace']}/{one['name']}", one["numerator"], one["denominator"]) for one in shown["mirrors"]
        ],
        response_headers=UNSET if forwarded else _joined_text(response["headers"] if response else []),
    )


def command_can_ask(file: Loaded, case: Case) -> bool:
    """Whether a command line says this request: a URL has a host and a path that starts with `/` and no fragment, arguments are
    text, and not everything is an option."""
    asked, chosen = case.request, file.content
    options = {option: getattr(chosen.options, option) for option in (*COMMAND_OPTIONS, *COMMAND_SWITCHES)}
    if chosen.invalid != "error" or chosen.options != gwmatch.Options(**options):
        return False
    if asked.is_connection:
        return True
    plain = msgspec.structs.replace(
        asked, host_bytes=None, path_bytes=None, header_bytes=[], path_length=None, query_length=None, header_length=None
    )
    if asked != plain or (asked.is_grpc and asked.verb != "POST"):
        return False
    if not re.fullmatch(r"(\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9._-]+)(:[0-9]{1,4})?", asked.host or ""):
        return False
    if not re.fullmatch(r"/[^\x00-\x1f\x7f#]*", asked.path) or not re.fullmatch(r"[ -~]*", asked.verb):
        return False
    # `-H` trims what is around a name and a value.
    return all(
        re.fullmatch(r"[!-9;-~]+", name) and re.fullmatch(r"([!-~]([ -~]*[!-~])?)?", value) for name, value in asked.lines
    )


ENGINES: tuple[Callable[[Loaded, Case], Answer], ...] = (reference, core, command)


def joined(lines: Any) -> Headers:
    """By lower-case name, lines of one name as one value."""
    values: dict[str, list[str]] = {}
    for name, value in lines:
        values.setdefault(_text(name).lower(), []).append(_text(value))
    return {name: ",".join(parts) for name, parts in values.items()}


def _joined_text(lines: list[list[str]]) -> Headers:
    return joined((ir.as_bytes(name), ir.as_bytes(value)) for name, value in lines)


def _summed(pairs: Any) -> dict[str, float]:
    """One backend may be listed twice; its shares add (B-3)."""
    total: dict[str, float] = {}
    for name, share in pairs:
        total[name] = total.get(name, 0.0) + share
    return total


def _name(backend: Any) -> str:
    return f"{backend.namespace}/{backend.name}"


def _backend(namespace: str, name: str, port: int | None) -> str:
    return f"{namespace}/{name}:{port}"


def _mirror(name: str, numerator: int, denominator: int) -> str:
    return name if numerator == denominator else f"{name} {numerator}/{denominator}"


def _tls(shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "hostname": shown["hostname"],
        "policy": shown["policy"],
        "ca_certificates": tuple(shown["caCertificates"]),
        "subject_alt_names": tuple((each["type"], each["name"]) for each in shown["subjectAltNames"]),
        "well_known": shown["wellKnownCACertificates"],
        "client_certificate": shown["clientCertificate"],
    }


def _budget(budget: ir.RetryBudget) -> str:
    second = 1_000_000_000
    window, per = budget.interval // second, budget.min_interval // second
    return f"{budget.percent}% in {window}s, {budget.min_count} per {per}s"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
