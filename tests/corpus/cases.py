"""The corpus as types. In: NAME.toml and the manifests it goes with. Out: cases whose every field is known by name.

A field that is not listed here fails the load: a misspelt expectation would otherwise expect nothing.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from gwmatch import Options, ir

FOLDER = Path(__file__).resolve().parent

PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "tls": 443}
COMPARED = (
    "outcome", "status", "refusal", "grpc_status", "rule", "match", "listener", "owner", "backend", "shares", "address",
    "backend_tls", "retry_budget", "session", "external_auth", "extensions", "location", "mirrors", "request_path",
    "request_host",
)  # fmt: skip
"""Fields of a case that must equal an answer's."""
Scheme = Literal["http", "https", "grpc", "grpcs", "tls", "tcp", "udp"]


class RequestText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request or a connection as a TOML file can say it. Without `host` there is no Host at all.

    `grpc` and `grpcs` are http and https with the method and the content type of a gRPC call, unless others are given. A `tls`
    connection has a server name and no more, `tcp` and `udp` have a port.
    """

    method: str | None = None
    """Else POST for gRPC, and GET."""
    host: str | None = None
    path: str = "/"
    """Path and query."""
    headers: list[tuple[str, str]] = []
    scheme: Scheme = "http"
    port: int | None = None
    """Where the request arrives; without it, the scheme's own port. TCP and UDP have none."""
    sni: str | None = None
    draw: float = 0.25

    # Hexadecimal, for bytes that are no UTF-8 and therefore in no TOML string.
    host_bytes: str | None = None
    path_bytes: str | None = None
    header_bytes: list[tuple[str, str]] = []
    """Further headers: a name, and the bytes of its value."""

    # For limits: filled up with `a` to this many bytes.
    path_length: int | None = None
    """Of the whole target, so of the path where there is no query."""
    query_length: int | None = None
    header_length: tuple[str, int] | None = None
    """A further header, and how long its value is."""

    def __post_init__(self) -> None:
        if self.scheme in ("tcp", "udp") and self.port is None:
            raise ValueError(f"{self.scheme} needs a port")
        of_http = self.method or self.host or self.headers or self.path != "/"
        if self.is_connection and (of_http or (self.sni is not None and self.scheme != "tls")):
            raise ValueError(f"{self.scheme} has no such field")

    @property
    def is_connection(self) -> bool:
        """Whether nobody reads what is inside."""
        return self.scheme in ("tls", "tcp", "udp")

    @property
    def is_grpc(self) -> bool:
        return self.scheme in ("grpc", "grpcs")

    @property
    def arrives_at(self) -> int:
        return self.port or PORTS[self.scheme]

    @property
    def verb(self) -> str:
        return self.method if self.method is not None else "POST" if self.is_grpc else "GET"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The headers that are text."""
        typed = any(name.lower() == "content-type" for name, _ in self.headers)
        return [*self.headers, *([("content-type", "application/grpc")] if self.is_grpc and not typed else [])]

    def build(self) -> ir.Request:
        host = self.host if self.host_bytes is None else bytes.fromhex(self.host_bytes)
        path = ir.as_bytes(self.path) if self.path_bytes is None else bytes.fromhex(self.path_bytes)
        if self.path_length is not None:
            path = path.ljust(self.path_length, b"a")
        if self.query_length is not None:
            path += b"?".ljust(self.query_length + 1, b"a")
        headers: list[tuple[str, str | bytes]] = [*self.lines]
        headers += [(name, bytes.fromhex(value)) for name, value in self.header_bytes]
        if self.header_length is not None:
            headers.append((self.header_length[0], "a" * self.header_length[1]))
        return ir.Request.of(self.verb, host, path, headers, self.sni)


class BackendTLSText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the connection to the picked backend is secured: the fields of ir.BackendTLS that are at stake. With none of them,
    it is not."""

    hostname: str | None = None
    policy: str | None = None
    ca_certificates: tuple[str, ...] | None = None
    subject_alt_names: tuple[tuple[str, str], ...] | None = None
    well_known: str | None = None
    client_certificate: str | None = None

    @property
    def named(self) -> dict[str, Any]:
        fields = {field: getattr(self, field) for field in self.__struct_fields__}
        return {field: value for field, value in fields.items() if value is not None}


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request, and the few things about its answer that are at stake."""

    name: str
    request: RequestText
    standard: str | None = None
    """Which sentence demands it, where it is another than the file's."""

    rule: str | None = None
    """`namespace/route#index`. With neither `outcome` nor `status` it also means that the request is forwarded."""
    match: int | None = None
    outcome: Literal["forward", "redirect", "respond", "refuse", "drop"] | None = None
    status: int | None = None
    """What the gateway itself answers; with 404 and 421 no rule is named."""
    refusal: str | None = None
    """Means `respond` with 400, and no rule; for a connection, `refuse`."""
    grpc_status: int | None = None
    """What the client of a gRPC call reads where the gateway answers itself; 0 where that is no error of gRPC."""
    listener: str | None = None
    owner: str | None = None
    """`Kind namespace/name` of what states the listener."""
    backend: str | None = None
    """`namespace/name`, or `namespace/name:port`."""
    shares: dict[str, float] | None = None
    """By `namespace/name`, exactly; all backends of the rule."""
    address: str | None = None
    """Where a backend is that is no Service."""
    backend_tls: BackendTLSText | None = None
    retry_budget: str | None = None
    """Of the picked backend, as `20% in 10s, 10 per 1s`; empty for none."""
    session: str | None = None
    """What keeps a client at an endpoint of the picked backend, as `Cookie name`; empty for nothing."""
    external_auth: list[str] | None = None
    """`namespace/name` of those that the caller has to ask."""
    extensions: list[str] | None = None
    """`group/Kind namespace/name` of the rule's filters that are the caller's."""
    location: str | None = None
    request_path: str | None = None
    """As the backend sees it, with the query."""
    request_host: str | None = None
    request_headers: dict[str, str] | None = None
    """As the backend sees them, lines of one name joined by `,`."""
    absent_request_headers: list[str] = []
    mirrors: list[str] | None = None
    """`namespace/name`, with ` n/d` behind it where not every request is copied."""
    response_headers: dict[str, str] | None = None
    """Of the gateway's own answer, or of a backend's that gave `backend_headers`."""
    absent_response_headers: list[str] = []
    backend_headers: list[tuple[str, str]] = []

    def __post_init__(self) -> None:
        asserted = (*COMPARED, "request_headers", "response_headers")
        if all(getattr(self, field) is None for field in asserted) and not self.absent_response_headers:
            raise ValueError("expects nothing")


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    standard: str
    case: list[Case]
    gateway: str | None = None
    """`namespace/name`, where the manifests have several."""
    manifests: str | None = None
    """A file beside this one; without it NAME.yaml."""
    invalid: Literal["error", "drop", "keep"] = "error"
    """What `gwmatch.load` does with objects that an API server would refuse."""
    options: Options = Options()


class Loaded(msgspec.Struct, frozen=True):
    """One TOML file."""

    name: str
    manifests: Path
    content: CaseFile


def load_file(path: Path) -> Loaded:
    """The cases of one TOML file, checked."""
    name = path.relative_to(FOLDER).with_suffix("").as_posix()
    with path.open("rb") as handle:
        text = tomllib.load(handle)
    unknown = set(text.get("options", {})) - set(Options.__struct_fields__)
    if unknown:
        raise ValueError(f"{name}: no such option: {sorted(unknown)}")
    try:
        content = msgspec.convert(text, CaseFile)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error
    manifests = path.parent / content.manifests if content.manifests else path.with_suffix(".yaml")
    names = [case.name for case in content.case]
    if not manifests.is_file():
        raise ValueError(f"{name}: no manifests {manifests.name}")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{name}: case names must be there, and differ")
    return Loaded(name, manifests, content)


def load_all() -> list[Loaded]:
    """Every file of the corpus, by name."""
    return [load_file(path) for path in sorted(FOLDER.rglob("*.toml"))]
