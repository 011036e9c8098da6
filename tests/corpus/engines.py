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
"""The fields of Options that the command takes."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine says about a request; UNSET where it does not say such a thing."""

    outcome: str
    status: int | None
    refusal: str | None
    listener: str | None
    rule: str | None
    match: int | None
    backend: str | None
    shares: dict[str, float]
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
    asked = case.request
    verdict = gwmatch.reference.match(table, asked.arrives_at, asked.build(), draw=asked.draw)
    entry = None if verdict.entry is None else table.entries[verdict.entry]
    rule = None if entry is None else table.rules[entry.rule]
    backends = () if rule is None else rule.backends
    picked = backends[verdict.backend] if verdict.outcome == "forward" else None
    return Answer(
        outcome=verdict.outcome,
        status=verdict.status,
        refusal=verdict.refusal,
        listener=None if verdict.listener is None else table.listeners[verdict.listener].name,
        rule=rule and f"{rule.route.full_name}#{rule.index}",
        match=entry and entry.match,
        backend=picked and _backend(picked.namespace, picked.name, picked.port),
        shares={}
        if rule is None
        else _summed(zip(map(_name, rule.backends), actions.backend_shares(rule.backends), strict=True)),
    )


def core(file: Loaded, case: Case) -> Answer:
    router = router_of(file)
    asked, request = case.request, case.request.build()
    decision = router.port(asked.arrives_at).match(
        request.method, request.host, request.path, list(request.headers), sni=request.sni, draw=asked.draw
    )
    assert decision.verdict == gwmatch.reference.match(router.table, asked.arrives_at, request, draw=asked.draw)
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
    )


def command(file: Loaded, case: Case) -> Answer:
    asked, chosen = case.request, file.content
    arguments = ["match", "-f", str(file.manifests), "-o", "json", "-X", asked.method, "--draw", str(asked.draw)]
    arguments += ["--port", str(asked.arrives_at), "--sni", asked.sni or ""]
    for name, value in asked.headers:
        arguments += ["-H", f"{name}: {value}"]
    if chosen.gateway:
        arguments += ["-g", chosen.gateway]
    for option in COMMAND_OPTIONS:
        arguments += [f"--{option.replace('_', '-')}", getattr(chosen.options, option)]
    arguments.append(f"{asked.scheme}://{asked.host}{asked.path}")
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
        listener=shown["listener"] and shown["listener"]["name"],
        rule=route and f"{route['namespace']}/{route['name']}#{route['rule']}",
        match=route and route["match"],
        backend=_backend(backend["namespace"], backend["name"], backend["port"]) if forwarded else None,
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
    options = {option: getattr(chosen.options, option) for option in COMMAND_OPTIONS}
    plain = msgspec.structs.replace(
        asked, host_bytes=None, path_bytes=None, header_bytes=[], path_length=None, query_length=None, header_length=None
    )
    if chosen.invalid != "error" or chosen.options != gwmatch.Options(**options) or asked != plain:
        return False
    if not re.fullmatch(r"(\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]|[A-Za-z0-9._-]+)(:[0-9]{1,4})?", asked.host or ""):
        return False
    if not re.fullmatch(r"/[^\x00-\x1f\x7f#]*", asked.path) or not re.fullmatch(r"[ -~]*", asked.method):
        return False
    # `-H` trims what is around a name and a value.
    return all(
        re.fullmatch(r"[!-9;-~]+", name) and re.fullmatch(r"([!-~]([ -~]*[!-~])?)?", value) for name, value in asked.headers
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


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
