"""Small objects that are right, and a way to bend one field of them."""

from __future__ import annotations

import copy
from typing import Any

GATEWAY_API = "gateway.networking.k8s.io/v1"


def route(spec: dict[str, Any] | None = None, name: str = "cart", namespace: str = "shop") -> dict[str, Any]:
    return {
        "apiVersion": GATEWAY_API,
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {} if spec is None else spec,
    }


def rule(**fields: Any) -> dict[str, Any]:
    """A route with one rule."""
    return route({"rules": [fields]})


def filters(*items: dict[str, Any]) -> dict[str, Any]:
    return rule(filters=list(items))


def gateway(*listeners: dict[str, Any], **spec: Any) -> dict[str, Any]:
    made = list(listeners) or [listener()]
    return {
        "apiVersion": GATEWAY_API,
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": "infra"},
        "spec": {"gatewayClassName": "any", "listeners": made, **spec},
    }


def listener(**fields: Any) -> dict[str, Any]:
    return {"name": "web", "port": 80, "protocol": "HTTP", **fields}


def gateway_class(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": GATEWAY_API,
        "kind": "GatewayClass",
        "metadata": {"name": "edge"},
        "spec": {"controllerName": "example.net/gwmatch", **spec},
    }


def grant(**spec: Any) -> dict[str, Any]:
    made = {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service"}],
        **spec,
    }
    return {"apiVersion": GATEWAY_API, "kind": "ReferenceGrant", "metadata": {"name": "g", "namespace": "db"}, "spec": made}


def service(name: str = "cart", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def but(given: dict[str, Any], *steps: str | int, value: Any) -> dict[str, Any]:
    """The same object with another value in one place."""
    made = copy.deepcopy(given)
    holder: Any = made
    for step in steps[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    holder[steps[-1]] = value
    return made
