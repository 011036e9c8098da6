"""What the place of a rule adds to it: listeners that do not differ share a rule."""

from __future__ import annotations

from gwmatch.options import Options
from tests.graph.builders import backend, gateway, graph_of, listener, route, route_of_kind, rule, secret, service
from tests.graph.policy_builders import table_of, tls_policy, traffic_policy


def test_listeners_that_do_not_differ_share_a_rule() -> None:
    made = gateway(listener("a", 80), listener("b", 8080), listener("c", 80, hostname="a.test"))
    table = table_of(graph_of(made, route(rule(backend())), service(), tls_policy()))
    assert (len(table.rules), len(table.entries)) == (1, 3)


def test_rules_keep_their_order_where_they_are_divided() -> None:
    """Precedence goes by the rule's index in its route, not by its place in the table."""
    made = gateway(
        listener("open", 443, "TLS", hostname="*.a.test", tls={"mode": "Terminate", "certificateRefs": [{"name": "cert"}]}),
        listener("through", 443, "TLS", hostname="*.b.test", tls={"mode": "Passthrough"}),
    )
    passing = route_of_kind("TLSRoute", hostnames=["x.a.test", "x.b.test"])
    table = table_of(graph_of(made, passing, service(), secret()))
    assert [each.index for each in table.rules] == [0, 0]
    assert sorted(table.listeners[entry.listener].name for entry in table.entries) == ["open", "through"]


def test_equal_worlds_give_equal_tables() -> None:
    made = [gateway(), route(rule(backend())), service(), tls_policy(), traffic_policy(retryConstraint={})]
    assert table_of(graph_of(*made)) == table_of(graph_of(*made[::-1]))


def test_what_is_assumed_is_said() -> None:
    validation = {"hostname": "a.test", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}
    made = [gateway(), route(rule(backend())), service(), tls_policy(validation=validation)]
    graph = graph_of(*made, options=Options(assume=("ConfigMap",)))
    assert [notice.message for notice in graph.notices] == [
        "the set holds no ConfigMap: infra/ca is taken to exist as referred to"
    ]
    (found,) = table_of(graph).rules
    assert found.backends[0].tls is not None
    assert found.backends[0].tls.ca_certificates == ("infra/ca",)
