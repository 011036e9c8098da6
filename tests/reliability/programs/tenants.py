"""A cluster in numbered editions, and what the reference matcher says about each: the load of every program in this folder.

The names of the backends carry the edition, so an answer out of another table than the one that was asked can be seen.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gwmatch
from gwmatch import Request, ir, reference
from gwmatch.testing.resources import GATEWAY, Mapping, manifest

PORT = 80
ROUTES = 4
"""Of each tenant."""
Answer = tuple[Any, ...]


class Asked(NamedTuple):
    """One request with its draw."""

    request: Request
    draw: float
    route: int
    """Place in `routes` of the only one that can take it; any other where none can."""


def gateway() -> Mapping:
    namespace, name = GATEWAY.split("/")
    listener = {"name": "http", "port": PORT, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    return manifest("Gateway", namespace, name, spec={"gatewayClassName": "any", "listeners": [listener]})


def routes(edition: int, tenants: int) -> list[Mapping]:
    """For each tenant a route with every kind of condition, one over many paths, one over many headers, and a gRPC one."""
    made = []
    for tenant in range(tenants):
        host = f"t{tenant}.test"
        made += [
            _route(f"mixed-{tenant}", [host], _mixed_rules(edition)),
            _route(f"paths-{tenant}", [f"p.{host}", f"*.w{tenant}.test"], _path_rules(edition)),
            _route(f"headers-{tenant}", [f"h.{host}"], _header_rules(edition)),
            _calls(tenant, edition),
        ]
    return made


def manifests(edition: int, tenants: int) -> list[Mapping]:
    return [gateway(), *routes(edition, tenants)]


def router(edition: int, tenants: int) -> gwmatch.Router:
    return gwmatch.compile(gwmatch.load(manifests(edition, tenants)))


def requests(tenants: int) -> list[Asked]:
    """Hits, near misses and refusals; the same for each edition."""
    made = []
    for tenant in range(tenants):
        host = f"t{tenant}.test"
        mixed, paths, headers, calls = range(ROUTES * tenant, ROUTES * (tenant + 1))
        for path in ("/", "/health", "/health0", "/items/7", "/items/x", "/v1/a", "/v2", "/a/../v1", "/%2", "/odd?q=1"):
            for lines in ((), (("x-tier", "gold"),), (("x-id", "a77"), ("accept", "*/*"))):
                made.append(Asked(Request.of("GET", host, path, lines), 0.25, mixed))
        made += [Asked(Request.of("POST", host, "/pay", ()), draw / 8, mixed) for draw in range(8)]
        made += [Asked(Request.of("GET", f"p.{host}:80", f"/p{number}/x", ()), 0.5, paths) for number in range(14)]
        made += [Asked(Request.of("GET", f"x.y.w{tenant}.test", f"/p{number}", ()), 0.5, paths) for number in (0, 3, 99)]
        made += [
            Asked(Request.of("GET", f"h.{host}", "/", (("x-a", str(one)), ("x-b", str(one % 3)))), 0.5, headers)
            for one in range(14)
        ]
        call = (("content-type", "application/grpc"),)
        made += [
            Asked(Request.of("POST", f"g.{host}", path, call), 0.5, calls)
            for path in ("/shop.Cart/Get", "/shop.Cart/Put", "/x/y")
        ]
    made.append(Asked(Request.of("GET", "nobody.example", "/", ()), 0.5, 0))
    made.append(Asked(Request.of("GET", "bad..host", "/", ()), 0.5, 0))
    return made


def answers(table: ir.Table, asked: list[Asked]) -> list[Answer]:
    """What the reference matcher says, by names that any table for the same resources shares."""
    return [_by_numbers(table, reference.match(table, PORT, one.request, one.draw)) for one in asked]


def answers_of_each(edition: int | None, tenants: int, asked: list[Asked]) -> list[Answer]:
    """As `answers`, asked of a table for each tenant alone, since no two share a name and the reference looks at every entry.

    Without an edition there are no routes."""
    made = [] if edition is None else routes(edition, tenants)
    of_tenants: list[list[Asked]] = [[] for _ in range(tenants)]
    for one in asked:
        of_tenants[one.route // ROUTES].append(one)
    found = {}
    for tenant, some in enumerate(of_tenants):
        resources = gwmatch.load([gateway(), *made[ROUTES * tenant : ROUTES * (tenant + 1)]])
        found.update(zip(map(id, some), answers(gwmatch.compile(resources).table, some), strict=True))
    return [found[id(one)] for one in asked]


def _by_numbers(table: ir.Table, verdict: ir.Verdict) -> Answer:
    entry = None if verdict.entry is None else table.entries[verdict.entry]
    return _named(verdict, entry, None if entry is None else table.rules[entry.rule])


def answer(port: gwmatch.PortTable, asked: Asked) -> Answer:
    """What the compiled table says, by the same names."""
    request = asked.request
    return told(port.match(request.method, request.host, request.path, request.headers, draw=asked.draw))


def told(decision: gwmatch.Decision) -> Answer:
    """A decision by names; its entry and rule are those of the table that made it, whatever they are numbered there."""
    return _named(decision.verdict, decision.entry, decision.rule)


def _named(verdict: ir.Verdict, entry: ir.Entry | None, rule: ir.Rule | None) -> Answer:
    if entry is None or rule is None:
        return verdict.outcome, verdict.status, verdict.refusal
    backend = None if verdict.backend is None else rule.backends[verdict.backend].name
    return verdict.outcome, verdict.status, verdict.refusal, rule.route.full_name, rule.index, entry.match, backend


def _route(name: str, hostnames: list[str], rules: list[Mapping]) -> Mapping:
    namespace, gateway = GATEWAY.split("/")
    parents = [{"namespace": namespace, "name": gateway}]
    return manifest("HTTPRoute", "red", name, spec={"parentRefs": parents, "hostnames": hostnames, "rules": rules})


def _rule(backends: list[Mapping], *matches: Mapping) -> Mapping:
    return {"matches": list(matches), "backendRefs": backends}


def _to(edition: int, *weights: int) -> list[Mapping]:
    return [{"name": f"s{edition}-{place}", "port": 80, "weight": weight} for place, weight in enumerate(weights)]


def _mixed_rules(edition: int) -> list[Mapping]:
    moving = {"type": "Exact", "value": f"/health{edition % 2}"}
    tier = [{"name": "x-tier", "value": "gold"}]
    number = [{"name": "x-id", "type": "RegularExpression", "value": f"[ab]{edition % 3 + 6}+"}]
    return [
        _rule(_to(edition, 1), {"path": {"type": "Exact", "value": "/health"}}, {"path": moving}),
        _rule(_to(edition, 1), {"path": {"type": "PathPrefix", "value": f"/v{edition % 2 + 1}"}, "headers": tier}),
        _rule(_to(edition, 1), {"path": {"type": "RegularExpression", "value": "/items/[0-9]+"}}),
        _rule(_to(edition, 1), {"path": {"type": "PathPrefix", "value": "/items"}, "headers": number}),
        _rule(_to(edition, 3, 1, 0), {"method": "POST"}),
        _rule(_to(edition, 1), {"queryParams": [{"name": "q", "value": str(edition % 2)}]}),
        _rule(_to(edition, 1), {"path": {"type": "PathPrefix", "value": "/"}}),
    ]


def _path_rules(edition: int) -> list[Mapping]:
    """More paths than are scanned."""
    return [
        _rule(_to(edition, 1), {"path": {"type": "PathPrefix", "value": f"/p{number}"}}) for number in range(edition % 3, 12)
    ]


def _header_rules(edition: int) -> list[Mapping]:
    """More candidates at one path than are scanned."""
    pattern = {"name": "x-c", "type": "RegularExpression", "value": "c+"}
    made = [
        _rule(_to(edition, 1), {"headers": [{"name": "x-a", "value": str(number)}, {"name": "x-b", "value": str(number % 3)}]})
        for number in range(edition % 3, 12)
    ]
    return [*made, _rule(_to(edition, 1), {"headers": [pattern]}, {"method": "PUT"})]


def _calls(tenant: int, edition: int) -> Mapping:
    namespace, gateway = GATEWAY.split("/")
    exact = {"method": {"service": "shop.Cart", "method": "Get"}}
    pattern = {"method": {"type": "RegularExpression", "service": "shop[.].*", "method": "P.*"}}
    spec = {
        "parentRefs": [{"namespace": namespace, "name": gateway}],
        "hostnames": [f"g.t{tenant}.test"],
        "rules": [_rule(_to(edition, 1), exact, pattern)],
    }
    return manifest("GRPCRoute", "red", f"calls-{tenant}", spec=spec)
