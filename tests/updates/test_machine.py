"""Whatever comes and goes, and in whatever order: an updated Router is the one that a compile from scratch gives."""

from __future__ import annotations

import copy
from contextlib import ExitStack
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

import gwmatch
from gwmatch import CompileError, Decision, ExtensionKind, LoadError, Options, Router
from gwmatch.lowering import patching
from gwmatch.testing.clusters import NAMES, PARTS, PLATFORM, ROUTES, TENANTS, clusters, listeners, routes
from gwmatch.testing.requests import requests_near
from gwmatch.testing.resources import GROUP, manifest

from .engines import slowly

Manifest = dict[str, Any]
Key = tuple[str, str | None, str]

KINDS = (
    ExtensionKind(group="example.net", kind="Odd", roles=("filter",)),
    ExtensionKind(group="example.net", kind="Wish", roles=("policy",)),
    ExtensionKind(group="example.net", kind="Rule", roles=("policy",), inherited=True),
)
OPTIONS = (
    Options(),
    Options(assume=()),
    Options(hostname_fallthrough="isolated"),
    Options(hostname_precedence="intersected", hostname_fallthrough="isolated", assume=()),
    Options(hostname_precedence="intersected"),
    Options(grpc_http_exclusive=True, external_auth=True),
    Options(extensions=KINDS, external_auth=True),
    Options(extensions=KINDS, assume=()),
    Options(extensions=(ExtensionKind(group="example.net", kind="HTTPRoute", roles=("backend",)),)),
)
TARGETS = (
    {"group": GROUP, "kind": "Gateway", "name": "edge"},
    {"group": "", "kind": "Service", "name": "one"},
    *({"group": GROUP, "kind": kind, "name": name} for kind in ("HTTPRoute", "GRPCRoute") for name in NAMES),
)


@st.composite
def extensions(draw: st.DrawFn) -> list[Manifest]:
    """Objects of kinds that only the caller knows."""
    found = [
        manifest("Odd", namespace, "x", "example.net/v1", spec={"limit": draw(st.integers(0, 1))})
        for namespace in draw(st.lists(st.sampled_from(TENANTS), unique=True))
    ]
    for kind in ("Wish", "Rule"):
        for namespace in draw(st.lists(st.sampled_from((*TENANTS, PLATFORM)), max_size=2, unique=True)):
            spec = {"targetRefs": draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=2))}
            found.append(manifest(kind, namespace, "w", "example.net/v1", spec=copy.deepcopy(spec)))
    return found


worlds = st.builds(lambda cluster, others: cluster + others, clusters(), st.one_of(st.just([]), extensions()))


@st.composite
def gateways(draw: st.DrawFn) -> list[Manifest]:
    spec: Manifest = {"gatewayClassName": "any", "listeners": draw(listeners())}
    if draw(st.booleans()):
        spec["allowedListeners"] = {"namespaces": {"from": "All"}}
    parent = {"namespace": PLATFORM, "name": "edge"}
    sets = [manifest("ListenerSet", "red", "one", spec={"parentRef": parent, "listeners": draw(listeners())})]
    return [manifest("Gateway", PLATFORM, "edge", spec=spec)] if draw(st.booleans()) else sets


@st.composite
def namespaces(draw: st.DrawFn) -> list[Manifest]:
    found = manifest("Namespace", None, draw(st.sampled_from((*TENANTS, PLATFORM))), "v1")
    found["metadata"]["labels"] = draw(st.sampled_from(({}, {"team": "web"}, {"team": "db"})))
    return [found]


tenants = st.sampled_from(TENANTS)
a_route = st.builds(
    lambda one: [one], st.tuples(st.sampled_from(ROUTES), tenants, st.sampled_from(NAMES)).flatmap(lambda at: routes(*at))
)
pieces = st.one_of(
    *(a_route,) * 6,
    *(tenants.flatmap(part) for part in PARTS),
    gateways(),
    namespaces(),
    extensions(),
)
"""What comes at once: one object, or a few that belong together."""


def drawn(strategy: st.SearchStrategy[list[Manifest]], count: int) -> list[list[Manifest]]:
    """Examples, always the same. A machine that drew them itself would take few steps before it had drawn too much."""
    found: list[list[Manifest]] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(each: list[Manifest]) -> None:
        found.append(each)

    keep()
    return found


WORLDS, PIECES = drawn(worlds, 60), drawn(pieces, 400)


class Version(NamedTuple):
    router: Router
    objects: dict[Key, Manifest]
    scratch: Router
    """Compiled from the same objects."""


def key_of(each: Manifest) -> Key:
    return each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]


