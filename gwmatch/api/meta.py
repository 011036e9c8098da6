"""What every object has: its metadata, its key, and the selectors that choose objects by their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from .model import Model
from .timestamps import nanoseconds_since_1970

DEFAULT_NAMESPACE = "default"
GATEWAY_GROUP = "gateway.networking.k8s.io"
EXPERIMENTAL_GROUP = "gateway.networking.x-k8s.io"
"""Of the kinds that only the experimental channel has."""


class ResourceKey(NamedTuple):
    """What names an object among all others; versions do not take part.

    >>> str(ResourceKey("gateway.networking.k8s.io", "HTTPRoute", "shop", "cart"))
    'HTTPRoute shop/cart'
    >>> str(ResourceKey("gateway.networking.k8s.io", "GatewayClass", None, "edge"))
    'GatewayClass edge'
    """

    group: str
    kind: str
    namespace: str | None
    """None for objects that belong to no namespace."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.namespace is None else f"{self.kind} {self.namespace}/{self.name}"


class ObjectMeta(Model, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The metadata that is read; what else Kubernetes keeps there is accepted and left out."""

    name: str
    namespace: str | None = None
    """After loading, never None for kinds that live in namespaces."""
    generation: int | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    resource_version: str | None = None
    uid: str | None = None

    @property
    def created(self) -> int | None:
        """The instant of creation in nanoseconds since 1970, or None if it is not known (HI-C8).

        >>> ObjectMeta(name="cart", creation_timestamp="1970-01-01T01:00:00.5+01:00").created
        500000000
        """
        return None if self.creation_timestamp is None else nanoseconds_since_1970(self.creation_timestamp)


class Resource(Model, frozen=True, kw_only=True):
    """What the objects of all kinds share."""

    GROUP: ClassVar[str] = GATEWAY_GROUP
    KIND: ClassVar[str]
    NAMESPACED: ClassVar[bool] = True

    api_version: str
    kind: str
    metadata: ObjectMeta
    status: dict[str, Any] | None = None
    """As it was written; nothing of it is checked."""

    @property
    def key(self) -> ResourceKey:
        """What names this object in a ResourceSet."""
        namespace = (self.metadata.namespace or DEFAULT_NAMESPACE) if self.NAMESPACED else None
        return ResourceKey(self.GROUP, self.KIND, namespace, self.metadata.name)


class LabelSelectorRequirement(Model, frozen=True, kw_only=True):
    key: str
    operator: str
    """`In`, `NotIn`, `Exists` or `DoesNotExist`; the CRDs admit any text."""
    values: tuple[str, ...] = ()


class LabelSelector(Model, frozen=True, kw_only=True):
    """All conditions must hold; without any it selects everything."""

    match_labels: Mapping[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()
