"""What the resources mean together. In: a ResourceSet of well-formed objects. Out: a Graph in which every reference is
resolved, or carries the Condition that says why not. Nothing after this looks a name up."""

from __future__ import annotations

from .ancestors import has_room
from .dependents import Dependents, dependents, differing
from .endpoints import NO_READY_ENDPOINTS
from .mesh import in_effect, port_key, resolve_mesh
from .nodes import (
    ROUTE_TYPES,
    Attachment,
    BackendNode,
    ClientValidation,
    Condition,
    FilterNode,
    GatewayClassNode,
    GatewayNode,
    Graph,
    ListenerKey,
    ListenerNode,
    ListenerSetNode,
    ParentNode,
    Route,
    RouteNode,
    RouteRule,
    RuleNode,
)
from .policy_nodes import BackendTLSNode, Policies, PolicyNode, PolicyTarget
from .resolution import Prepared, assemble, prepare, prepare_again, resolve, resolve_prepared
from .routes import Context, Parent, resolve_route

__all__ = [
    "NO_READY_ENDPOINTS",
    "ROUTE_TYPES",
    "Attachment",
    "BackendNode",
    "BackendTLSNode",
    "ClientValidation",
    "Condition",
    "Context",
    "Dependents",
    "FilterNode",
    "GatewayClassNode",
    "GatewayNode",
    "Graph",
    "ListenerKey",
    "ListenerNode",
    "ListenerSetNode",
    "Parent",
    "ParentNode",
    "Policies",
    "PolicyNode",
    "PolicyTarget",
    "Prepared",
    "Route",
    "RouteNode",
    "RouteRule",
    "RuleNode",
    "assemble",
    "dependents",
    "differing",
    "has_room",
    "in_effect",
    "port_key",
    "prepare",
    "prepare_again",
    "resolve",
    "resolve_mesh",
    "resolve_prepared",
    "resolve_route",
]
