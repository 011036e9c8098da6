"""docs/conformance.md, from a run of this suite: `python -m tests.conformance.report` writes it, `--check` compares.

What the features are is in features.toml. Which of them are reported is read off the status of a GatewayClass, and what holds
is what the cases say, run here as pytest runs them. Nothing in the page is written by hand but the words around the numbers.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import gwmatch

from .model import CONTROLLER, FOLDER, GATEWAY_CLASS, ROOT, Case, load_cases, load_rows
from .tally import Tally
from .test_cases import test_case
from .test_validation import channels, test_row

PAGE = ROOT / "docs" / "conformance.md"
FACTS = Path(__file__).with_name("features.toml")
COMMAND = "python -m tests.conformance.report"

Counts = Counter[tuple[str, str]]

_HEAD = """\
# Conformance

<!-- Written by `{command}` from a run of tests/conformance. Changes made by hand are overwritten. -->

Gateway API **{version}**, both channels. What upstream's conformance suite asserts, as data: {cases} of its cases with their
manifests, requests and expected conditions, each run through `load`, `resolve`, `compile` and `match`, and every request
through both twins. The data is not part of this repository (`tests/README.md`).

gwmatch is a library: it decides, and opens no connection. So this is no conformance report in upstream's sense, which only a
running gateway can submit; it says what a gateway that carries these decisions out can count on. Where a case needs live
traffic (a timeout that elapses, a certificate that fails to verify), the decision that leads there is what is checked.
"""

_PROFILES = """\
A case belongs to a profile if all features that it needs do; to its core, if all of them are core there. Passed, of all.
"""

_FEATURES = """\
Reported: in `status.supportedFeatures` of a GatewayClass, where features of a mesh have no place. Cases: passed, of all that
need the feature; – is a feature of which the data has no case. Requests and conditions: those of these cases that passed.
What is reported without a case rests on the corpus alone: [semantics.md](semantics.md) names its cases, rule by rule.
"""

_VALIDATION = """\
Rows of the data (objects of upstream's examples and of its tests of the CRDs, good and bad) through `load`, by the channel that
they speak of. Passed, of all.
"""


class Feature(msgspec.Struct, frozen=True, array_like=True):
    name: str
    level: str
    channel: str
    group: str


class Profile(msgspec.Struct, frozen=True):
    core: tuple[str, ...]
    """Names of features."""
    extended: tuple[str, ...]
    """Groups of features."""


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    features: tuple[Feature, ...]
    profiles: dict[str, Profile]
    unclaimed: dict[str, str]

    def extended(self, profile: Profile) -> frozenset[str]:
        return frozenset(each.name for each in self.features if each.group in profile.extended) - set(profile.core)


class Outcome(NamedTuple):
    """What came of a case or a row."""

    counts: Counts
    failed: bool = False


class Run(NamedTuple):
    cases: tuple[tuple[Case, Outcome], ...]
    rows: tuple[tuple[str, str, Outcome], ...]
    """Kind of the object, channel and outcome."""
    claimed: frozenset[str]


def read_facts() -> Facts:
    return msgspec.convert(tomllib.loads(FACTS.read_text("utf-8")), Facts)


def run_suite() -> Run:
    """Everything once, whatever fails."""
    cases = tuple((case, _outcome(test_case, case)) for case in load_cases())
    rows = tuple(
        (row.object["kind"], channel, _outcome(test_row, row, channel)) for row in load_rows() for channel in channels(row)
    )
    return Run(cases, rows, frozenset(claimed()))


def _outcome(test: Callable[..., None], *given: Any) -> Outcome:
    tally = Tally()
    try:
        test(*given, tally)
    except AssertionError:
        return Outcome(tally.counts, failed=True)
    return Outcome(tally.counts)


def claimed() -> list[str]:
    """The features that a GatewayClass of ours reports."""
    found = gwmatch.load(
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "GatewayClass",
            "metadata": {"name": GATEWAY_CLASS},
            "spec": {"controllerName": CONTROLLER},
        }
    )
    (status,) = gwmatch.resolve(found, controller=CONTROLLER).status()
    return [each["name"] for each in status["status"]["supportedFeatures"]]


# -------------------------------------------------------------------------------------------------------------- the page


def page(run: Run, facts: Facts) -> str:
    return "\n".join(
        [
            *_head(run, facts),
            *_totals(run),
            *_profiles(run, facts),
            *_features(run, facts),
            *_validation(run),
            *_not_claimed(run, facts),
            *_failing(run),
        ]
    )


def _head(run: Run, facts: Facts) -> Iterator[str]:
    yield _HEAD.format(command=COMMAND, version=facts.version, cases=len(run.cases))


def _totals(run: Run) -> Iterator[str]:
    counts = _sum(outcome for _, outcome in run.cases)
    yield "## The run"
    yield ""
    results = ("passed", "failed", "dataplane")
    groups = ("cases", "requests", "conditions", "changes")
    rows = ([group, *(counts[group, result] for result in results)] for group in groups)
    yield from _table(["", "passed", "failed", "only a running data plane can tell"], rows)
    yield ""


def _profiles(run: Run, facts: Facts) -> Iterator[str]:
    yield "## Profiles"
    yield ""
    yield _PROFILES
    rows = []
    for name, profile in facts.profiles.items():
        core, extended = frozenset(profile.core), facts.extended(profile)
        mine = [(case, outcome) for case, outcome in run.cases if set(case.features) <= core | extended]
        in_core = [outcome for case, outcome in mine if set(case.features) <= core]
        beyond = [outcome for case, outcome in mine if not set(case.features) <= core]
        counts = _sum(outcome for _, outcome in mine)
        rows.append([name, _of(in_core), _of(beyond), counts["requests", "passed"], counts["conditions", "passed"]])
    yield from _table(["profile", "core cases", "extended cases", "requests", "conditions"], rows)
    yield ""


def _features(run: Run, facts: Facts) -> Iterator[str]:
    by_feature: dict[str, list[Outcome]] = defaultdict(list)
    for case, outcome in run.cases:
        for name in case.features:
            by_feature[name].append(outcome)
    yield "## Features"
    yield ""
    yield _FEATURES
    rows = []
    for each in facts.features:
        outcomes = by_feature[each.name]
        counts = _sum(outcomes)
        numbers = [counts["requests", "passed"], counts["conditions", "passed"]] if outcomes else ["–", "–"]
        reported = "–" if each.group == "Mesh" else "yes" if each.name in run.claimed else "no"
        rows.append([each.name, each.level, each.channel, reported, _of(outcomes), *numbers])
    yield from _table(["feature", "level", "channel", "reported", "cases", "requests", "conditions"], rows)
    yield ""


def _validation(run: Run) -> Iterator[str]:
    yield "## Objects that the API accepts or rejects"
    yield ""
    yield _VALIDATION
    grouped: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for kind, channel, outcome in run.rows:
        grouped[kind, channel].append(outcome)
        grouped["all", channel].append(outcome)
    kinds = sorted({kind for kind, _ in grouped}, key=lambda kind: (kind == "all", kind))
    both = ("standard", "experimental")
    yield from _table(["kind", *both], ([kind, *(_of(grouped[kind, channel]) for channel in both)] for kind in kinds))
    yield ""


def _not_claimed(run: Run, facts: Facts) -> Iterator[str]:
    yield "## What is not claimed, and why"
    yield ""
    yield from _table(
        ["feature", "why"],
        ([each.name, facts.unclaimed[each.name]] for each in facts.features if _is_unclaimed(each, run.claimed)),
    )
    yield ""


def _failing(run: Run) -> Iterator[str]:
    failed = sorted(case.name for case, outcome in run.cases if outcome.failed)
    if failed:
        yield from ("## Failing", "", *(f"- {name}" for name in failed), "")


def _is_unclaimed(feature: Feature, claimed: frozenset[str]) -> bool:
    return feature.group != "Mesh" and feature.name not in claimed


def _sum(outcomes: Iterable[Outcome]) -> Counts:
    total: Counts = Counter()
    for outcome in outcomes:
        total.update(outcome.counts)
    return total


def _of(outcomes: list[Outcome]) -> str:
    passed = sum(not outcome.failed for outcome in outcomes)
    return f"{passed} of {len(outcomes)}" if outcomes else "–"


def _table(heading: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"|{'---|' * len(heading)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def faults(run: Run, facts: Facts) -> list[str]:
    """What the facts and the engine do not agree about."""
    known = {each.name for each in facts.features}
    unclaimed = {each.name for each in facts.features if _is_unclaimed(each, run.claimed)}
    needed = {name for case, _ in run.cases for name in case.features}
    return [
        *(f"{name}: reported or needed, but no feature of {facts.version}" for name in sorted((run.claimed | needed) - known)),
        *(f"{name}: not reported, and nothing says why" for name in sorted(unclaimed - facts.unclaimed.keys())),
        *(f"{name}: reported, and said not to be" for name in sorted(facts.unclaimed.keys() - unclaimed)),
    ]


def main(arguments: list[str]) -> int:
    if not (FOLDER / "cases").is_dir():
        print(f"no conformance data in {FOLDER} (GWMATCH_CONFORMANCE names the folder)", file=sys.stderr)
        return 2
    facts, run = read_facts(), run_suite()
    wrong = faults(run, facts)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    text = page(run, facts)
    if "--check" in arguments:
        return int(PAGE.read_text("utf-8") != text)
    PAGE.write_text(text, "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {sum(not each.failed for _, each in run.cases)} cases passed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
