"""The scalar types of the standard with their limits (resources.md 3), and what each pattern asks for in words.

Patterns are the CRDs' own, rewritten where backtracking could cost more than linear time. All end in `\\Z`: a `$` would
admit a final newline (HI-C1).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

Channel = Literal["standard", "experimental"]
"""Of which of its two sets of CRDs the standard speaks."""

EXPERIMENTAL: Final = Meta(extra={"channel": "experimental"})
"""Marks a field that the CRDs of the standard channel lack."""

_DNS: Final = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*"

DNS_LABEL: Final = r"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z"
DNS_SUBDOMAIN: Final = rf"\A{_DNS}\Z"
HOSTNAME: Final = rf"\A(?:\*\.)?{_DNS}\Z"
GROUP: Final = rf"\A(?:{_DNS})?\Z"
KIND: Final = r"\A[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?\Z"
CONTROLLER: Final = rf"\A{_DNS}\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+\Z"
# V-API-5: the second half of these two is not anchored at its start, so that only the character before the slash matters.
PROTOCOL: Final = r"\A[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?\Z|[a-z0-9]\/[A-Za-z0-9]+\Z"
ADDRESS_TYPE: Final = r"\AHostname|IPAddress|NamedAddress|[a-z0-9]\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+\Z"
TOKEN: Final = r"\A[A-Za-z0-9!#$%&'*+\-.^_`|~]+\Z"
DURATION: Final = r"\A(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}\Z"
LABEL_VALUE: Final = r"\A(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\Z"
LABEL_KEY: Final = rf"\A(?:{_DNS}\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{{0,61}})?[A-Za-z0-9]\Z"
CORS_ORIGIN: Final = r"\A\*\Z|\Ahttps?:\/\/(?:(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(?::[0-9]{1,5})?\Z"
ABSOLUTE_URI: Final = r"\A[^:/?#]+:\/\/"
# The CRD's own goes on to the query and the fragment, each of which may be missing, so that it asks for no more than this.
WELL_KNOWN: Final = rf"\A(?:System|{_DNS}\/(?:[A-Za-z0-9][-A-Za-z0-9_.]{{0,61}})?[A-Za-z0-9])\Z"
CONDITION_TYPE: Final = rf"\A(?:{_DNS}\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\Z"
CONDITION_REASON: Final = r"\A[A-Za-z](?:[A-Za-z0-9_,:]*[A-Za-z0-9_])?\Z"
PATH_CHARACTERS: Final = r"\A(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+\Z"
# The CRD makes the blank between two words optional, which admits the same texts but takes exponential time to refuse one.
HEADER_VALUE: Final = r"\A[!-~]+(?:[\t ][!-~]+)*\Z"

MEANING: Final[dict[str, str]] = {
    DNS_LABEL: "must be lower-case letters, digits and '-', starting and ending with a letter or digit",
    DNS_SUBDOMAIN: "must be a lower-case DNS name of letters, digits, '-' and '.', such as shop.example.com",
    HOSTNAME: "must be a lower-case hostname such as shop.example.com or *.example.com, without a port",
    GROUP: "must be a lower-case API group such as gateway.networking.k8s.io, or empty for the core group",
    KIND: "must be a kind such as Service: letters, digits and '-', starting with a letter",
    CONTROLLER: "must be a domain and a path, such as example.net/controller",
    PROTOCOL: "must be HTTP, HTTPS, TLS, TCP, UDP, or a domain and a name such as example.net/FOO",
    ADDRESS_TYPE: "must be IPAddress, Hostname, NamedAddress, or a domain and a name such as example.net/foo",
    TOKEN: "must be a header name: letters, digits and !#$%&'*+-.^_`|~ only",
    DURATION: "must be a duration of up to four parts such as 500ms, 30s or 1h30m; zero is 0s",
    LABEL_VALUE: "must be a label value: letters, digits, '-', '_' and '.', starting and ending with a letter or digit",
    CORS_ORIGIN: "must be '*' or a scheme and a host such as https://shop.example.com or https://*.example.com:8443",
    ABSOLUTE_URI: "must be a URI with a scheme and a host, such as spiffe://example.com/ns/shop/sa/cart",
    WELL_KNOWN: "must be System, or a domain and a name such as example.net/private",
    CONDITION_TYPE: "must be the type of a condition, such as Accepted or example.net/Checked",
    CONDITION_REASON: "must be the reason of a condition: one word such as NotAllowedByListeners",
    PATH_CHARACTERS: "must hold only the characters of a URL path; write others as % and two hex digits",
}
"""What the values of a pattern look like, said as a remedy."""

INT32_MIN: Final = -(1 << 31)
INT32_MAX: Final = (1 << 31) - 1
INT64_MAX: Final = (1 << 63) - 1

Hostname = Annotated[str, Meta(min_length=1, max_length=253, pattern=HOSTNAME)]
PreciseHostname = Annotated[str, Meta(min_length=1, max_length=253, pattern=DNS_SUBDOMAIN)]
SectionName = Annotated[str, Meta(min_length=1, max_length=253, pattern=DNS_SUBDOMAIN)]
NamespaceName = Annotated[str, Meta(min_length=1, max_length=63, pattern=DNS_LABEL)]
ObjectName = Annotated[str, Meta(min_length=1, max_length=253)]
Group = Annotated[str, Meta(max_length=253, pattern=GROUP)]
Kind = Annotated[str, Meta(min_length=1, max_length=63, pattern=KIND)]
PortNumber = Annotated[int, Meta(ge=1, le=65535)]
GatewayController = Annotated[str, Meta(min_length=1, max_length=253, pattern=CONTROLLER)]
ProtocolType = Annotated[str, Meta(min_length=1, max_length=255, pattern=PROTOCOL)]
AddressType = Annotated[str, Meta(min_length=1, max_length=253, pattern=ADDRESS_TYPE)]
HTTPHeaderName = Annotated[str, Meta(min_length=1, max_length=256, pattern=TOKEN)]
HTTPHeaderValue = Annotated[str, Meta(min_length=1, max_length=4096)]
AbsoluteURI = Annotated[str, Meta(min_length=1, max_length=253, pattern=ABSOLUTE_URI)]
WellKnownCACertificates = Annotated[str, Meta(min_length=1, max_length=253, pattern=WELL_KNOWN)]
Duration = Annotated[str, Meta(pattern=DURATION)]
AnnotationValue = Annotated[str, Meta(max_length=4096)]
LabelValue = Annotated[str, Meta(max_length=63, pattern=LABEL_VALUE)]
CORSOrigin = Annotated[str, Meta(min_length=1, max_length=253, pattern=CORS_ORIGIN)]
ConditionType = Annotated[str, Meta(max_length=316, pattern=CONDITION_TYPE)]
ConditionReason = Annotated[str, Meta(min_length=1, max_length=1024, pattern=CONDITION_REASON)]