CLASS = manifest("GatewayClass", None, "any", spec={"controllerName": "example.net/gwmatch"})


class Updates(RuleBasedStateMachine):
    """Some cluster, and what becomes of it. Every version may be changed again, so that its history has forks."""

    versions = Bundle("versions")

    def __init__(self) -> None:
        super().__init__()
        self.patches = ExitStack()
        self.patches.enter_context(slowly())
        self.options = Options()

    def teardown(self) -> None:
        self.patches.close()

    @initialize(target=versions, data=st.data(), options=st.sampled_from(OPTIONS), scanned=st.sampled_from((0, 1, 16)))
    def begin(self, data: st.DataObject, options: Options, scanned: int) -> Version:
        self.patches.enter_context(mock.patch.object(patching, "_SCANNED", scanned))
        self.options = options
        world = data.draw(st.sampled_from(range(len(WORLDS))))
        objects = {key_of(each): each for each in (*WORLDS[world], CLASS)}
        router = self.compiled(objects)
        return Version(router, objects, router)

    def compiled(self, objects: dict[Key, Manifest]) -> Router:
        return gwmatch.compile(gwmatch.load(list(objects.values())), options=self.options)

    @rule(target=versions, old=versions, data=st.data(), look=st.booleans())
    def change(self, old: Version, data: st.DataObject, look: bool) -> Any:
        """Some objects come, often one alone, and some go."""
        picked = data.draw(st.lists(st.sampled_from(range(len(PIECES))), max_size=2))
        others = {key_of(each): each for number in picked for each in PIECES[number]}
        there = sorted(old.objects, key=str)
        takes = data.draw(st.lists(st.sampled_from(there), max_size=2, unique=True)) if there else []
        upserts, deletes = list(others.values()), [old.objects[key] for key in takes]
        objects = {key: each for key, each in old.objects.items() if key not in takes} | others
        try:
            scratch = self.compiled(objects)
        except CompileError:  # nothing is left of the Gateway
            with pytest.raises(CompileError):
                old.router.update(upserts, deletes)
            return multiple()
        router = old.router.update(copy.deepcopy(upserts), deletes)
        made = Version(router, objects, scratch)
        if look:  # putting the graph together must not be what makes it right
            same(made)
        self.ask_of(made, data)
        return made

    @rule(version=versions)
    def compare(self, version: Version) -> None:
        same(version)

    @rule(version=versions, data=st.data())
    def ask(self, version: Version, data: st.DataObject) -> None:
        """Also of versions from which others were made since."""
        self.ask_of(version, data)

    @rule(target=versions, old=versions)
    def fail(self, old: Version) -> Any:
        """An update that is refused changes nothing."""
        good = manifest("HTTPRoute", "red", "one", spec={"parentRefs": [{"namespace": PLATFORM, "name": "edge"}]})
        bad = manifest("HTTPRoute", "red", "two", spec={"parentRefs": 5, "hostnames": [7]})
        with pytest.raises(LoadError) as caught:
            old.router.update([good, bad, {"kind": "Gateway"}])
        assert len(caught.value.problems) >= 3
        return multiple()

    def ask_of(self, version: Version, data: st.DataObject) -> None:
        table = version.scratch.table
        for _ in range(2 if table.listeners else 0):
            port, request, draw = data.draw(requests_near(table))
            mine, theirs = version.router.port(port), version.scratch.port(port)
            asked = request.method, request.host, request.path, request.headers
            assert told(mine.match(*asked, sni=request.sni, draw=draw)) == told(
                theirs.match(*asked, sni=request.sni, draw=draw)
            )
            assert told(mine.match_tls(request.sni, draw=draw)) == told(theirs.match_tls(request.sni, draw=draw))
            assert told(mine.match_tcp(draw=draw)) == told(theirs.match_tcp(draw=draw))
            assert told(mine.match_udp(draw=draw)) == told(theirs.match_udp(draw=draw))


def same(version: Version) -> None:
    assert version.router.graph == version.scratch.graph
    assert version.router.table == version.scratch.table
    assert version.router.content_hash == version.scratch.content_hash
    assert version.router.ports == version.scratch.ports
    assert version.router.resources == version.scratch.resources


def told(decision: Decision) -> tuple[object, ...]:
    """All that a decision says, but for numbers of entries."""
    listener = decision.listener
    return (
        decision.outcome,
        decision.status,
        decision.refusal,
        None if listener is None else (listener.id, listener.name, listener.certificates, listener.client_validation),
        decision.rule,
        decision.match,
        decision.verdict.backend,
        decision.target,
        decision.grpc_status,
    )


TestUpdates = Updates.TestCase
TestUpdates.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
