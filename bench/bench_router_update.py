"""From one Router to the next: microseconds for a change of one object, by what it reaches. `--many` counts the routes.

A cluster of tenants of a hundred routes each, all at one Gateway, each sending to a Service of the next tenant by a grant.
"""

from __future__ import annotations

import copy
import gc
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import gwmatch
from gwmatch import Router

GROUP = "gateway.networking.k8s.io"
PER_TENANT = 100
Manifest = dict[str, Any]

pytestmark = pytest.mark.benchmark(timer=time.thread_time, min_rounds=5, max_time=2.0)


def manifest(kind: str, namespace: str | None, name: str, spec: Manifest, version: str = f"{GROUP}/v1") -> Manifest:
    metadata = {"name": name} if namespace is None else {"namespace": namespace, "name": name}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def gateway(*more: Manifest) -> Manifest:
    consent = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "web"}}}}
    listeners = [{"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": consent}, *more]
    return manifest("Gateway", "infra", "edge", {"gatewayClassName": "any", "listeners": listeners})


def namespace(tenant: int, team: str = "web") -> Manifest:
    made = manifest("Namespace", None, f"t{tenant}", {}, "v1")
    made["metadata"]["labels"] = {"team": team}
    return made


def service(tenant: int, port: int = 80) -> Manifest:
    return manifest("Service", f"t{tenant}", "cart", {"ports": [{"port": port}]}, "v1")


def grant(tenant: int, source: str | None = None) -> Manifest:
    reader = {"group": GROUP, "kind": "HTTPRoute", "namespace": source or f"t{tenant - 1}"}
    return manifest("ReferenceGrant", f"t{tenant}", "readers", {"from": [reader], "to": [{"group": "", "kind": "Service"}]})


def policy(hostname: str) -> Manifest:
    validation = {"hostname": hostname, "wellKnownCACertificates": "System"}
    target = {"group": "", "kind": "Service", "name": "cart"}
    return manifest("BackendTLSPolicy", "t1", "cart", {"targetRefs": [target], "validation": validation})


def endpoints(*, ready: bool) -> Manifest:
    made = manifest("EndpointSlice", "t1", "cart-1", {}, "discovery.k8s.io/v1")
    made["metadata"]["labels"] = {"kubernetes.io/service-name": "cart"}
    addresses = [{"addresses": ["192.0.2.1"], "conditions": {"ready": ready}}]
    return made | {"addressType": "IPv4", "endpoints": addresses, "ports": [{"port": 80}]}


def route(number: int, path: str = "/", host: str | None = None) -> Manifest:
    tenant = number // PER_TENANT
    spec = {
        "parentRefs": [{"namespace": "infra", "name": "edge"}],
        "hostnames": [host or f"r{number}.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": path}}],
                "backendRefs": [{"namespace": f"t{tenant + 1}", "name": "cart", "port": 80}],
            }
        ],
    }
    return manifest("HTTPRoute", f"t{tenant}", f"r{number}", spec)


