"""What `guard` serves, read again by programs that read paths in their own way: no reading of HI-P5 leads to another rule.

Where a reader has a reading that HI-P5 has not, it must be one of those that docs/paths.md calls open; each of these is shown
by an example, so that none is called open that is closed.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import pytest

import gwmatch
from gwmatch.testing import other_readings, respelled

from .further import AT_END, OPEN, RESERVED, SOME_SLASHES, UNDECODED, UNMERGED, explained, same
from .readers import READERS, Missing

PATHS = int(os.environ.get("GWMATCH_PATHS", "2000"))
"""For each reader and policy."""

EXACT, PREFIX = "Exact", "PathPrefix"
TENANTS = (
    ((PREFIX, "/public"), (PREFIX, "/private"), (EXACT, "/health")),
    ((PREFIX, "/"), (PREFIX, "/public/private"), (EXACT, "/a/b"), (PREFIX, "/x")),
    ((PREFIX, "/"), (EXACT, "/v1/items:delete"), (PREFIX, "/a"), (PREFIX, "/public/x"), (PREFIX, "/private")),
    ((PREFIX, "/a"), (PREFIX, "/a/b"), (PREFIX, "/a/b/c"), (EXACT, "/")),
    ((PREFIX, "/"), (PREFIX, "/caf%C3%A9"), (PREFIX, "/~me"), (EXACT, "/a b".replace(" ", "%20"))),
)
"""Rules of a route each; every rule belongs to somebody else."""


class Site(NamedTuple):
    rules: tuple[tuple[str, str], ...]
    ports: dict[str, Any]
    """By policy."""

    def served(self, policy: str, path: bytes) -> tuple[int, bytes] | None:
        """The rule by which the path is forwarded, and the path that is; None if it is not."""
        decision = self.ports[policy].match("GET", "a.test", path)
        return (decision.rule.index, decision.target or path) if decision.outcome == "forward" else None

    def reached(self, path: bytes) -> int | None:
        """What the bytes select that a reader hands on."""
        rule = self.ports["none"].match("GET", "a.test", path).rule
        return None if rule is None else rule.index


@cache
def sites() -> tuple[Site, ...]:
    return tuple(site(rules) for rules in TENANTS)


def site(rules: tuple[tuple[str, str], ...]) -> Site:
    group = "gateway.networking.k8s.io/v1"
    listeners = [{"name": "web", "port": 80, "protocol": "HTTP"}]
    spec = {
        "parentRefs": [{"name": "edge"}],
        "rules": [
            {"matches": [{"path": {"type": kind, "value": value}}], "backendRefs": [{"name": f"b{at}", "port": 80}]}
            for at, (kind, value) in enumerate(rules)
        ],
    }
    resources = gwmatch.load(
        [
            {
                "apiVersion": group,
                "kind": "Gateway",
                "metadata": {"namespace": "n", "name": "edge"},
                "spec": {"gatewayClassName": "any", "listeners": listeners},
            },
            {"apiVersion": group, "kind": "HTTPRoute", "metadata": {"namespace": "n", "name": "r"}, "spec": spec},
        ]
    )
    made = {policy: gwmatch.Options(normalize=policy) for policy in ("none", "guard", "rewrite")}  # type: ignore[arg-type]
    return Site(rules, {policy: gwmatch.compile(resources, options=each).port(80) for policy, each in made.items()})


@cache
def served_paths(policy: str) -> tuple[tuple[Site, bytes, int], ...]:
    """What is forwarded of respelled paths of the sites, with the rules. The same in every run."""
    rng, found = random.Random(20261123), []
    while len(found) < PATHS:
        chosen = rng.choice(sites())
        value = rng.choice(chosen.rules)[1].encode() + rng.choice(
            (b"", b"", b"/x", b"/a", b"/private", b"/b", b"/items:delete")
        )
        path = respelled(value, rng, most=4)
        forwarded = chosen.served(policy, path)
        if forwarded is not None:
            found.append((chosen, forwarded[1], forwarded[0]))
    return tuple(found)


ADMITTED = {"guard": set(OPEN), "rewrite": {RESERVED, AT_END}}
"""Open readings that may lead elsewhere: `rewrite` leaves less to be read."""


@pytest.mark.parametrize("policy", ADMITTED)
@pytest.mark.parametrize("name", READERS)
def test_no_reading_leads_elsewhere(name: str, policy: str) -> None:
    cases = served_paths(policy)
    try:
        read = READERS[name]([path for _, path, _ in cases])
    except Missing as missing:
        pytest.skip(str(missing))
    counts: Counter[str] = Counter()
    for (chosen, path, rule), reading in zip(cases, read, strict=True):
        if reading is None:
            counts["refused by the reader"] += 1
            continue
        counts["read as it was sent" if same(reading, path) else "read otherwise"] += 1
        reached = chosen.reached(reading)
        if reached in (rule, None):  # None: the reader itself finds nothing
            continue
        assert not any(same(reading, known) for known in (path, *other_readings(path))), (path, reading, rule, reached)
        why = explained(path, reading)
        assert why, (path, reading, rule, reached)
        assert why <= ADMITTED[policy], (path, reading, rule, reached)
        counts.update(f"elsewhere, since {each}" for each in why)
    told = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
    print(f"\n{name}, {policy}: {len(cases)} paths, {told}")
    if policy == "guard":
        assert counts["read otherwise"] > 10  # or the reader does nothing


GAPS = [
    (RESERVED, "nginx $uri", 2, b"/v1/items%3Adelete", 0, 1),
    (RESERVED, "Node path.posix.normalize", 2, b"/v1/items%3Adelete", 0, 1),
    (SOME_SLASHES, "nginx $uri", 1, b"/x%2f..\\/", 0, 3),
    (UNMERGED, "HAProxy, slashes last", 1, b"/public//..//private", 0, 1),
    (SOME_SLASHES, "Node new URL", 2, b"/public/x/..\\/x", 3, 0),
    (UNDECODED, "Java URI.normalize", 2, b"/public/%2e/../x", 0, 3),
    (UNDECODED, "HAProxy, dots undecoded", 2, b"/public/%2e/../x", 0, 3),
]
"""Open reading, reader, site, the path as sent, the rule that guard serves it by, the rule that the reader would select."""


@pytest.mark.parametrize(("why", "name", "number", "path", "served", "reached"), GAPS)
def test_what_is_called_open_is(why: str, name: str, number: int, path: bytes, served: int, reached: int) -> None:
    """If this fails since guard refuses the path, the reading is closed: take it off docs/paths.md, and off here."""
    try:
        (reading,) = READERS[name]([path])
    except Missing as missing:
        pytest.skip(str(missing))
    assert reading is not None
    assert sites()[number].served("guard", path) == (served, path)
    assert sites()[number].reached(reading) == reached
    assert why in (explained(path, reading) or ())


def test_a_slash_at_the_end_is_open_everywhere() -> None:
    """Of a path with one reading (HI-G3): a back end that drops the slash is beyond what `guard` can see."""
    assert other_readings(b"/health/") == ()
    assert explained(b"/health/", b"/health") == {AT_END}


def test_every_open_reading_has_an_example() -> None:
    assert {gap[0] for gap in GAPS} | {AT_END} == set(OPEN)
