"""The other verbs, and the command as a whole: help, versions, bugs, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import gwmatch
from gwmatch.cli import main, routes

from .conftest import GATEWAY, Run

WILD = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: shop, name: wild}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: ["*.example.com"]
  rules:
    - matches:
        - path: {type: RegularExpression, value: "/v[0-9]"}
          method: GET
          headers: [{name: X-A, value: "1"}]
          queryParams: [{name: q, value: "[0-9]+", type: RegularExpression}]
      backendRefs: [{name: one, port: 8080}]
"""


class TestRoutes:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "all.yaml").write_text(GATEWAY + WILD)
        return tmp_path

    def test_data(self, run: Run, folder: Path) -> None:
        result = run("routes", "-q", "-o", "json", "-f", folder)
        assert result.exit_code == 0
        shown = json.loads(result.stdout)
        (listener,) = shown["listeners"]
        assert (shown["gateway"], listener["name"], listener["port"], shown["idle"]) == ("infra/public", "web", 80, [])
        exact, wild = listener["hosts"]
        assert (exact["hostname"], exact["fallsThroughTo"]) == ("shop.example.com", "*.example.com")
        assert [each["ruleName"] for each in exact["entries"]] == ["broken", "split", "old"]
        assert (wild["hostname"], wild["fallsThroughTo"]) == ("*.example.com", None)
        assert wild["entries"] == [
            {
                "kind": "HTTPRoute",
                "route": "shop/wild",
                "rule": 0,
                "ruleName": None,
                "match": 0,
                "path": {"type": "RegularExpression", "value": "/v[0-9]"},
                "method": "GET",
                "headers": [{"type": "Exact", "name": "x-a", "value": "1"}],
                "queryParams": [{"type": "RegularExpression", "name": "q", "value": "[0-9]+"}],
                "action": "shop/one:8080",
                "backends": [
                    {
                        "namespace": "shop",
                        "name": "one",
                        "port": 8080,
                        "weight": 1,
                        "share": 1.0,
                        "valid": True,
                        "kind": "Service",
                        "failure": None,
                    }
                ],
                "grpc": None,
            }
        ]
        assert yaml.safe_load(run("routes", "-q", "-o", "yaml", "-f", folder).stdout) == shown

    def test_text(self, run: Run, folder: Path) -> None:
        text = run("routes", "-q", "-f", folder).stdout
        assert "web  HTTP port 80, any host" in text
        assert "shop.example.com  (falls through to *.example.com)" in text
        rows = [" ".join(line.split()) for line in text.splitlines()]
        assert "Exact /broken shop/cart#2 shop/x:80 (InvalidKind)" in rows
        assert "PathPrefix /cart shop/cart#1 75% shop/one:8080, 25% shop/two:8080" in rows
        assert "PathPrefix /old shop/cart#0 redirect 301 to /cart…" in rows
        assert "RegularExpression /v[0-9] GET x-a=1 ?q~[0-9]+ shop/wild#0 shop/one:8080" in rows

    def test_isolated_hostnames_have_chains_of_their_own(self, folder: Path) -> None:
        options = gwmatch.Options(hostname_fallthrough="isolated")
        table = gwmatch.compile(gwmatch.load(folder), options=options).table
        found = routes.hosts(table, table.listeners[0])
        assert [(hostname, virtual.hostname) for hostname, virtual in found] == [
            ("shop.example.com", "shop.example.com"),
            ("*.example.com", "*.example.com"),
        ]
        assert [virtual.fallthrough for _, virtual in found] == [None, None]

    def test_an_own_hostname_that_the_listener_narrows(self, run: Run, tmp_path: Path) -> None:
        narrowed = (GATEWAY + WILD).replace("      port: 80\n", "      port: 80\n      hostname: shop.example.com\n", 1)
        (tmp_path / "all.yaml").write_text(narrowed)
        text = run("routes", "-q", "-f", tmp_path, "--hostname-fallthrough", "isolated").stdout
        assert "shop.example.com  (falls through to *.example.com)" in text
        assert "shop.example.com  (routes for *.example.com)" in text

    def test_listeners_without_routes_or_traffic(self, run: Run, tmp_path: Path) -> None:
        gateway = GATEWAY.split("---\n")[0] + (
            "    - {name: bad, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c, namespace: other}]}}\n"
        )
        (tmp_path / "all.yaml").write_text(gateway)
        text = run("routes", "-q", "-f", tmp_path).stdout
        assert "no routes: every request is answered with 404" in text
        assert "bad  port 443 takes no traffic: " in text


