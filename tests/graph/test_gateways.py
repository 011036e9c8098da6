"""GatewayClass and Gateway: whose they are, and their conditions (status.md 2 and 3)."""

from __future__ import annotations

import pytest

from gwmatch.options import Options

from .builders import (
    CONTROLLER,
    Manifest,
    config_map,
    gateway,
    gateway_class,
    gateway_of,
    graph_of,
    https,
    listener,
    listener_of,
    route,
    route_of,
    secret,
    verdict,
)

ODD = listener("odd", protocol="a.test/odd")


@pytest.mark.parametrize(
    ("listeners", "accepted", "programmed"),
    [
        ([listener()], ("True", "Accepted"), ("True", "Programmed")),
        ([listener(), ODD], ("True", "ListenersNotValid"), ("True", "Programmed")),
        ([ODD], ("False", "ListenersNotValid"), ("False", "Invalid")),
        ([https(secret="gone")], ("True", "Accepted"), ("False", "Invalid")),
        ([https(secret="gone"), listener()], ("True", "Accepted"), ("True", "Programmed")),
    ],
)
def test_accepted_and_programmed(listeners: list[Manifest], accepted: tuple[str, str], programmed: tuple[str, str]) -> None:
    """A-15, OQ-18."""
    node = gateway_of(graph_of(gateway(*listeners)))
    assert verdict(node, "Accepted") == accepted
    assert verdict(node, "Programmed") == programmed
    assert [condition.type for condition in node.conditions] == ["Accepted", "Programmed", "ResolvedRefs"]


def test_listeners_not_resolved() -> None:
    node = gateway_of(graph_of(gateway(listener(), https(secret="gone"))))
    assert verdict(node, "ResolvedRefs") == ("False", "ListenersNotResolved")
    assert node.condition("ResolvedRefs").message.endswith(": tls")


def test_parameters_of_a_gateway_are_of_no_known_kind() -> None:
    ref = {"group": "a.test", "kind": "Odd", "name": "x"}
    graph = graph_of(gateway(infrastructure={"parametersRef": ref}))
    assert verdict(gateway_of(graph), "Accepted") == ("False", "InvalidParameters")
    assert verdict(gateway_of(graph), "Programmed") == ("False", "Invalid")
    # OQ-31: everything else is computed as usual, but no traffic is taken.
    assert verdict(listener_of(graph), "Accepted") == ("True", "Accepted")
    assert verdict(listener_of(graph), "Programmed") == ("False", "Invalid")
    assert not listener_of(graph).serving


def test_infrastructure_without_parameters_is_fine() -> None:
    node = gateway_of(graph_of(gateway(infrastructure={"labels": {"a": "b"}})))
    assert verdict(node, "Accepted") == ("True", "Accepted")


@pytest.mark.parametrize(
    ("addresses", "accepted", "programmed"),
    [
        ([{"type": "IPAddress", "value": "192.0.2.1"}], ("True", "Accepted"), ("True", "Programmed")),
        ([{"type": "Hostname", "value": "gw.test"}], ("True", "Accepted"), ("True", "Programmed")),
        ([{"type": "IPAddress"}], ("True", "Accepted"), ("True", "Programmed")),
        ([{"type": "NamedAddress", "value": "x"}], ("False", "UnsupportedAddress"), ("False", "Invalid")),
        ([{"type": "a.test/odd", "value": "x"}], ("False", "UnsupportedAddress"), ("False", "Invalid")),
    ],
)
def test_addresses(addresses: list[Manifest], accepted: tuple[str, str], programmed: tuple[str, str]) -> None:
    node = gateway_of(graph_of(gateway(addresses=addresses)))
    assert verdict(node, "Accepted") == accepted
    assert verdict(node, "Programmed") == programmed


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ({"name": "cert"}, ("True", "ResolvedRefs")),
        ({"name": "gone"}, ("False", "InvalidClientCertificateRef")),
        ({"name": "cert", "kind": "ConfigMap"}, ("False", "InvalidClientCertificateRef")),
        ({"name": "cert", "namespace": "data"}, ("False", "RefNotPermitted")),
    ],
)
def test_client_certificate_for_backends(ref: Manifest, expected: tuple[str, str]) -> None:
    """A bad one shows in ResolvedRefs alone."""
    node = gateway_of(graph_of(gateway(tls={"backend": {"clientCertificateRef": ref}}), secret(), secret(namespace="data")))
    assert verdict(node, "ResolvedRefs") == expected
    assert verdict(node, "Accepted") == ("True", "Accepted")
    assert (node.client_certificate is not None) is (expected[0] == "True")


def test_insecure_fallback_is_said_as_long_as_it_is_set() -> None:
    validation = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}
    for mode, expected in (
        ("AllowInsecureFallback", ("True", "ConfigurationChanged")),
        ("AllowValidOnly", ("False", "Absent")),
    ):
        tls = {"frontend": {"default": {}, "perPort": [{"port": 8443, "tls": {"validation": {**validation, "mode": mode}}}]}}
        graph = graph_of(gateway(https(), tls=tls), secret(), config_map())
        assert verdict(gateway_of(graph), "InsecureFrontendValidationMode") == expected


def test_gateways_of_another_controller_do_nothing() -> None:
    """A-1, HI-R13."""
    theirs = gateway(name="theirs", of="foreign")
    graph = graph_of(
        gateway(),
        theirs,
        gateway_class("foreign", "else.test/controller"),
        route(parents=[{"name": "theirs"}]),
        route(name="both", parents=[{"name": "theirs"}, {"name": "public"}]),
    )
    assert [key.name for key in graph.gateways] == ["public"]
    assert [node.key.name for node in graph.gateway_classes] == ["ours"]
    assert route_of(graph).parents == ()
    assert [parent.parent.name for parent in route_of(graph, "both").parents] == ["public"]


def test_without_a_controller_every_class_is_ours() -> None:
    graph = graph_of(
        gateway(), gateway(name="theirs", of="foreign"), gateway_class("foreign", "else.test/controller"), controller=None
    )
    assert {key.name: node.controller for key, node in graph.gateways.items()} == {
        "public": CONTROLLER,
        "theirs": "else.test/controller",
    }


def test_a_class_that_is_not_there_is_noticed() -> None:
    graph = graph_of(gateway(of="gone"))
    assert graph.gateways == {}
    (notice,) = graph.notices
    assert (notice.resource, str(notice.at)) == ("Gateway infra/public", "spec.gatewayClassName")


def test_a_controller_without_a_class_is_noticed() -> None:
    graph = graph_of(gateway(), controller="a.test/mistyped")
    assert graph.gateways == {}
    assert [notice.message for notice in graph.notices] == [
        "no GatewayClass has controllerName a.test/mistyped: no Gateway is ours"
    ]


def test_parameters_of_a_class() -> None:
    ref = {"group": "a.test", "kind": "Odd", "name": "x"}
    held = [gateway_class("params", parametersRef=ref), gateway(of="params")]
    graph = graph_of(*held)
    (condition, *_) = next(node.conditions for node in graph.gateway_classes if node.key.name == "params")
    assert (condition.type, condition.status, condition.reason) == ("Accepted", "False", "InvalidParameters")
    assert graph.gateways == {}  # a class that is not accepted is not served

    graph = graph_of(*held, controller=None, options=Options())
    assert len(graph.gateways) == 1
    assert [(notice.resource, str(notice.at)) for notice in graph.notices] == [("GatewayClass params", "spec.parametersRef")]
