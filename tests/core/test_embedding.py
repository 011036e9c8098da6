"""gwmatch.h says what `match` says. Called by ctypes, which lets the interpreter go as a native caller does."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import actions
from gwmatch._core import PortTable, RouteTable
from gwmatch._core.decision import OUTCOMES, REFUSALS
from gwmatch.ir import Request, Table
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables

many = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

HEADER = Path(gwmatch.get_include(), "gwmatch.h").read_text()
MEMBERS = ("outcome", "status", "refusal", "listener", "entry", "backend", "grpc")


class Text(ctypes.Structure):
    _fields_ = (("at", ctypes.c_char_p), ("size", ctypes.c_size_t))


class Header(ctypes.Structure):
    _fields_ = (("name", Text), ("value", Text))


class Asked(ctypes.Structure):
    _fields_ = (
        *((name, Text) for name in ("method", "host", "target", "sni")),
        ("headers", ctypes.POINTER(Header)),
        ("header_count", ctypes.c_size_t),
        ("draw", ctypes.c_uint64),
        ("has_draw", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
    )


class Answer(ctypes.Structure):
    _fields_ = (
        *(
            (name, ctypes.c_int32)
            for name in ("outcome", "status", "refusal", "listener", "entry", "backend", "grpc", "reserved")
        ),
        ("rewritten", ctypes.POINTER(ctypes.c_uint8)),
        ("rewritten_size", ctypes.c_size_t),
    )


_ASKED, _ANSWER = ctypes.POINTER(Asked), ctypes.POINTER(Answer)


class Api(ctypes.Structure):
    _fields_ = (
        ("abi", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("port", ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)),
        ("match", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, _ASKED, _ANSWER)),
        (
            "connect",
            ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, _ASKED, _ANSWER),
        ),
        ("clear", ctypes.CFUNCTYPE(None, _ANSWER)),
        ("memo", ctypes.CFUNCTYPE(ctypes.c_void_p)),
        ("match_with", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, _ASKED, _ANSWER)),
        ("forget", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    )


def api() -> Any:
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    return Api.from_address(pointer(gwmatch.C_API_1, b"gwmatch.C_API_1"))


API = api()


def asked(request: Request, seed: int) -> Asked:
    texts = [Text(text, len(text or b"")) for text in (request.method, request.host, request.path, request.sni)]
    lines = [Header(Text(name, len(name)), Text(value, len(value))) for name, value in request.headers]
    return Asked(*texts, (Header * len(lines))(*lines), len(lines), seed, 1, 0)


def told(answer: Answer, target: bytes) -> tuple[Any, ...]:
    """An answer as the fields of a Verdict."""
    path = (
        bytes(answer.rewritten[: answer.rewritten_size]) + target[len(target.partition(b"?")[0]) :]
        if answer.rewritten
        else None
    )
    ids = (None if number < 0 else number for number in (answer.listener, answer.entry, answer.backend))
    return (OUTCOMES[answer.outcome], answer.status or None, REFUSALS[answer.refusal], *ids, path)


@many
@given(tables(), st.data())
def test_agrees_with_match(table: Table, data: st.DataObject) -> None:
    if not table.listeners:
        return
    compiled = RouteTable(table)
    memo = API.memo()
    for turn in range(20):
        number, request, _ = data.draw(requests_near(table))
        seed = data.draw(st.integers(0, 2**64 - 1))
        bound = compiled.port(number)
        port = API.port(bound)
        answer = Answer()
        question = asked(request, seed)
        if turn % 3:  # each request twice, so that it is also asked where its host is known
            assert API.match_with(memo, port, question, answer) == 0
            API.clear(answer)
            assert API.match_with(memo, port, question, answer) == 0
        else:
            assert API.match(port, question, answer) == 0
        decision = bound.match(request.method, request.host, request.path, request.headers, sni=request.sni, draw=seed)
        verdict = decision.verdict
        members = [getattr(verdict, name) for name in verdict.__struct_fields__]
        assert list(told(answer, request.path)) == members, request
        if decision.rule is None or decision.rule.route.kind != "GRPCRoute":
            assert decision.grpc_status == (actions.grpc_status(answer.status) if answer.grpc else None)
        API.clear(answer)
        assert not answer.rewritten
        for protocol, other in enumerate(
            (bound.match_tls(request.sni, draw=seed), bound.match_tcp(draw=seed), bound.match_udp(draw=seed))
        ):
            if protocol:
                question.sni = Text(None, 0)
            assert API.connect(port, protocol, question, answer) == 0
            assert list(told(answer, b"")) == [getattr(other.verdict, name) for name in verdict.__struct_fields__]
    API.forget(memo)


def test_a_memo_begins_anew_at_another_port() -> None:
    memo, answer = API.memo(), Answer()
    public = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public")
    hosts = ("shop.example.com", "api.example.com", "a.test")
    questions = [Request.of("GET", host, "/cart", sni=name) for host in hosts for name in (host, hosts[0])]
    said = set()
    for turn in range(100):
        # Another PortTable each time, some of them where the one before has been.
        bound = public.port((80, 443)[turn % 2])
        for request in questions * 2:
            assert API.match_with(memo, API.port(bound), asked(request, 7), answer) == 0
            told_before = bound.match(request.method, request.host, request.path, sni=request.sni, draw=7).verdict
            assert told(answer, request.path)[:5] == (
                told_before.outcome,
                told_before.status,
                told_before.refusal,
                told_before.listener,
                told_before.entry,
            )
            said.add((turn % 2, answer.listener, answer.status))
    assert len(said) > 3
    API.forget(memo)


def test_no_memo_is_one_that_keeps_nothing() -> None:
    bound = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public").port(80)
    answer = Answer()
    assert API.match_with(None, API.port(bound), asked(Request.of("GET", "a.test", "/"), 0), answer) == 0
    assert answer.entry == bound.match("GET", "a.test", "/").entry.id
    API.forget(None)


def test_the_port_holds_as_long_as_its_table() -> None:
    bound = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public").port(80)
    port = API.port(bound)  # the Router is gone
    answer = Answer()
    assert API.match(port, asked(Request.of("GET", "a.test", "/"), 0), answer) == 0
    assert answer.entry == bound.match("GET", "a.test", "/").entry.id


@pytest.mark.parametrize("wrong", [None, 80, object(), PortTable])
def test_only_a_port_table_is_one(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"gwmatch\.PortTable is needed"):
        API.port(wrong)


def test_the_capsule_says_what_it_is() -> None:
    assert (API.abi, API.size) == (1, ctypes.sizeof(Api))


def test_names_of_the_header_are_those_of_decisions() -> None:
    def numbered(first: str) -> list[str]:
        group = next(text for text in re.findall(r"enum \{(.*?)\}", HEADER, re.DOTALL) if f"GWMATCH_{first}" in text)
        named = {int(number): name.lower() for name, number in re.findall(r"GWMATCH_(\w+) = (\d+)", group)}
        return [named[number] for number in range(len(named))]

    assert numbered("FORWARD") == list(OUTCOMES)
    assert numbered("ADMITTED") == ["admitted", *REFUSALS[1:]]


def test_every_function_of_the_header_is_in_the_pxd() -> None:
    declared = set(re.findall(r"\bgwmatch_\w+|\bGWMATCH_[A-Z_]+\b", HEADER)) - {"GWMATCH_H"}
    text = (Path(gwmatch.get_include()).parent / "_core" / "capi.pxd").read_text()
    assert {name for name in declared if name not in text} == set()
