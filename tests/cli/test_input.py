"""Bad input: one clear line per problem on stderr, exit code 2, never a traceback. Odd input: a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import GATEWAY, Run

URL = "http://shop.example.com/cart"
MATCH = ("match", "-o", "json")

BAD: list[tuple[str, bytes, str]] = [
    ("broken", b"a: [1\nb: 2\n", "bad.yaml:2: "),
    (
        "a wrong type",
        GATEWAY.replace("port: 80\n", 'port: "80"\n').encode(),
        "bad.yaml:8: Gateway infra/public: spec.listeners[0].port: ",
    ),
    ("duplicate keys", b"apiVersion: v1\nkind: Service\nkind: Pod\n", "bad.yaml:3: the key 'kind' occurs twice"),
    ("binary", b"\x7fELF\0\1\2", "bad.yaml: is a binary file"),
    ("no object", b"- 1\n", "bad.yaml:1: must be a mapping"),
    ("no UTF-8", b"a: \xff\n", "bad.yaml:1: is not UTF-8 text"),
    ("no name", b"apiVersion: v1\nkind: Service\nmetadata: {}\n", "metadata.name: "),
]


@pytest.mark.parametrize("verb", [MATCH, ("explain",), ("routes",), ("status",), ("validate",)], ids=lambda verb: verb[0])
@pytest.mark.parametrize(("content", "said"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_bad_files(run: Run, tmp_path: Path, verb: tuple[str, ...], content: bytes, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    url = (URL,) if verb[0] in ("match", "explain") else ()
    result = run(*verb, "-f", path, *url)
    # What an API server would refuse is what `validate` is there to find.
    finding = verb == ("validate",) and b"kind:" in content and b"kind: Pod" not in content
    assert result.exit_code == (1 if finding else 2)
    (line,) = result.stderr.splitlines()
    assert said in line
    assert "Traceback" not in result.output


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    result = run(*MATCH, "-f", tmp_path / "gone.yaml", URL)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{tmp_path}/gone.yaml: there is no such file or folder\n"


def test_an_empty_folder(run: Run, tmp_path: Path) -> None:
    result = run(*MATCH, "-f", tmp_path, URL)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert result.stderr.startswith(f"{tmp_path}: is a folder without any ")


def test_all_problems_of_all_files_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(BAD[2][1])
    (tmp_path / "two.yaml").write_bytes(BAD[3][1])
    result = run(*MATCH, "-f", tmp_path, "-f", tmp_path / "gone", URL)
    assert result.exit_code == 2
    starts = [line.removeprefix(f"{tmp_path}/").split(":")[0] for line in result.stderr.splitlines()]
    assert starts == ["one.yaml", "two.yaml", "gone"]


def test_nothing_to_read(run: Run) -> None:
    assert run(*MATCH, URL).exit_code == 2


def test_standard_input(run: Run) -> None:
    result = run(*MATCH, "-q", "-f", "-", URL, input=GATEWAY)
    assert result.exit_code == 0
    broken = run(*MATCH, "-f", "-", URL, input="a: [\n")
    assert (broken.exit_code, broken.stderr.split(":")[0]) == (2, "<stdin>")
    too = run("validate", "-f", "-", input="a: [\n")
    assert (too.exit_code, too.stderr.split(":")[0]) == (2, "<stdin>")


def test_several_sources(run: Run, tmp_path: Path) -> None:
    first, second = GATEWAY.split("---\n")
    (tmp_path / "gateway.yaml").write_text(first)
    assert run(*MATCH, "-q", "-f", tmp_path, "-f", "-", URL, input=second).exit_code == 0


def test_an_unknown_field_is_a_warning(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(GATEWAY.replace("weight: 3", "wait: 3"))
    result = run(*MATCH, "-f", path, URL)
    assert result.exit_code == 0
    warning = next(line for line in result.stderr.splitlines() if "wait" in line)
    assert warning.startswith(f"warning: {path}:32: HTTPRoute shop/cart: spec.rules[1].backendRefs[0].wait: unknown field")
    strict = run(*MATCH, "--strict", "-f", path, URL)
    assert (strict.exit_code, strict.stdout) == (2, "")
    assert strict.stderr.startswith(f"{path}:32: HTTPRoute shop/cart: spec.rules[1].backendRefs[0].wait: unknown field")
    assert run("validate", "-f", path).exit_code == 1


def test_what_is_assumed_is_said_unless_quiet(run: Run, manifests: Path) -> None:
    said = run(*MATCH, "-f", manifests, URL).stderr
    assert "warning: the set holds no Service: " in said
    assert run(*MATCH, "-q", "-f", manifests, URL).stderr == ""
    bare = run(*MATCH, "-f", manifests, "--assume-nothing", URL)
    assert (bare.exit_code, bare.stdout) == (2, "")
    assert "there is no Gateway" in bare.stderr


@pytest.mark.parametrize(("name", "code"), [("infra/public", 0), ("public", 2), ("infra/other", 2), ("", 2)])
def test_gateway(run: Run, manifests: Path, name: str, code: int) -> None:
    assert run(*MATCH, "-q", "-f", manifests, "-g", name, URL).exit_code == code


def test_several_gateways_have_to_be_told_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GATEWAY + "---\n" + GATEWAY.split("---\n")[0].replace("name: public", "name: other"))
    result = run(*MATCH, "-q", "-f", tmp_path, URL)
    assert result.exit_code == 2
    assert "infra/other, infra/public" in result.stderr
    assert run(*MATCH, "-q", "-f", tmp_path, "-g", "infra/public", URL).exit_code == 0


def test_another_controller(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        GATEWAY
        + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: any}\n"
        + "spec: {controllerName: example.net/one}\n"
    )
    assert run(*MATCH, "-q", "-f", tmp_path, "--controller", "example.net/one", URL).exit_code == 0
    assert run(*MATCH, "-q", "-f", tmp_path, "--controller", "example.net/two", URL).exit_code == 2
