"""Connections explained: which listener, which routes in which order, why not another one."""

from __future__ import annotations

import pytest

import gwmatch

from .world import Manifest, connections, gateway, listener, listener_set, other, route, router, rule

OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
TLS = connections("db", "TLS", 443, "*.db.test")
HTTPS = listener("web", "x.db.test", tls=True)
TCP = connections("tcp", "TCP", 5432)
UDP = connections("dns", "UDP", 53)


def explained(url: str, *manifests: Manifest, **asked: str) -> gwmatch.Explanation:
    options = {"draw": 0.5, **asked}
    return gwmatch.explain(router(*manifests), url, **options)


class TestTLS:
    def test_the_most_specific_hostname_wins(self) -> None:
        routes = [other("TLSRoute", "wide", hosts=("*.db.test",)), other("TLSRoute", "one", hosts=("a.db.test",))]
        explanation = explained("tls://a.db.test", gateway(TLS), *routes, why_not="a/wide")
        assert (explanation.connection, explanation.request, explanation.port) == ("TLS", None, 443)
        assert explanation.decision.outcome == "forward"
        assert [(each.name, each.outcome, each.hostname) for each in explanation.candidates] == [
            ("a/one#0", "won", "a.db.test"),
            ("a/wide#0", "outranked", "*.db.test"),
        ]
        assert {each.conditions for each in explanation.candidates} == {"any connection"}
        assert explanation.summary == (
            "TLSRoute a/one comes before a/wide, decided by characters of the exact hostname: "
            "9 (a.db.test) before 0 (*.db.test)."
        )
        assert explanation.why_not == (
            "TLSRoute a/wide could take it too, but TLSRoute a/one comes first, decided by characters of the exact hostname: "
            "9 (a.db.test) before 0 (*.db.test).",
        )

    @pytest.mark.parametrize("options", [{"hostname_fallthrough": "isolated"}, {"hostname_precedence": "intersected"}])
    def test_whatever_the_options_the_twins_agree(self, options: dict[str, str]) -> None:
        routes = [other("TLSRoute", "wide", hosts=("*.test",)), other("TLSRoute", "one", hosts=("*.db.test",), created=OLD)]
        explanation = gwmatch.explain(router(gateway(TLS), *routes, **options), "tls://a.db.test")
        assert explanation.winner.route == "a/one"

    @pytest.mark.parametrize(
        ("url", "sni", "said"),
        [
            ("tls://a.db.test", None, "its hostname is the most specific that covers server name a.db.test"),
            ("tls://x.db.test", None, "listener web (x.db.test) takes the handshake, and serves HTTP requests only"),
            ("tls://b.test", None, "no listener covers server name b.test: the TLS handshake is refused"),
            ("tls://a.db.test", "", "no listener covers a handshake without server name"),
            ("tls://192.0.2.1", None, "no listener covers a handshake without server name"),
            ("tls://a.db.test", "a..test", "the server name of its TLS handshake is malformed"),
        ],
    )
    def test_the_listener_beside_https(self, url: str, sni: str | None, said: str) -> None:
        made = router(gateway(HTTPS, TLS), other("TLSRoute", "r", hosts=("*.db.test",)))
        explanation = gwmatch.explain(made, url, sni=sni, why_not="a/r")
        assert said in explanation.selection
        if explanation.decision.outcome == "refuse":
            assert explanation.candidates == ()
            assert f"no route is asked: {explanation.selection}" in explanation.why_not[0]
            assert said.lower() in explanation.summary.lower()
        else:
            assert explanation.why_not == ("TLSRoute a/r does take the connection.",)

    def test_requests_see_the_tls_listener_too(self) -> None:
        explanation = explained("https://a.db.test/", gateway(HTTPS, TLS), other("TLSRoute", "r", hosts=("*.db.test",)))
        assert "listener db (*.db.test) takes the handshake, and sees no HTTP in it" in explanation.selection

    def test_no_route_covers_the_name(self) -> None:
        explanation = explained("tls://b.db.test", gateway(TLS), other("TLSRoute", "r", hosts=("a.db.test",)), why_not="a/r")
        assert explanation.summary == (
            "Listener db takes the connection, but no TLSRoute that is attached to it covers server name b.db.test."
        )
        assert explanation.why_not == (
            "TLSRoute a/r does not cover server name b.db.test: on listener db its hostnames are a.db.test.",
        )

    def test_no_tls_on_the_port(self) -> None:
        explanation = explained("tls://a.test:80", gateway(listener()))
        assert explanation.selection == "there is no TLS listener on the port, only HTTP: the connection is refused"
        assert explanation.decision.outcome == "refuse"


