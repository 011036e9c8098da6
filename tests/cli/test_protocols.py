"""The command with everything that is not plain HTTP: gRPC, TLS, TCP, UDP, ListenerSets, policies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run
from .test_match import KEYS

MANIFESTS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: infra, name: edge}
spec:
  gatewayClassName: any
  allowedListeners: {namespaces: {from: All}}
  listeners:
    - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
    - name: api
      port: 443
      protocol: HTTPS
      hostname: api.test
      tls: {certificateRefs: [{name: api}]}
      allowedRoutes: {namespaces: {from: All}}
    - name: any
      port: 443
      protocol: HTTPS
      hostname: "*.test"
      tls: {certificateRefs: [{name: any}]}
      allowedRoutes: {namespaces: {from: All}}
    - {name: db, port: 443, protocol: TLS, hostname: db.test, tls: {mode: Passthrough},
       allowedRoutes: {namespaces: {from: All}}}
    - {name: mail, port: 993, protocol: TLS, tls: {mode: Terminate, certificateRefs: [{name: mail}]},
       allowedRoutes: {namespaces: {from: All}}}
    - {name: queue, port: 5672, protocol: TCP, allowedRoutes: {namespaces: {from: All}}}
    - {name: dns, port: 53, protocol: UDP}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {namespace: shop, name: own}
spec:
  parentRef: {namespace: infra, name: edge}
  listeners:
    - {name: cache, port: 6379, protocol: TCP}
    - {name: late, port: 5672, protocol: UDP}
    - {name: bad, port: 80, protocol: TLS, tls: {mode: Passthrough}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {namespace: shop, name: cart}
spec:
  parentRefs: [{namespace: infra, name: edge, sectionName: web}, {namespace: infra, name: edge, sectionName: api}]
  rules:
    - matches: [{method: {service: shop.Cart}}, {method: {type: RegularExpression, method: "(Get|Put)"}}]
      backendRefs: [{name: cart, port: 9000}]
    - matches: [{headers: [{name: x-a, value: "1"}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {namespace: shop, name: same}
spec:
  parentRefs: [{namespace: infra, name: edge}]
  hostnames: [db.test, mail.test]
  rules: [{backendRefs: [{name: postgres, port: 5432}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {namespace: shop, name: same}
spec:
  parentRefs: [{namespace: infra, name: edge, sectionName: queue}]
  rules: [{backendRefs: [{name: rabbit, port: 5672}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {namespace: shop, name: then}
spec:
  parentRefs: [{namespace: infra, name: edge, sectionName: queue}]
  rules: [{backendRefs: [{name: rabbit, port: 5672, weight: 0}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {namespace: shop, name: secure}
spec:
  targetRefs: [{group: "", kind: Service, name: cart}]
  validation: {hostname: cart.internal, wellKnownCACertificates: System}
"""

AUTH = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: shop, name: guarded}
spec:
  parentRefs: [{namespace: infra, name: edge, sectionName: any}]
  rules:
    - filters:
        - type: ExternalAuth
          externalAuth: {protocol: HTTP, backendRef: {name: auth, port: 80}, http: {path: /check}}
      backendRefs: [{name: cart, port: 80}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "all.yaml").write_text(MANIFESTS + AUTH)
    return tmp_path


def asked(run: Run, folder: Path, *arguments: str) -> tuple[int, dict]:
    result = run("match", "-q", "-o", "json", "-f", folder, *arguments)
    assert result.stderr == ""
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize(
    ("url", "code", "outcome", "listener", "backend"),
    [
        ("grpc://x.test/shop.Cart/Get", 0, "forward", "web", "cart"),
        ("grpcs://api.test/shop.Cart/Get", 0, "forward", "api", "cart"),
        ("grpc://x.test/shop.Other/Get", 0, "forward", "web", "cart"),
        ("grpc://x.test/shop.Other/Drop", 1, "respond", "web", None),
        ("tls://db.test", 0, "forward", "db", "postgres"),
        ("tls://mail.test:993", 0, "forward", "mail", "postgres"),
        ("tls://api.test", 1, "refuse", "api", None),
        ("tcp://x.test:5672", 0, "forward", "queue", "rabbit"),
        ("tcp://x.test:6379", 1, "refuse", "cache", None),
        ("udp://x.test:53", 1, "drop", "dns", None),
    ],
)
def test_outcomes(run: Run, folder: Path, url: str, code: int, outcome: str, listener: str, backend: str | None) -> None:
    exit_code, shown = asked(run, folder, url)
    assert list(shown) == KEYS
    assert (exit_code, shown["outcome"], shown["listener"]["name"]) == (code, outcome, listener)
    assert (shown["backend"] or {}).get("name") == backend
    text = run("match", "-q", "-f", folder, url)
    assert text.exit_code == code
    assert text.stdout.startswith(outcome)