class TestValidate:
    def test_good(self, run: Run, manifests: Path) -> None:
        result = run("validate", "-f", manifests)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "2 objects read, no problem\n"

    def test_findings(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GATEWAY.replace("value: /cart}", "value: cart}").replace("1m30s", "soon"))
        result = run("validate", "-f", tmp_path)
        assert result.exit_code == 1
        fields = [line.split(": ")[2] for line in result.stderr.splitlines()]
        assert sorted(fields) == ["spec.rules[1].matches[0].path.value", "spec.rules[1].timeouts.request"]
        assert result.stdout.endswith("2 problems\n")
        shown = json.loads(run("validate", "-o", "json", "-f", tmp_path).stdout)
        assert sorted(each["field"] for each in shown["problems"]) == sorted(fields)
        assert {each["resource"] for each in shown["problems"]} == {"HTTPRoute shop/cart"}

    def test_unreadable_and_findings_together(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GATEWAY.replace("value: /cart}", "value: cart}"))
        (tmp_path / "b.yaml").write_bytes(b"\0")
        result = run("validate", "-f", tmp_path)
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 2)

    def test_channel(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GATEWAY)
        assert run("validate", "--channel", "experimental", "-f", tmp_path).exit_code == 0
        standard = run("validate", "--channel", "standard", "-f", tmp_path)
        assert standard.exit_code == 1
        assert "spec.rules[1].retry: is a field of the experimental channel" in standard.stderr


class TestStatus:
    def test_accepted(self, run: Run, manifests: Path) -> None:
        result = run("status", "-q", "-o", "json", "-f", manifests)
        assert result.exit_code == 0
        assert [each["kind"] for each in json.loads(result.stdout)] == ["Gateway", "HTTPRoute"]
        text = run("status", "-q", "-f", manifests).stdout
        assert "Gateway infra/public\n" in text
        assert "listener web (1 routes)" in text
        assert "BackendNotFound" not in text
        assert "InvalidKind" in text

    def test_not_accepted(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GATEWAY.replace("from: All", "from: Same"))
        result = run("status", "-q", "-f", tmp_path)
        assert result.exit_code == 1
        assert "NotAllowedByListeners" in result.stdout


def test_version(run: Run) -> None:
    assert run("version").stdout.startswith(f"gwmatch {gwmatch.__version__} (native ")
    shown = json.loads(run("version", "-o", "json").stdout)
    assert list(shown) == ["gwmatch", "gwmatch-native", "python", "gatewayAPI"]
    assert shown["gatewayAPI"] == "v1.6.1"


def test_help_names_every_verb(run: Run) -> None:
    for verb in ("match", "explain", "routes", "validate", "status", "version"):
        assert f"\n  {verb} " in run("--help").stdout
        assert run(verb, "--help").exit_code == 0


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (ValueError("two\nlines"), 70, "gwmatch: a bug: ValueError: two lines; please report it"),
        (RecursionError(), 70, "gwmatch: a bug: RecursionError"),
        (KeyboardInterrupt(), 130, ""),
        (gwmatch.UsageError("no"), 2, "no"),
        (gwmatch.LoadError([gwmatch.Problem(message="a"), gwmatch.Problem(message="b")]), 2, "a\nb\n"),
    ],
)
def test_what_a_verb_raises(run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str) -> None:
    def fail(**_: Any) -> None:
        raise raised

    monkeypatch.setitem(main.commands, "version", click.Command("version", callback=fail))
    result = run("version")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(said)
    assert "Traceback" not in result.stderr


def test_debugging_shows_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise ValueError("a bug")

    monkeypatch.setitem(main.commands, "version", click.Command("version", callback=fail))
    assert isinstance(run("version", env={"GWMATCH_DEBUG": "1"}).exception, ValueError)


class TestProcess:
    """A few runs of the real thing."""

    @staticmethod
    def environment() -> dict[str, str]:
        """One in which a new interpreter finds what this one has found, whatever the working directory holds."""
        path = [str(Path(gwmatch.__file__).parent.parent), *filter(None, sys.path)]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)), "PYTHONSAFEPATH": "1"}

    def start(self, *arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment(), **more.pop("env", {})}
        command = [sys.executable, "-m", "gwmatch", *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **more)

    def test_match(self, manifests: Path) -> None:
        done = self.start("match", "-q", "-o", "json", "-f", manifests, "http://shop.example.com/cart")
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["outcome"] == "forward"

    def test_standard_input(self) -> None:
        done = self.start("match", "-q", "-f", "-", "http://shop.example.com/x", input=GATEWAY)
        assert (done.returncode, done.stdout.splitlines()[0]) == (1, "respond 404")

    def test_a_terminal_that_knows_few_characters(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(GATEWAY.replace("Exact, value: /broken", 'RegularExpression, value: "/ł"'))
        done = self.start("routes", "-q", "-f", tmp_path, env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
        assert done.returncode == 0
        assert "/\\u0142" in done.stdout

    def test_a_reader_that_has_enough(self, manifests: Path) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as closed:
            done = subprocess.run(
                [sys.executable, "-m", "gwmatch", "routes", "-q", "-f", str(manifests)],
                env=self.environment(), stdout=closed, stderr=subprocess.PIPE, text=True, timeout=60,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (141, "")
