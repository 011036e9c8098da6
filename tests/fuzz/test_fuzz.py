"""The fuzz targets in short: every seed, everything that once failed, and mutations that are always the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import gwmatch

from . import targets
from .targets import TARGETS, Bytes, seeds

REGRESSIONS = Path(__file__).parent / "regressions"
MUTATIONS = {"load": 250, "validate": 400, "decide": 250, "table": 300, "pattern": 600}
WORDS = (
    b"", b"\n", b"- ", b": ", b"&a ", b"*a", b"{", b"}", b"[", b"]", b'"', b"\\", b"\x00", b"\xff", b"1e999", b"null",
    b"!!binary ", b"(", b"{9,}", b"<<: ",
)  # fmt: skip


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """The seed with some bytes changed, cut out, doubled, or put in."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 20)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 40)]
            case 3:
                data[at:at] = chance.choice(WORDS)
            case 4:
                other = chance.randrange(len(data) + 1)
                data[at:at] = data[other : other + 8]
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds(name: str) -> None:
    given, chance = seeds(name), random.Random(f"gwmatch {name}")
    for seed in given:
        TARGETS[name](seed)
    for _ in range(MUTATIONS[name]):
        TARGETS[name](mutated(chance.choice(given), chance))


def test_what_once_failed_holds() -> None:
    """A file that libFuzzer wrote is a failure of its folder's target; those of `patterns` are replayed by its `pattern`."""
    for path in sorted(REGRESSIONS.glob("*/*")):
        TARGETS[{"patterns": "pattern"}.get(path.parent.name, path.parent.name)](path.read_bytes())


def test_the_bytes_reach_every_kind_of_decision() -> None:
    """Lest `decide` holds because all of its requests are refused alike."""
    chance, outcomes, kinds = random.Random(7), set(), set()
    for _ in range(250):
        source = Bytes(chance.randbytes(300))
        try:
            router = gwmatch.compile(gwmatch.load(list(targets.cluster(source)), invalid="keep"))
        except gwmatch.GwmatchError:
            continue
        request = targets.asked(source)
        for port in router.ports:
            decision = router.port(port).match(
                request.method, request.host, request.path, request.headers, sni=request.sni, draw=0.5
            )
            outcomes.add((decision.outcome, decision.refusal or decision.status))
            kinds.add(None if decision.route is None else decision.route.kind)
    assert kinds >= {None, "HTTPRoute", "GRPCRoute"}
    assert outcomes >= {
        ("forward", None),
        ("redirect", 301),
        ("respond", 404),
        ("respond", "bad_host"),
        ("respond", "ambiguous_path"),
    }


def test_a_matcher_that_is_wrong_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = targets.reference.match

    def wrong(*given: object) -> object:
        verdict = real(*given)  # type: ignore[arg-type]
        return verdict if verdict.outcome != "forward" else type(verdict)("respond", 404)

    monkeypatch.setattr(targets.reference, "match", wrong)
    with pytest.raises(AssertionError):
        test_a_target_holds("decide")
