"""The strategies for single objects do what they say, kind by kind."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch.testing import strategies
from gwmatch.testing.nearmisses import BENDS, Bend, applied, bends

some = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def fields(manifest: dict[str, Any]) -> list[str]:
    return [str(problem.at) for problem in gwmatch.check(manifest)]


@pytest.mark.parametrize("kind", strategies.KINDS)
def test_what_is_valid_is_taken(kind: str) -> None:
    @some
    @given(strategies.valid(kind))
    def holds(manifest: dict[str, Any]) -> None:
        assert manifest["kind"] == kind
        assert fields(manifest) == []
        assert len(gwmatch.load(manifest)) == 1

    holds()


@pytest.mark.parametrize("kind", strategies.KINDS)
def test_what_is_nearly_valid_breaks_one_rule(kind: str) -> None:
    @some
    @given(strategies.near_valid(kind))
    def holds(miss: strategies.NearMiss) -> None:
        assert fields(miss.manifest) == [miss.at]
        assert fields(miss.neighbour) == []

    holds()


@pytest.mark.parametrize("kind", strategies.KINDS)
def test_what_is_invalid_is_refused(kind: str) -> None:
    @some
    @given(strategies.invalid(kind))
    def holds(manifest: dict[str, Any]) -> None:
        assert fields(manifest) != []
        with pytest.raises(gwmatch.LoadError):
            gwmatch.load(manifest)

    holds()


@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: f"{bend.rule} {bend.field}")
def test_every_bend_breaks_what_it_names(bend: Bend) -> None:
    """Each of them, not only those that are drawn."""
    for kind in bend.kinds:

        @settings(some, max_examples=5)
        @given(strategies.valid(kind))
        def holds(whole: dict[str, Any]) -> None:
            assert fields(applied(whole, bend, bend.bad)) == [bend.at]
            assert fields(applied(whole, bend, bend.good)) == []

        holds()


def test_every_kind_has_its_rules() -> None:
    """resources.md: the rules of the CRDs in words, each by at least one bend."""
    rules = {bend.rule for kind in strategies.KINDS for bend in bends(kind)}
    words = {
        "V-API-3",
        "V-PR-1",
        "V-PR-2",
        "V-BR-1",
        "V-SP-1",
        "V-SP-2",
        "V-FR-1",
        "V-GA-1",
        "V-GA-2",
        "V-GA-3",
        "V-GI-1",
        "V-GF-1",
    }
    words |= {f"V-LS-{number}" for number in range(1, 8)} | {f"V-HR-{number}" for number in range(1, 6)}
    words |= {f"V-HF-{number}" for number in range(1, 8)} | {
        "V-HM-1",
        "V-HM-2",
        "V-HT-1",
        "V-GM-1",
        "V-GM-2",
        "V-GM-3",
        "V-GF-2",
    }
    words |= {f"V-BT-{number}" for number in range(1, 5)} | {f"V-XB-{number}" for number in range(1, 5)} | {"V-XP-1", "V-XP-2"}
    assert words <= rules
    assert all(bends(kind) for kind in strategies.KINDS)


@some
@given(strategies.clusters(gateways=2), st.data())
def test_clusters_of_two_gateways_can_be_asked(manifests: list[dict[str, Any]], data: st.DataObject) -> None:
    graph = gwmatch.resolve(gwmatch.load(manifests))
    for gateway in ("infra/edge", "red/own"):
        router = gwmatch.compile(graph, gateway)
        if router.ports:
            port, request, _ = data.draw(strategies.requests_near(router))
            assert port in router.ports
            assert isinstance(request, gwmatch.Request)


def test_all_strategies_are_listed() -> None:
    assert all(hasattr(strategies, name) for name in strategies.__all__)


def test_without_hypothesis_there_is_an_oracle_and_a_clear_error() -> None:
    program = """
import sys
sys.modules["hypothesis"] = None
from gwmatch.testing import Oracle, near_requests
try:
    from gwmatch.testing import strategies
except ImportError as error:
    sys.exit(str(error))
"""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "gwmatch.testing.strategies needs Hypothesis: pip install 'gwmatch[test]'"
