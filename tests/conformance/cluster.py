"""The state of the cluster while a case runs: the objects, and what gwmatch makes of them.

It does the part of an API server: creation times, generations and merge patches. Defaults are gwmatch's own.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import yaml

import gwmatch

from .model import CONTROLLER, FOLDER, Apply, Case, Delete, Named, Patch, substitute

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
OPTIONS = gwmatch.Options(assume=())
SWITCHED_OFF = {
    "TLSRouteModeTerminate": {"tls_route_mode_terminate": False},
    "TLSRouteModeMixed": {"tls_route_mode_mixed": False},
}
"""For cases that apply only where a feature is off: the options that switch it off."""

Key = tuple[str, str, str]


class Cluster:
    """`objects` is the truth; `resources` follows it by updates, as a controller's set would."""

    def __init__(self, case: Case) -> None:
        self.case = case
        off = [SWITCHED_OFF[feature] for feature in case.unsupported_features]
        self.options = msgspec.structs.replace(OPTIONS, **{name: value for each in off for name, value in each.items()})
        self.now = START
        self.objects: dict[Key, dict[str, Any]] = {}
        for name in case.manifests:
            text = substitute((FOLDER / name).read_text("utf-8"), case)
            for document in yaml.load_all(text, yaml.CSafeLoader):
                if document:
                    self._create(document)
        self.resources = gwmatch.load([copy.deepcopy(found) for found in self.objects.values()])
        self._graph: Any = None
        self._routers: dict[str, Any] = {}

    @property
    def graph(self) -> Any:
        if self._graph is None:
            self._graph = gwmatch.resolve(self.resources, controller=CONTROLLER, options=self.options)
        return self._graph

    def router(self, gateway: Named) -> Any:
        name = str(gateway)
        if name not in self._routers:
            self._routers[name] = gwmatch.compile(self.graph, gateway=name)
        return self._routers[name]

    def get(self, ref: Any) -> dict[str, Any]:
        return self.objects[ref.kind, ref.namespace, ref.name]

    def generation(self, ref: Any) -> int:
        return self.get(ref)["metadata"]["generation"]

    def apply(self, step: Apply) -> None:
        self.now += datetime.timedelta(seconds=step.advance_seconds)
        for found in step.objects:
            before = self.objects.get(key_of(found))
            if before is None:
                self._create(found)
            else:
                after = {**copy.deepcopy(found), "metadata": {**found["metadata"], **_server_fields(before)}}
                self._replace(before, after)
        self._updated(upserts=[self.objects[key_of(found)] for found in step.objects])

    def patch(self, step: Patch) -> None:
        before = self.get(step.object)
        self._replace(before, merged(before, step.patch))
        self._updated(upserts=[self.get(step.object)])

    def delete(self, step: Delete) -> None:
        del self.objects[step.object.kind, step.object.namespace, step.object.name]
        group = step.object.apiVersion.rpartition("/")[0]
        self._updated(deletes=[gwmatch.ResourceKey(group, step.object.kind, step.object.namespace, step.object.name)])

    def _create(self, found: dict[str, Any]) -> None:
        found = copy.deepcopy(found)
        found["metadata"].update(creationTimestamp=self.now.strftime("%Y-%m-%dT%H:%M:%SZ"), generation=1)
        self.objects[key_of(found)] = found

    def _replace(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        if _without_server_part(before) != _without_server_part(after):
            after["metadata"]["generation"] = before["metadata"]["generation"] + 1
        self.objects[key_of(after)] = after

    def _updated(self, upserts: Sequence[dict[str, Any]] = (), deletes: Sequence[gwmatch.ResourceKey] = ()) -> None:
        self.resources = self.resources.updated(upserts=copy.deepcopy(list(upserts)), deletes=list(deletes))
        self._graph = None
        self._routers = {}


def key_of(found: Mapping[str, Any]) -> Key:
    return found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _server_fields(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found["metadata"][name] for name in ("creationTimestamp", "generation")}


def _without_server_part(found: dict[str, Any]) -> dict[str, Any]:
    """What raises the generation when it changes: neither metadata nor status does."""
    return {name: value for name, value in found.items() if name not in ("metadata", "status")}