def test_a_connection(run: Run, folder: Path) -> None:
    _, shown = asked(run, folder, "tls://mail.test:993")
    assert (shown["status"], shown["request"], shown["response"], shown["grpcStatus"]) == (None, None, None, None)
    assert shown["listener"]["tlsMode"] == "Terminate"
    assert shown["listener"]["certificates"] == ["infra/mail"]
    assert shown["route"]["kind"] == "TLSRoute"
    text = run("match", "-q", "-f", folder, "tls://mail.test:993").stdout
    assert "infra/edge mail (TLS port 993, any host, Terminate)" in text
    assert "TLSRoute shop/same rule 0\n" in text
    assert "any connection, hostname mail.test" in text


def test_a_call_that_fails(run: Run, folder: Path) -> None:
    code, shown = asked(run, folder, "grpc://x.test/shop.Other/Drop")
    assert (code, shown["status"], shown["grpcStatus"], shown["response"]["status"]) == (1, 404, 12, 200)
    text = run("match", "-q", "-f", folder, "grpc://x.test/shop.Other/Drop").stdout
    assert text.splitlines()[0] == "respond 404, gRPC status 12 UNIMPLEMENTED"


def test_how_to_reach_a_backend(run: Run, folder: Path) -> None:
    _, shown = asked(run, folder, "grpc://x.test/shop.Cart/Get")
    assert shown["backend"]["tls"] == {
        "hostname": "cart.internal",
        "subjectAltNames": [],
        "caCertificates": [],
        "wellKnownCACertificates": "System",
        "clientCertificate": None,
        "policy": "shop/secure",
    }
    text = run("match", "-q", "-f", folder, "grpc://x.test/shop.Cart/Get").stdout
    assert "upstream   TLS to cart.internal, trusting certificates of the system (shop/secure)" in text


def test_external_auth_is_a_choice(run: Run, folder: Path) -> None:
    code, shown = asked(run, folder, "https://x.test/")
    assert (code, shown["status"], shown["externalAuth"]) == (1, 500, [])
    code, shown = asked(run, folder, "--external-auth", "https://x.test/")
    assert (code, shown["outcome"]) == (0, "forward")
    assert shown["externalAuth"] == [{"namespace": "shop", "name": "auth", "port": 80, "protocol": "HTTP", "path": "/check"}]
    assert "HTTP shop/auth:80 is asked first" in run("match", "-q", "-f", folder, "--external-auth", "https://x.test/").stdout


def test_misdirected_requests_are_a_choice(run: Run, folder: Path) -> None:
    arguments = ("--sni", "x.test", "https://api.test/")
    assert asked(run, folder, *arguments)[1]["status"] == 421
    assert asked(run, folder, "--no-detect-misdirected", *arguments)[1]["status"] == 500


def test_terminating_tls_is_a_choice(run: Run, folder: Path) -> None:
    result = run("match", "-q", "-f", folder, "--no-tls-route-mode-terminate", "tls://mail.test:993")
    assert result.exit_code == 2
    status = run("status", "-q", "-o", "json", "-f", folder, "--no-tls-route-mode-terminate")
    gateway = next(each for each in json.loads(status.stdout) if each["kind"] == "Gateway")
    (mail,) = [each for each in gateway["status"]["listeners"] if each["name"] == "mail"]
    assert mail["conditions"][0]["status"] == "False"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-X", "GET", "grpc://x.test/shop.Cart/Get"],
        ["-X", "GET", "tls://db.test"],
        ["-H", "a: b", "tcp://x.test:5672"],
        ["tcp://x.test"],
        ["udp://x.test"],
        ["tcp://x.test:5672/path"],
        ["tcp://x.test:1"],
    ],
)
def test_what_is_no_question(run: Run, folder: Path, arguments: list[str]) -> None:
    result = run("match", "-q", "-f", folder, *arguments)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


