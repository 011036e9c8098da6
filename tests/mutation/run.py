"""Mutation test: changes one small thing of a module at a time, and asks whether a test sees it.

    python tests/mutation/run.py                       # every file of SUBJECTS
    python tests/mutation/run.py reference.py --sample 50

The common tools (mutmut, cosmic-ray) start an interpreter for every mutant, or copy the package to where its compiled modules
are not; collecting the corpus would take far more than the test that finds the mutant. Here the tests are collected once. For
each mutant the process forks, the child gives the functions in question the code of the mutant, and runs the tests until one
fails, beginning with those that found the last ones. What runs while the module is imported is changed in a fresh process.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.abc
import importlib.machinery
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path.insert(0, str(HERE))

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from operators import Mutant, mutants  # noqa: E402

UNTIMED = "not quick and not cost and not bounded and not grow and not bomb"
"""What holds times and sizes fails on a machine that has other things to do, and would find mutants by that."""
TWINS = ("property/test_twins.py",)
SUBJECTS: dict[str, tuple[str, ...]] = {
    "lowering/precedence.py": ("corpus/test_corpus.py", "lowering", "explanation", "security", *TWINS),
    "graph/hostnames.py": ("graph/test_hostnames.py", "graph", "lowering", "security", "corpus/test_corpus.py"),
    "graph/attachment.py": ("graph/test_attachment.py", "graph", "mesh", "corpus/test_corpus.py"),
    "reference.py": ("corpus/test_corpus.py", "test_reference.py", "explanation", "mesh", *TWINS),
    "actions/grpc.py": ("actions/test_grpc.py", "corpus/test_corpus.py"),
    **{
        f"actions/{name}.py": (f"actions/test_{name}.py",)
        for name in ("backends", "cors", "headers", "messages", "mirrors", "paths", "redirects")
    },
}
"""The files, each with the tests that may find its mutants; those that find most stand first."""

SECONDS = 120
"""Of the processor: a mutant that takes more has been found, for it does not end."""
FAILED, SURVIVED = 1, 0


class Verdict(NamedTuple):
    mutant: Mutant
    found_by: str | None


class Finder(importlib.abc.MetaPathFinder):
    """Puts one mutant in the place of its module as it is imported."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name = name
        self.code = code

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        assert spec is not None
        loader: Any = spec.loader
        loader.get_code = lambda _: self.code
        return spec


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a module's functions, those of its classes included."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            if "<locals>" not in each.co_qualname and not each.co_flags & 0x02:  # a class body, which is no function
                yield from codes(each)


def functions(module: ModuleType) -> dict[str, list[FunctionType]]:
    """The functions that a module defines, by qualified name."""
    found: dict[str, list[FunctionType]] = {}
    waiting: list[object] = list(vars(module).values())
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType):
            if each.__module__ == module.__name__:
                found.setdefault(each.__qualname__, []).append(each)
        elif isinstance(each, type):
            waiting += list(vars(each).values()) if each.__module__ == module.__name__ else []
        else:
            waiting += [inner for name in ("fget", "__func__", "__wrapped__") if (inner := getattr(each, name, None))]
    return found