class TestTCPAndUDP:
    @pytest.mark.parametrize(
        ("kind", "url", "one", "condition"),
        [("TCPRoute", "tcp://a.test:5432", TCP, "any connection"), ("UDPRoute", "udp://a.test:53", UDP, "any datagram")],
    )
    def test_the_oldest_route_has_it(self, kind: str, url: str, one: Manifest, condition: str) -> None:
        routes = [other(kind, "young", created=NEW), other(kind, "old", created=OLD)]
        explanation = explained(url, gateway(one), *routes, why_not="a/young")
        assert [(each.route, each.outcome, each.conditions) for each in explanation.candidates] == [
            ("a/old", "won", condition),
            ("a/young", "outranked", condition),
        ]
        assert explanation.why_not == (
            f"{kind} a/young could take it too, but {kind} a/old comes first, decided by age of the route: {OLD} before {NEW}.",
        )

    def test_alone(self) -> None:
        explanation = explained("tcp://a.test:5432", gateway(TCP), other("TCPRoute", "r"))
        assert explanation.summary == "TCPRoute a/r is the only one attached to listener tcp."

    @pytest.mark.parametrize(
        ("url", "outcome", "said"),
        [
            ("tcp://a.test:5432", "refuse", "Listener tcp takes the connection, but no TCPRoute is attached to it."),
            ("udp://a.test:53", "drop", "Listener dns takes the connection, but no UDPRoute is attached to it."),
            ("tcp://a.test:53", "refuse", "There is no TCP listener on the port, only UDP: the connection is refused."),
            ("udp://a.test:5432", "drop", "There is no UDP listener on the port, only TCP: nothing is sent back."),
        ],
    )
    def test_nobody_has_it(self, url: str, outcome: str, said: str) -> None:
        explanation = explained(url, gateway(TCP, UDP))
        assert (explanation.decision.outcome, explanation.summary) == (outcome, said)

    def test_a_backend_that_cannot_be_used(self) -> None:
        foreign = rule(backendRefs=[{"name": "b", "namespace": "z", "port": 80}])
        tcp = explained("tcp://a.test:5432", gateway(TCP, UDP), other("TCPRoute", "r", foreign))
        assert tcp.decision.outcome == "refuse"
        assert "The connection is refused: RefNotPermitted: spec.rules[0].backendRefs[0] " in tcp.summary
        udp = explained("udp://a.test:53", gateway(TCP, UDP), other("UDPRoute", "r", foreign))
        assert "Nothing is sent back: RefNotPermitted: " in udp.summary


class TestListenerSets:
    SET = listener_set("own", connections("tcp", "TCP", 6379))

    def test_the_owner_of_a_listener_is_told(self) -> None:
        explanation = explained("tcp://a.test:6379", gateway(TCP, sets=True), self.SET, other("TCPRoute", "r", of_set="own"))
        assert explanation.selection.startswith("listener tcp of ListenerSet a/own takes it")
        assert [each.owner for each in explanation.listeners] == ["ListenerSet a/own"]
        assert explanation.winner.route == "a/r"

    def test_a_route_at_another_owner(self) -> None:
        routes = [other("TCPRoute", "set", of_set="own"), other("TCPRoute", "gw")]
        made = [gateway(TCP, sets=True), self.SET, *routes]
        (there,) = explained("tcp://a.test:6379", *made, why_not="a/gw").why_not
        assert there == (
            "TCPRoute a/gw is attached to listener tcp, but listener tcp of ListenerSet a/own takes the connection, and no "
            "other listener's routes are tried: its parentRef names Gateway infra/gw, and listener tcp is one of "
            "ListenerSet a/own."
        )
        (here,) = explained("tcp://a.test:5432", *made, why_not="a/set").why_not
        assert here.startswith("TCPRoute a/set is attached to listener tcp of ListenerSet a/own, but listener tcp takes the ")
        assert "its parentRef names ListenerSet a/own, and listener tcp is one of Gateway infra/gw" in here

    def test_a_set_that_is_not_let_in(self) -> None:
        made = [gateway(TCP), self.SET, other("TCPRoute", "r", of_set="own")]
        (sentence,) = explained("tcp://a.test:5432", *made, why_not="a/r").why_not
        assert sentence.startswith("TCPRoute a/r is not attached to ListenerSet a/own: NoMatchingParent: ")
        assert "NotAllowed: the Gateway's allowedListeners does not admit" in sentence

    def test_a_set_that_is_not_there(self) -> None:
        made = [gateway(TCP), other("TCPRoute", "r", of_set="gone")]
        (sentence,) = explained("tcp://a.test:5432", *made, why_not="a/r").why_not
        assert sentence.endswith("names a Gateway of ours or a ListenerSet of one: ListenerSet a/gone.")

    def test_requests_too(self) -> None:
        made = [gateway(sets=True), listener_set("own", listener("web", "x.test")), other("HTTPRoute", "r", of_set="own")]
        explanation = explained("http://x.test/", *made)
        assert explanation.selection.startswith("listener web (x.test) of ListenerSet a/own takes it")
        (sentence,) = explained("http://y.test/", *made, why_not="a/r").why_not
        assert sentence.startswith("HTTPRoute a/r is attached to listener web of ListenerSet a/own, but listener web takes ")


class TestKinds:
    MADE = (gateway(listener(), TCP, TLS), route("r", hosts=("x.test",)), other("TCPRoute", "r"))

    def test_routes_of_one_name(self) -> None:
        http, tcp = explained("tcp://a.test:5432", *self.MADE, why_not="a/r").why_not
        assert http.startswith("HTTPRoute a/r is attached to listener web, but listener tcp takes the connection")
        assert http.endswith("tried: listener tcp takes no HTTPRoute.")
        assert tcp == "TCPRoute a/r does take the connection."

    @pytest.mark.parametrize("kind", ["TCPRoute", "tcproute"])
    def test_one_of_them(self, kind: str) -> None:
        assert explained("tcp://a.test:5432", *self.MADE, why_not=f"{kind}/a/r").why_not == (
            "TCPRoute a/r does take the connection.",
        )

    def test_none_of_that_kind(self) -> None:
        assert explained("http://x.test/", *self.MADE, why_not="GRPCRoute/a/r").why_not == (
            "There is no GRPCRoute a/r in the set, but HTTPRoute a/r, TCPRoute a/r.",
        )
