"""Every corpus case on every engine."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec import UNSET

from . import cases
from .cases import COMPARED, FOLDER, Case, Loaded, load_all, load_file
from .engines import ENGINES, Answer, command, command_can_ask

FILES = load_all()
ALONE = pytest.mark.thread_unsafe(reason="the runner of commands replaces sys.stdout")


def runs() -> Iterator[Any]:
    for file in FILES:
        for case in file.content.case:
            for engine in ENGINES:
                if engine is not command or command_can_ask(file, case):
                    name = f"{file.name}: {case.name} [{engine.__name__}]"
                    yield pytest.param(engine, file, case, id=name, marks=ALONE if engine is command else ())


@pytest.mark.parametrize(("engine", "file", "case"), list(runs()))
def test_case(engine: Callable[[Loaded, Case], Answer], file: Loaded, case: Case) -> None:
    answer = engine(file, case)
    failures = [f"{field}: expected {wanted!r}, got {got!r}" for field, wanted, got in differences(case, answer)]
    assert not failures, "\n".join([f"{file.name}: {case.standard or file.content.standard}", *failures, str(answer)])


def differences(case: Case, answer: Answer) -> Iterator[tuple[str, Any, Any]]:
    """Each field that is not as expected, with both values."""
    for field, wanted in expected(case):
        got = getattr(answer, field)
        if field == "backend" and ":" not in wanted:
            got = got and got.partition(":")[0]
        if field == "backend_tls" and got is not UNSET:
            wanted = wanted.named
            got = got if not wanted or not got else {name: got[name] for name in wanted}
        if field == "shares":
            got = {name: pytest.approx(share, abs=1e-12) for name, share in got.items()}
        if got is not UNSET and got != wanted:
            yield field, wanted, got
    for field in ("request_headers", "response_headers"):
        there = getattr(answer, field)
        if there is UNSET:
            continue
        for name, value in (getattr(case, field) or {}).items():
            if (there or {}).get(name.lower()) != value:
                yield f"{field}[{name}]", value, there
        for name in getattr(case, f"absent_{field}"):
            if there is None or name.lower() in there:
                yield f"absent_{field}[{name}]", "absent", there


def expected(case: Case) -> Iterator[tuple[str, Any]]:
    """What the case says, and what follows from it."""
    for field in COMPARED:
        if getattr(case, field) is not None:
            yield field, getattr(case, field)
    if case.refusal is not None and case.request.is_connection:
        yield from (("outcome", "refuse"), ("status", None), ("rule", None))
    elif case.refusal is not None:
        yield from (("outcome", "respond"), ("status", 400), ("rule", None))
    elif case.status in (404, 421):
        yield from (("outcome", "respond"), ("refusal", None), ("rule", None))
    elif case.rule is not None and case.outcome is None and case.status is None:
        yield "outcome", "forward"


def test_every_manifest_has_its_cases() -> None:
    asked = {file.manifests for file in FILES}
    assert not set(FOLDER.rglob("*.yaml")) - asked


def test_command_asks_some_of_every_topic() -> None:
    """`command_can_ask` must not quietly take the command out of the corpus."""
    asked = {file.name.split("/")[0] for file in FILES for case in file.content.case if command_can_ask(file, case)}
    assert {file.name.split("/")[0] for file in FILES} == asked


@pytest.mark.parametrize(
    "text",
    [
        'standard = "x"\n[[case]]\nname = "a"\nrequest = {}\nstatus = 404\nstauts = 404\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = { pth = "/" }\nstatus = 404\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = {}\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = {}\nbackend_tls = { host = "a" }\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = { scheme = "tcp" }\noutcome = "refuse"\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = { scheme = "tls", host = "a.test" }\noutcome = "refuse"\n',
        '[[case]]\nname = "a"\nrequest = {}\nstatus = 404\n',
        'standard = "x"\n[options]\nnormalise = "none"\n[[case]]\nname = "a"\nrequest = {}\nstatus = 404\n',
        'standard = "x"\n[[case]]\nname = "a"\nrequest = {}\nstatus = 404\n[[case]]\nname = "a"\nrequest = {}\nstatus = 404\n',
    ],
    ids=[
        "field",
        "request field",
        "no expectation",
        "tls field",
        "no port",
        "host of a connection",
        "no standard",
        "option",
        "same name",
    ],
)
def test_the_format_is_strict(text: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tomllib.loads(text)
    (tmp_path / "case.toml").write_text(text)
    (tmp_path / "case.yaml").write_text("")
    monkeypatch.setattr(cases, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="case"):
        load_file(tmp_path / "case.toml")
