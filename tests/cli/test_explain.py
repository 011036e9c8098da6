"""`gwmatch explain`: the same decision, with the way there."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run
from .test_match import KEYS, URL


def test_data(run: Run, manifests: Path) -> None:
    result = run("explain", "-q", "-o", "json", "-f", manifests, "--why-not", "shop/cart#broken", f"{URL}/cart")
    shown = json.loads(result.stdout)
    assert result.exit_code == 0
    further = ["draw", "why", "selection", "listeners", "candidates", "decided", "readings", "whyNot", "connection"]
    assert list(shown) == KEYS + further
    assert [(each["rank"], each["ruleName"], each["outcome"]) for each in shown["candidates"]] == [
        (0, "broken", "lost"), (1, "split", "won"), (2, "old", "lost"),
    ]  # fmt: skip
    assert shown["whyNot"] == ["HTTPRoute shop/cart rule 2: path: expected Exact /broken, got /cart."]
    again = run("match", "-q", "-o", "json", "-f", manifests, "--draw", str(shown["draw"]), f"{URL}/cart")
    assert json.loads(again.stdout) == {key: shown[key] for key in KEYS}


def test_text(run: Run, manifests: Path) -> None:
    result = run("explain", "-q", "-f", manifests, "--why-not", "shop/no", f"{URL}/none")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "respond 404"
    assert "Listeners on port 80: listener web (any host) takes it: " in result.stdout
    assert "Candidates, in the order in which they are tried" in result.stdout
    assert "Exact /broken     path is /none" in result.stdout
    assert "Why not\n  There is no route shop/no in the set.\n" in result.stdout


def test_readings(run: Run, manifests: Path) -> None:
    result = run("explain", "-q", "-f", manifests, f"{URL}/cart//x/%2e%2e/%2e%2e/broken")
    assert result.exit_code == 1
    assert "Other readings of the path" in result.stdout
    assert "differs" in result.stdout


def test_many_losers_are_cut_short(run: Run, tmp_path: Path, manifests: Path) -> None:
    route = "\n".join(
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
        f"metadata: {{namespace: shop, name: r{number}}}\n"
        "spec:\n  parentRefs: [{namespace: infra, name: public}]\n"
        f"  rules: [{{matches: [{{path: {{type: Exact, value: /r{number}}}}}]}}]"
        for number in range(50)
    )
    (tmp_path / "many.yaml").write_text(route)
    arguments = ("explain", "-q", "-f", tmp_path, f"{URL}/cart")
    short = run(*arguments).stdout
    assert short.count(" lost ") == 40
    assert "and 12 more that lost; --all lists them" in short
    assert "won" in short
    assert run(*arguments, "--all").stdout.count(" lost ") == 52


def test_a_name_that_is_none(run: Run, manifests: Path) -> None:
    result = run("explain", "-q", "-f", manifests, "--why-not", "cart", f"{URL}/cart")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
