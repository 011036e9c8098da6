"""Which kinds are read, under which names and versions, and the types of the later ones."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gwmatch.api import (
    BackendTLSPolicy,
    EndpointSlice,
    GRPCMethodMatch,
    GRPCRoute,
    Listener,
    ListenerSet,
    Resource,
    ResourceKey,
    ServiceImport,
    TLSRoute,
    UDPRoute,
    XBackend,
    load,
)
from gwmatch.api.kinds import KINDS, RENAMED, recognise

from .build import GATEWAY_API, listener
from .test_rules_grpc import grpc, method
from .test_rules_l4 import l4, listeners
from .test_rules_policies import backend, mesh, subject, tls, traffic


def one(given: dict[str, Any], kind: type[Any]) -> Any:
    (made,) = load(given).of(kind)
    return made


def test_kinds_are_what_they_say() -> None:
    for (group, kind), served in KINDS.items():
        fields = {field.name: field.default for field in msgspec.structs.fields(served.type)}
        version = f"{group}/{served.versions[0]}" if group else served.versions[0]
        assert (group, kind) == (served.type.GROUP, served.type.KIND)
        assert (fields["kind"], fields["api_version"]) == (kind, version)
        assert set(served.deprecated) <= set(served.versions[1:])


@pytest.mark.parametrize(
    "given",
    [grpc(), *[l4(kind) for kind in ("TLSRoute", "TCPRoute", "UDPRoute")], listeners(), tls(), traffic(), backend(), mesh()],
)
def test_each_kind_is_read_and_round_trips(given: dict[str, Any]) -> None:
    resources = load(given, strict=True)
    (made,) = resources
    assert resources.notices == ()
    assert (made.KIND, made.api_version) == (given["kind"], given["apiVersion"])
    assert load(made) == resources
    assert msgspec.json.decode(msgspec.json.encode(made), type=type(made)) == made


def test_old_names() -> None:
    for (group, kind), renamed in RENAMED.items():
        served, finding = recognise(group, "v1alpha1", kind, "experimental")
        assert served is not None
        assert (served.type, finding is not None and kind in finding.message) == (renamed, True)
    for kind in ("BackendPolicy", "BackendLBPolicy"):
        served, finding = recognise("gateway.networking.k8s.io", "v1alpha2", kind, "standard")
        assert served is None
        assert finding is not None
        assert "use " in finding.message
    assert recognise("networking.istio.io", "v1", "Gateway", "standard") == (None, None)


def test_defaults_of_grpc_routes() -> None:
    made = one(method(service="shop.Cart"), GRPCRoute).spec.rules[0].matches[0]
    assert made.method == GRPCMethodMatch(type="Exact", service="shop.Cart", method=None)
    assert made.headers == ()


def test_defaults_of_l4_routes() -> None:
    (made,) = one(l4("UDPRoute"), UDPRoute).spec.rules
    assert (made.name, made.backend_refs[0].kind, made.backend_refs[0].weight) == (None, "Service", 1)
    assert one(l4("TLSRoute", "v1alpha2", hostnames=None), TLSRoute).spec.hostnames == ()


def test_listeners_of_sets_are_listeners() -> None:
    made = one(listeners(listener(hostname="a.test"), parentRef={"name": "edge", "namespace": "infra"}), ListenerSet).spec
    assert (made.parent_ref.group, made.parent_ref.kind) == ("gateway.networking.k8s.io", "Gateway")
    assert isinstance(made.listeners[0], Listener)
    assert made.listeners[0].allowed_routes.namespaces.from_ == "Same"


def test_names_of_fields_that_are_no_plain_camel_case() -> None:
    made = one(subject(type="URI", uri="spiffe://a.test/b"), BackendTLSPolicy).spec.validation
    assert (made.well_known_ca_certificates, made.subject_alt_names[0].uri) == ("System", "spiffe://a.test/b")
    assert one(backend(tls={"mode": "ServerOnly"}), XBackend).spec.tls.validation is None


def named(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "cart-1", "namespace": "shop"}, **fields}


def test_endpoint_slices() -> None:
    given = named(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        addressType="IPv6",
        endpoints=[
            {"addresses": ["2001:db8::1"], "conditions": {"ready": True}, "nodeName": "a"},
            {"addresses": ["2001:db8::2"], "conditions": {"ready": False, "serving": True, "terminating": True}},
            {"addresses": ["2001:db8::3"]},
        ],
        ports=[{"name": "http", "port": 8080, "appProtocol": "kubernetes.io/h2c"}, {}],
    )
    given["metadata"]["labels"] = {"kubernetes.io/service-name": "cart"}
    made = one(given, EndpointSlice)
    assert made.key == ResourceKey("discovery.k8s.io", "EndpointSlice", "shop", "cart-1")
    assert (made.service_name, [each.is_ready for each in made.endpoints]) == ("cart", [True, False, True])
    assert [(each.port, each.protocol) for each in made.ports] == [(8080, "TCP"), (None, "TCP")]
    empty = one(named("discovery.k8s.io/v1", "EndpointSlice", endpoints=None, ports=None), EndpointSlice)
    assert (empty.service_name, empty.endpoints, empty.ports) == (None, (), ())


@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1"])
def test_service_imports(version: str) -> None:
    spec = {"type": "ClusterSetIP", "ips": ["10.0.0.1"], "ports": [{"port": 80, "protocol": "TCP"}]}
    made = one(named(f"multicluster.x-k8s.io/{version}", "ServiceImport", spec=spec), ServiceImport)
    assert (made.spec.ports[0].port, made.spec.ips) == (80, ("10.0.0.1",))
    assert one(named(f"multicluster.x-k8s.io/{version}", "ServiceImport"), ServiceImport).spec.ports == ()


def test_kinds_of_one_name_in_two_groups_stay_apart() -> None:
    istio = named("networking.istio.io/v1", "Gateway")
    resources = load(istio)
    assert (len(resources), resources.skipped) == (0, {"Gateway": 1})
    assert load(named(GATEWAY_API, "XListenerSet")).skipped == {"XListenerSet": 1}
    assert issubclass(KINDS["gateway.networking.k8s.io", "ListenerSet"].type, Resource)
