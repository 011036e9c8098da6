"""`gwmatch match`: the contract's JSON key by key, exit codes, and what stands on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from .conftest import Run

KEYS = [
    "outcome", "status", "refusal", "listener", "route", "backend", "backends", "request", "location", "response",
    "mirrors", "timeouts", "retry", "grpcStatus", "externalAuth",
]  # fmt: skip
URL = "http://shop.example.com"
TWO = {"namespace": "shop", "name": "two", "port": 8080}
USABLE = {"valid": True, "kind": "Service", "failure": None}


def asked(run: Run, *arguments: str | Path) -> dict:
    result = run("match", "-o", "json", "-q", *arguments)
    assert result.exit_code in (0, 1), result.stderr
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_forward(run: Run, manifests: Path) -> None:
    shown = asked(run, "-f", manifests, "--draw", "0.99", "-X", "PUT", "-H", "x-user: 7", f"{URL}/cart/1?v=2")
    assert list(shown) == KEYS
    assert shown == {
        "outcome": "forward",
        "status": None,
        "refusal": None,
        "listener": {
            "gateway": "infra/public", "name": "web", "port": 80, "owner": "Gateway infra/public", "protocol": "HTTP",
            "hostname": None, "tlsMode": None, "certificates": [], "clientValidation": None,
        },
        "route": {"kind": "HTTPRoute", "namespace": "shop", "name": "cart", "rule": 1, "ruleName": "split", "match": 0},
        "backend": {**TWO, "kind": "Service", "address": None, "protocol": None, "tls": None},
        "backends": [
            {"namespace": "shop", "name": "one", "port": 8080, "weight": 3, "share": 0.75, **USABLE},
            {**TWO, "weight": 1, "share": 0.25, **USABLE},
        ],
        "request": {"method": "PUT", "host": "shop.example.com", "path": "/1?v=2", "headers": [["x-user", "7"]]},
        "location": None,
        "response": None,
        "mirrors": shown["mirrors"],
        "timeouts": {"request": "1m30s", "backendRequest": "500ms"},
        "retry": {"codes": [502, 503], "attempts": 2, "backoff": "100ms"},
        "grpcStatus": None,
        "externalAuth": [],
    }  # fmt: skip
    assert list(shown["listener"])[:3] == ["gateway", "name", "port"]
    assert list(shown["backend"])[:3] == ["namespace", "name", "port"]
    assert list(shown["route"]) == ["kind", "namespace", "name", "rule", "ruleName", "match"]
    assert list(shown["backends"][0]) == ["namespace", "name", "port", "weight", "share", "valid", "kind", "failure"]
    assert list(shown["request"]) == ["method", "host", "path", "headers"]


def test_mirrors_are_those_of_the_draw(run: Run, manifests: Path) -> None:
    found = [asked(run, "-f", manifests, "--draw", str(seed), f"{URL}/cart")["mirrors"] for seed in range(20)]
    copy = {"namespace": "shop", "name": "audit", "port": 80, "numerator": 50, "denominator": 100}
    assert [] in found
    assert [copy] in found


def test_redirect(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-o", "json", "-f", manifests, f"{URL}/old/1?v=2")
    shown = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (shown["outcome"], shown["status"], shown["location"]) == ("redirect", 301, f"{URL}/cart/1?v=2")
    assert shown["response"] == {"status": 301, "headers": [["location", f"{URL}/cart/1?v=2"]]}
    assert (shown["backend"], shown["request"], shown["mirrors"]) == (None, None, [])


def test_no_rule(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-o", "json", "-f", manifests, f"{URL}/none")
    shown = json.loads(result.stdout)
    assert result.exit_code == 1
    assert list(shown) == KEYS
    assert (shown["outcome"], shown["status"], shown["route"], shown["backends"]) == ("respond", 404, None, [])
    assert shown["response"] == {"status": 404, "headers": []}
    assert (shown["timeouts"], shown["retry"]) == ({}, None)


def test_a_backend_that_cannot_be_used_still_names_its_rule(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-o", "json", "-f", manifests, f"{URL}/broken")
    shown = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (shown["status"], shown["route"]["ruleName"], shown["backend"]) == (500, "broken", None)
    assert [each["valid"] for each in shown["backends"]] == [False]


def test_refusal(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-o", "json", "-f", manifests, f"{URL}/cart/%2e%2e/broken")
    shown = json.loads(result.stdout)
    assert (result.exit_code, shown["status"], shown["refusal"]) == (1, 400, "ambiguous_path")
    assert asked(run, "-f", manifests, "--normalize", "none", f"{URL}/cart/%2e%2e/broken")["outcome"] == "forward"


def test_bytes_that_are_no_utf8_stay_json(run: Run, manifests: Path) -> None:
    shown = asked(run, "-f", manifests, "-H", "x-a: \udcff", f"{URL}/cart?q=é\udcff")
    assert shown["request"]["headers"] == [["x-a", "\\xff"]]
    assert shown["request"]["path"] == "/?q=é\\xff"


def test_yaml_says_the_same(run: Run, manifests: Path) -> None:
    arguments = ("-q", "-f", manifests, "--draw", "3", f"{URL}/cart")
    as_json, as_yaml = (run("match", "-o", form, *arguments).stdout for form in ("json", "yaml"))
    assert yaml.safe_load(as_yaml) == json.loads(as_json)
    assert list(yaml.safe_load(as_yaml)) == KEYS


def test_text(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-f", manifests, "--draw", "0.0", f"{URL}/cart/1")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "forward to shop/one:8080"
    assert '  rule       HTTPRoute shop/cart rule 1 "split", match 0' in lines
    assert "  backends     75%  shop/one:8080" in lines
    assert "               25%  shop/two:8080" in lines
    assert "  request    GET shop.example.com/1" in lines
    assert "  timeouts   request 1m30s, backendRequest 500ms" in lines
    assert all(line == line.rstrip() for line in lines)


def test_text_shows_no_controls_of_a_request(run: Run, manifests: Path) -> None:
    result = run("match", "-q", "-f", manifests, "-H", "x-a: a\x1b[2Jb", f"{URL}/cart")
    assert "x-a: a\\x1b[2Jb" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "env", "coloured"),
    [([], {}, False), (["--color"], {}, True), (["--color"], {"NO_COLOR": "1"}, True), (["--no-color"], {}, False)],
)
def test_colours_off_a_terminal(run: Run, manifests: Path, arguments: list[str], env: dict[str, str], coloured: bool) -> None:
    result = run(*arguments, "match", "-q", "-f", manifests, f"{URL}/cart", env=env)
    assert ("\x1b[" in result.stdout) is coloured


class TestRequest:
    def test_port_is_where_the_request_arrives(self, run: Run, manifests: Path) -> None:
        shown = asked(run, "-f", manifests, "--port", "80", f"{URL}:8443/cart")
        assert (shown["outcome"], shown["request"]["host"]) == ("forward", "shop.example.com:8443")

    @pytest.mark.parametrize("draw", ["1.0", "-0.5", "nan", "much"])
    def test_draw(self, run: Run, manifests: Path, draw: str) -> None:
        assert run("match", "-f", manifests, "--draw", draw, f"{URL}/cart").exit_code == 2

    @pytest.mark.parametrize("header", ["none", ": empty", ""])
    def test_header(self, run: Run, manifests: Path, header: str) -> None:
        assert run("match", "-f", manifests, "-H", header, f"{URL}/cart").exit_code == 2

    @pytest.mark.parametrize("url", ["shop.example.com", "ftp://a/", "http://", "http://a:b/", f"{URL}:81/"])
    def test_url(self, run: Run, manifests: Path, url: str) -> None:
        result = run("match", "-q", "-f", manifests, url)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1
