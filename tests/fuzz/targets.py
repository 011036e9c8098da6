"""What is fuzzed: functions of any bytes, which return whatever is documented and fail on everything else.

`make fuzz` lets them be led by coverage (run.py); test_fuzz.py gives them seeds and their mutations, always the same.
"""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gwmatch
from gwmatch import ir, reference
from gwmatch.patterns import Pattern, check_pattern

try:
    from . import saved
except ImportError:  # run.py lets a coverage engine import this file by itself
    import saved  # type: ignore[no-redef]

ROOT = Path(__file__).resolve().parents[2]
Target = Callable[[bytes], None]
ROUTED = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")


PLAIN = re.compile(rb"(?:[a-z0-9/.|)]|\[[a-z]+\]|\((?!\?)|(?<![*+?|(])[*+?](?![*+?]))*")
"""Patterns that mean the same to Python's engine."""


def load(data: bytes) -> None:
    """Any bytes as a manifest: LoadError with problems that can be shown, or objects that a second load reads alike."""
    for invalid in ("error", "keep"):
        try:
            resources = gwmatch.load(io.BytesIO(data), invalid=invalid)  # type: ignore[arg-type]
        except gwmatch.LoadError as error:
            sound(error)
            continue
        again = gwmatch.load(list(resources), invalid=invalid)  # type: ignore[arg-type]
        assert [each.key for each in again] == [each.key for each in resources]


def validate(data: bytes) -> None:
    """Any JSON as objects: what is refused is refused by `load` and by `check` alike, and said in one line.

    Behind a 0xFF stand the fields that are bent first: JSON that is changed byte by byte is mostly no JSON."""
    text, _, bends = data.partition(b"\xff")
    value = as_json(text)
    if not isinstance(value, dict):
        return
    bend(value, Bytes(bends))
    try:
        resources = gwmatch.load([value], invalid="keep", strict=True)
    except gwmatch.LoadError as error:
        sound(error)
        return
    refused = {each.resource for each in resources.rejected}
    for resource in resources:
        for channel in ("standard", "experimental"):
            problems = gwmatch.check(resource, channel=channel)  # type: ignore[arg-type]
            assert all("\n" not in str(each) for each in problems)
            # By the names that are shown: a name of other characters than a terminal should print is escaped there.
            assert channel == "standard" or {each.resource for each in problems} <= refused


def decide(data: bytes) -> None:
    """Manifests and requests that are put together from the bytes: both matchers agree, and a decision can be applied."""
    source = Bytes(data)
    try:
        resources = gwmatch.load(list(cluster(source)), invalid="keep")
        router = gwmatch.compile(resources, options=options(source))
    except (gwmatch.LoadError, gwmatch.CompileError):
        return
    for _ in range(4):
        request, draw = asked(source), source.one((0.0, 0.5, 1 - 2**-53))
        for port in router.ports:
            bound = router.port(port)
            decision = bound.match(
                request.method, request.host, request.path, list(request.headers), sni=request.sni, draw=draw
            )
            assert decision.verdict == reference.match(router.table, port, request, draw), request
            if decision.outcome in ("forward", "redirect", "respond"):
                decision.apply(request)
            assert bound.match_tls(request.sni, draw=draw).verdict == reference.match_tls(router.table, port, request.sni, draw)


def table(data: bytes) -> None:
    """Any bytes as a saved table, the same with checksums that fit, and a table bent as they say (HI-O3).

    Each is refused by an error of ours, or is a Router that decides within its own rows, whatever it was made to say.
    """
    for text, forged in ((data, False), (saved.mended(data), True), (saved.bent(data), True)):
        router = None if text is None else saved.loaded(text)
        if router is None:
            continue
        whole = None
        try:
            whole = router.table
        except gwmatch.LoadError as error:
            sound(error)
        rows = saved.rows(router)
        for port in router.ports:
            bound = router.port(port)
            for request in TABLE_REQUESTS:
                decision = bound.match(
                    request.method, request.host, request.path, list(request.headers), sni=request.sni, draw=0.5
                )
                saved.ranged(None if forged else whole, rows, decision.verdict)
            saved.ranged(None, rows, bound.match_tls(b"a.test", draw=0.5).verdict)
            saved.ranged(None, rows, bound.match_tcp(draw=0.5).verdict)


