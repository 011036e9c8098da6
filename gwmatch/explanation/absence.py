"""Why a route, or one rule of it, does not take a request or a connection: the first thing on its way there that stops it,
in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..api import GATEWAY_GROUP, GRPCRoute, HTTPRoute, ResourceKey, TCPRoute, TLSRoute, UDPRoute
from ..errors import UsageError
from ..graph import ListenerNode, ParentNode, RouteNode, RouteRule, RuleNode
from ..graph.hostnames import intersect, normal
from ..ir import Entry, Listener, Table
from ..reference import Facts, Trace, covers
from ..router import Router
from .account import Contender, Reading
from .selection import Selection, owned

KINDS = tuple(kind.KIND for kind in (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute))


class Findings(msgspec.Struct, frozen=True):
    """What is known about one request or connection: all that an answer may be made of."""

    router: Router
    trace: Trace
    facts: Facts | str
    """Or the name of the refusal."""
    selection: Selection
    candidates: tuple[Contender, ...]
    readings: tuple[Reading, ...]
    noun: str
    """`request` or `connection`."""
    named: str
    """The host that it is for, in words."""


class Absence(msgspec.Struct, frozen=True):
    """The question: a route, and one of its rules by index or name, or None for any."""

    kind: str | None
    """None means routes of all kinds that have the name."""
    namespace: str
    route: str
    rule: str | None = None

    @classmethod
    def of(cls, name: str) -> Absence:
        """The question that `namespace/route` stands for, with a kind before it, `#rule` after it, or both.

        >>> Absence.of("shop/cart#1"), Absence.of("GRPCRoute/shop/cart")
        (Absence(kind=None, namespace='shop', route='cart', rule='1'),
         Absence(kind='GRPCRoute', namespace='shop', route='cart', rule=None))
        """
        path, mark, rule = name.partition("#")
        *before, namespace, route = path.split("/") if "/" in path else ("", "")
        if len(before) > 1 or not (namespace and route) or (mark and not rule):
            raise UsageError(f"a route is named as [kind/]namespace/name or [kind/]namespace/name#rule, not {name!r}")
        kind = next((each for each in KINDS if before and each.lower() == before[0].lower()), None)
        if before and kind is None:
            raise UsageError(f"{before[0]!r} in {name!r} is no kind of route; these are: {', '.join(KINDS)}")
        return cls(kind, namespace, route, rule or None)

    def told(self, found: Findings) -> tuple[str, ...]:
        """The answer, in sentences."""
        routes = found.router.graph.routes
        nodes = [node for node in routes if (node.key.namespace, node.key.name) == (self.namespace, self.route)]
        asked = [node for node in nodes if self.kind in (None, node.key.kind)]
        return tuple(told for node in asked for told in self._of(node, found)) if asked else (self._not_in_the_set(routes),)

    def _of(self, node: RouteNode, found: Findings) -> Iterator[str]:
        gateway = found.router.table.gateway
        if not node.rules:  # OQ-22
            yield f"{node.key} has no rules, so that it takes nothing."
            return
        rules = self._rules(node)
        if not rules:
            yield f"{node.key} has no rule {self.rule}: {_rules_of(node)}."
            return
        parents = [each for each in node.parents if _name(each.gateway) == gateway]
        if not any(each.accepted for each in parents):
            yield from _detached(node, parents, gateway)
            return
        yield from (_dropped(node, rule) for rule in node.rules if rule.index in rules and rule.invalid)
        rules -= {rule.index for rule in node.rules if rule.invalid}
        if rules:
            yield from _passed_by(node, rules, found)

    def _not_in_the_set(self, routes: Sequence[RouteNode]) -> str:
        alike = [str(each.key) for each in routes if each.key.name == self.route]
        told = f"There is no {self.kind or 'route'} {self.namespace}/{self.route} in the set"
        return f"{told}, but {', '.join(alike[:3])}." if alike else f"{told}."

    def _rules(self, node: RouteNode) -> set[int]:
        """The indexes of the rules that are asked about."""
        if self.rule is None:
            return {rule.index for rule in node.rules}
        written: Sequence[RouteRule] = node.resource.spec.rules
        return {rule.index for rule in node.rules if self.rule in (str(rule.index), written[rule.index].name)}


def _name(key: ResourceKey) -> str:
    return f"{key.namespace}/{key.name}"


def _rules_of(node: RouteNode) -> str:
    written: Sequence[RouteRule] = node.resource.spec.rules
    names = [f"{index} ({rule.name})" if rule.name else str(index) for index, rule in enumerate(written)]
    return f"its rules are {', '.join(names)}"


def _detached(node: RouteNode, parents: Sequence[ParentNode], gateway: str) -> Iterator[str]:
    """No parentRef leads to a listener of this Gateway."""
    for parent in parents:
        refused = parent.condition("Accepted")
        section = f" (listener {parent.ref.section_name})" if parent.ref.section_name else ""
        yield f"{node.key} is not attached to {parent.parent}{section}: {refused.reason}: {refused.message.rstrip('.')}."
    if parents:
        return
    others = dict.fromkeys(_name(each.gateway) for each in node.parents)
    if others:
        yield f"{node.key} is not attached to Gateway {gateway}: its parentRefs lead to {', '.join(others)}."
        return
    refs = node.resource.spec.parent_refs
    if not refs:
        yield f"{node.key} is attached to nothing: it has no parentRefs."
        return
    named = [str(ResourceKey(ref.group, ref.kind, ref.namespace or node.key.namespace, ref.name)) for ref in refs]
    named_ones = ", ".join(dict.fromkeys(named))
    told = f"{node.key} is not attached to Gateway {gateway}: none of its parentRefs names a Gateway of ours"
    known = any(ref.kind == "ListenerSet" for ref in refs)
    yield f"{told}{' or a ListenerSet of one' if known else ''}: {named_ones}."


def _dropped(node: RouteNode, rule: RuleNode) -> str:
    why = "; ".join(f"{problem.at}: {problem.message}" for problem in rule.invalid)
    return f"{node.key} rule {rule.index} is dropped: {rule.invalid_reason}: {why}."


def _passed_by(node: RouteNode, rules: set[int], found: Findings) -> Iterator[str]:
    """The route is attached and its rules count: it wins, or the request goes by."""
    facts, listener, table = found.facts, found.selection.taken, found.router.table
    if isinstance(facts, str) or listener is None:
        yield f"{node.key} is attached, but no route is asked: {found.selection.told}."
        return
    asked = [each for each in found.candidates if _is_same(each, node) and each.rule in rules]
    if asked:
        yield from _fared(node, asked, found)
        return
    entries = [table.entries[entry_id] for entry_id in listener.entries if _is_of(table, table.entries[entry_id], node, rules)]
    if not entries:
        yield _elsewhere(node, found, listener)
    elif any(covers(host.effective, facts.host) for entry in entries for host in entry.hosts):
        nearer = ", ".join(dict.fromkeys(each.route for each in found.candidates))
        yield (
            f"{node.key} is not tried for {found.named}: routes with a more specific hostname hide it "
            f"(hostname_fallthrough is isolated): {nearer}."
        )
    else:
        names = ", ".join(dict.fromkeys(host.effective or "any host" for host in entries[0].hosts))
        yield f"{node.key} does not cover {found.named}: on listener {listener.name} its hostnames are {names}."


def _is_of(table: Table, entry: Entry, node: RouteNode, rules: set[int]) -> bool:
    rule = table.rule_of(entry)
    return (rule.route.kind, rule.route.full_name) == (node.key.kind, _name(node.key)) and rule.index in rules


def _is_same(each: Contender, node: RouteNode) -> bool:
    return (each.kind, each.route) == (node.key.kind, _name(node.key))


def _fared(node: RouteNode, asked: list[Contender], found: Findings) -> Iterator[str]:
    """The best that the route has, if anything of it matches; else the lost condition of each match."""
    best = next((each for each in asked if each.matched), None)
    if best is None:
        several = {each.rule for each in asked if sum(other.rule == each.rule for other in asked) > 1}
        for each in asked:
            where = f" match {each.match}" if each.rule in several else ""
            yield f"{node.key} rule {each.rule}{where}: {each.field}: expected {each.expected}, got {each.got}."
    elif best.outcome == "won":
        won = f": match {best.match} of rule {best.rule} won" if found.noun == "request" else ""
        yield f"{node.key} does take the {found.noun}{won}."
    elif best.outcome == "refused":
        others = [f"{each.path} selects {each.selects or 'no rule'}" for each in found.readings if not each.agrees]
        read = f": read as {', as '.join(others)}" if others else ""
        yield f"{node.key} rule {best.rule} matches, but the request is refused: {found.trace.verdict.refusal}{read}."
    else:
        first = next(each for each in found.candidates if each.outcome in ("won", "refused"))
        if found.noun == "connection":
            yield f"{node.key} could take it too, but {first.kind} {first.route} comes first, decided by {best.decided}."
            return
        named = f"{first.kind} {first.route} rule {first.rule}"
        if _is_same(first, node):
            named = f"rule {first.rule} of the same route"
        yield f"{node.key} rule {best.rule} matches too, but {named} comes first, decided by {best.decided}."


def _elsewhere(node: RouteNode, found: Findings, taken: Listener) -> str:
    """The route is attached to other listeners than the one that takes the request, and no other is tried."""
    graph = found.router.graph
    gateway = next(each for key, each in graph.gateways.items() if _name(key) == found.router.table.gateway)
    by_key = {listener.key: listener for listener in gateway.listeners}
    parents = [each for each in node.parents if each.accepted and each.gateway == gateway.key]
    reached = [by_key[each.listener] for parent in parents for each in parent.attachments]
    names = ", ".join(dict.fromkeys(_listed(each, gateway.key) for each in reached))
    target = next(each for each in gateway.listeners if (str(each.key.owner), each.key.name) == (taken.owner, taken.name))
    why = "; ".join(dict.fromkeys(_kept_out(node, parent, target, graph.options.grpc_http_exclusive) for parent in parents))
    return (
        f"{node.key} is attached to listener {names}, but listener {taken.name}{owned(taken)} takes the {found.noun}, "
        f"and no other listener's routes are tried: {why}."
    )


def _listed(listener: ListenerNode, gateway: ResourceKey) -> str:
    """A listener by its name; names are an owner's own, so one that a ListenerSet states comes with that."""
    name = listener.key.name if listener.key.owner == gateway else f"{listener.key.name} of {listener.key.owner}"
    if listener.serving:
        return name
    programmed = listener.condition("Programmed")
    return f"{name} (takes no traffic: {programmed.reason}: {programmed.message.rstrip('.')})"


