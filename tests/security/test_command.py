"""The third twin: what the command says about broken text, rejected objects and requests that only it is asked so.

Of what can be matched, world.py asks the command with every request.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import gwmatch
from gwmatch.cli import main

from .test_filters import WRITES
from .test_objects import REJECTED
from .test_text import HEAD, LINES
from .world import Manifest, World, gateway, made, route, rule, service, told, world


def run(*arguments: str, input: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(arguments), input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def validated(*manifests: Manifest) -> tuple[int, list[tuple[str | None, str | None]]]:
    """How the command ends, with resource and field of each problem."""
    result = run("validate", "-o", "json", "-f", "-", input="".join(f"---\n{json.dumps(each)}\n" for each in manifests))
    return result.exit_code, [(each["resource"], each["field"]) for each in json.loads(result.stdout)["problems"]]


@pytest.mark.parametrize(("row", "bad", "good"), LINES, ids=[f"{line[0]} {line[1][:16]!r}" for line in LINES])
def test_a_broken_line_ends_the_command_and_is_named(row: str, bad: str, good: str, tmp_path: Path) -> None:
    """HI-L1 to HI-L6, HI-L12: each verb says file and line, and nothing else; exit code 2."""
    broken, fine = tmp_path / "broken.yaml", tmp_path / "fine.yaml"
    broken.write_text(f"{HEAD}{bad}\n")
    fine.write_text(f"{HEAD}{good}\n")
    for verb in ("validate", "status"):
        result = run(verb, "-f", str(broken))
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert line.startswith((f"{broken}:6: ", f"{broken}:7: "))
    assert run("status", "-f", str(fine)).exit_code == 0


def test_other_text_that_is_refused(tmp_path: Path) -> None:
    """HI-L7 to HI-L11: a long number and a large object are refused alone, a name that is taken refuses the load."""
    long = service("red", ports=[{"port": 80}])
    long["spec"]["ports"][0]["port"] = int("8" * 4000)
    large = {**service("red"), "x": "y" * (3 << 20)}
    foreign: Manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"x": [1]}}
    assert validated(long) == (1, [("Service red/app", "spec.ports[0].port")])
    assert validated(large, service("blue"))[0] == 1
    assert validated(service("red"), service("red"))[0] == 2
    assert validated(foreign, service("red")) == (0, [])
    big = tmp_path / "big.yaml"
    with big.open("wb") as stream:
        stream.write(HEAD.encode())
        stream.truncate((64 << 20) + 1)
    result = run("validate", "-f", str(big))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(("row", "at", "bad", "good"), REJECTED, ids=[f"{each[0]} {each[1]}" for each in REJECTED])
def test_what_is_rejected_is_named(row: str, at: str, bad: Manifest, good: Manifest) -> None:
    """HI-C1 to HI-C9."""
    status, problems = validated(bad)
    assert (status, at in [field for _, field in problems]) == (1, True)
    assert validated(good) == (0, [])


def test_null_and_misspelt_fields() -> None:
    """HI-C4, HI-C5: `validate` counts a field that would be dropped."""
    assert validated(route("red", rule(matches=None), hostnames=None)) == (0, [])
    assert validated(route("red", {**rule(), "match": []})) == (1, [("HTTPRoute red/r", "spec.rules[0].match")])


@pytest.mark.parametrize(("row", "bad", "good"), WRITES, ids=[f"{each[0]} {number}" for number, each in enumerate(WRITES)])
def test_what_a_filter_may_not_write(row: str, bad: Manifest, good: Manifest) -> None:
    """HI-W8 to HI-W10: what the CRDs refuse `validate` names; what they let in serves nobody."""
    status, _ = validated(route("red", rule(filters=[bad])))
    given = [*(each for each in (gateway(), route("red", rule(filters=[bad]))))]
    asked = run(
        "match", "-q", "-o", "json", "-f", "-", "http://a.test/", input="".join(f"---\n{json.dumps(x)}\n" for x in given)
    )
    assert asked.exit_code == (2 if status else 1)
    assert status or json.loads(asked.stdout)["status"] == 404
    assert validated(route("red", rule(filters=[good]))) == (0, [])


def test_a_protective_object_that_is_rejected_stops_the_command() -> None:
    """HI-C7: a command does not go on without it."""
    spec: dict[str, Any] = {
        "targetRefs": [{"group": "", "kind": "Service", "name": "app"}],
        "validation": {"hostname": "a.test"},
    }
    policy = made("BackendTLSPolicy", "red", "tls", spec)
    text = "".join(f"---\n{json.dumps(each)}\n" for each in (gateway(), route("red"), policy))
    assert run("match", "-q", "-f", "-", "http://a.test/", input=text).exit_code == 2


def asked(headers: tuple[str, ...] = (), url: str = "http://a.test/", **fields: Any) -> str | None:
    text = "".join(f"---\n{json.dumps(each)}\n" for each in (gateway(), route("red", rule(**fields))))
    arguments = [each for header in headers for each in ("-H", header)]
    shown = json.loads(run("match", "-q", "-o", "json", *arguments, "-f", "-", url, input=text).stdout)
    return shown["refusal"] or shown["outcome"]


def test_a_path_has_a_length() -> None:
    """HI-P7."""
    assert asked(url="http://a.test/" + "a" * 8191) == "forward"
    assert asked(url="http://a.test/" + "a" * 8192) == "too_long"


def test_a_query_has_a_length() -> None:
    """HI-Q7."""
    assert asked(url="http://a.test/?" + "a" * 16384) == "forward"
    assert asked(url="http://a.test/?" + "a" * 16385) == "too_long"


def test_a_value_that_a_pattern_reads_has_a_length() -> None:
    """HI-X5."""
    matches = [{"headers": [{"name": "x", "type": "RegularExpression", "value": "a*"}]}]
    assert asked((f"x: {'a' * 8192}",), matches=matches) == "forward"
    assert asked((f"x: {'a' * 8193}",), matches=matches) == "too_long"


def test_an_address_as_a_hostname_is_told() -> None:
    """HI-H11."""
    text = "".join(f"---\n{json.dumps(each)}\n" for each in (gateway(), route("red", hostnames=["192.0.2.1"])))
    result = run("match", "-f", "-", "http://192.0.2.1/", input=text)
    assert "spec.hostnames[0]" in result.stderr
    assert result.exit_code == 1


def test_the_command_is_asked_with_the_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lest all the other tests of this folder (hostile-inputs.md 10) pass because it never is."""
    there = world(route("red"))
    assert there.commanded("GET", "a.test", "/", (), 80, None, 0.25) == told(there.match()) == "red/app"
    monkeypatch.setattr(World, "commanded", lambda *_: "blue/app")
    with pytest.raises(AssertionError):
        there.match()
    assert isinstance(there.router, gwmatch.Router)
