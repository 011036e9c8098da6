"""Small sets of resources for explanations: a Gateway with some listeners, and routes with the fields at stake."""

from __future__ import annotations

from typing import Any

import gwmatch

Manifest = dict[str, Any]
API = "gateway.networking.k8s.io/v1"


def listener(name: str = "web", hostname: str | None = None, *, tls: bool = False, allow: Manifest | None = None) -> Manifest:
    made: Manifest = {
        "name": name,
        "port": 443 if tls else 80,
        "protocol": "HTTPS" if tls else "HTTP",
        "allowedRoutes": {"namespaces": allow or {"from": "All"}},
    }
    if tls:
        made["tls"] = {"certificateRefs": [{"name": "cert"}]}
    return made if hostname is None else {**made, "hostname": hostname}


def connections(name: str, protocol: str, port: int, hostname: str | None = None, *, mode: str = "Passthrough") -> Manifest:
    """A listener of protocol TLS, TCP or UDP."""
    made: Manifest = {
        "name": name,
        "port": port,
        "protocol": protocol,
        "allowedRoutes": {"namespaces": {"from": "All"}},
    }
    if protocol == "TLS":
        made["tls"] = {"mode": mode} | ({"certificateRefs": [{"name": "cert"}]} if mode == "Terminate" else {})
    return made if hostname is None else {**made, "hostname": hostname}


def gateway(*listeners: Manifest, name: str = "gw", sets: bool = False) -> Manifest:
    allowed = {"allowedListeners": {"namespaces": {"from": "All"}}} if sets else {}
    return {
        "apiVersion": API,
        "kind": "Gateway",
        "metadata": {"namespace": "infra", "name": name},
        "spec": {"gatewayClassName": "any", "listeners": list(listeners or (listener(),)), **allowed},
    }


def listener_set(name: str, *listeners: Manifest) -> Manifest:
    return {
        "apiVersion": API,
        "kind": "ListenerSet",
        "metadata": {"namespace": "a", "name": name},
        "spec": {"parentRef": {"namespace": "infra", "name": "gw"}, "listeners": list(listeners)},
    }


def route(
    name: str,
    *rules: Manifest,
    hosts: tuple[str, ...] = (),
    created: str | None = None,
    namespace: str = "a",
    section: str | None = None,
    parent: str = "gw",
) -> Manifest:
    ref = {"namespace": "infra", "name": parent} | ({"sectionName": section} if section else {})
    return {
        "apiVersion": API,
        "kind": "HTTPRoute",
        "metadata": {"namespace": namespace, "name": name} | ({"creationTimestamp": created} if created else {}),
        "spec": {"parentRefs": [ref], "hostnames": list(hosts), "rules": list(rules or (rule(),))},
    }


def other(
    kind: str,
    name: str,
    *rules: Manifest,
    hosts: tuple[str, ...] = (),
    created: str | None = None,
    section: str | None = None,
    of_set: str | None = None,
) -> Manifest:
    """A route of another kind than HTTPRoute, at the Gateway or at a ListenerSet."""
    made = route(name, *rules, hosts=hosts, created=created, section=section)
    if not hosts:
        del made["spec"]["hostnames"]
    if of_set:
        made["spec"]["parentRefs"] = [{"kind": "ListenerSet", "name": of_set}]
    return {**made, "kind": kind}


def call(service: str | None = None, method: str | None = None, **fields: Any) -> Manifest:
    """A match of a GRPCRoute."""
    named = {"service": service, "method": method, "type": fields.pop("type", "Exact")}
    return {"method": {key: value for key, value in named.items() if value is not None}, **fields}


def rule(*matches: Manifest, backend: str = "b", **fields: Any) -> Manifest:
    made: Manifest = {"backendRefs": [{"name": backend, "port": 80}], **fields}
    return {**made, "matches": list(matches)} if matches else made


def prefix(value: str, **fields: Any) -> Manifest:
    return {"path": {"type": "PathPrefix", "value": value}, **fields}


def exact(value: str, **fields: Any) -> Manifest:
    return {"path": {"type": "Exact", "value": value}, **fields}


def regex(value: str, **fields: Any) -> Manifest:
    return {"path": {"type": "RegularExpression", "value": value}, **fields}


def headers(*names: str, type_: str = "Exact", value: str = "1") -> list[Manifest]:
    return [{"type": type_, "name": name, "value": value} for name in names]


def router(*manifests: Manifest, gateway: str = "infra/gw", **options: Any) -> gwmatch.Router:
    return gwmatch.compile(gwmatch.load(manifests), gateway=gateway, options=gwmatch.Options(**options))
