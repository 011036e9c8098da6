"""What the session compared, told at its end: a property that looked at nothing would hold, too."""

from __future__ import annotations

from collections import Counter

import pytest

COUNTS = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTS] = Counter()


@pytest.fixture(scope="session")
def counts(request: pytest.FixtureRequest) -> Counter[str]:
    """How often something was compared, by what it was."""
    return request.config.stash[COUNTS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counted = config.stash[COUNTS]
    if counted:
        terminalreporter.section("compared by the property tests")
        for what, number in sorted(counted.items()):
            terminalreporter.write_line(f"{number:>9,} {what}")
