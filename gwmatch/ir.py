"""The table as plain data: what crosses from meaning (graph, lowering) to matching (reference, _core).

Nothing here looks a name up or decides anything. Text that is compared with a request's bytes is bytes; hostnames are str,
lower-case. Ids are indexes into the tuples of the Table.

All stand under `gc=False`: made of finished parts and never changed, they are in no cycle, and the collector's walks over them
would cost a large table as much as its making.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NewType

import msgspec

from .options import Options

if TYPE_CHECKING:
    EntryId = NewType("EntryId", int)
    RuleId = NewType("RuleId", int)
    ListenerId = NewType("ListenerId", int)
    VirtualHostId = NewType("VirtualHostId", int)
else:  # PERF(bench_compile::bench_lower): a NewType is called in Python, once for each number that is given out
    EntryId = RuleId = ListenerId = VirtualHostId = int

NEWEST = (1 << 63) - 1
"""`Route.created` of a route without a creationTimestamp: it counts as the newest (OQ-19)."""


class Plain(msgspec.Struct, frozen=True, omit_defaults=True):
    """Plain data. Encoded without what is as usual: a stored table is a fifth of what it would be."""


class PathKind(Enum):
    EXACT = "Exact"
    REGULAR_EXPRESSION = "RegularExpression"
    PATH_PREFIX = "PathPrefix"


class PathMatch(Plain, frozen=True, gc=False):
    kind: PathKind
    value: bytes
    """As written, but a PathPrefix has lost its one trailing slash: `/` is empty, and covers everything."""
    written: str
    """As the resource has it."""

    @property
    def length(self) -> int:
        """Characters that count for precedence (K4): without a prefix's trailing slash; of a pattern, its text."""
        return len(self.written) if self.kind is PathKind.REGULAR_EXPRESSION else len(self.value)


class ValueMatch(Plain, frozen=True, gc=False):
    """A condition on a header or a query parameter."""

    name: bytes
    """A header's is lower-case."""
    value: bytes
    is_regex: bool = False


class MethodMatch(Plain, frozen=True, gc=False):
    """What a GRPCRoute asks of the called method. None is any; one type serves for both parts."""

    service: bytes | None
    method: bytes | None
    is_regex: bool = False


class HostMatch(Plain, frozen=True, gc=False):
    """A hostname that a route states, and what is left of it on the listener. None is any host."""

    own: str | None
    effective: str | None


class Route(Plain, frozen=True, gc=False):
    kind: str
    namespace: str
    name: str
    created: int = NEWEST
    """Nanoseconds since 1970."""

    @property
    def full_name(self) -> str:
        return f"{self.namespace}/{self.name}"


# ---------------------------------------------------------------------------------------------------------- what a rule does


class HeaderEdit(Plain, frozen=True, gc=False):
    """RequestHeaderModifier or ResponseHeaderModifier; names as written, compared without case."""

    set: tuple[tuple[bytes, bytes], ...] = ()
    add: tuple[tuple[bytes, bytes], ...] = ()
    remove: tuple[bytes, ...] = ()


class PathEdit(Plain, frozen=True, gc=False):
    """ReplaceFullPath when `prefix` is None, else ReplacePrefixMatch of that prefix (without its trailing slash)."""

    replacement: bytes
    prefix: bytes | None = None


class Redirect(Plain, frozen=True, gc=False):
    scheme: str | None = None
    hostname: str | None = None
    port: int | None = None
    path: PathEdit | None = None
    status: int = 302


class Rewrite(Plain, frozen=True, gc=False):
    hostname: str | None = None
    path: PathEdit | None = None


class Cors(Plain, frozen=True, gc=False):
    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    max_age: int = 5


