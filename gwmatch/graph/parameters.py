"""What parametersRefs lead to: objects of kinds that the caller registered, whose values are the caller's."""

from __future__ import annotations

from typing import NamedTuple

from ..api import Gateway, GatewayClass, LocalParametersReference, ParametersReference, ResourceKey, XMesh
from ..errors import FieldPath
from .extensions import Extensions
from .references import Fault

CLASS_REF = FieldPath() / "spec" / "parametersRef"
_GATEWAY_REF = FieldPath() / "spec" / "infrastructure" / "parametersRef"


class Parameters(NamedTuple):
    key: ResourceKey | None = None
    fault: Fault | None = None


def class_parameters(found: GatewayClass | XMesh, extensions: Extensions, *, named: bool) -> Parameters:
    """Those of a GatewayClass or an XMesh. `named`: the controller was; else what nobody registered is left for it to judge."""
    ref = found.spec.parameters_ref
    if ref is None or not (named or extensions.plays(ref.group, ref.kind, "parameters")):
        return Parameters()
    return _follow(ref, ref.namespace, CLASS_REF, extensions)


def gateway_parameters(gateway: Gateway, extensions: Extensions) -> Parameters:
    """Those of one Gateway, of its own namespace."""
    ref = gateway.spec.infrastructure.parameters_ref if gateway.spec.infrastructure is not None else None
    return Parameters() if ref is None else _follow(ref, gateway.key.namespace, _GATEWAY_REF, extensions)


def _follow(
    ref: ParametersReference | LocalParametersReference, namespace: str | None, at: FieldPath, extensions: Extensions
) -> Parameters:
    if not extensions.plays(ref.group, ref.kind, "parameters"):
        kind = f"{ref.kind}.{ref.group}" if ref.group else ref.kind
        return Parameters(fault=Fault("InvalidParameters", f"{at}: parameters of kind {kind} are not supported"))
    key = extensions.key(ref.group, ref.kind, namespace, ref.name)
    if key is None:
        return Parameters(fault=Fault("InvalidParameters", f"{at}: a {ref.kind} needs a namespace, and none is named"))
    if extensions.lacks(key):
        return Parameters(fault=Fault("InvalidParameters", f"{at} refers to {key}, which does not exist"))
    return Parameters(key)
