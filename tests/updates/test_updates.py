"""What an update promises, one promise at a time; the machine looks for what nobody thought of."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest

import gwmatch
from gwmatch import CompileError, LoadError, Options, Router, UsageError, lowering, updates
from gwmatch.api import HTTPRoute, ResourceKey
from gwmatch.graph import resolution

from .engines import slowly

GROUP = "gateway.networking.k8s.io"
Manifest = dict[str, Any]


def manifest(kind: str, namespace: str | None, name: str, spec: Manifest, version: str = f"{GROUP}/v1") -> Manifest:
    metadata = {"name": name} if namespace is None else {"namespace": namespace, "name": name}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def gateway(*, port: int = 80, class_name: str = "any") -> Manifest:
    consent = {"namespaces": {"from": "All"}}
    listeners = [{"name": "web", "port": port, "protocol": "HTTP", "allowedRoutes": consent}]
    return manifest("Gateway", "infra", "edge", {"gatewayClassName": class_name, "listeners": listeners})


def route(name: str, *hosts: str, path: str = "/", to: str = "cart") -> Manifest:
    rule = {"matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": [{"name": to, "port": 80}]}
    parents = [{"namespace": "infra", "name": "edge"}]
    return manifest("HTTPRoute", "shop", name, {"parentRefs": parents, "hostnames": list(hosts), "rules": [rule]})


def service(name: str = "cart") -> Manifest:
    return manifest("Service", "shop", name, {"ports": [{"port": 80}]}, "v1")


def compiled(*objects: Manifest, **options: Any) -> Router:
    return gwmatch.compile(gwmatch.load([gateway(), *objects]), options=Options(**options))


def taken(router: Router, host: str, path: str = "/") -> str | None:
    """The name of the route that takes a request."""
    found = router.port(80).match("GET", host, path).route
    return None if found is None else found.name


def test_a_route_comes_changes_and_goes() -> None:
    old = compiled(route("a", "a.test"))
    more = old.update([route("b", "b.test")])
    other = more.update([route("b", "c.test")])
    gone = other.update(deletes=[route("b", "c.test")])
    assert [[taken(each, host) for host in ("a.test", "b.test", "c.test")] for each in (old, more, other, gone)] == [
        ["a", None, None],
        ["a", "b", None],
        ["a", None, "b"],
        ["a", None, None],
    ]
    assert gone.table == old.table
    assert gone.graph == old.graph
    assert gone.content_hash == old.content_hash


def test_upserts_and_deletes_come_in_every_form() -> None:
    old = compiled(route("a", "a.test"), route("b", "b.test"), route("c", "c.test"))
    key = ResourceKey(GROUP, "HTTPRoute", "shop", "a")
    named = {"apiVersion": f"{GROUP}/v1", "kind": "HTTPRoute", "metadata": {"namespace": "shop", "name": "b"}}
    assert old.resources is not None
    typed = old.resources.get(HTTPRoute, "shop", "c")
    assert typed is not None
    new = old.update(deletes=[key, named, typed])
    assert [taken(new, host) for host in ("a.test", "b.test", "c.test")] == [None, None, None]
    assert taken(new.update([typed]), "c.test") == "c"
    assert new.update(deletes=[key]).table == new.table  # what is not there is no error
    assert taken(old.update([route("a", "d.test")], [key]), "d.test") == "a"  # put, though it was to be deleted


def test_a_refused_update_names_every_problem_and_changes_nothing() -> None:
    old = compiled(route("a", "a.test"))
    before = old.content_hash
    with pytest.raises(LoadError) as caught:
        old.update([route("b", "b.test"), route("c", "not a name"), route("d", "-")])
    assert [problem.resource for problem in caught.value.problems] == ["HTTPRoute shop/c", "HTTPRoute shop/d"]
    assert (old.content_hash, taken(old, "b.test")) == (before, None)
    assert taken(old.update([route("b", "b.test")]), "b.test") == "b"


def test_a_gateway_that_goes_is_an_error() -> None:
    old = compiled(route("a", "a.test"))
    with pytest.raises(CompileError) as caught:
        old.update(deletes=[gateway()])
    assert caught.value.resource == "Gateway infra/edge"
    others = manifest("GatewayClass", None, "other", {"controllerName": "example.net/x"})
    with pytest.raises(CompileError):
        old.update([others])  # classes are no longer assumed
    assert taken(old, "a.test") == "a"


def test_a_router_of_a_graph_has_no_resources() -> None:
    router = gwmatch.compile(gwmatch.resolve(gwmatch.load(gateway())))
    assert router.resources is None
    with pytest.raises(UsageError):
        router.update([route("a")])


def test_a_gateway_moves_to_another_port() -> None:
    new = compiled(route("a", "a.test")).update([gateway(port=8080)])
    assert new.ports == (8080,)
    assert new.port(8080).match("GET", "a.test", "/").outcome == "forward"


@pytest.mark.parametrize("fallthrough", ["ordered", "isolated"])
@pytest.mark.parametrize("wide", ["*.a.test", "*.test", None])
def test_a_wildcard_takes_what_hosts_below_it_leave(fallthrough: str, wide: str | None) -> None:
    """The virtual hosts that it comes to cover have to know it, those that lost their entries too."""
    below = [route("x", "x.a.test", path="/own"), route("y", "y.x.a.test", path="/own"), route("z", "z.test", path="/own")]
    old = compiled(*below, hostname_fallthrough=fallthrough)
    emptied = old.update(deletes=[below[0]])
    for base, objects in ((old, below), (emptied, below[1:])):
        wider = route("wide", *([] if wide is None else [wide]))
        new = base.update([wider])
        scratch = compiled(*objects, wider, hostname_fallthrough=fallthrough)
        for host in ("x.a.test", "y.x.a.test", "z.test", "other.a.test", "other"):
            for path in ("/own", "/else"):
                assert taken(new, host, path) == taken(scratch, host, path), (host, path)
        left = new.update(deletes=[wider])
        assert taken(left, "x.a.test", "/else") is None


def test_a_host_with_many_entries_keeps_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among many entries of one path the place of one is found by its rank."""
    monkeypatch.setattr(lowering.patching, "_SCANNED", 4)

    def conditional(number: int, value: str) -> Manifest:
        made = route(f"r{number:02}", "a.test")
        made["spec"]["rules"][0]["matches"][0]["headers"] = [{"name": "x", "value": value}]
        return made

    router = compiled(*(conditional(number, "same") for number in range(40)))
    for number in (0, 3, 39, 1, 20):
        router = router.update([conditional(number, "other")])
    router = router.update(deletes=[conditional(7, "same")])
    found = [router.port(80).match("GET", "a.test", "/", [("x", value)]).route for value in ("same", "other")]
    assert [each.name for each in found if each is not None] == ["r02", "r00"]
    assert router.content_hash == gwmatch.compile(router.resources or gwmatch.ResourceSet()).content_hash


