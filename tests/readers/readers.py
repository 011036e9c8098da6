"""Programs that read a path in their own way: what they make of it, for many paths at a time.

Each gives the path as it would look for it (or hand it on), None where it refuses the request. What was decoded is escaped
again where a path could not hold it, as everything that forwards does.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

HERE = Path(__file__).parent
SYSTEM = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

Read = Callable[[Sequence[bytes]], list[bytes | None]]


class Missing(Exception):
    """The program is not installed here."""


def escaped(path: bytes) -> bytes:
    """A decoded path as it goes over the wire."""
    return re.sub(rb"[^-A-Za-z0-9._~!$&'()*+,;=:@/]", lambda byte: b"%%%02X" % byte[0][0], path)


def with_end_of(path: bytes, normal: bytes) -> bytes:
    """posix functions take a slash at the end away; those who serve put it back."""
    ends = path.endswith((b"/", b"/.", b"/..")) and not normal.endswith(b"/")
    return normal + b"/" if ends else normal


# ------------------------------------------------------------------------------------------------------------------ Python


def python_normpath(paths: Sequence[bytes]) -> list[bytes | None]:
    """Decoded, then posixpath.normpath, which also takes two slashes at the beginning for one."""

    def read(path: bytes) -> bytes:
        decoded = unquote_to_bytes(path)
        return escaped(with_end_of(decoded, posixpath.normpath(b"/" + decoded.lstrip(b"/"))))

    return [read(path) for path in paths]


def python_urljoin(paths: Sequence[bytes]) -> list[bytes | None]:
    """RFC 3986 5.2 as urllib has it; nothing is decoded."""

    def read(path: bytes) -> bytes | None:
        if path.startswith(b"//"):
            return None
        return urlsplit(urljoin("http://a.test/", path.decode("latin-1"))).path.encode("latin-1")

    return [read(path) for path in paths]


def python_http_server(paths: Sequence[bytes]) -> list[bytes | None]:
    """What `python -m http.server` looks for in its folder."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self) -> None:
            self.directory = "/"

    handler = Handler()

    def read(path: bytes) -> bytes:
        found = handler.translate_path(path.decode("latin-1")).encode("utf-8", "surrogateescape")
        return escaped(with_end_of(unquote_to_bytes(path), found))

    return [read(path) for path in paths]


# ------------------------------------------------------------------------------------------------------------ Node and Java


def _lines(command: list[str], paths: Sequence[bytes], column: int) -> list[bytes | None]:
    done = subprocess.run(command, input="\n".join(path.hex() for path in paths), capture_output=True, text=True, check=True)
    told = [line.split(" ")[column] for line in done.stdout.splitlines()]
    assert len(told) == len(paths)
    return [None if each == "-" else bytes.fromhex(each) for each in told]


def _node(column: int) -> Read:
    def read(paths: Sequence[bytes]) -> list[bytes | None]:
        found = _lines([needed("node"), str(HERE / "reread.mjs")], paths, column)
        if column == 0:
            return found
        pairs = zip(paths, found, strict=True)
        return [None if each is None else escaped(with_end_of(unquote_to_bytes(path), each)) for path, each in pairs]

    return read


def _java(column: int) -> Read:
    def read(paths: Sequence[bytes]) -> list[bytes | None]:
        found = _lines([needed("java"), "-Xshare:auto", str(HERE / "Reread.java")], paths, column)
        if column == 0:
            return found
        pairs = zip(paths, found, strict=True)
        return [None if each is None else escaped(with_end_of(unquote_to_bytes(path), each)) for path, each in pairs]

    return read


def needed(program: str) -> str:
    found = shutil.which(program, path=SYSTEM) or shutil.which(program)
    if found is None:
        raise Missing(f"{program} is not installed here")
    return found


# --------------------------------------------------------------------------------------------------------- nginx and HAProxy


