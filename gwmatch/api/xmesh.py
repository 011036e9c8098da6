"""XMesh: what a GatewayClass is to Gateways, for a mesh (resources.md 15). Experimental channel."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .meta import EXPERIMENTAL_GROUP, Resource
from .model import Model
from .references import ParametersReference
from .scalars import GatewayController


class XMeshSpec(Model, frozen=True, kw_only=True):
    controller_name: GatewayController
    parameters_ref: ParametersReference | None = None
    description: Annotated[str, Meta(max_length=64)] | None = None


class XMesh(Resource, frozen=True, kw_only=True):
    GROUP: ClassVar[str] = EXPERIMENTAL_GROUP
    KIND: ClassVar[str] = "XMesh"
    NAMESPACED: ClassVar[bool] = False

    api_version: str = f"{EXPERIMENTAL_GROUP}/v1alpha1"
    kind: str = "XMesh"
    spec: XMeshSpec
