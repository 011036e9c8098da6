"""The types: defaults as the CRDs set them (V-API-2), names, keys, times."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gwmatch.api import (
    AllowedRoutes,
    ConfigMap,
    Gateway,
    GatewayClass,
    HTTPPathMatch,
    HTTPRoute,
    HTTPRouteMatch,
    HTTPRouteSpec,
    Namespace,
    ObjectMeta,
    ReferenceGrant,
    ResourceKey,
    RouteNamespaces,
    Secret,
    Service,
    duration,
    load,
    nanoseconds_since_1970,
)
from gwmatch.api.meta import Resource
from gwmatch.errors import LoadError

from .build import but, filters, gateway, grant, listener, route, rule, service

EVERYTHING = HTTPRouteMatch(path=HTTPPathMatch(type="PathPrefix", value="/"))


def one(given: dict[str, Any], kind: type[Any] = HTTPRoute) -> Any:
    (made,) = load(given).of(kind)
    return made


@pytest.mark.parametrize(
    ("spec", "matches"),
    [
        ({}, [(EVERYTHING,)]),
        ({"rules": [{}]}, [(EVERYTHING,)]),
        ({"rules": [{"matches": []}]}, [()]),
        ({"rules": [{"matches": [{}]}]}, [(EVERYTHING,)]),
        ({"rules": [{"matches": [{"path": {}}]}]}, [(EVERYTHING,)]),
        ({"rules": [{"matches": [{"path": {"type": "Exact"}}]}]}, [(HTTPRouteMatch(path=HTTPPathMatch(type="Exact")),)]),
    ],
)
def test_defaults_of_matches(spec: dict[str, Any], matches: list[Any]) -> None:
    assert [each.matches for each in one(route(spec)).spec.rules] == matches


def test_defaults_of_references() -> None:
    made = one(route({"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": "cart", "port": 80}]}]}))
    (parent,), (backend,) = made.spec.parent_refs, made.spec.rules[0].backend_refs
    assert (parent.group, parent.kind, parent.namespace) == ("gateway.networking.k8s.io", "Gateway", None)
    assert (backend.group, backend.kind, backend.weight) == ("", "Service", 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (listener(), AllowedRoutes(namespaces=RouteNamespaces(from_="Same"))),
        (listener(allowedRoutes={}), AllowedRoutes(namespaces=RouteNamespaces(from_="Same"))),
        (listener(allowedRoutes={"namespaces": {"from": "All"}}), AllowedRoutes(namespaces=RouteNamespaces(from_="All"))),
    ],
)
def test_defaults_of_listeners(given: dict[str, Any], expected: AllowedRoutes) -> None:
    assert one(gateway(given), Gateway).spec.listeners[0].allowed_routes == expected


def test_defaults_inside_what_is_given() -> None:
    made = one(
        gateway(
            listener(protocol="TLS", tls={"certificateRefs": [{"name": "a"}]}),
            allowedListeners={},
            addresses=[{"value": "192.0.2.1"}],
            tls={
                "frontend": {
                    "default": {"validation": {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "a"}]}}
                }
            },
        ),
        Gateway,
    ).spec
    assert made.listeners[0].tls.mode == "Terminate"
    assert made.listeners[0].tls.certificate_refs[0].kind == "Secret"
    assert made.allowed_listeners.namespaces.from_ == "None"
    assert made.addresses[0].type == "IPAddress"
    assert made.tls.frontend.default.validation.mode == "AllowValidOnly"
    assert one(gateway(), Gateway).spec.allowed_listeners is None


def test_defaults_of_filters() -> None:
    made = one(
        filters(
            {"type": "RequestRedirect", "requestRedirect": {}},
            {"type": "CORS", "cors": {}},
            {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 1}, "fraction": {"numerator": 1}}},
        )
    )
    redirect, cors, mirror = made.spec.rules[0].filters
    assert redirect.request_redirect.status_code == 302
    assert (cors.cors.max_age, cors.cors.allow_credentials) == (5, None)
    assert mirror.request_mirror.fraction.denominator == 100


def test_selectors_tell_absent_from_empty() -> None:
    def selector(given: dict[str, Any]) -> Any:
        return (
            one(gateway(listener(allowedRoutes={"namespaces": given})), Gateway)
            .spec.listeners[0]
            .allowed_routes.namespaces.selector
        )

    assert selector({"from": "Selector"}) is None
    assert selector({"from": "Selector", "selector": {}}).match_expressions == ()


def test_structs_are_frozen_and_hashable() -> None:
    made = one(rule())
    with pytest.raises(AttributeError):
        made.spec.rules[0].name = "x"
    assert hash(made.spec) == hash(one(rule()).spec)


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        (HTTPRoute(metadata=ObjectMeta(name="a"), spec=HTTPRouteSpec()), "HTTPRoute default/a"),
        (Namespace(metadata=ObjectMeta(name="a")), "Namespace a"),
        (Service(metadata=ObjectMeta(name="a", namespace="b")), "Service b/a"),
    ],
)
def test_keys(resource: Resource, key: str) -> None:
    assert str(resource.key) == key


def test_groups_of_keys() -> None:
    assert one(service(), Service).key == ResourceKey("", "Service", "shop", "cart")
    assert one(grant(), ReferenceGrant).key == ResourceKey("gateway.networking.k8s.io", "ReferenceGrant", "db", "g")


def test_namespace_is_filled_in() -> None:
    assert one(but(route(), "metadata", value={"name": "a"})).metadata.namespace == "default"
    assert one(but(route(), "metadata", value={"name": "a", "namespace": ""})).metadata.namespace == "default"
    resources = load({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "b"}})
    assert resources.of(Namespace)[0].metadata.namespace is None
    assert [str(each.at) for each in resources.notices] == ["metadata.namespace"]


def test_secret_data_is_decoded() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "type": "kubernetes.io/tls"}
    made = one({**secret, "data": {"a": "YWI=", "b": "YWI="}, "stringData": {"b": "c"}}, Secret)
    assert (made.type, made.data) == ("kubernetes.io/tls", {"a": b"ab", "b": b"c"})
    assert one({**secret, "data": {"a": "YW\nI=\n"}}, Secret).data == {"a": b"ab"}  # as folded text in YAML has it
    with pytest.raises(LoadError, match="must be base64"):
        load({**secret, "data": {"a": "-----BEGIN"}})
    assert load(made).of(Secret) == (made,)


def test_parts_of_core_kinds() -> None:
    made = one(
        service(clusterIP="None", ports=[{"port": 80, "targetPort": "http", "appProtocol": "kubernetes.io/h2c"}]), Service
    )
    assert made.spec.cluster_ip == "None"
    assert (made.spec.ports[0].target_port, made.spec.ports[0].protocol) == ("http", "TCP")
    assert one({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}, Service).spec.type == "ClusterIP"
    assert one(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"ca.crt": "x"}}, ConfigMap
    ).data == {"ca.crt": "x"}


def test_status_is_kept_as_it_is() -> None:
    status = {"parents": [{"anything": [1, None, {"a": True}]}]}
    assert one(but(route(), "status", value=status)).status == status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", 1_000_000_000),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T23:00:00-01:00", 0),
        ("1970-01-01T00:00:00.5Z", 500_000_000),
        ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
        ("1969-12-31T23:59:60Z", 0),
        ("2024-01-01", None),
        ("2024-01-01T00:00:00", None),
        ("2024-13-01T00:00:00Z", None),
        ("2024-01-01T24:00:00Z", None),
        ("2024-01-01T00:00:61Z", None),
        ("2024-01-01T00:00:00Z\n", None),
        ("٢٠٢٤-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", -62135683140000000000),
    ],
)
def test_instants(text: str, expected: int | None) -> None:
    """HI-C8."""
    assert nanoseconds_since_1970(text) == expected


def test_age_is_compared_as_instants() -> None:
    older, newer = (
        ObjectMeta(name="a", creation_timestamp="2024-01-01T12:00:00+02:00"),
        ObjectMeta(name="b", creation_timestamp="2024-01-01T11:00:00Z"),
    )
    assert older.created is not None
    assert newer.created is not None
    assert older.created < newer.created


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0s", 0), ("1h", 3600 * 10**9), ("1ms1s", 1001 * 10**6), ("1m30s", 90 * 10**9), ("1", None), ("", None), ("1s ", None)],
)
def test_durations(text: str, expected: int | None) -> None:
    assert duration(text) == expected


def test_typed_objects_round_trip() -> None:
    made = one(rule(matches=[{"headers": [{"name": "a", "value": "b"}]}], retry={"codes": [500]}))
    assert load(made).of(HTTPRoute) == (made,)
    assert msgspec.json.decode(msgspec.json.encode(made), type=HTTPRoute) == made


def test_gateway_class_is_cluster_scoped() -> None:
    made = one(
        {
            "apiVersion": "gateway.networking.k8s.io/v1beta1",
            "kind": "GatewayClass",
            "metadata": {"name": "edge"},
            "spec": {"controllerName": "example.net/a"},
        },
        GatewayClass,
    )
    assert made.key == ResourceKey("gateway.networking.k8s.io", "GatewayClass", None, "edge")
    assert made.api_version == "gateway.networking.k8s.io/v1beta1"
