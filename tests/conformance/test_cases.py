"""Every conformance case, step by step, with the state that its changes leave."""

from __future__ import annotations

import pytest

from .answers import check_request
from .cluster import Cluster
from .conditions import check_condition
from .failures import Failure
from .model import Apply, Case, Condition, Delete, Patch, Request, Step, load_cases, needs_folder
from .tally import Tally, group_of

CASES = load_cases()


@needs_folder
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_case(case: Case, tally: Tally) -> None:
    failures: list[Failure] = []
    cluster = Cluster(case)
    for step in case.steps:
        if isinstance(step, Condition) and step.needs_dataplane:
            tally.count("conditions", "dataplane")
            continue
        found = run(step, cluster)
        tally.count(group_of(step), "failed" if found else "passed")
        failures += found
    tally.count("cases", "failed" if failures else "passed")
    assert not failures, f"{case.name}: {case.description}\n" + "\n".join(map(str, failures))


def run(step: Step, cluster: Cluster) -> list[Failure]:
    """Take the step; whatever goes wrong in it is a failure of this step and lets the next ones have their turn."""
    try:
        match step:
            case Condition():
                return check_condition(step, cluster)
            case Request():
                return check_request(step, cluster)
            case Patch():
                cluster.patch(step)
            case Apply():
                cluster.apply(step)
            case Delete():
                cluster.delete(step)
    except Exception as error:
        return [Failure(step.id, step.subtest, "exception", None, f"{type(error).__name__}: {error}")]
    return []


@needs_folder
def test_a_change_raises_the_generation() -> None:
    """README: `generation_changed` marks where upstream asserts it."""
    for case in CASES:
        if not any(isinstance(step, Patch) and step.generation_changed for step in case.steps):
            continue
        cluster = Cluster(case)
        for step in case.steps:
            if isinstance(step, Patch):
                before = cluster.generation(step.object)
                cluster.patch(step)
                assert not step.generation_changed or cluster.generation(step.object) == before + 1, (case.name, step.id)