def pattern(data: bytes) -> None:
    """A pattern and, behind a 0xFF, a text: refused in one line, or matched as by Python's engine, where both mean the same."""
    text, _, value = data.partition(b"\xff")
    reason = check_pattern(text)
    if reason is not None:
        assert "\n" not in reason
        return
    compiled = Pattern(text)
    found = compiled.matches(value)
    assert found == Pattern(text).matches(value)
    # Letters, digits and what is written alike in both; Python's engine goes back, so that its texts are short.
    if (
        re.fullmatch(rb"(?:[a-z0-9/]|\.|\[[a-z]+\]|\((?!\?)|\)|(?<![*+?{|(])[*+?](?![*+?{])|\|)*", text)
        and len(value) < 12
        and len(text) < 24
    ):
        assert found == (re.compile(text, re.DOTALL).fullmatch(value) is not None) or b"\n" in value, (text, value)


def sound(error: gwmatch.LoadError) -> None:
    assert error.problems
    for problem in error.problems:
        assert "\n" not in problem.message, problem
        assert len(problem.message) < 2_000, problem


ODD: tuple[Any, ...] = (
    None, "", "x" * 300, "a\n", -1, 0, 65536, 1.5, True, [], [{}], {}, {"name": "x"}, "*", "*.", "a b", "(", "Exact",
    "\ud800", 10**30,
)  # fmt: skip


def bend(value: Any, source: Bytes) -> None:
    """Puts odd values in the place of fields, wherever the bytes lead."""
    for _ in range(source.number(4)):
        if not value:
            return
        holder: Any = value
        for _ in range(12):
            at = source.one(sorted(holder)) if isinstance(holder, dict) else source.number(len(holder))
            if source.number(4) == 0 or not isinstance(holder[at], dict | list) or not holder[at]:
                holder[at] = copy.deepcopy(source.one(ODD))
                break
            holder = holder[at]


def as_json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


# ---------------------------------------------------------------------------------------------- from bytes to what is decided


