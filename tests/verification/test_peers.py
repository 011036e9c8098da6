"""Real proxies, configured by hand for peers/site.yaml: what is right agrees, and a planted mistake is found."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import gwmatch
from gwmatch.verification import Bounds, Naming, Report, verify

PEERS = Path(__file__).parent / "peers"
BOUNDS = Bounds(requests=1500, seconds=240, concurrency=4, timeout=30)
RESOURCES = gwmatch.load(PEERS / "site.yaml")
BY_METHOD_FIRST = ("# precedence: 1", "# precedence: 2")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    """A server that was started for this, by the address at which it listens."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.fail(f"{command[0]} ended: {process.stdout and process.stdout.read()}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def needed(program: str) -> str:
    found = shutil.which(program, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"{program} is not installed here: apt-get install {program}")
    return found


@contextmanager
def nginx(folder: Path, change: Callable[[str], str] = str) -> Iterator[str]:
    program, port = needed("nginx"), free_port()
    made = change((PEERS / "nginx.conf").read_text()).replace("@port@", str(port)).replace("@folder@", str(folder))
    (folder / "nginx.conf").write_text(made)
    with running([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"], port) as url:
        yield url


@contextmanager
def haproxy(folder: Path, change: Callable[[str], str] = str) -> Iterator[str]:
    program, port = needed("haproxy"), free_port()
    (folder / "haproxy.cfg").write_text(change((PEERS / "haproxy.cfg").read_text()).replace("@port@", str(port)))
    with running([program, "-q", "-db", "-f", str(folder / "haproxy.cfg")], port) as url:
        yield url


def asked(url: str, **more: Any) -> Report:
    return verify(RESOURCES, url, Naming.by_header("x-backend"), bounds=BOUNDS, seed=1, **more)


def headers_before_methods(config: str) -> str:
    """The mistake of several implementations: both lines hold, and stand the wrong way round."""
    lines = config.splitlines()
    first, second = (next(at for at, line in enumerate(lines) if line.endswith(mark)) for mark in BY_METHOD_FIRST)
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines) + "\n"


def prefixes_as_text(config: str) -> str:
    """Another: a prefix that is compared character by character takes /cartoon for /cart."""
    return config.replace("location /cart/ ", "location /cart ")


def test_nginx_agrees(tmp_path: Path) -> None:
    with nginx(tmp_path) as url:
        report = asked(url)
    assert report.disagreements == ()
    assert report.asked == BOUNDS.requests
    assert report.rules == 8


def test_haproxy_agrees(tmp_path: Path) -> None:
    with haproxy(tmp_path) as url:
        report = asked(url)
    assert report.disagreements == ()
    assert report.asked == BOUNDS.requests
    assert report.rules == 8


def test_haproxy_that_puts_headers_before_methods_is_found_out(tmp_path: Path) -> None:
    with haproxy(tmp_path, headers_before_methods) as url:
        (found,) = asked(url).disagreements
    assert found.named == "shop/canary"
    assert [each.backend.name for each in found.judgement.outcomes if each.backend] == ["orders"]
    assert (found.request.method, found.request.path) == (b"POST", b"/cart")
    assert sorted(name.lower() for name, _ in found.request.headers) == [b"x-canary", b"x-tester"]
    gateway, route = found.manifests
    assert gateway["kind"] == "Gateway"
    assert route["metadata"]["name"] == "cart"
    backends = [rule["backendRefs"][0]["name"] for rule in route["spec"]["rules"]]
    assert backends == ["canary", "orders"]


def test_nginx_that_compares_prefixes_as_text_is_found_out(tmp_path: Path) -> None:
    with nginx(tmp_path, prefixes_as_text) as url:
        found = asked(url).disagreements
    assert {each.named for each in found} == {"shop/cart", "shop/canary", "shop/orders"}
    for each in found:
        assert [outcome.backend and outcome.backend.name for outcome in each.judgement.outcomes] == ["pages"]
        assert each.request.path in (b"/cartx", b"/cart-")


@pytest.mark.parametrize("server", [nginx, haproxy])
def test_hostile_requests_reach_nobody_elses_backend(server: Any, tmp_path: Path) -> None:
    """Both re-read paths in their own way; that no reading leads elsewhere is what is asked."""
    with server(tmp_path) as url:
        report = asked(url, hostile=True)
    assert report.disagreements == ()