class Filters(Plain, frozen=True, gc=False):
    """The filters of a rule or of a backendRef, resolved. Each kind but the mirror occurs at most once in a valid list."""

    request_headers: HeaderEdit | None = None
    response_headers: HeaderEdit | None = None
    redirect: Redirect | None = None
    rewrite: Rewrite | None = None
    cors: Cors | None = None
    mirrors: tuple[Mirror, ...] = ()
    failure: str | None = None
    """Why these filters cannot be carried out; then every request answers 500, for a filter is never skipped (F-5)."""
    order: tuple[str, ...] = ()
    """The types as the resource lists them."""
    external_auth: tuple[ExternalAuth, ...] = ()
    """To be asked before anything else but a preflight, in this order (F-6); the caller's work (Options.external_auth)."""
    extensions: tuple[ExtensionRef, ...] = ()
    """Filters of kinds that the caller registered, in the order of the list."""


class ExtensionRef(Plain, frozen=True, gc=False):
    """An object of a kind that the caller registered: a filter, parameters, a policy."""

    group: str
    kind: str
    namespace: str | None
    """None for objects that belong to no namespace."""
    name: str


class ExternalAuth(Plain, frozen=True, gc=False):
    """Whom to ask before a request is forwarded. Whatever goes wrong with the question is a no (X-1)."""

    protocol: str
    """`HTTP`, where 200 is a yes, or `GRPC`: Envoy's ext_authz Check."""
    backend: Backend
    path: str = ""
    """HTTP: stands before the path of the request (X-3)."""
    request_headers: tuple[str, ...] | None = None
    """Headers that are shown, in lower case; None is all of them (X-2)."""
    response_headers: tuple[str, ...] | None = None
    """HTTP: headers of the answer that the backend gets, in lower case; None is all but Host (X-6)."""
    max_body: int = 0
    """Bytes of the body that are shown, a longer one being refused with 413 (OQ-29); 0 is none, with Content-Length 0 (X-4,
    X-5)."""


class BackendTLS(Plain, frozen=True, gc=False):
    """How connections to a backend are secured. Without it they are not."""

    hostname: str
    """Sent as SNI, and the name that the certificate must carry; only sent, if there are `subject_alt_names` (L-8)."""
    subject_alt_names: tuple[tuple[str, str], ...] = ()
    """`Hostname` or `URI`, and the name; one of them must be in the certificate."""
    ca_certificates: tuple[str, ...] = ()
    """The ConfigMaps, as `namespace/name`, whose `ca.crt` is trusted."""
    well_known: str | None = None
    """`System`: the certificates that the caller's system trusts."""
    client_certificate: str | None = None
    """The Secret, as `namespace/name`, to answer with if the backend asks for a certificate."""
    policy: str | None = None
    """The BackendTLSPolicy, as `namespace/name`; None if the backend itself says so."""
    options: tuple[tuple[str, str], ...] = ()
    """Those of the policy, which mean what the caller makes of them."""


class RetryBudget(Plain, frozen=True, gc=False):
    """How many retries a backend bears (GEP-3388): beyond, none is made, and the client gets 503."""

    percent: int
    """Of the requests that are under way."""
    interval: int
    """Nanoseconds over which they are counted."""
    min_count: int
    """Retries that are always let through in `min_interval`."""
    min_interval: int
    """Nanoseconds."""


class Backend(Plain, frozen=True, gc=False):
    group: str
    kind: str
    namespace: str
    name: str
    port: int | None = None
    weight: int = 1
    failure: str | None = None
    """Why no request can be sent there: a reason of the standard (`BackendNotFound`), else None."""
    protocol: str | None = None
    """The Service port's appProtocol, where it is one that the standard knows; the protocol of an XBackend."""
    filters: Filters = Filters()
    share: float = 0.0
    """Part of the rule's requests that goes here, from 0.0 to 1.0 (B-1)."""
    failure_status: int = 500
    """What requests that fall on this backend get while `failure` is set: 503 where just nobody is ready."""
    address: str | None = None
    """The host to connect to, of a backend that is no Service."""
    tls: BackendTLS | None = None
    retry_budget: RetryBudget | None = None
    session_persistence: SessionPersistence | None = None
    """What the backend's policy asks for; None where the rule has its own, which counts instead (S-2)."""
    policies: tuple[ExtensionRef, ...] = ()
    """Those of registered kinds that hold for it, the most specific first; those of the rule follow."""

    @property
    def valid(self) -> bool:
        """Whether a request that is sent here is forwarded, and not answered with an error."""
        return self.failure is None and self.filters.failure is None


