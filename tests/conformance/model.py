"""The conformance data as types. In: the JSON files of the folder. Out: cases whose every field is known by name.

A field that is not listed here fails the load, so that nothing the data asserts can be overlooked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("GWMATCH_CONFORMANCE") or ROOT.parent / "shared" / "conformance").resolve()
needs_folder = pytest.mark.skipif(
    not (FOLDER / "cases").is_dir(), reason=f"no conformance data in {FOLDER} (GWMATCH_CONFORMANCE names the folder)"
)


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class ObjectRef(Named, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: str
    apiVersion: str = ""


class ListenerRef(Named, frozen=True, forbid_unknown_fields=True, kw_only=True):
    kind: str
    listener: str


class ParentRef(Named, frozen=True, forbid_unknown_fields=True, kw_only=True):
    group: str
    kind: str
    section_name: str | None = None


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition that must be there; None stands for any status or reason."""

    type: str
    status: str | None
    reason: str | None


class RouteKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: str
    kind: str


class Infrastructure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    labels: dict[str, str]
    annotations: dict[str, str]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag=str.lower):
    id: int
    subtest: str = ""
    note: str = ""


class Condition(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    assertion: str
    object: ObjectRef
    expect: list[Expected]
    parent_ref: ParentRef | None = None
    listener: str | None = None
    listeners: list[str] | None = None
    observed_generation: str | None = None
    attached_routes: int | None = None
    supported_kinds: list[RouteKind] | None = None
    attached_listener_sets: int | None = None
    has_address: bool = False
    addresses: list[Any] | None = None
    no_accepted_parents: bool = False
    only_parents: list[ParentRef] | None = None
    status_parent_ref_namespace_required: bool = False
    infrastructure: Infrastructure | None = None
    needs_dataplane: bool = False
    derived_fields: list[str] = []


class HTTPRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    method: str
    host: str | None
    path: str
    headers: list[tuple[str, str]]
    query: str | None = None
    http_version: str | None = None
    grpc_service: str | None = None
    grpc_method: str | None = None

    @property
    def target(self) -> str:
        return self.path if self.query is None else f"{self.path}?{self.query}"


class Rewritten(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str | None = None
    path: str | None = None


class RedirectParts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scheme: str
    host: str | None
    port: int | str
    path: str
    status: int


class MirrorTarget(Named, frozen=True, forbid_unknown_fields=True):
    percent: float | None = None


class RetryPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    codes: list[int] | None = None
    attempts: int | None = None
    backoff: str | None = None


class TimeoutPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: str | None = None
    backend_request: str | None = None


class BackendDifference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    backend: Named
    request_headers_seen_by_backend: dict[str, str] = {}
    absent_request_headers: list[str] = []
    response_headers: dict[str, str | list[str]] = {}
    absent_response_headers: list[str] = []


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`expect` of a request; UNSET where the data says nothing, since `backend: null` says something."""

    status: int | list[int] | msgspec.UnsetType = msgspec.UNSET
    status_not: int | list[int] | msgspec.UnsetType = msgspec.UNSET
    connection: str | msgspec.UnsetType = msgspec.UNSET
    grpc_status: int | msgspec.UnsetType = msgspec.UNSET
    grpc_status_name: str | msgspec.UnsetType = msgspec.UNSET
    backend: Named | msgspec.UnsetType | None = msgspec.UNSET
    backend_any_of: list[Named] | msgspec.UnsetType = msgspec.UNSET
    per_backend: list[BackendDifference] | msgspec.UnsetType = msgspec.UNSET
    weights: dict[str, float] | msgspec.UnsetType = msgspec.UNSET
    request_headers_seen_by_backend: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    absent_request_headers: list[str] | msgspec.UnsetType = msgspec.UNSET
    rewritten: Rewritten | msgspec.UnsetType = msgspec.UNSET
    response_headers: dict[str, str | list[str]] | msgspec.UnsetType = msgspec.UNSET
    absent_response_headers: list[str] | msgspec.UnsetType = msgspec.UNSET
    response_headers_ignore_whitespace: bool = False
    redirect: RedirectParts | msgspec.UnsetType = msgspec.UNSET
    mirrored_to: list[MirrorTarget] | msgspec.UnsetType = msgspec.UNSET
    timeouts: TimeoutPolicy | msgspec.UnsetType = msgspec.UNSET
    retry: RetryPolicy | msgspec.UnsetType = msgspec.UNSET
    backend_tls: Any = msgspec.UNSET
    client_validation: Any = msgspec.UNSET
    tls_mode: str | msgspec.UnsetType = msgspec.UNSET
    backend_sees_tls: bool | msgspec.UnsetType = msgspec.UNSET
    sni_seen_by_backend: str | msgspec.UnsetType = msgspec.UNSET
    route_applies: bool | msgspec.UnsetType = msgspec.UNSET


class Derived(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    listener: ListenerRef | None = None
    route: ObjectRef | None = None
    rule: int | None = None
    rule_name: str | None = None
    match: int | None = None
    backend_port: int | None = None
    backend_protocol: str | None = None
    backend_tls_policy: Any = None


class Request(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    scheme: str
    expect: Outcome
    gateway: Named | None = None
    client: Any = None
    destination: Any = None
    listener_port: int | None = None
    sni: str | None = None
    client_certificate: Named | None = None
    request: HTTPRequest | None = None
    backend_response_headers: dict[str, str] = {}
    derived: Derived = Derived()
    derived_fields: list[str] = []
    needs_dataplane: bool = False


class Patch(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    object: ObjectRef
    patch: dict[str, Any]
    patch_type: str
    generation_changed: bool = False


class Apply(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    objects: list[dict[str, Any]]
    advance_seconds: int = 0


class Delete(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    object: ObjectRef


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    topic: str
    source: str
    description: str
    features: list[str]
    channel: str
    provisional: bool
    manifests: list[str]
    steps: list[Condition | Request | Patch | Apply | Delete]
    unsupported_features: list[str] = []
    substitutions: dict[str, str] = {}
    settings: dict[str, Any] = {}
    note: str = ""


class ValidationRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    source: str
    channel: str
    upstream_channel: str
    object: dict[str, Any]
    valid: bool
    errors: list[str]
    old_object: dict[str, Any] | None = None
    subresource: str | None = None
    paths: list[str] = []
    derived_errors: list[str] = []


GATEWAY_CLASS = "gwmatch"
CONTROLLER = "example.net/gwmatch"


def substitute(text: str, case: Case | None = None) -> str:
    """The text without placeholders."""
    pairs = {"{GATEWAY_CLASS_NAME}": GATEWAY_CLASS, "{GATEWAY_CONTROLLER_NAME}": CONTROLLER}
    if case is not None:
        pairs.update(case.substitutions)
    for placeholder, value in pairs.items():
        text = text.replace(placeholder, value)
    return text


def load_cases() -> list[Case]:
    """Every case of the folder, by name; none where the folder is missing."""
    paths = sorted((FOLDER / "cases").glob("*.json"))
    return [msgspec.json.decode(substitute(path.read_text("utf-8")), type=Case) for path in paths]


def load_rows() -> list[ValidationRow]:
    """Every row of every validation file, in the files' order."""
    rows: list[ValidationRow] = []
    for path in sorted((FOLDER / "validation").glob("*.json")):
        rows += msgspec.convert(msgspec.json.decode(path.read_bytes())["cases"], list[ValidationRow])
    return rows