class Bytes:
    """Choices, one after the other, from bytes; when they are at an end, always the first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, below: int) -> int:
        byte = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        return byte % below

    def one(self, choices: Any) -> Any:
        return choices[self.number(len(choices))]

    def some(self, choices: Any, most: int = 3) -> list[Any]:
        return [self.one(choices) for _ in range(self.number(most + 1))]

    def text(self, most: int = 24) -> bytes:
        """Bytes as they stand."""
        size = self.number(most + 1)
        found = self.data[self.at : self.at + size]
        self.at += size
        return found


HOSTS = ("a.test", "*.a.test", "b.a.test", "*.test", "org", "*.b.a.test")
PATHS = ("/", "/a", "/a/b", "/a/", "/b", "/a%2Fb", "/a;v", "/ab", "/a/b/c/d")
PATTERNS = ("/a.*", "/(a|b)+", "/[a-z/]*", "(?i)/A", "/a/[^/]*", "/.*b")
NAMES = ("x-a", "X-B", "cookie", "host", "x_a")
VALUES = ("1", "2", "1,2", "ab", "a")
SPELLINGS = (
    b"", b"/", b"//", b"/..", b"/../b", b"/./", b"%2e", b"%2F", b"%61", b";x", b"\\", b"?a=1", b"?a=1&a=2", b"#", b"%",
    b"/b", b"b", b" ", b"\xc3",
)  # fmt: skip
METHODS = ("GET", "POST", "OPTIONS", "get", "CONNECT", "")
POLICIES = ("guard", "none", "rewrite")
NAMESPACES = ("red", "blue")


def options(source: Bytes) -> gwmatch.Options:
    return gwmatch.Options(
        normalize=source.one(POLICIES),
        hostname_fallthrough=source.one(("ordered", "isolated")),
        hostname_precedence=source.one(("own", "intersected")),
        regex_precedence=source.one(("before_prefix", "after_prefix")),
        detect_misdirected=source.one((True, False)),
    )


def made(kind: str, namespace: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def cluster(source: Bytes) -> Iterator[dict[str, Any]]:
    listeners = []
    for number in range(1 + source.number(3)):
        protocol, port = source.one((("HTTP", 80), ("HTTP", 80), ("HTTPS", 443), ("TLS", 443)))
        listener: dict[str, Any] = {"name": f"l{number}", "port": port, "protocol": protocol}
        listener["allowedRoutes"] = {"namespaces": {"from": "All"}}
        if source.number(2):
            listener["hostname"] = source.one(HOSTS)
        if protocol != "HTTP":
            mode = "Terminate" if protocol == "HTTPS" else "Passthrough"
            listener["tls"] = {"mode": mode, "certificateRefs": [{"name": "cert"}] if mode == "Terminate" else []}
        listeners.append(listener)
    yield made("Gateway", "infra", "edge", {"gatewayClassName": "any", "listeners": listeners})
    for number in range(1 + source.number(4)):
        kind = source.one(("HTTPRoute", "HTTPRoute", "HTTPRoute", "GRPCRoute", "TLSRoute"))
        spec: dict[str, Any] = {"parentRefs": [{"namespace": "infra", "name": "edge"}], "hostnames": source.some(HOSTS, 2)}
        spec["rules"] = [rule(source, kind) for _ in range(1 + source.number(3))]
        yield made(kind, source.one(NAMESPACES), f"r{number}", spec)
    bulk = source.one((0, 0, 0, 9, 70))
    if bulk:
        matches = [{"headers": [{"name": "x-a", "value": str(each)}]} for each in range(bulk)]
        rules = [{"matches": matches[at : at + 64]} for at in range(0, bulk, 64)]
        yield made("HTTPRoute", "red", "bulk", {"parentRefs": [{"namespace": "infra", "name": "edge"}], "rules": rules})


def rule(source: Bytes, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {"backendRefs": [{"name": source.one("ab"), "port": 80, "weight": source.number(3)}]}
    if kind == "HTTPRoute":
        found["matches"] = [http_match(source) for _ in range(source.number(3))]
        if source.number(3) == 1:
            found["filters"] = [source.one(FILTERS)]
            if "requestRedirect" in found["filters"][0]:
                found["backendRefs"] = []
    elif kind == "GRPCRoute":
        found["matches"] = [{"method": {"service": source.one(("a.b", "a")), "method": source.one("bc")}}]
    return found


FILTERS: tuple[dict[str, Any], ...] = (
    {"type": "RequestRedirect", "requestRedirect": {"statusCode": 301}},
    {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/z"}}},
    {"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": "x-a", "value": "9"}], "remove": ["cookie"]}},
    {"type": "CORS", "cors": {"allowOrigins": ["https://a.test"]}},
    {"type": "ExtensionRef", "extensionRef": {"group": "x.test", "kind": "Odd", "name": "a"}},
)


def http_match(source: Bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    kind = source.one(("PathPrefix", "Exact", "RegularExpression", None))
    if kind is not None:
        value = source.one(PATTERNS if kind == "RegularExpression" else PATHS)
        if source.number(5) == 1:
            value = "/" + source.text().decode("latin-1")
        found["path"] = {"type": kind, "value": value}
    if source.number(3) == 1:
        found["method"] = source.one(("GET", "POST", "OPTIONS"))
    for field in ("headers", "queryParams"):
        if source.number(3) == 1:
            name = source.one(NAMES if field == "headers" else "ab")
            condition = {"name": name, "value": source.one(VALUES)}
            if source.number(3) == 1:
                condition = {"name": name, "type": "RegularExpression", "value": source.one((".*", "[0-9]+", "a|ab"))}
            found[field] = [condition]
    return found


def asked(source: Bytes) -> ir.Request:
    host: str | bytes | None = source.one(HOSTS).replace("*", "c")
    if source.number(4) == 1:
        host = (
            source.one((None, b"", b"1.2.3.4", b"[::1]:80", b"A.test.:80", b"a..test")) if source.number(2) else source.text()
        )
    path = source.one(PATHS).encode()
    for _ in range(source.number(4)):
        path += source.one(SPELLINGS)
    if source.number(4) == 1:
        path += source.text()
    lines: list[tuple[str | bytes, str | bytes]] = [
        (source.one(NAMES), source.one(VALUES) if source.number(3) else source.text()) for _ in range(source.number(4))
    ]
    method: str | bytes = source.one(METHODS)
    if source.number(3) == 1:
        method, path = "POST", source.one((b"/a.b/b", b"/a/c", b"/a.b/c", b"/a/b", b"/a.b/b/", b"/a.b%2Fb"))
        lines.append(("content-type", "application/grpc"))
    sni = source.one((host, host, None, b"a.test", b"c.a.test"))
    return ir.Request.of(method, host, path, lines, sni if isinstance(sni, bytes) or sni is None else sni.encode())


TABLE_REQUESTS = tuple(
    ir.Request.of(method, host, path, lines, b"a.test")
    for method, host, path, lines in (
        ("GET", "a.test", "/a/3/x", (("x", "7"), ("y", "aa"))),
        ("GET", "shop.example.com", "/cart?q=1&q=2", (("x-user", "1"),)),
        ("OPTIONS", "c.b.a.test", "/", (("origin", "https://a.test"), ("access-control-request-method", "GET"))),
        ("POST", "h7.test", "/a.b/c", (("content-type", "application/grpc"),)),
        ("PUT", None, "/a//../b/%2e;v", ()),
        ("GET", b"[::1]:80", b"/\xff" * 40, (("x", "1"), ("X", "2"))),
    )
)


# ----------------------------------------------------------------------------------------------------------------- the seeds


@cache
def manifests() -> tuple[bytes, ...]:
    """The examples and the corpus, smallest first."""
    found = [*(ROOT / "examples").rglob("*.yaml"), *(ROOT / "tests" / "corpus").rglob("*.yaml")]
    return tuple(sorted((path.read_bytes() for path in found), key=len))


def as_objects(texts: Iterable[bytes]) -> Iterator[bytes]:
    for text in texts:
        for resource in gwmatch.load(io.BytesIO(text), invalid="keep"):
            yield gwmatch_json(resource)


def gwmatch_json(resource: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(resource)


def seeds(name: str) -> list[bytes]:
    """What a target begins with."""
    match name:
        case "load":
            return [
                *manifests()[:60],
                b'{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}',
                b"a: &a [*a]",
                b"",
            ]
        case "validate":
            objects = sorted(dict.fromkeys(as_objects(manifests()[:60])), key=len)[:150]
            return [*objects, *(each + b"\xff\x02" + bytes(range(1, 60, 3)) for each in objects)]
        case "decide":
            return [bytes((number * step + 1) % 256 for number in range(200)) for step in (1, 3, 7, 31, 101)] + [b""]
        case "table":
            return [*saved.saved(), *(bytes([each]) for each in range(len(saved.saved()))), *saved.bends(), b""]
        case "pattern":
            written = re.findall(rb"type: RegularExpression, value: ([^}\n]+)", b"\n".join(manifests()))
            return [text.strip(b" '\"") + b"\xff/a" for text in sorted(set(written))] + [b"(a|b)*\xffab", b"/[a-z]+\xff/x"]
    raise ValueError(name)


TARGETS: dict[str, Target] = {"load": load, "validate": validate, "decide": decide, "table": table, "pattern": pattern}