class Mirror(Plain, frozen=True, gc=False):
    backend: Backend
    numerator: int = 1
    denominator: int = 1


class Timeouts(Plain, frozen=True, gc=False):
    """Nanoseconds; 0 switches the timeout off, None leaves it to the caller."""

    request: int | None = None
    backend_request: int | None = None


class Retry(Plain, frozen=True, gc=False):
    codes: tuple[int, ...] = ()
    attempts: int = 1
    """Retries after the first try."""
    backoff: int | None = None
    """Nanoseconds."""


class SessionPersistence(Plain, frozen=True, gc=False):
    session_name: str | None = None
    type: str = "Cookie"
    absolute_timeout: int | None = None
    """Nanoseconds."""
    lifetime_type: str = "Session"


class Rule(Plain, frozen=True, gc=False):
    route: Route
    index: int
    name: str | None = None
    filters: Filters = Filters()
    backends: tuple[Backend, ...] = ()
    timeouts: Timeouts = Timeouts()
    retry: Retry | None = None
    session_persistence: SessionPersistence | None = None
    policies: tuple[ExtensionRef, ...] = ()
    """Those of registered kinds that hold here, the most specific first: rule, route, listener, Gateway, GatewayClass."""


# -------------------------------------------------------------------------------------------------------- what leads to a rule


class Entry(Plain, frozen=True, gc=False):
    """One match of one rule on one listener: what precedence ranks."""

    id: EntryId
    listener: ListenerId
    rule: RuleId
    match: int
    """Index in the rule's `matches`."""
    hosts: tuple[HostMatch, ...]
    path: PathMatch
    method: bytes | None = None
    headers: tuple[ValueMatch, ...] = ()
    query_params: tuple[ValueMatch, ...] = ()
    grpc: MethodMatch | None = None
    """Of a GRPCRoute; its path is the prefix that covers everything."""


class PathNode(Plain, frozen=True, gc=False):
    """A node of the radix tree over path segments that holds something, named by the whole path that leads to it."""

    path: bytes
    """Empty at the root, whose prefix covers everything."""
    exact: tuple[EntryId, ...] = ()
    """In rank order, like all tuples of entries here."""
    prefix: tuple[EntryId, ...] = ()


class VirtualHost(Plain, frozen=True, gc=False):
    """Entries of one rank of hostname, and where a request goes on that none of them takes."""

    id: VirtualHostId
    hostname: str | None
    """The hostname that ranks them; None is any."""
    entries: tuple[EntryId, ...]
    """All of them, in the rank order of a request that is not gRPC."""
    paths: tuple[PathNode, ...]
    """Those with an Exact or PathPrefix path: the longest path first, equally long ones by their bytes."""
    regexes: tuple[EntryId, ...]
    """Those with a RegularExpression path."""
    grpc: tuple[EntryId, ...] = ()
    """Those of GRPCRoutes. A gRPC request tries them first, any other last."""
    fallthrough: VirtualHostId | None = None


class HostNode(Plain, frozen=True, gc=False):
    """A node of the radix tree over host labels that holds something, named by all labels that lead to it."""

    name: str
    """Empty at the root."""
    exact: VirtualHostId | None = None
    wildcard: VirtualHostId | None = None
    """For names with one or more labels before this node's; at the root: for any name, and for none."""


class Listener(Plain, frozen=True, gc=False):
    id: ListenerId
    gateway: str
    """`namespace/name`"""
    owner: str
    """`Kind namespace/name` of the Gateway or ListenerSet that states it."""
    name: str
    port: int
    protocol: str
    """HTTP, HTTPS, TLS, TCP or UDP."""
    hostname: str | None = None
    tls_mode: str | None = None
    """Terminate or Passthrough, where the protocol is HTTPS or TLS."""
    entries: tuple[EntryId, ...] = ()
    hosts: tuple[HostNode, ...] = ()
    """Where a request starts: by name, each once."""
    certificates: tuple[str, ...] = ()
    """The Secrets, as `namespace/name`, to answer a handshake with."""
    client_validation: ClientValidation | None = None
    """How clients' certificates are checked; None where clients need none."""