def _kept_out(node: RouteNode, parent: ParentNode, listener: ListenerNode, exclusive: bool) -> str:
    """Why one parentRef did not reach one listener; the steps are those of attachment, each true by itself."""
    ref, namespaces = parent.ref, listener.listener.allowed_routes.namespaces
    name, home = listener.key.name, node.key.namespace
    if parent.parent != listener.key.owner:  # a parentRef reaches the listeners that its parent states itself
        return f"its parentRef names {parent.parent}, and listener {name} is one of {listener.key.owner}"
    if ref.section_name and ref.section_name != name:
        return f"its parentRef names listener {ref.section_name}"
    if ref.port is not None and ref.port != listener.listener.port:
        return f"its parentRef names port {ref.port}"
    if not any((each.group, each.kind) == (GATEWAY_GROUP, node.key.kind) for each in listener.supported_kinds):
        return f"listener {name} takes no {node.key.kind}"
    if namespaces.from_ == "Same" and home != listener.key.owner.namespace:
        return f"listener {name} allows routes of namespace {listener.key.owner.namespace} only"
    own = [each for each in map(normal, _hostnames(node)) if each is not None]
    if not intersect(listener.hostname, own):
        return f"hostname {listener.hostname} of listener {name} and its own ({', '.join(own)}) have nothing in common"
    if exclusive and namespaces.from_ in ("All", "Same"):
        # Whatever else attachment asks is answered above.
        return f"an older route of the other kind has a hostname of it at listener {name} (grpc_http_exclusive)"
    return f"listener {name} does not allow routes of namespace {home} (allowedRoutes.namespaces.from {namespaces.from_})"


def _hostnames(node: RouteNode) -> Sequence[str]:
    resource = node.resource
    return resource.spec.hostnames if isinstance(resource, HTTPRoute | GRPCRoute | TLSRoute) else ()