class Runner:
    """A pytest plugin that runs the collected tests once for each mutant."""

    def __init__(self, module: str, chosen: Sequence[Mutant], part: tuple[int, int]) -> None:
        self.module = module
        self.part = part
        self.chosen = chosen
        self.verdicts: list[Verdict] = []
        self.last: list[int] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected")
        module = importlib.import_module(self.module)
        gc.freeze()  # lest every child copies what the collector touches
        found = self.fork(session.items, None, functions(module))
        if found is not None:
            raise pytest.UsageError(f"without any mutant, {found} fails")
        # In no order, so that what a run that is cut short has said is a fair sample.
        inside = [mutant for mutant in self.chosen if mutant.function is not None]
        number, parts = self.part
        mine = random.Random(0).sample(inside, len(inside))[number - 1 :: parts]
        for mutant in mine:
            by = self.fork(session.items, mutant, functions(module))
            self.verdicts.append(Verdict(mutant, by))
            told(mutant, by)
            if len(self.verdicts) % 25 == 0:
                lost = sum(each.found_by is None for each in self.verdicts)
                print(f"  {len(self.verdicts)} of {len(mine)} tried, {lost} not found", flush=True)
        return True

    def fork(self, items: list[pytest.Item], mutant: Mutant | None, there: dict[str, list[FunctionType]]) -> str | None:
        """The test that finds a mutant."""
        reader, writer = os.pipe()
        order = [*self.last, *(index for index in range(len(items)) if index not in set(self.last))]
        child = os.fork()
        if child == 0:
            os.close(reader)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            status = FAILED
            try:
                if mutant is not None:
                    swap(mutant, there)
                failed = first_failure(items, order)
                status = SURVIVED if failed is None else FAILED
                os.write(writer, b"" if failed is None else b"%d" % failed)
            finally:
                os._exit(status)
        os.close(writer)
        by = self.waited(child, reader, items)
        os.close(reader)
        return by

    def waited(self, child: int, reader: int, items: list[pytest.Item]) -> str | None:
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return "(it does not end)"
        said = os.read(reader, 64)
        if said:
            index = int(said)
            self.last = [index, *(each for each in self.last if each != index)][:60]
            return items[index].nodeid
        return None if status == SURVIVED else "(the process ends)"


def swap(mutant: Mutant, there: dict[str, list[FunctionType]]) -> None:
    """Gives the functions of the running module the code of a mutant."""
    made = {each.co_qualname: each for each in codes(compile(mutant.tree, "<mutant>", "exec", dont_inherit=True))}
    assert mutant.function is not None
    for function in there[mutant.function]:
        function.__code__ = made[mutant.function]


def first_failure(items: list[pytest.Item], order: list[int]) -> int | None:
    from _pytest.runner import runtestprotocol

    for at, index in enumerate(order):
        following = items[order[at + 1]] if at + 1 < len(order) else None
        if any(report.failed for report in runtestprotocol(items[index], log=False, nextitem=following)):
            return index
    return None


def told(mutant: Mutant, by: str | None) -> None:
    if by is None:
        print(f"  survives: line {mutant.line}: {mutant.change}", flush=True)


def options_of(subject: str, tests: Sequence[str]) -> list[str]:
    module = "gwmatch." + subject.removesuffix(".py").replace("/", ".")
    return [
        "-q", "--no-header", "--capture=no", "-p", "no:cacheprovider", "-p", "no:benchmark", "-o", "timeout=300",
        "--rootdir", str(TESTS.parent), "-c", str(TESTS.parent / "pyproject.toml"), "--doctest-modules",
        *(str(TESTS / each) for each in tests), "--pyargs", module, "-k", UNTIMED,
    ]  # fmt: skip


def one_at_import(subject: str, number: int) -> int:
    """Runs the tests with one mutant of what happens while its module is imported; in a process of its own."""
    module, source = located(subject)
    mutant = list(mutants(source))[number]
    sys.meta_path.insert(0, Finder(module, compile(mutant.tree, "<mutant>", "exec", dont_inherit=True)))
    return int(pytest.main([*options_of(subject, SUBJECTS[subject]), "-x"], plugins=[OneEngine(subject)]))


class OneEngine:
    """Leaves out what a case of the corpus asks of the command: the two matchers say the same, sooner. Where the reference is
    what is changed, it alone is asked."""

    def __init__(self, subject: str) -> None:
        self.left_out = ("[command]]", "[core]]") if subject == "reference.py" else ("[command]]",)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [each for each in items if not each.nodeid.endswith(self.left_out)]


