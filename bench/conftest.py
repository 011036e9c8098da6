"""The size of the tables, and the floor that every figure is a multiple of."""

from __future__ import annotations

from typing import Any

import pytest

from .floors import load_floor


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rules", type=int, default=1000, help="rules in the tables of bench_match (default: 1000)")


@pytest.fixture(scope="session")
def rules(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--rules"))


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An instance of floor.pyx, compiled like _core, for this run alone."""
    pytest.importorskip("Cython", reason="the floor is compiled on the spot: pip install '.[bench]'")
    pytest.importorskip("setuptools", reason="the floor is compiled on the spot: pip install '.[bench]'")
    return load_floor(tmp_path_factory.mktemp("floor")).Floor()
