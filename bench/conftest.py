"""The size of the tables, the floor that every figure is a multiple of, and the native caller."""

from __future__ import annotations

from typing import Any

import pytest

from .floors import build_floor, load_floor


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rules", type=int, default=1000, help="rules in the tables of bench_match (default: 1000)")
    parser.addoption("--many", type=int, default=2000, help="rules, W1 hosts, of what is compared with --rules (default: 2000)")
    parser.addoption("--routes", type=int, default=1000, help="routes of one rule in bench_compile (default: 1000)")


@pytest.fixture(scope="session")
def rules(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--rules"))


@pytest.fixture(scope="session")
def many(pytestconfig: pytest.Config) -> int:
    """Once and untimed, a small table will do."""
    return 100 if pytestconfig.getoption("benchmark_disable") else int(pytestconfig.getoption("--many"))


@pytest.fixture(scope="session")
def one_rule_routes(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--routes"))


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An instance of floor.pyx, compiled like _core, for this run alone."""
    return built("floor", tmp_path_factory).Floor()


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """native.pyx, compiled the same way: what a program in Cython makes of gwmatch.h."""
    return built("native", tmp_path_factory)


def built(name: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    pytest.importorskip("Cython", reason=f"{name}.pyx is compiled on the spot: pip install '.[bench]'")
    pytest.importorskip("setuptools", reason=f"{name}.pyx is compiled on the spot: pip install '.[bench]'")
    return load_floor(build_floor(tmp_path_factory.mktemp(name), name), name)
