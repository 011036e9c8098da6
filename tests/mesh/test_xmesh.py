"""XMesh, which is to a mesh what a GatewayClass is to Gateways."""

from __future__ import annotations

from typing import Any

import gwmatch
from gwmatch import ExtensionKind, Options
from gwmatch.graph import resolve_mesh

OURS, THEIRS = "example.net/mesh", "example.org/mesh"
PARAMETERS = {"group": "example.net", "kind": "Tuning", "name": "all"}


def xmesh(controller: str = OURS, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.x-k8s.io/v1alpha1",
        "kind": "XMesh",
        "metadata": {"name": "mesh", "generation": 4},
        "spec": {"controllerName": controller, **spec},
    }


def accepted(manifest: dict[str, Any], options: Options = Options()) -> list[tuple[str, str, int]]:  # noqa: B008 - frozen
    found = resolve_mesh(gwmatch.load(manifest), controller=OURS, options=options).status()
    return [
        (condition["status"], condition["reason"], condition["observedGeneration"])
        for each in found
        for condition in each["status"]["conditions"]
        if condition["type"] == "Accepted"
    ]


def test_ours_is_accepted() -> None:
    assert accepted(xmesh()) == [("True", "Accepted", 4)]


def test_another_controllers_is_left_alone() -> None:
    assert accepted(xmesh(THEIRS)) == []


def test_parameters_of_a_kind_that_nobody_registered() -> None:
    assert accepted(xmesh(parametersRef=PARAMETERS)) == [("False", "InvalidParameters", 4)]


def test_parameters_of_a_registered_kind() -> None:
    known = ExtensionKind(group="example.net", kind="Tuning", roles=("parameters",), namespaced=False)
    assert accepted(xmesh(parametersRef=PARAMETERS), Options(extensions=(known,))) == [("True", "Accepted", 4)]


def test_features_are_sorted_and_named_for_a_mesh() -> None:
    (found,) = resolve_mesh(gwmatch.load(xmesh()), controller=OURS).status()
    names = [each["name"] for each in found["status"]["supportedFeatures"]]
    assert names == sorted(names)
    assert "Mesh" in names