def located(subject: str) -> tuple[str, str]:
    """The module's name and its source; it is not imported."""
    spec = importlib.machinery.PathFinder.find_spec("gwmatch", None)
    assert spec is not None
    assert spec.submodule_search_locations
    (folder,) = spec.submodule_search_locations
    name = "gwmatch." + subject.removesuffix(".py").replace("/", ".")
    return name, (Path(folder) / subject).read_text(encoding="utf-8")


def tested(subject: str, sample: int | None, imports: bool, part: tuple[int, int]) -> list[Verdict]:
    """What became of the mutants of one file, or of some of them."""
    module, source = located(subject)
    every = list(mutants(source))
    drawn = sorted(random.Random(0).sample(range(len(every)), min(sample or len(every), len(every))))
    at_import = [number for number in drawn if every[number].function is None]
    if not imports:
        print(f"  {len(at_import)} mutants of what runs at the import are left out")
        at_import = []
    runner = Runner(module, [every[number] for number in drawn], part)
    status = pytest.main(options_of(subject, SUBJECTS[subject]), plugins=[runner, OneEngine(subject)])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"{subject}: the tests do not run")
    verdicts = runner.verdicts
    for number in at_import:
        command = [sys.executable, __file__, subject, "--at-import", str(number)]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=SECONDS * 10, check=False).returncode
        except subprocess.TimeoutExpired:
            ended = FAILED
        by = None if ended == 0 else "(in a fresh process)"
        told(every[number], by)
        verdicts.append(Verdict(every[number], by))
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutation test of gwmatch.")
    parser.add_argument("subject", nargs="*", help="files below gwmatch/; all of them without any")
    parser.add_argument("--sample", type=int, help="so many mutants of each file, always the same")
    parser.add_argument("--tests", action="append", help="below tests/, in the place of those that SUBJECTS names")
    parser.add_argument("--at-least", type=float, default=95.0, help="per cent that must be found (95)")
    parser.add_argument("--at-import", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--imports", action="store_true", help="also what runs while a module is imported; slow")
    parser.add_argument("--list", action="store_true", help="only lists the mutants")
    parser.add_argument("--part", default="1/1", help="2/3: the second of three parts, for as many processes")
    asked = parser.parse_args()
    number, _, parts = asked.part.partition("/")
    part = int(number), int(parts)
    os.environ.setdefault("GWMATCH_PAIRS", "200")
    os.environ.pop("PYTEST_ADDOPTS", None)  # it is about the tests that started this one; a mutant's have to be in this process
    # The same examples for every mutant, however slow the machine is; what was found need not be made small.
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutants")
    chosen = asked.subject or list(SUBJECTS)
    unknown = [each for each in chosen if each not in SUBJECTS]
    if unknown:
        parser.error(f"no such subject: {', '.join(unknown)}; known: {', '.join(SUBJECTS)}")
    if asked.list:
        for subject in chosen:
            for mutant in mutants(located(subject)[1]):
                print(f"{subject}:{mutant.line} {mutant.function}: {mutant.change}")
        return 0
    if asked.at_import is not None:
        return one_at_import(chosen[0], asked.at_import)
    everything = found = 0
    for subject in chosen:
        if asked.tests:
            SUBJECTS[subject] = tuple(asked.tests)
        began = time.monotonic()
        print(f"{subject}:", flush=True)
        verdicts = tested(subject, asked.sample, asked.imports, part)
        killed = sum(each.found_by is not None for each in verdicts)
        everything, found = everything + len(verdicts), found + killed
        percent = 100 * killed / max(len(verdicts), 1)
        print(
            f"{subject}: {killed} of {len(verdicts)} mutants found ({percent:.1f} %), {time.monotonic() - began:.0f} s",
            flush=True,
        )
    percent = 100 * found / max(everything, 1)
    print(f"together: {found} of {everything} mutants found ({percent:.1f} %)")
    return 0 if percent >= asked.at_least else 1


if __name__ == "__main__":
    raise SystemExit(main())