class ClientValidation(Plain, frozen=True, gc=False):
    mode: str
    """AllowValidOnly or AllowInsecureFallback."""
    ca_certificates: tuple[str, ...]
    """The ConfigMaps, as `namespace/name`, whose `ca.crt` is trusted."""


class Table(Plain, frozen=True, gc=False):
    gateway: str
    listeners: tuple[Listener, ...]
    """Those that take traffic, in the Gateway's merged order."""
    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]
    virtual_hosts: tuple[VirtualHost, ...]
    options: Options = Options()

    def rule_of(self, entry: Entry) -> Rule:
        return self.rules[entry.rule]


# ------------------------------------------------------------------------------------------------------------- one change


class HostChange(Plain, frozen=True, gc=False):
    """A virtual host of which something changed, or a new one. One that lost all its entries stays, and only falls through."""

    id: VirtualHostId
    """Of a new one the next that is free."""
    listener: ListenerId
    hostname: str | None
    fallthrough: VirtualHostId | None
    paths: tuple[PathNode, ...] = ()
    """The nodes that changed, each as it is now; one that holds nothing is gone."""
    regexes: tuple[EntryId, ...] | None = None
    """None: as before. So with the next."""
    grpc: tuple[EntryId, ...] | None = None


class Change(Plain, frozen=True, gc=False):
    """What makes one table of another: ids go on from the old table's, and what is no longer named is out of reach."""

    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]
    hosts: tuple[HostChange, ...]


# ------------------------------------------------------------------------------------------------------- question and answer


class Request(Plain, frozen=True, gc=False):
    """A request as it arrived, or as a backend gets it. Everything is bytes, as on the wire.

    >>> Request.of("GET", "shop.example.com", "/cart?v=2", [("x-user", "7")]).headers
    ((b'x-user', b'7'),)
    """

    method: bytes
    host: bytes | None
    """Host or `:authority`, with a port where it holds one."""
    path: bytes
    """The request target: path and query."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    sni: bytes | None = None

    @classmethod
    def of(
        cls,
        method: str | bytes,
        host: str | bytes | None,
        path: str | bytes,
        headers: object = (),
        sni: str | bytes | None = None,
    ) -> Request:
        """The same from text: str is taken as UTF-8 with surrogateescape, so that no text can fail."""
        pairs = tuple((as_bytes(name), as_bytes(value)) for name, value in headers)  # type: ignore[attr-defined]
        return cls(
            as_bytes(method),
            None if host is None else as_bytes(host),
            as_bytes(path),
            pairs,
            None if sni is None else as_bytes(sni),
        )


class Response(Plain, frozen=True, gc=False):
    """What the gateway itself answers."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Verdict(Plain, frozen=True, gc=False):
    """What the twins must agree on for one request on one port."""

    outcome: str
    """`forward`, `redirect`, `respond`, `refuse` or `drop`."""
    status: int | None = None
    """What the gateway itself answers."""
    refusal: str | None = None
    listener: ListenerId | None = None
    entry: EntryId | None = None
    backend: int | None = None
    """Index in the rule's backends of the one that was picked, also when it cannot be used."""
    path: bytes | None = None
    """Under `normalize="rewrite"`, the target to forward if it differs from the one that came."""


def as_bytes(text: str | bytes) -> bytes:
    """The bytes that a text stands for. Lone surrogates that surrogateescape does not know keep their three-byte form.

    >>> as_bytes("/caf\\udce9"), as_bytes("\\ud800")
    (b'/caf\\xe9', b'\\xed\\xa0\\x80')
    """
    if isinstance(text, bytes):
        return text
    try:
        return str.encode(text, "utf-8", "surrogateescape")  # whatever a class of the caller's own makes of it
    except UnicodeEncodeError:
        return b"".join(_encode(character) for character in str.__iter__(text))


def _encode(character: str) -> bytes:
    if 0xDC80 <= ord(character) <= 0xDCFF:
        return bytes([ord(character) - 0xDC00])
    return character.encode("utf-8", "surrogatepass")
