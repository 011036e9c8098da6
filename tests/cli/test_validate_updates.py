"""`gwmatch validate --old`: fields that are fixed once they are stored."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from gwmatch.cli import main

CLASS = """apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: edge}
spec:
  controllerName: %s
"""


def validated(folder: Path, old: str, new: str) -> Result:
    for name, controller in (("old.yaml", old), ("new.yaml", new)):
        (folder / name).write_text(CLASS % controller)
    return CliRunner().invoke(main, ["validate", "-f", str(folder / "new.yaml"), "--old", str(folder / "old.yaml")])


def test_a_fixed_field_that_changed_is_named_with_its_line(tmp_path: Path) -> None:
    result = validated(tmp_path, "example.net/one", "example.net/two")
    assert result.exit_code == 1
    assert "new.yaml:5: GatewayClass edge: spec.controllerName: cannot be changed" in result.stderr


def test_one_that_did_not_is_fine(tmp_path: Path) -> None:
    assert validated(tmp_path, "example.net/one", "example.net/one").exit_code == 0


def test_an_old_state_that_is_not_there_is_input(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(CLASS % "example.net/one")
    result = CliRunner().invoke(main, ["validate", "-f", str(tmp_path / "new.yaml"), "--old", str(tmp_path / "gone.yaml")])
    assert result.exit_code == 2
    assert "there is no such file or folder" in result.stderr