def _nginx(merge: str) -> Read:
    """`$uri`: decoded, dot segments removed, slashes merged or not."""
    config = f"""
daemon off; master_process off; error_log stderr crit; pid @folder@/pid;
events {{ worker_connections 256; }}
http {{
    access_log off; merge_slashes {merge};
    client_body_temp_path @folder@/b; proxy_temp_path @folder@/p; fastcgi_temp_path @folder@/f;
    uwsgi_temp_path @folder@/u; scgi_temp_path @folder@/s;
    server {{ listen 127.0.0.1:@port@; location / {{ return 200 "$uri"; }} }}
}}
"""

    def read(paths: Sequence[bytes]) -> list[bytes | None]:
        with _running(
            "nginx", config, lambda program, file, folder: [program, "-p", folder, "-c", file, "-e", "stderr"]
        ) as port:
            return [None if each is None else escaped(each) for each in _asked(port, paths)]

    return read


def _haproxy(*normalizers: str) -> Read:
    """The path after `http-request normalize-uri` in a given order; HAProxy decodes unreserved characters only."""
    rules = "\n".join(f"    http-request normalize-uri {each}" for each in normalizers)
    config = f"""
global
    expose-experimental-directives
defaults
    mode http
    timeout client 10s
    timeout connect 1s
    timeout server 10s
frontend f
    bind 127.0.0.1:@port@
{rules}
    http-request return status 200 content-type text/plain lf-string "%[path]"
"""

    def read(paths: Sequence[bytes]) -> list[bytes | None]:
        with _running("haproxy", config, lambda program, file, folder: [program, "-q", "-db", "-f", file]) as port:
            return _asked(port, paths)

    return read


@contextmanager
def _running(name: str, config: str, command: Callable[[str, str, str], list[str]]) -> Iterator[int]:
    program = needed(name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config"
        file.write_text(config.replace("@port@", str(port)).replace("@folder@", folder))
        process = subprocess.Popen(command(program, str(file), folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, f"{name} ended at once"
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _asked(port: int, paths: Sequence[bytes]) -> list[bytes | None]:
    """The body of each 200, over a few connections that are kept."""
    size = -(-len(paths) // 4) or 1
    parts = [paths[at : at + size] for at in range(0, len(paths), size)]
    with ThreadPoolExecutor(4) as pool:
        return [each for part in pool.map(lambda part: list(_in_turn(port, part)), parts) for each in part]


def _in_turn(port: int, paths: Sequence[bytes]) -> Iterator[bytes | None]:
    connection = None
    for path in paths:
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: a.test\r\n\r\n" % path)
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(65536)):
            answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while length and len(body) < int(length[1]) and (part := connection.recv(65536)):
            body += part
        is_open = bool(length) and not re.search(rb"(?i)connection: *close", head)
        if not is_open:
            connection.close()
            connection = None
        yield body if head.startswith(b"HTTP/1.1 200") else None
    if connection is not None:
        connection.close()


_DECODED = ("percent-to-uppercase", "percent-decode-unreserved")
READERS: dict[str, Read] = {
    "posixpath.normpath": python_normpath,
    "urllib.parse.urljoin": python_urljoin,
    "http.server": python_http_server,
    "Node new URL": _node(0),
    "Node path.posix.normalize": _node(1),
    "Java URI.normalize": _java(0),
    "Java Path.normalize": _java(1),
    "nginx $uri": _nginx("on"),
    "nginx $uri, merge_slashes off": _nginx("off"),
    "HAProxy, slashes first": _haproxy(*_DECODED, "path-merge-slashes", "path-strip-dot", "path-strip-dotdot full"),
    "HAProxy, dots undecoded": _haproxy("path-strip-dot", "path-strip-dotdot full"),
    "HAProxy, dots only": _haproxy(*_DECODED, "path-strip-dot", "path-strip-dotdot full"),
    "HAProxy, slashes last": _haproxy(*_DECODED, "path-strip-dot", "path-strip-dotdot full", "path-merge-slashes"),
}