def test_explain(run: Run, folder: Path) -> None:
    arguments = ("explain", "-q", "-f", folder, "--draw", "0.5", "--why-not", "shop/same", "tcp://x.test:5672")
    text = run(*arguments).stdout
    assert "  *  queue                         TCP  " in text
    assert "     late of ListenerSet shop/own  UDP  " in text
    assert "  1  won    shop/same  " in text
    assert "  2  after  shop/then  " in text
    assert "TLSRoute shop/same is attached to listener db, mail, but listener queue takes the connection" in text
    assert "TCPRoute shop/same does take the connection." in text
    shown = json.loads(run(*arguments, "-o", "json").stdout)
    assert (shown["connection"], len(shown["whyNot"]), shown["readings"]) == ("TCP", 2, [])
    only = json.loads(run(*arguments[:-2], "TLSRoute/shop/same", "-o", "json", "tcp://x.test:5672").stdout)
    assert len(only["whyNot"]) == 1


class TestRoutes:
    def test_text(self, run: Run, folder: Path) -> None:
        rows = [" ".join(line.split()) for line in run("routes", "-q", "-f", folder).stdout.splitlines()]
        assert "gRPC shop.Cart/* shop/cart#0 shop/cart:9000" in rows
        assert "gRPC */(Get|Put) (RegularExpression) shop/cart#0 shop/cart:9000" in rows
        assert "any gRPC method x-a=1 shop/cart#1 500 no backends" in rows
        assert "db TLS port 443, db.test, Passthrough" in rows
        assert "mail TLS port 993, any host, Terminate" in rows
        assert "queue TCP port 5672" in rows
        assert "any connection shop/same#0 shop/rabbit:5672" in rows
        assert "any connection shop/then#0 refuse, no backends never: the route above has all" in rows
        assert "cache TCP port 6379 of ListenerSet shop/own" in rows
        assert "no routes: every connection is refused" in rows
        assert "no routes: every datagram is dropped" in rows
        assert any(row.startswith("bad port 80 of ListenerSet shop/own takes no traffic: ProtocolConflict") for row in rows)

    def test_data(self, run: Run, folder: Path) -> None:
        shown = json.loads(run("routes", "-q", "-o", "json", "-f", folder).stdout)
        by_name = {each["name"]: each for each in shown["listeners"]}
        assert (by_name["db"]["tlsMode"], by_name["cache"]["owner"]) == ("Passthrough", "ListenerSet shop/own")
        assert [each["owner"] for each in shown["idle"]] == ["ListenerSet shop/own"]
        calls = by_name["web"]["hosts"][0]["entries"]
        assert calls[0]["grpc"] == {"type": "Exact", "service": "shop.Cart", "method": None}
        assert {each["path"] for each in calls} == {None}
        (connection, never) = by_name["queue"]["hosts"][0]["entries"]
        assert (connection["kind"], connection["path"], connection["grpc"]) == ("TCPRoute", None, None)
        assert never["action"] == "refuse, no backends"


def test_status_of_every_kind(run: Run, folder: Path) -> None:
    text = run("status", "-q", "-f", folder).stdout
    for title in (
        "Gateway infra/edge", "ListenerSet shop/own", "GRPCRoute shop/cart", "TLSRoute shop/same", "TCPRoute shop/same",
        "BackendTLSPolicy shop/secure",
    ):  # fmt: skip
        assert f"\n{title}\n" in f"\n{text}"
    policy = text.partition("BackendTLSPolicy shop/secure\n")[2]
    assert policy.split()[:5] == ["at", "Gateway", "infra/edge", "Accepted", "True"]
    assert "listener cache (0 routes)" in text