def test_a_status_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not count is not lowered, but it is told."""
    old = compiled(route("a", "a.test"))
    monkeypatch.setattr(updates, "patch", None)
    new = old.update([route("a", "a.test") | {"status": {"parents": []}}])
    assert new.table == old.table
    assert new.graph != old.graph
    assert new.graph.routes[0].resource.status == {"parents": []}


def test_only_what_depends_on_a_change_is_resolved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = [route(f"r{number}", f"r{number}.test", to=f"s{number}") for number in range(20)]
    old = compiled(*routes, *(service(f"s{number}") for number in range(20)))
    resolved: list[str] = []
    real = updates.resolve_route

    def counted(each: Any, context: Any) -> Any:
        resolved.append(each.key.name)
        return real(each, context)

    monkeypatch.setattr(updates, "resolve_route", counted)
    monkeypatch.setattr(resolution, "resolve_route", counted)
    old = old.update([route("r3", "r3.test", path="/x", to="s3")])
    assert resolved == ["r3", "r3"], "as it is, and as it was"
    resolved.clear()
    new = old.update(deletes=[service("s5")])
    assert set(resolved) == {"r5"}
    assert [new.port(80).match("GET", f"r{number}.test", "/").status for number in (4, 5)] == [None, 500]
    resolved.clear()
    new.update([gateway() | {"status": {"addresses": []}}])
    assert set(resolved) <= {"r5"}


def test_the_first_and_the_last_of_a_kind_change_everybody() -> None:
    """Services are assumed to exist while the set holds none."""
    old = compiled(route("a", "a.test", to="gone"))
    assert old.port(80).match("GET", "a.test", "/").status is None
    some = old.update([service()])
    assert some.port(80).match("GET", "a.test", "/").status == 500
    assert some.update(deletes=[service()]).port(80).match("GET", "a.test", "/").status is None
    rejected = gwmatch.load([gateway(), route("a", "a.test", to="gone")], invalid="drop")
    bad = gwmatch.compile(rejected).update([manifest("Service", "shop", "x", {"ports": 5}, "v1")])
    assert bad.port(80).match("GET", "a.test", "/").status == 500  # somebody wrote one


def test_an_updated_router_can_be_explained() -> None:
    """The reference matcher walks the table, whose entries are not numbered like those of an updated Router."""
    router = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(5)))
    router = router.update([route("r3", "r3.test", path="/x")])
    found = gwmatch.explain(router, "http://r3.test/x")
    assert found.decision.verdict == router.as_lowered().port(80).match("GET", "r3.test", "/x").verdict
    assert found.decision.route == router.port(80).match("GET", "r3.test", "/x").route
    assert found.decision.verdict == gwmatch.reference.match(router.table, 80, gwmatch.Request.of("GET", "r3.test", "/x"))


def test_each_branch_asks_for_the_headers_of_its_first_call_and_preflight() -> None:
    """What branches share, and what a change leaves that came to nothing, says nothing of what one table has asked for."""
    cors = {"type": "CORS", "cors": {"allowOrigins": ["*"]}}

    def filtered(name: str) -> Manifest:
        made = route(name, "cors.test")
        made["spec"]["rules"][0]["filters"] = [cors]
        return made

    def grpc(name: str) -> Manifest:
        spec = {"parentRefs": [{"namespace": "infra", "name": "edge"}], "hostnames": ["a.test"]}
        return manifest("GRPCRoute", "shop", name, spec | {"rules": [{"backendRefs": [{"name": "cart", "port": 80}]}]})

    preflight = [("origin", "https://o.test"), ("access-control-request-method", "GET")]
    call = [("content-type", "application/grpc")]
    old = compiled(route("a", "a.test"))
    for name in ("first", "second", "third"):
        asked = old.update([filtered(name)]).port(80).match("OPTIONS", "cors.test", "/", preflight)
        assert asked.status == 204, name
        asked = old.update([grpc(name)]).port(80).match("POST", "a.test", "/s/m", call)
        assert asked.route is not None
        assert (asked.route.kind, asked.route.name) == ("GRPCRoute", name)
    for number in range(140):  # until there is no more room, and some more
        old = old.update([route(f"r{number}", f"r{number}.test")])
        asked = old.update([grpc("late")]).port(80).match("POST", "a.test", "/s/m", call)
        assert asked.route is not None
        assert asked.route.kind == "GRPCRoute", number


def test_history_may_fork() -> None:
    old = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(5)))
    left, right = (old.update([route("r1", "r1.test", path=path)]) for path in ("/left", "/right"))
    again = left.update([route("r2", "r2.test", path="/again")])
    assert [taken(each, "r1.test", "/left") for each in (old, left, right, again)] == ["r1", "r1", None, "r1"]
    assert [taken(each, "r1.test", "/right") for each in (old, left, right, again)] == ["r1", None, "r1", None]
    assert [taken(each, "r2.test", "/again") for each in (old, left, right, again)] == ["r2"] * 4
    assert [taken(each, "r2.test", "/else") for each in (old, left, right, again)] == ["r2", "r2", "r2", None]


def test_what_was_given_up_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers go on from those that are in a table, also after a patch that came to nothing."""
    hosts = [route(f"r{number}", f"r{number}.test", path="/own") for number in range(8)]
    old = compiled(*hosts)
    monkeypatch.setattr(lowering.patching, "_REPOINTED", 4)
    wide = old.update([route("wide")])
    assert taken(wide, "r3.test", "/else") == "wide"
    new = old.update([route("r1", "r1.test", path="/new")])
    assert [taken(new, "r1.test", path) for path in ("/new", "/own")] == ["r1", None]


