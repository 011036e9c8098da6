"""ExternalAuth, and what becomes of a list of filters in the table (actions.md 1 and 8)."""

from __future__ import annotations

import pytest

from gwmatch import ir
from gwmatch.options import Options
from tests.graph.builders import Manifest, backend, gateway, graph_of, parent_of, route, rule, service, verdict
from tests.graph.policy_builders import endpoint_slice, table_of

CARRIED_OUT = Options(assume=(), external_auth=True)
HTTP: Manifest = {"protocol": "HTTP", "http": {}}
GRPC: Manifest = {"protocol": "GRPC", "grpc": {}}


def ask(**fields: object) -> Manifest:
    return {"type": "ExternalAuth", "externalAuth": {"backendRef": backend("auth"), **fields}}


def filters_of(
    *filters: Manifest, held: tuple[Manifest, ...] = (service("auth"),), options: Options = CARRIED_OUT
) -> ir.Filters:
    graph = graph_of(gateway(), route(rule(backend(), filters=list(filters))), service(), *held, options=options)
    (found,) = table_of(graph).rules
    return found.filters


def test_it_fails_closed_unless_the_caller_carries_it_out() -> None:
    """HI-W4."""
    closed = filters_of(ask(**GRPC), options=Options(assume=()))
    assert (closed.failure, closed.external_auth) == ("UnsupportedValue", ())
    opened = filters_of(ask(**GRPC))
    assert (opened.failure, [each.backend.name for each in opened.external_auth]) == (None, ["auth"])


def test_its_condition() -> None:
    made = [gateway(), route(rule(backend(), filters=[ask(**GRPC)])), service(), service("auth")]
    assert verdict(parent_of(graph_of(*made)), "ResolvedRefs") == ("False", "UnsupportedValue")
    assert verdict(parent_of(graph_of(*made, options=CARRIED_OUT)), "ResolvedRefs") == ("True", "ResolvedRefs")


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ((), "BackendNotFound"),
        ((service("auth", type="ExternalName"),), "InvalidKind"),
        ((service("auth"), endpoint_slice(False, service="auth")), "NoReadyEndpoints"),
    ],
)
def test_nobody_to_ask(held: tuple[Manifest, ...], reason: str) -> None:
    """X-7: every request fails."""
    assert filters_of(ask(**GRPC), held=held).failure == reason


@pytest.mark.parametrize(
    ("written", "shown", "copied"),
    [
        (GRPC, None, None),
        ({"protocol": "GRPC", "grpc": {"allowedHeaders": ["X-A", "x-a", "x-b"]}}, ("x-a", "x-b"), None),
        (HTTP, ("host", "content-length", "authorization"), None),
        (
            {"protocol": "HTTP", "http": {"allowedHeaders": ["X-A", "Host"], "allowedResponseHeaders": ["X-User"]}},
            ("host", "content-length", "authorization", "x-a"),
            ("x-user",),
        ),
    ],
)
def test_headers(written: Manifest, shown: tuple[str, ...] | None, copied: tuple[str, ...] | None) -> None:
    """X-2, X-6."""
    (found,) = filters_of(ask(**written)).external_auth
    assert (found.request_headers, found.response_headers) == (shown, copied)


@pytest.mark.parametrize(("written", "size"), [({}, 0), ({"forwardBody": {}}, 0), ({"forwardBody": {"maxSize": 64}}, 64)])
def test_body(written: Manifest, size: int) -> None:
    """X-4, X-5."""
    assert filters_of(ask(**GRPC, **written)).external_auth[0].max_body == size


def test_path() -> None:
    """X-3."""
    found = filters_of(ask(protocol="HTTP", http={"path": "/check"})).external_auth[0]
    assert (found.protocol, found.path) == ("HTTP", "/check")


def test_several_are_asked_in_their_order() -> None:
    """F-4."""
    asked = filters_of(ask(**GRPC), ask(**HTTP)).external_auth
    assert [each.protocol for each in asked] == ["GRPC", "HTTP"]


def test_the_rest_of_the_list_is_carried_out_too() -> None:
    edit = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-a", "value": "1"}]}}
    found = filters_of(edit, ask(**GRPC))
    assert found.request_headers == ir.HeaderEdit(set=((b"x-a", b"1"),))
    assert found.order == ("RequestHeaderModifier", "ExternalAuth")


def test_of_one_backend_it_is_asked_for_that_backend() -> None:
    """F-1."""
    graph = graph_of(gateway(), route(rule(backend(filters=[ask(**GRPC)]))), service(), service("auth"), options=CARRIED_OUT)
    (found,) = table_of(graph).rules
    assert found.filters.external_auth == ()
    assert len(found.backends[0].filters.external_auth) == 1


def test_a_bad_mirror_is_dropped() -> None:
    """R-3, HI-W6."""
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": backend("gone")}}
    found = filters_of(mirror)
    assert (found.failure, found.mirrors) == (None, ())
