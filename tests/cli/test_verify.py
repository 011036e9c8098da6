"""`gwmatch verify` against servers that are right, wrong, slow, silent and not there."""

from __future__ import annotations

import json
import shlex
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from click.testing import Result

import gwmatch
from gwmatch import verification
from gwmatch.cli.verify import command

from .conftest import Run
from .served import Decide, Reply, by, served

SITE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: infra, name: public}
spec:
  gatewayClassName: any
  listeners:
    - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: shop, name: cart}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: [shop.example.com]
  rules:
    - matches: [{path: {value: /cart}, method: POST}]
      backendRefs: [{name: orders, port: 80}]
    - matches: [{path: {value: /cart}, headers: [{name: x-a, value: "1"}, {name: x-b, value: "2"}]}]
      backendRefs: [{name: canary, port: 80}]
    - matches: [{path: {value: /cart}}]
      backendRefs: [{name: one, port: 80}, {name: two, port: 80}]
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: www.example.com, statusCode: 301}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: team, name: site}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: ["*.example.com"]
  rules: [{backendRefs: [{name: site, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: team, name: unrelated}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: [other.test]
  rules: [{backendRefs: [{name: other, port: 80}]}]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


@pytest.fixture
def right(site: Path) -> Decide:
    return by(gwmatch.compile(gwmatch.load(site)))


def asked(run: Run, site: Path, url: str, *more: str) -> Result:
    named = () if {"--header", "--body", "--status"} & set(more) else ("--header", "x-backend")
    return run("verify", "-f", site, "--base-url", url, "--requests", "400", *named, *more)


def found(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 1, result.output
    return json.loads(result.stdout)["disagreements"]


def test_who_is_right_agrees(run: Run, site: Path, right: Decide) -> None:
    with served(right) as url:
        result = asked(run, site, url, "-o", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["agrees"]
    assert (told["requests"], told["rules"], told["complete"], told["port"]) == (400, 6, True, 80)
    assert told["disagreements"] == []


def test_hostile_requests_may_be_refused(run: Run, site: Path, right: Decide) -> None:
    with served(right) as url:
        assert asked(run, site, url, "--hostile").exit_code == 0


def test_the_same_seed_sends_the_same(run: Run, site: Path, right: Decide) -> None:
    seen: list[list[gwmatch.Request]] = []
    for seed in ("7", "7", "8"):
        requests: list[gwmatch.Request] = []

        def remembered(request: gwmatch.Request, requests: list[gwmatch.Request] = requests) -> Any:
            requests.append(request)
            return right(request)

        with served(remembered) as url:
            asked(run, site, url, "--seed", seed, "--concurrency", "1")
        seen.append(requests)
    assert seen[0] == seen[1] != seen[2]


def test_a_wrong_precedence_is_found_and_made_small(run: Run, site: Path, right: Decide) -> None:
    def wrong(request: gwmatch.Request) -> Any:
        headers = {name.lower(): value for name, value in request.headers}
        if request.path.startswith(b"/cart") and (headers.get(b"x-a"), headers.get(b"x-b")) == (b"1", b"2"):
            request = gwmatch.Request(b"GET", request.host, request.path, request.headers)
        return right(request)

    with served(wrong) as url:
        (one,) = found(asked(run, site, url, "-o", "json"))
        text = asked(run, site, url)
        assert curled(one["curl"]) == "shop/canary"
    request = one["request"]
    assert (request["method"], request["host"], request["path"]) == ("POST", "shop.example.com", "/cart")
    assert sorted(name.lower() for name, _ in request["headers"]) == ["x-a", "x-b"]
    assert [each["backend"]["name"] for each in one["expected"]] == ["orders"]
    assert one["got"] == {"status": 200, "backend": "shop/canary", "failure": None}
    assert one["repeats"]
    kinds = [(each["kind"], each["metadata"]["name"]) for each in one["manifests"]]
    assert kinds == [("Gateway", "public"), ("HTTPRoute", "cart")]
    rules = one["manifests"][1]["spec"]["rules"]
    assert [rule["backendRefs"] for rule in rules] == [[{"name": "orders", "port": 80}], [{"name": "canary", "port": 80}]]
    # What is shown is enough to see it again.
    again = gwmatch.compile(gwmatch.load(one["manifests"]))
    decision = again.port(80).match("POST", "shop.example.com", "/cart", request["headers"])
    assert decision.backend is not None
    assert decision.backend.name == "orders"
    assert text.exit_code == 1
    assert "disagrees in 1 way" in text.stdout
    assert one["curl"].rpartition(" ")[0].partition("http:")[0] in text.stdout
    assert "decided by" in text.stdout


def curled(line: str) -> str:
    """The backend that the printed line reaches."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed here")
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=20)
    return next(each.partition(":")[2].strip() for each in done.stdout.splitlines() if each.startswith("x-backend:"))


@pytest.mark.parametrize(
    ("wrong", "expected", "got"),
    [
        pytest.param(lambda right, request: Reply(404), "forward", 404, id="a gateway that knows no route"),
        pytest.param(lambda right, request: Reply(503), "forward", 503, id="a gateway without backends"),
        pytest.param(lambda right, request: Reply(200, (("x-backend", "team/other"),)), "forward", 200, id="another's backend"),
    ],
)
def test_wrong_answers(run: Run, site: Path, right: Decide, wrong: Any, expected: str, got: int) -> None:
    with served(lambda request: wrong(right, request)) as url:
        ways = found(asked(run, site, url, "-o", "json"))
    assert {each["got"]["status"] for each in ways} == {got}
    assert expected in {outcome["outcome"] for each in ways for outcome in each["expected"]}


def test_a_redirect_to_elsewhere(run: Run, site: Path, right: Decide) -> None:
    def wrong(request: gwmatch.Request) -> Any:
        reply = right(request)
        assert isinstance(reply, Reply)
        return reply if reply.status != 301 else Reply(301, (("Location", "http://shop.example.com/"),))

    with served(wrong) as url:
        (one,) = found(asked(run, site, url, "-o", "json"))
    assert one["request"]["path"] == "/old"
    assert one["expected"][0]["location"] == "http://www.example.com/old"


def test_a_redirect_may_be_relative_or_name_the_port_where_it_runs(run: Run, site: Path, right: Decide) -> None:
    def other(request: gwmatch.Request) -> Any:
        reply = right(request)
        assert isinstance(reply, Reply)
        if reply.status != 301:
            return reply
        (location,) = (value for name, value in reply.headers if name == "location")
        return Reply(301, (("Location", location.replace("example.com", f"example.com:{url.rpartition(':')[2]}")),))

    with served(other) as url:
        assert asked(run, site, url).exit_code == 0


def test_backends_named_in_the_body(run: Run, site: Path, right: Decide) -> None:
    def told(request: gwmatch.Request) -> Any:
        reply = right(request)
        assert isinstance(reply, Reply)
        name = dict(reply.headers).get("x-backend", "").partition("/")[2]
        if not name:
            return reply
        body = f"<p>I am pod {name}-7f9 of {name}.</p>".encode()
        if request.path.endswith(b"/x"):
            return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return b"HTTP/1.1 200 OK\r\n\r\n" + body

    with served(told) as url:
        named = ("--body", "of ([a-z]+)", "--template", "{name}")
        assert asked(run, site, url, *named).exit_code == 0
        assert asked(run, site, url, "--body", "of ([a-z]+)").exit_code == 1  # that is no namespace/name


def test_status_alone(run: Run, site: Path, right: Decide) -> None:
    with served(right) as url:
        assert asked(run, site, url, "--status").exit_code == 0
    with served(lambda request: Reply(404)) as url:
        ways = found(asked(run, site, url, "--status", "-o", "json"))
    assert {each["got"]["status"] for each in ways} == {404}


def test_an_answer_that_does_not_repeat_is_told_as_such(run: Run, site: Path, right: Decide) -> None:
    seen: list[int] = []

    def once(request: gwmatch.Request) -> Any:
        seen.append(1)
        return Reply(418) if len(seen) == 5 else right(request)

    with served(once) as url:
        (one,) = found(asked(run, site, url, "-o", "json"))
    assert one["repeats"] is False
    assert one["got"]["status"] == 418


def test_an_interim_answer_is_not_the_answer(run: Run, site: Path, right: Decide) -> None:
    def early(request: gwmatch.Request) -> Any:
        reply = right(request)
        assert isinstance(reply, Reply)
        lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        return f"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 {reply.status} Any\r\n{lines}\r\n".encode()

    with served(early) as url:
        assert asked(run, site, url).exit_code == 0


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS, and the certificate to trust, which is for another name than any route's."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed here")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    names = "subjectAltName=DNS:*.example.com,DNS:example.com,DNS:*.www.example.com,DNS:*.y.x.example.com"
    asked = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=any", "-addext", names]
    subprocess.run([*asked, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_https_by_the_name_of_the_host(run: Run, tmp_path: Path) -> None:
    """The server name is the request's host; -k takes any certificate, and without it none that nobody trusts is taken."""
    path = tmp_path / "secure.yaml"
    tls = "protocol: HTTPS, tls: {certificateRefs: [{name: any}]}"
    path.write_text(SITE.replace("port: 80, protocol: HTTP", f"port: 443, {tls}", 1))
    router = gwmatch.compile(gwmatch.load(path))
    context, certificate = certified(tmp_path)
    names: set[str | None] = set()
    context.sni_callback = lambda connection, name, context: names.add(name)

    def decide(request: gwmatch.Request) -> Reply:
        sni = (request.host or b"").partition(b":")[0]
        decision = router.port(443).match(request.method, request.host, request.path, request.headers, sni=sni)
        answer = decision.apply(request)
        if decision.backend is not None:
            return Reply(200, (("x-backend", f"{decision.backend.namespace}/{decision.backend.name}"),))
        assert isinstance(answer, gwmatch.Response)
        return Reply(answer.status, tuple((name.decode(), value.decode()) for name, value in answer.headers))

    with served(decide, context) as url:
        assert asked(run, path, url, "-k", "--requests", "100").exit_code == 0
        assert "shop.example.com" in names
        untrusted = asked(run, path, url, "--requests", "100")
        misnamed = asked(run, path, url, "--cacert", str(certificate))
    assert (untrusted.exit_code, misnamed.exit_code) == (2, 2)
    assert "-k takes any certificate" in untrusted.stderr
    assert "is no good: Hostname mismatch" in misnamed.stderr


# ------------------------------------------------------------------------------------------- servers that are no help


def test_nobody_is_there(run: Run, site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    result = asked(run, site, f"http://127.0.0.1:{port}")
    assert result.exit_code == 2
    assert f"127.0.0.1:{port} does not answer" in result.stderr
    assert "Traceback" not in result.output


def test_a_server_that_never_answers(run: Run, site: Path) -> None:
    start = monotonic()
    with served(lambda request: None) as url:
        result = asked(run, site, url, "--timeout", "0.2")
    assert result.exit_code == 2
    assert "no answer within 0.2 s" in result.stderr
    assert monotonic() - start < 20


def test_one_answer_that_never_comes_is_a_disagreement(run: Run, site: Path, right: Decide) -> None:
    def hangs(request: gwmatch.Request) -> Any:
        return None if request.method == b"POST" and request.path == b"/cart" else right(request)

    with served(hangs) as url:
        ways = found(asked(run, site, url, "--timeout", "0.3", "--concurrency", "4", "-o", "json"))
    assert {each["got"]["failure"] for each in ways} == {"timeout"}


def test_a_server_that_hangs_up(run: Run, site: Path, right: Decide) -> None:
    def closes(request: gwmatch.Request) -> Any:
        return b"" if request.path.startswith(b"/old") else right(request)

    with served(closes) as url:
        ways = found(asked(run, site, url, "-o", "json"))
    assert {each["got"]["failure"] for each in ways} == {"closed"}


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x16\x03\x01" * 50, b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000],
    ids=["ssh", "no status", "binary", "endless headers"],
)
def test_what_speaks_no_http(run: Run, site: Path, answer: bytes) -> None:
    with served(lambda request: answer) as url:
        result = asked(run, site, url)
    assert result.exit_code == 2
    assert "does not answer" in result.stderr
    assert "Traceback" not in result.output


def test_time_is_bounded(run: Run, site: Path, right: Decide) -> None:
    start = monotonic()
    with served(right) as url:
        result = asked(run, site, url, "--requests", "1000000", "--seconds", "0.5", "-o", "json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert not told["complete"]
    assert monotonic() - start < 15


def test_nothing_but_the_base_url_is_asked(run: Run, site: Path, right: Decide) -> None:
    """Hosts are names of routes, and Location is not followed."""
    hosts: set[bytes | None] = set()

    def seen(request: gwmatch.Request) -> Any:
        hosts.add(request.host)
        return right(request)

    with served(seen) as url:
        assert asked(run, site, url).exit_code == 0
    assert b"shop.example.com" in hosts


# --------------------------------------------------------------------------------------------------------------- input


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--header", "x", "--status"), "one of --header NAME, --body REGEX or --status"),
        (("--header", "x y"), "no name of a header"),
        (("--body", "("), "body pattern"),
        (("--header", "x", "--template", "{pod}"), "there is no {pod}"),
        (("--header", "x", "--template", "{name"), "template"),
        (("--header", "x", "--port", "81"), "no HTTP listener at port 81"),
        (("--header", "x", "-g", "infra/none"), "no such Gateway"),
        (("--header", "x", "--requests", "0"), "--requests"),
        (("--header", "x", "--cacert", __file__), "--cacert"),
    ],
)
def test_bad_input(run: Run, site: Path, more: tuple[str, ...], told: str) -> None:
    result = run("verify", "-f", site, "--base-url", "http://127.0.0.1:9", *more)
    assert result.exit_code == 2, result.output
    assert told in result.stderr


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:80", "ftp://a.test", "http://a.test/x", "http://me@a.test", "http://a.test:99999"]
)
def test_bad_base_urls(run: Run, site: Path, url: str) -> None:
    result = run("verify", "-f", site, "--base-url", url, "--status")
    assert result.exit_code == 2
    assert "base URL" in result.stderr


def test_a_name_is_needed(run: Run, site: Path) -> None:
    assert "one of --header" in run("verify", "-f", site, "--base-url", "http://127.0.0.1:9").stderr


def test_https_wants_https_listeners(run: Run, site: Path) -> None:
    result = run("verify", "-f", site, "--base-url", "https://127.0.0.1:9", "--status")
    assert "has no HTTPS listener" in result.stderr


def test_rules_that_cannot_be_asked_are_told(run: Run, tmp_path: Path, right: Decide) -> None:
    path = tmp_path / "more.yaml"
    calls = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {namespace: shop, name: calls}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: [grpc.test]
  rules: [{backendRefs: [{name: a, port: 1}]}]
"""
    path.write_text(SITE + calls)
    with served(by(gwmatch.compile(gwmatch.load(path)))) as url:
        result = asked(run, path, url)
    assert result.exit_code == 0, result.output
    assert "1 rule of GRPCRoutes not asked" in result.stdout


def test_the_help_names_the_fields_of_templates() -> None:
    (option,) = (each for each in command.params if each.name == "template")
    assert option.default == verification.DEFAULT_TEMPLATE
    assert all(f"{{{each}}}" in (getattr(option, "help", "") or "") for each in verification.FIELDS)


def test_curl_lines_are_for_the_shell() -> None:
    request = gwmatch.Request.of("PURGE", "a.test", "/it's?a=$HOME&b=[1]", [("x-a", "`id`"), ("x-b", "\xff")])
    line = verification.curl_line(request, verification.Address.of("http://[::1]:8080"))
    words = shlex.split(line.replace("$'", "'"))
    assert words[-1] == "http://[::1]:8080/it's?a=$HOME&b=[1]"
    assert words[words.index("-X") + 1] == "PURGE"
    assert "x-a: `id`" in words
