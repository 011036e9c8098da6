"""What counts as a certificate: a check of form, strict about what it looks at (attachment.md 9)."""

from __future__ import annotations

import time

import pytest

from .builders import (
    CERTIFICATE,
    CERTIFICATE_DER,
    KEY,
    Manifest,
    config_map,
    der,
    encoded,
    gateway,
    graph_of,
    https,
    listener_of,
    pem,
    secret,
    verdict,
)

BAD = ("False", "InvalidCertificateRef")


def judged(*manifests: Manifest, ref: str | Manifest = "cert") -> tuple[str, str]:
    return verdict(listener_of(graph_of(gateway(https(secret=ref)), *manifests), "tls"), "ResolvedRefs")


def with_data(crt: str = CERTIFICATE, key: str = KEY) -> Manifest:
    return secret(data={"tls.crt": encoded(crt), "tls.key": encoded(key)})


@pytest.mark.parametrize(
    "held",
    [
        with_data(),
        with_data(CERTIFICATE + CERTIFICATE),
        with_data("Bag Attributes\n" + CERTIFICATE.replace("\n", "\r\n")),
        with_data(key=KEY.replace("PRIVATE KEY", "RSA PRIVATE KEY")),
        with_data(key="-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + KEY),
    ],
)
def test_good_secrets(held: Manifest) -> None:
    assert judged(held) == ("True", "ResolvedRefs")


@pytest.mark.parametrize(
    "held",
    [
        with_data("Hello world\n", "Hello world\n"),
        with_data(key="Hello world\n"),
        with_data(crt=KEY),
        with_data(key=CERTIFICATE),
        with_data(CERTIFICATE[:-40]),
        with_data(CERTIFICATE.replace("M", "!", 1)),
        with_data(CERTIFICATE + pem("CERTIFICATE", b"")),
        with_data(pem("CERTIFICATE", CERTIFICATE_DER[:-1])),
        with_data(pem("CERTIFICATE", CERTIFICATE_DER + b"\x00")),
        with_data(pem("CERTIFICATE", der(0x30, b"\x30\x80\x00\x00"))),
        with_data(pem("CERTIFICATE", b"just some octets")),
        with_data(key=KEY.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
        with_data(key=KEY.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1)),
        secret(type="Opaque"),
        secret(data={"tls.crt": encoded(CERTIFICATE)}),
        secret(data={}),
        secret("other"),
    ],
)
def test_bad_secrets(held: Manifest) -> None:
    assert judged(held) == BAD


@pytest.mark.parametrize(
    "ref", [{"name": "cert", "kind": "ConfigMap"}, {"name": "cert", "group": "a.test"}, {"name": "cert", "group": "core"}]
)
def test_other_kinds_are_not_supported(ref: Manifest) -> None:
    assert judged(secret(), ref=ref) == BAD


def test_one_good_certificate_is_enough_to_serve_with() -> None:
    """OQ-14."""
    refs = {"certificateRefs": [{"name": "gone"}, {"name": "cert"}]}
    public = gateway({"name": "tls", "port": 443, "protocol": "HTTPS", "tls": refs})
    node = listener_of(graph_of(public, secret()), "tls")
    assert verdict(node, "ResolvedRefs") == BAD
    assert verdict(node, "Programmed") == ("True", "Programmed")
    assert node.serving
    assert [key.name for key in node.certificates] == ["cert"]


def test_message_names_the_culprit() -> None:
    condition = listener_of(graph_of(gateway(https()), secret(type="Opaque")), "tls").condition("ResolvedRefs")
    assert condition.message == (
        "tls.certificateRefs[0] refers to Secret infra/cert, which is of type Opaque, not kubernetes.io/tls"
    )


def validated(*manifests: Manifest, refs: list[Manifest]) -> Manifest:
    tls = {"frontend": {"default": {"validation": {"caCertificateRefs": refs}}}}
    node = listener_of(graph_of(gateway(https(), tls=tls), secret(), *manifests), "tls")
    return {type_: verdict(node, type_) for type_ in ("Accepted", "Programmed", "ResolvedRefs")}


CA = {"group": "", "kind": "ConfigMap", "name": "ca"}
REJECTED = {"Accepted": ("False", "NoValidCACertificate"), "Programmed": ("False", "Invalid")}


def test_frontend_validation() -> None:
    good = {"Accepted": ("True", "Accepted"), "Programmed": ("True", "Programmed")}
    assert validated(config_map(), refs=[CA]) == good | {"ResolvedRefs": ("True", "ResolvedRefs")}
    assert validated(config_map("b"), refs=[CA]) == REJECTED | {"ResolvedRefs": ("False", "InvalidCACertificateRef")}
    broken = config_map(**{"ca.crt": "Hello world"})
    assert validated(broken, refs=[CA]) == REJECTED | {"ResolvedRefs": ("False", "InvalidCACertificateRef")}
    assert validated(config_map(other=CERTIFICATE), refs=[CA])["ResolvedRefs"][1] == "InvalidCACertificateRef"
    odd = {**CA, "kind": "Service"}
    assert validated(config_map(), refs=[odd]) == REJECTED | {"ResolvedRefs": ("False", "InvalidCACertificateKind")}
    assert validated(config_map(), refs=[CA, odd]) == good | {"ResolvedRefs": ("False", "InvalidCACertificateKind")}


def test_an_entry_for_the_port_replaces_the_default_wholly() -> None:
    gone = {"validation": {"caCertificateRefs": [{**CA, "name": "gone"}]}}
    tls = {"frontend": {"default": gone, "perPort": [{"port": 8443, "tls": {}}, {"port": 80, "tls": gone}]}}
    public = gateway(https(), https("other", 8443), {"name": "web", "port": 80, "protocol": "HTTP"}, tls=tls)
    graph = graph_of(public, secret())
    assert verdict(listener_of(graph, "tls"), "Accepted") == ("False", "NoValidCACertificate")
    assert verdict(listener_of(graph, "other"), "Accepted") == ("True", "Accepted")
    assert listener_of(graph, "other").client_validation is None
    assert verdict(listener_of(graph, "web"), "Accepted") == ("True", "Accepted")


def test_a_bundle_of_unfinished_blocks_costs_no_more_than_its_length() -> None:
    hostile = with_data("-----BEGIN CERTIFICATE-----\n" * 30000)
    start = time.perf_counter()
    assert judged(hostile) == BAD
    assert time.perf_counter() - start < 5
