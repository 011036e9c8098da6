"""BackendTLSPolicy, XBackendTrafficPolicy, XBackend and XMesh, rule by rule (V-BT, V-XP, V-XB, V-SP)."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import BackendTLSPolicy, RequestRate, XBackendTrafficPolicy, XMesh, check, load

TARGET = {"group": "", "kind": "Service", "name": "cart"}
CA = {"group": "", "kind": "ConfigMap", "name": "ca"}
VALIDATION = {"hostname": "cart.test", "wellKnownCACertificates": "System"}
SECRET = {"name": "client"}
X = "gateway.networking.x-k8s.io/v1alpha1"


def named(api_version: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "cart", "namespace": "shop"}, "spec": spec}


def tls(*targets: dict[str, Any], **validation: Any) -> dict[str, Any]:
    spec = {"targetRefs": list(targets) or [TARGET], "validation": {**VALIDATION, **validation}}
    return named("gateway.networking.k8s.io/v1", "BackendTLSPolicy", spec)


def subject(**fields: Any) -> dict[str, Any]:
    return tls(subjectAltNames=[fields])


def traffic(*targets: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return named(X, "XBackendTrafficPolicy", {"targetRefs": list(targets) or [TARGET], **spec})


def budget(**fields: Any) -> dict[str, Any]:
    return traffic(retryConstraint={"budget": fields})


def rate(**fields: Any) -> dict[str, Any]:
    return traffic(retryConstraint={"minRetryRate": fields})


def backend(**spec: Any) -> dict[str, Any]:
    made = {"type": "ExternalHostname", "externalHostname": {"hostname": "a.test"}, "port": {"port": 443}, **spec}
    return named(X, "XBackend", {key: value for key, value in made.items() if value is not None})


def mesh(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": X, "kind": "XMesh", "metadata": {"name": "m"}, "spec": {"controllerName": "example.net/m", **spec}}


URI = "spiffe://a.test/b"
SUBJECT = "spec.validation.subjectAltNames[0]."
REFUSED = [
    (
        "V-BT-1",
        "spec.targetRefs[1]",
        tls(TARGET, {**TARGET, "sectionName": "a"}),
        tls(TARGET, {**TARGET, "name": "b", "sectionName": "a"}),
    ),
    ("V-BT-2", "spec.targetRefs[1]", tls(TARGET, TARGET), tls(TARGET, {**TARGET, "kind": "ServiceImport"})),
    (
        "V-BT-2",
        "spec.targetRefs[1]",
        tls({**TARGET, "sectionName": "a"}, {**TARGET, "sectionName": "a"}),
        tls({**TARGET, "sectionName": "a"}, {**TARGET, "sectionName": "b"}),
    ),
    ("V-BT-3", "spec.validation", tls(caCertificateRefs=[CA]), tls(caCertificateRefs=[CA], wellKnownCACertificates=None)),
    ("V-BT-3", "spec.validation", tls(caCertificateRefs=[], wellKnownCACertificates=None), tls(caCertificateRefs=[])),
    ("V-BT-4", SUBJECT + "hostname", subject(type="Hostname"), subject(type="Hostname", hostname="*.a.test")),
    ("V-BT-4", SUBJECT + "hostname", subject(type="URI", uri=URI, hostname="a.test"), subject(type="URI", uri=URI)),
    ("V-BT-4", SUBJECT + "uri", subject(type="URI"), subject(type="URI", uri="https://a")),
    (
        "V-BT-4",
        SUBJECT + "uri",
        subject(type="Hostname", hostname="a.test", uri=URI),
        subject(type="Hostname", hostname="a.test"),
    ),
    ("pattern", SUBJECT + "uri", subject(type="URI", uri="a.test/b"), subject(type="URI", uri="a://")),
    ("enum", SUBJECT + "type", subject(type="hostname"), subject(type="Hostname", hostname="a.test")),
    (
        "pattern",
        "spec.validation.wellKnownCACertificates",
        tls(wellKnownCACertificates="system"),
        tls(wellKnownCACertificates="example.net/Own_1"),
    ),
    ("pattern", "spec.validation.hostname", tls(hostname="*.a.test"), tls(hostname="a.test")),
    ("limit", "spec.validation.caCertificateRefs", tls(caCertificateRefs=[CA] * 9, wellKnownCACertificates=None), tls()),
    # XBackendTrafficPolicy
    ("V-API-3", "spec.targetRefs[1]", traffic(TARGET, TARGET), traffic(TARGET, {**TARGET, "group": "a"})),
    *[
        ("V-XP-1", "spec.retryConstraint.budget.interval", budget(interval=bad), budget(interval=good))
        for bad, good in (("999ms", "1s"), ("0s", "1000ms"), ("1h1ms", "60m"))
    ],
    *[
        ("V-XP-2", "spec.retryConstraint.minRetryRate.interval", rate(interval=bad), rate(interval=good))
        for bad, good in (("0s", "1ms"), ("0h0m", "1s"), ("1h1ms", "1h"))
    ],
    ("limit", "spec.retryConstraint.budget.percent", budget(percent=101), budget(percent=100)),
    ("limit", "spec.retryConstraint.minRetryRate.count", rate(count=0), rate(count=1)),
    (
        "V-SP-1",
        "spec.sessionPersistence.absoluteTimeout",
        traffic(sessionPersistence={"cookieConfig": {"lifetimeType": "Permanent"}}),
        traffic(sessionPersistence={"cookieConfig": {"lifetimeType": "Permanent"}, "absoluteTimeout": "1h"}),
    ),
    (
        "V-SP-2",
        "spec.sessionPersistence.cookieConfig",
        traffic(sessionPersistence={"type": "Header", "cookieConfig": {}}),
        traffic(sessionPersistence={"type": "Header"}),
    ),
    # XBackend
    ("V-XB-1", "spec.externalHostname", backend(externalHostname=None), backend()),
    ("V-XB-2", "spec.externalHostname.hostname", backend(externalHostname={"hostname": "a.b.svc.cluster.local"}), backend()),
    (
        "V-XB-2",
        "spec.externalHostname.hostname",
        backend(externalHostname={"hostname": "a.cluster.local"}),
        backend(externalHostname={"hostname": "cluster.local"}),
    ),
    ("V-XB-3", "spec.port.name", backend(port={"port": 1, "name": "A"}), backend(port={"port": 1, "name": ""})),
    ("V-XB-3", "spec.port.name", backend(port={"port": 1, "name": "a.b"}), backend(port={"port": 1, "name": "a-b"})),
    ("V-XB-4", "spec.tls.clientCertificateRef", backend(tls={"mode": "ClientAndServer"}), backend(tls={"mode": "ServerOnly"})),
    (
        "V-XB-4",
        "spec.tls.clientCertificateRef",
        backend(tls={"mode": "None", "clientCertificateRef": SECRET}),
        backend(tls={"mode": "ClientAndServer", "clientCertificateRef": SECRET}),
    ),
    (
        "V-BT-3",
        "spec.tls.validation",
        backend(tls={"mode": "ServerOnly", "validation": {"hostname": "a.test"}}),
        backend(tls={"mode": "ServerOnly", "validation": VALIDATION}),
    ),
    ("enum", "spec.protocol", backend(protocol="GRPC"), backend(protocol="H2C")),
    ("enum", "spec.tls.mode", backend(tls={"mode": "Full"}), backend(tls={"mode": "None"})),
    ("limit", "spec.port.port", backend(port={"port": 0}), backend(port={"port": 1})),
    # XMesh
    ("pattern", "spec.controllerName", mesh(controllerName="mesh"), mesh()),
    ("limit", "spec.description", mesh(description="a" * 65), mesh(description="a" * 64)),
]


def refusals(given: dict[str, Any], **options: Any) -> list[str]:
    return [str(each.at) for each in check(given, **options)]


@pytest.mark.parametrize(("name", "at", "bad", "good"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_refused(name: str, at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert refusals(bad) == [at]
    assert refusals(good) == []


def test_another_type_of_backend_has_no_hostname() -> None:
    """V-XB-1, the other way round."""
    assert refusals(backend(type="Pods")) == ["spec.type", "spec.externalHostname"]
    assert refusals(backend(type="Pods", externalHostname=None)) == ["spec.type"]


def test_defaults_of_retry_budgets() -> None:
    """resources.md 13: the minimum has defaults as a whole, and none for its parts."""

    def constraint(given: dict[str, Any]) -> Any:
        return load(given).of(XBackendTrafficPolicy)[0].spec.retry_constraint

    assert constraint(traffic()) is None
    whole = constraint(traffic(retryConstraint={}))
    assert (whole.budget.percent, whole.budget.interval) == (20, "10s")
    assert whole.min_retry_rate == RequestRate(count=10, interval="1s")
    assert constraint(budget(percent=5)).budget.interval == "10s"
    assert constraint(rate(count=5)).min_retry_rate == RequestRate(count=5)
    assert constraint(rate()).min_retry_rate == RequestRate()


def test_kinds_of_the_experimental_channel() -> None:
    for given in (traffic(), backend(), mesh()):
        assert refusals(given) == []
        assert refusals(given, channel="standard") == ["kind"]


def test_versions() -> None:
    old = {**tls(), "apiVersion": "gateway.networking.k8s.io/v1alpha3"}
    assert [str(each.at) for each in load(old).notices] == ["apiVersion"]
    assert refusals(old) == []
    assert refusals(old, channel="standard") == ["apiVersion"]
    assert refusals({**tls(), "apiVersion": "gateway.networking.k8s.io/v1alpha2"}) == ["apiVersion"]
    assert load(tls()).of(BackendTLSPolicy)[0].spec.validation.well_known_ca_certificates == "System"


def test_meshes_have_no_namespace() -> None:
    (made,) = load(mesh()).of(XMesh)
    assert str(made.key) == "XMesh m"
    assert refusals(mesh(controllerName="example.net/other"), old=mesh()) == ["spec.controllerName"]
    assert refusals(mesh(description="x"), old=mesh()) == []
