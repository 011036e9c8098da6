"""The corpus as types. In: NAME.toml and the manifests it goes with. Out: cases whose every field is known by name.

A field that is not listed here fails the load: a misspelt expectation would otherwise expect nothing.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from gwmatch import Options, ir

FOLDER = Path(__file__).resolve().parent

PORTS = {"http": 80, "https": 443}


class RequestText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request as a TOML file can say it. Without `host` there is no Host at all."""

    method: str = "GET"
    host: str | None = None
    path: str = "/"
    """Path and query."""
    headers: list[tuple[str, str]] = []
    scheme: Literal["http", "https"] = "http"
    port: int | None = None
    """Where the request arrives; without it, the scheme's own port."""
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

    @property
    def arrives_at(self) -> int:
        return self.port or PORTS[self.scheme]

    def build(self) -> ir.Request:
        host = self.host if self.host_bytes is None else bytes.fromhex(self.host_bytes)
        path = ir.as_bytes(self.path) if self.path_bytes is None else bytes.fromhex(self.path_bytes)
        if self.path_length is not None:
            path = path.ljust(self.path_length, b"a")
        if self.query_length is not None:
            path += b"?".ljust(self.query_length + 1, b"a")
        headers: list[tuple[str, str | bytes]] = [*self.headers]
        headers += [(name, bytes.fromhex(value)) for name, value in self.header_bytes]
        if self.header_length is not None:
            headers.append((self.header_length[0], "a" * self.header_length[1]))
        return ir.Request.of(self.method, host, path, headers, self.sni)


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
    """Means `respond` with 400, and no rule."""
    listener: str | None = None
    backend: str | None = None
    """`namespace/name`, or `namespace/name:port`."""
    shares: dict[str, float] | None = None
    """By `namespace/name`, exactly; all backends of the rule."""
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
        asserted = ("rule", "outcome", "status", "refusal", "listener", "backend", "shares", "location", "mirrors")
        asserted += ("request_path", "request_host", "request_headers", "response_headers")
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