def test_a_table_is_made_anew_before_it_is_mostly_litter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering.patched, "_SPARE", 10)
    router = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(5)))
    sizes = []
    for number in range(60):
        router = router.update([route("r1", "r1.test", path=f"/{number}")])
        assert taken(router, "r1.test", f"/{number}") == "r1"
        version = router._version
        assert version is not None
        sizes.append(0 if version.patched is None else len(version.patched.made.entries))
    assert max(sizes) <= 20
    assert 0 in sizes


def test_a_table_without_room_is_copied_and_not_lowered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """By far more changes than there is room for; and beside every one another, of the same Router."""
    monkeypatch.setattr(updates, "relaid", None)
    router = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(200)))
    size = router.nbytes
    monkeypatch.setattr(updates, "resolve_prepared", None)
    router = router.update([route("r1", "r1.test", path="/first")])
    for number in range(300):
        beside = router.update([route("r2", "r2.test", path=f"/beside/{number}")])
        router = router.update([route("r1", "r1.test", path=f"/{number}")])
        assert taken(router, "r1.test", f"/{number}") == "r1"
        assert (taken(beside, "r2.test", f"/beside/{number}"), taken(beside, "r1.test", f"/{number}")) == ("r2", None)
    assert router.nbytes > 2 * size
    monkeypatch.undo()
    assert router.resources is not None
    assert router.table == gwmatch.compile(router.resources).table