@cache
def router(routes: int) -> Router:
    tenants = range(routes // PER_TENANT + 1)
    made = [gateway(), *map(namespace, tenants), *map(service, tenants), *map(grant, tenants), *map(route, range(routes))]
    found = gwmatch.compile(gwmatch.load(made))
    assert len(found.table.rules) == routes
    gc.collect()
    gc.freeze()
    return found


def bench_compile_anew(benchmark: BenchmarkFixture, many: int) -> None:
    """What a change would cost without updates: the set with one route more, compiled."""
    resources = router(many).resources
    assert resources is not None
    made = benchmark.pedantic(lambda: gwmatch.compile(resources.updated([route(5, "/new")])), rounds=1 if many > 10_000 else 3)
    assert answer(made, 5, "/new") == (200, "t0")


def bench_one_route(benchmark: BenchmarkFixture, many: int) -> None:
    """Another path, from a mapping to the Router that decides by it."""
    flip(benchmark, many, [route(5, "/new")], [route(5)], lambda made: answer(made, 5, "/"), (404, None), (200, "t0"))


def bench_one_route_of_a_new_host(benchmark: BenchmarkFixture, many: int) -> None:
    """A hostname that was not there comes and goes."""
    flip(
        benchmark,
        many,
        [route(5, host="new.example.com")],
        [route(5)],
        lambda made: made.port(80).match("GET", "new.example.com", "/").outcome,
        "forward",
        "respond",
    )


def bench_one_status(benchmark: BenchmarkFixture, many: int) -> None:
    """Nothing that counts: what most updates of a watch are."""
    told = [route(5) | {"status": {"parents": []}}]
    flip(benchmark, many, told, [route(5)], lambda made: answer(made, 5, "/"), (200, "t0"), (200, "t0"))


def bench_service(benchmark: BenchmarkFixture, many: int) -> None:
    """A hundred routes send there; its port is another."""
    flip(benchmark, many, [service(1, 81)], [service(1)], lambda made: answer(made, 5, "/"), (500, "t0"), (200, "t0"))


def bench_endpoints(benchmark: BenchmarkFixture, many: int) -> None:
    """The same hundred routes, when nobody answers any more."""
    slices = [endpoints(ready=False)], [endpoints(ready=True)]
    flip(benchmark, many, *slices, lambda made: answer(made, 5, "/"), (503, "t0"), (200, "t0"))


def bench_grant(benchmark: BenchmarkFixture, many: int) -> None:
    """A hundred routes may not send there any more."""
    flip(benchmark, many, [grant(1, "nobody")], [grant(1)], lambda made: answer(made, 5, "/"), (500, "t0"), (200, "t0"))


def bench_policy(benchmark: BenchmarkFixture, many: int) -> None:
    """The connections of a hundred routes are secured by another name."""
    policies = [policy("a.test")], [policy("b.test")]
    flip(benchmark, many, *policies, lambda made: verified(made, 5), "a.test", "b.test")


def bench_namespace(benchmark: BenchmarkFixture, many: int) -> None:
    """A hundred routes are not let in any more, as the label of their namespace says."""
    labels = [namespace(0, "db")], [namespace(0)]
    flip(benchmark, many, *labels, lambda made: answer(made, 5, "/"), (404, None), (200, "t0"))


def bench_gateway_annotation(benchmark: BenchmarkFixture, many: int) -> None:
    """A Gateway that is the same to all its routes."""
    noted = copy.deepcopy(gateway())
    noted["metadata"]["annotations"] = {"note": "x"}
    flip(benchmark, many, [noted], [gateway()], lambda made: answer(made, 5, "/"), (200, "t0"), (200, "t0"))


def bench_gateway_listener(benchmark: BenchmarkFixture, many: int) -> None:
    """Another listener, for which every route is asked: all is made anew."""
    more = gateway({"name": "more", "port": 8080, "protocol": "HTTP"})
    flip(benchmark, many, [more], [gateway()], lambda made: made.ports, (80, 8080), (80,), rounds=2)


def flip(
    benchmark: BenchmarkFixture,
    many: int,
    there: list[Manifest],
    back: list[Manifest],
    look: Callable[[Router], object],
    after: object,
    before: object,
    rounds: int = 0,
) -> None:
    """Time an update there and back; `look` sees what it did."""
    first = router(many)
    new = first.update(there)
    assert look(new) == after
    old = new.update(back)
    assert look(old) == before
    if many <= 1000:
        assert old.content_hash == first.update(back).content_hash
    steps: Iterator[list[Manifest]] = cycle((there, back))
    current = old

    def step() -> None:
        nonlocal current
        current = current.update(next(steps))

    if rounds:
        benchmark.pedantic(step, rounds=rounds, iterations=1)
    else:
        benchmark(step)
    benchmark.extra_info["routes"] = many
    if benchmark.enabled:
        benchmark.extra_info["us"] = round(benchmark.stats.stats.min * 1e6, 1)
        benchmark.extra_info["us_median"] = round(benchmark.stats.stats.median * 1e6, 1)


def answer(made: Router, number: int, path: str) -> tuple[int, str | None]:
    """The status, 200 for what is forwarded, and whose route it was."""
    found = made.port(80).match("GET", f"r{number}.example.com", path)
    return found.status or 200, None if found.route is None else found.route.namespace


def verified(made: Router, number: int) -> str | None:
    (backend,) = made.port(80).match("GET", f"r{number}.example.com", "/").backends
    return None if backend.tls is None else backend.tls.hostname
