"""Long histories of the same worlds, without Hypothesis: many more steps than a machine takes before it has drawn too much."""

from __future__ import annotations

import copy
import random
from contextlib import nullcontext

import pytest

import gwmatch
from gwmatch import CompileError, Router
from gwmatch.lowering import patching

from .engines import slowly
from .test_machine import CLASS, OPTIONS, PIECES, WORLDS, Version, key_of, same, told

HOSTS = ("a.test", "b.a.test", "x.a.test", "c.b.a.test", "x.test", "org", "z.org", None, "x.b.a.test")
PATHS = ("/", "/a", "/a/b", "/ab", "/b", "/a/b/c", "/zzz", "/a.b/Get", "/A/b")
LINES = ([], [("x-a", "1")], [("x-b", "2")], [("content-type", "application/grpc")], [("x-a", "1"), ("x-b", "1")])


@pytest.mark.parametrize("engine", [nullcontext, slowly], ids=["fast", "slow"])
@pytest.mark.parametrize("seed", range(12))
def test_history(seed: int, engine: type[nullcontext[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    with engine():
        for options in OPTIONS:
            monkeypatch.setattr(patching, "_SCANNED", chance.choice((0, 1, 16)))
            objects = {key_of(each): each for each in (*chance.choice(WORLDS), CLASS)}
            router = gwmatch.compile(gwmatch.load(list(objects.values())), options=options)
            versions = [Version(router, objects, router)]
            for _ in range(8):
                old = chance.choice(versions) if chance.random() < 0.2 else versions[-1]
                new = stepped(old, chance)
                if new is not None:
                    versions.append(new)
                    alike(new.router, new.scratch, chance, 12)
                    if chance.random() < 0.5:
                        same(new)
                    older = chance.choice(versions)
                    alike(older.router, older.scratch, chance, 4)


def stepped(old: Version, chance: random.Random) -> Version | None:
    """Some objects come and some go; None where the Gateway went with them."""
    others = {key_of(each): each for _ in range(chance.choice((0, 1, 1, 1, 2))) for each in chance.choice(PIECES)}
    gone = chance.sample(sorted(old.objects, key=str), min(len(old.objects), chance.choice((0, 0, 1, 2))))
    objects = {key: each for key, each in old.objects.items() if key not in gone} | others
    upserts, deletes = copy.deepcopy(list(others.values())), [old.objects[key] for key in gone]
    try:
        scratch = gwmatch.compile(gwmatch.load(list(objects.values())), options=old.scratch.graph.options)
    except CompileError:
        with pytest.raises(CompileError):
            old.router.update(upserts, deletes)
        return None
    return Version(old.router.update(upserts, deletes), objects, scratch)


def alike(mine: Router, theirs: Router, chance: random.Random, count: int) -> None:
    assert mine.ports == theirs.ports
    for _ in range(count if mine.ports else 0):
        number, sni, draw = chance.choice(mine.ports), chance.choice(("a.test", "b.a.test", None, "x.org")), chance.random()
        asked = chance.choice(("GET", "POST", "PUT")), chance.choice(HOSTS), chance.choice(PATHS), chance.choice(LINES)
        one, other = mine.port(number), theirs.port(number)
        assert told(one.match(*asked, sni=sni, draw=draw)) == told(other.match(*asked, sni=sni, draw=draw)), (
            number,
            asked,
            sni,
        )
        assert told(one.match_tls(sni, draw=draw)) == told(other.match_tls(sni, draw=draw))
        assert told(one.match_tcp(draw=draw)) == told(other.match_tcp(draw=draw))
        assert told(one.match_udp(draw=draw)) == told(other.match_udp(draw=draw))
