"""docs/conformance.md says what a run says, and nothing else."""

from __future__ import annotations

from functools import cache

from .model import needs_folder
from .report import COMMAND, PAGE, Run, faults, page, read_facts, run_suite


@cache
def run() -> Run:
    return run_suite()


@needs_folder
def test_the_page_is_what_the_run_says() -> None:
    assert PAGE.read_text("utf-8") == page(run(), read_facts()), f"out of date; write it again with: {COMMAND}"


@needs_folder
def test_facts_and_engine_agree() -> None:
    assert faults(run(), read_facts()) == []


def test_facts_are_whole() -> None:
    """58 features; every name that a profile speaks of is there."""
    facts = read_facts()
    names = [each.name for each in facts.features]
    assert len(set(names)) == len(names) == 58
    assert {each.level for each in facts.features} == {"core", "extended"}
    assert {each.channel for each in facts.features} == {"standard", "experimental"}
    groups = {each.group for each in facts.features}
    for profile in facts.profiles.values():
        assert set(profile.core) <= set(names)
        assert set(profile.extended) <= groups
    assert facts.unclaimed.keys() <= set(names)
