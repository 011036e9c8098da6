"""What the resources mean together. In: a ResourceSet of well-formed objects. Out: a Graph in which every reference is
resolved, or carries the Condition that says why not. Nothing after this looks a name up."""

from __future__ import annotations

from .nodes import (
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
    ParentNode,
    RouteNode,
    RuleNode,
)
from .resolution import resolve
from .routes import Context, resolve_route

__all__ = [
    "Attachment",
    "BackendNode",
    "ClientValidation",
    "Condition",
    "Context",
    "FilterNode",
    "GatewayClassNode",
    "GatewayNode",
    "Graph",
    "ListenerKey",
    "ListenerNode",
    "ParentNode",
    "RouteNode",
    "RuleNode",
    "resolve",
    "resolve_route",
]
