"""What the standard leaves open and a user may choose. Every default is the recommendation of docs/semantics.md."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

ASSUMED_KINDS = ("Service", "Namespace", "Secret", "ConfigMap", "GatewayClass")


Role = Literal["filter", "backend", "parameters", "policy"]


class ExtensionKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind that the caller understands.

    >>> ExtensionKind(group="example.net", kind="RateLimit", roles=("filter",)).inherited
    False
    """

    group: str
    kind: str
    roles: tuple[Role, ...]
    """Where its objects may stand: `filter` (an ExtensionRef), `backend` (a backendRef), `parameters` (a parametersRef), or
    `policy` (what has targetRefs itself)."""
    inherited: bool = False
    """Of policies: whether they reach down from what they name. Those that do not are direct: one holds per target."""
    namespaced: bool = True
    assume: bool = True
    """Whether its objects are taken to exist as referred to while the set holds none of them."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How resources are read and requests are matched.

    >>> Options().normalize
    'guard'
    >>> Options(normalize="none") == Options()
    False
    """

    hostname_fallthrough: Literal["ordered", "isolated"] = "ordered"
    """`ordered`: when no rule of the most specific hostname matches, less specific hostnames of the same listener are
    tried, as the standard's text orders rules. `isolated`: only the routes of the most specific hostname, as gateways built
    on virtual hosts do. Multi-tenant set-ups want `isolated`."""
    hostname_precedence: Literal["own", "intersected"] = "own"
    """Which hostname ranks a route: the one it states itself, or what is left of it on the listener."""
    regex_precedence: Literal["before_prefix", "after_prefix"] = "before_prefix"
    """Where RegularExpression paths stand; Exact is always first."""
    regex_automaton_limit: Annotated[int, msgspec.Meta(ge=1024, le=1 << 25)] = 64 * 1024
    """Bytes that the determinised automaton of one regular expression may take. A larger one makes its rule invalid."""
    normalize: Literal["guard", "none", "rewrite"] = "guard"
    """Paths that can be read two ways. `guard` matches the bytes as given and refuses a request if another reading of its
    path selects another rule; `none` does not check; `rewrite` matches a normal form, which the caller must forward."""
    detect_misdirected: bool = True
    """Answer 421 when the request's host belongs to another listener than the TLS handshake's."""
    grpc_http_exclusive: bool = False
    """Refuse the younger of an HTTPRoute and a GRPCRoute that share a hostname on a listener."""
    tls_route_mode_terminate: bool = True
    """Serve TLS listeners in mode Terminate, whose TLSRoutes get what was decrypted. Off, such a listener is not accepted."""
    tls_route_mode_mixed: bool = True
    """Serve Terminate and Passthrough side by side on one port. Off, such listeners are in conflict."""
    external_auth: bool = False
    """The caller carries out ExternalAuth filters, which decisions hand out. Off, a rule with one answers 500: a filter that
    nobody carries out must not be skipped."""
    extensions: tuple[ExtensionKind, ...] = ()
    """Kinds of others that the caller understands: decisions name their objects. A kind that nobody registered closes what
    refers to it, as the standard demands."""
    assume: tuple[str, ...] = ASSUMED_KINDS
    """Kinds that are taken to exist as referred to when the set holds no object of the kind at all. A controller, which
    sees everything, passes `()`."""
