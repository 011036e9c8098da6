"""Why a route, or one rule of it, does not take a request: the first thing on its way there that stops it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..api import GATEWAY_GROUP, ResourceKey
from ..errors import UsageError
from ..graph import ListenerNode, ParentNode, RouteNode, RuleNode
from ..graph.hostnames import intersect, normal
from ..ir import Entry, Listener, Table
from ..reference import Facts, Trace, covers
from ..router import Router
from .account import Contender, Reading
from .selection import Selection
from .wording import text


class Findings(msgspec.Struct, frozen=True):
    """What is known about one request: all that an answer may be made of."""

    router: Router
    trace: Trace
    facts: Facts | str
    """Or the name of the refusal."""
    selection: Selection
    candidates: tuple[Contender, ...]
    readings: tuple[Reading, ...]


class Absence(msgspec.Struct, frozen=True):
    """The question: a route, and one of its rules by index or name, or None for any."""

    namespace: str
    route: str
    rule: str | None = None

    @classmethod
    def of(cls, name: str) -> Absence:
        """The question that `namespace/route` or `namespace/route#rule` stands for.

        >>> Absence.of("shop/cart#1")
        Absence(namespace='shop', route='cart', rule='1')
        """
        path, mark, rule = name.partition("#")
        namespace, slash, route = path.partition("/")
        if not (namespace and slash and route) or "/" in route or (mark and not rule):
            raise UsageError(f"a route is named as namespace/name or namespace/name#rule, not {name!r}")
        return cls(namespace, route, rule or None)

    def told(self, found: Findings) -> tuple[str, ...]:
        """The answer, in sentences."""
        gateway, routes = found.router.table.gateway, found.router.graph.routes
        node = next((each for each in routes if (each.key.namespace, each.key.name) == (self.namespace, self.route)), None)
        if node is None:
            return (self._not_in_the_set(routes),)
        rules = self._rules(node)
        if not rules:
            return (f"{node.key} has no rule {self.rule}: {_rules_of(node)}.",)
        parents = [each for each in node.parents if _name(each.gateway) == gateway]
        if not any(each.accepted for each in parents):
            return tuple(_detached(node, parents, gateway))
        dropped = tuple(_dropped(node, rule) for rule in node.rules if rule.index in rules and rule.invalid)
        rules -= {rule.index for rule in node.rules if rule.invalid}
        return dropped + tuple(_passed_by(node, rules, found)) if rules else dropped

    def _not_in_the_set(self, routes: Sequence[RouteNode]) -> str:
        alike = [str(each.key) for each in routes if each.key.name == self.route]
        told = f"HTTPRoute {self.namespace}/{self.route} is not in the set"
        return f"{told}; there is {', '.join(alike[:3])}." if alike else f"{told}."

    def _rules(self, node: RouteNode) -> set[int]:
        """The indexes of the rules that are asked about."""
        if self.rule is None:
            return {rule.index for rule in node.rules}
        return {
            rule.index
            for rule in node.rules
            if self.rule in (str(rule.index), node.resource.spec.rules[rule.index].name)
        }


def _name(key: ResourceKey) -> str:
    return f"{key.namespace}/{key.name}"


def _rules_of(node: RouteNode) -> str:
    written = node.resource.spec.rules
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
    yield f"{node.key} is not attached to Gateway {gateway}: none of its parentRefs names a Gateway of ours: {named_ones}."


def _dropped(node: RouteNode, rule: RuleNode) -> str:
    why = "; ".join(f"{problem.at}: {problem.message}" for problem in rule.invalid)
    return f"{node.key} rule {rule.index} is dropped: {rule.invalid_reason}: {why}."


def _passed_by(node: RouteNode, rules: set[int], found: Findings) -> Iterator[str]:
    """The route is attached and its rules count: it wins, or the request goes by."""
    facts, listener, table = found.facts, found.selection.taken, found.router.table
    if isinstance(facts, str) or listener is None:
        yield f"{node.key} is attached, but no route is asked: {found.selection.told}."
        return
    asked = [each for each in found.candidates if each.route == _name(node.key) and each.rule in rules]
    if asked:
        yield from _fared(node, asked, found)
        return
    entries = [table.entries[entry_id] for entry_id in listener.entries if _is_of(table, table.entries[entry_id], node, rules)]
    if not entries:
        yield _elsewhere(node, found.router, listener)
    elif any(covers(host.effective, facts.host) for entry in entries for host in entry.hosts):
        nearer = ", ".join(dict.fromkeys(each.route for each in found.candidates))
        yield (
            f"{node.key} is not tried for host {_host(facts)}: routes with a more specific hostname hide it "
            f"(hostname_fallthrough is isolated): {nearer}."
        )
    else:
        names = ", ".join(dict.fromkeys(host.effective or "any host" for host in entries[0].hosts))
        yield f"{node.key} does not cover host {_host(facts)}: on listener {listener.name} its hostnames are {names}."


def _is_of(table: Table, entry: Entry, node: RouteNode, rules: set[int]) -> bool:
    rule = table.rule_of(entry)
    return (rule.route.kind, rule.route.full_name) == (node.key.kind, _name(node.key)) and rule.index in rules


def _host(facts: Facts) -> str:
    return text(facts.host[1].encode()) or "(none)"


def _fared(node: RouteNode, asked: list[Contender], found: Findings) -> Iterator[str]:
    """The best that the route has, if anything of it matches; else the lost condition of each match."""
    best = next((each for each in asked if each.matched), None)
    if best is None:
        several = {each.rule for each in asked if sum(other.rule == each.rule for other in asked) > 1}
        for each in asked:
            where = f" match {each.match}" if each.rule in several else ""
            yield f"{node.key} rule {each.rule}{where}: {each.field}: expected {each.expected}, got {each.got}."
    elif best.outcome == "won":
        yield f"{node.key} does take the request: match {best.match} of rule {best.rule} won."
    elif best.outcome == "refused":
        others = [f"{each.path} selects {each.selects or 'no rule'}" for each in found.readings if not each.agrees]
        read = f": read as {', as '.join(others)}" if others else ""
        yield f"{node.key} rule {best.rule} matches, but the request is refused: {found.trace.verdict.refusal}{read}."
    else:
        first = next(each for each in found.candidates if each.outcome in ("won", "refused"))
        named = f"{first.kind} {first.route} rule {first.rule}"
        if first.route == best.route:
            named = f"rule {first.rule} of the same route"
        yield f"{node.key} rule {best.rule} matches too, but {named} comes first, decided by {best.decided}."


def _elsewhere(node: RouteNode, router: Router, taken: Listener) -> str:
    """The route is attached to other listeners than the one that takes the request, and no other is tried."""
    gateway = next(each for key, each in router.graph.gateways.items() if _name(key) == router.table.gateway)
    by_key = {listener.key: listener for listener in gateway.listeners}
    parents = [each for each in node.parents if each.accepted and each.gateway == gateway.key]
    reached = [by_key[each.listener] for parent in parents for each in parent.attachments]
    names = ", ".join(dict.fromkeys(each.key.name if each.serving else _idle(each) for each in reached))
    target = next(each for each in gateway.listeners if (str(each.key.owner), each.key.name) == (taken.owner, taken.name))
    why = "; ".join(dict.fromkeys(_kept_out(node, parent, target) for parent in parents))
    return (
        f"{node.key} is attached to listener {names}, but listener {taken.name} takes the request, "
        f"and no other listener's routes are tried: {why}."
    )


def _idle(listener: ListenerNode) -> str:
    programmed = listener.condition("Programmed")
    return f"{listener.key.name} (takes no traffic: {programmed.reason}: {programmed.message.rstrip('.')})"


def _kept_out(node: RouteNode, parent: ParentNode, listener: ListenerNode) -> str:
    """Why one parentRef did not reach one listener; the steps are those of attachment, each true by itself."""
    ref, namespaces = parent.ref, listener.listener.allowed_routes.namespaces
    name, home = listener.key.name, node.key.namespace
    if ref.section_name and ref.section_name != name:
        return f"its parentRef names listener {ref.section_name}"
    if ref.port is not None and ref.port != listener.listener.port:
        return f"its parentRef names port {ref.port}"
    if not any((each.group, each.kind) == (GATEWAY_GROUP, node.key.kind) for each in listener.supported_kinds):
        return f"listener {name} takes no {node.key.kind}"
    if namespaces.from_ == "Same" and home != listener.key.owner.namespace:
        return f"listener {name} allows routes of namespace {listener.key.owner.namespace} only"
    own = [each for each in map(normal, node.resource.spec.hostnames) if each is not None]
    if not intersect(listener.hostname, own):
        return f"hostname {listener.hostname} of listener {name} and its own ({', '.join(own)}) have nothing in common"
    return f"listener {name} does not allow routes of namespace {home} (allowedRoutes.namespaces.from {namespaces.from_})"