def test_old_versions_are_freed() -> None:
    first = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(50)))
    router = first
    versions = []
    for number in range(30):
        router = router.update([route("r1", "r1.test", path=f"/{number}")])
        versions.append(weakref.ref(router))
    gc.collect()
    assert [each() for each in versions[:-1]] == [None] * 29
    assert taken(first, "r1.test", "/") == "r1"


@pytest.mark.parametrize("how", ["fast", "slow"])
def test_threads_match_during_a_storm_of_updates(how: str) -> None:
    """Every answer is that of the version which was asked, whole: its path and its backend belong together."""
    if how == "slow":
        with slowly():
            storm(rounds=60)
    else:
        storm(rounds=600)


def storm(rounds: int) -> None:
    hosts = [f"r{number}.test" for number in range(50)]
    current = compiled(*(route(f"r{number}", host, to="s0") for number, host in enumerate(hosts)))
    published: list[tuple[int, Router]] = [(0, current)]
    wrong: list[object] = []
    asked = [0, 0]
    done = threading.Event()

    def read(reader: int) -> None:
        while not done.is_set():
            number, router = published[0]
            port = router.port(80)
            for version in (number, number + 1):
                decision = port.match("GET", "r7.test", f"/v{version}")
                expected = f"s{number}" if version == number and number else "s0" if not number else None
                found = decision.backends[0].name if decision.backends else None
                if found != expected:
                    wrong.append((number, version, found))
            asked[reader] += 1

    readers = [threading.Thread(target=read, args=(reader,)) for reader in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, rounds):
        current = current.update([route("r7", "r7.test", path=f"/v{number}", to=f"s{number}")])
        published[0] = (number, current)
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert all(asked)


def test_writers_may_race() -> None:
    """Two threads that change one Router each get their own."""
    old = compiled(*(route(f"r{number}", f"r{number}.test") for number in range(20)))
    made: dict[int, Router] = {}

    def write(number: int) -> None:
        router = old
        for step in range(20):
            router = router.update([route(f"r{number}", f"r{number}.test", path=f"/{step}")])
        made[number] = router

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for number, router in made.items():
        assert taken(router, f"r{number}.test", "/19") == f"r{number}"
        assert taken(router, f"r{number}.test", "/18") is None
        assert all(taken(router, f"r{other}.test") == f"r{other}" for other in range(20) if other != number)
