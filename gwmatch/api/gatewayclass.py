"""GatewayClass (resources.md 5)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from .meta import Resource
from .model import Model
from .references import ParametersReference
from .scalars import GatewayController


class GatewayClassSpec(Model, frozen=True, kw_only=True):
    controller_name: GatewayController
    parameters_ref: ParametersReference | None = None
    description: Annotated[str, Meta(max_length=64)] | None = None


class GatewayClass(Resource, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "GatewayClass"
    NAMESPACED: ClassVar[bool] = False

    api_version: str = "gateway.networking.k8s.io/v1"
    kind: str = "GatewayClass"
    spec: GatewayClassSpec
