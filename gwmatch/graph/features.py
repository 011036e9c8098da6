"""The features that a GatewayClass of ours reports (GEP-2162)."""

from __future__ import annotations

from ..options import Options
from .tls import TLSModes

TLS_TERMINATE, TLS_MIXED = "TLSRouteModeTerminate", "TLSRouteModeMixed"

SUPPORTED_FEATURES = (
    "BackendTLSPolicy",
    "BackendTLSPolicySANValidation",
    "GRPCRoute",
    "GRPCRouteNamedRouteRule",
    "Gateway",
    "GatewayBackendClientCertificate",
    "GatewayHTTPListenerIsolation",
    "GatewayHTTPSListenerDetectMisdirectedRequests",
    "GatewayPort8080",
    "HTTPRoute",
    "HTTPRoute303RedirectStatusCode",
    "HTTPRoute307RedirectStatusCode",
    "HTTPRoute308RedirectStatusCode",
    "HTTPRouteBackendProtocolH2C",
    "HTTPRouteBackendProtocolWebSocket",
    "HTTPRouteBackendRequestHeaderModification",
    "HTTPRouteBackendTimeout",
    "HTTPRouteCORS",
    "HTTPRouteDestinationPortMatching",
    "HTTPRouteHostRewrite",
    "HTTPRouteMethodMatching",
    "HTTPRouteNamedRouteRule",
    "HTTPRouteParentRefPort",
    "HTTPRoutePathRedirect",
    "HTTPRoutePathRewrite",
    "HTTPRoutePortRedirect",
    "HTTPRouteQueryParamMatching",
    "HTTPRouteRequestMirror",
    "HTTPRouteRequestMultipleMirrors",
    "HTTPRouteRequestPercentageMirror",
    "HTTPRouteRequestTimeout",
    "HTTPRouteResponseHeaderModification",
    "HTTPRouteRetry",
    "HTTPRouteSchemeRedirect",
    "ListenerSet",
    "ReferenceGrant",
    "TCPRoute",
    "TLSRoute",
    TLS_MIXED,
    TLS_TERMINATE,
    "UDPRoute",
)
"""Sorted; those whose decision is all made here, so that a data plane only carries it out.

Left out are the features that are the data plane's own: infrastructure, addresses, the certificates of clients, what a
retry does after a timeout.
"""


def tls_modes(options: Options) -> TLSModes:
    """Which features of TLS listeners are on. Two modes on one port are no question where there is but one mode."""
    terminate = options.tls_route_mode_terminate
    return TLSModes(terminate, terminate and options.tls_route_mode_mixed)


def supported_features(options: Options) -> tuple[str, ...]:
    """What a GatewayClass reports: all features but those that the options switch off."""
    modes = tls_modes(options)
    off = {name for name, on in ((TLS_TERMINATE, modes.terminate), (TLS_MIXED, modes.mixed)) if not on}
    return tuple(name for name in SUPPORTED_FEATURES if name not in off)


MESH_FEATURES = (
    "GRPCRoute",
    "HTTPRoute",
    "Mesh",
    "MeshClusterIPMatching",
    "MeshConsumerRoute",
    "MeshHTTPRouteBackendRequestHeaderModification",
    "MeshHTTPRouteNamedRouteRule",
    "MeshHTTPRouteQueryParamMatching",
    "MeshHTTPRouteRedirectPath",
    "MeshHTTPRouteRedirectPort",
    "MeshHTTPRouteRewritePath",
    "MeshHTTPRouteSchemeRedirect",
)
"""What an XMesh reports; a GatewayClass has none of these names (PF-4)."""
