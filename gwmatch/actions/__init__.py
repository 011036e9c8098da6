"""What a decision does to a request.

In: a Request as it arrived, and what its rule carries (Filters, Redirect, Cors, mirrors, backends). Out: the request as the
backend sees it, the answer that the gateway gives itself, the response headers as the client gets them. Everything is a
pure function of its arguments, chance included, and none raises for any request.

The order of the steps is the caller's (F-6): preflight answer, redirect answer, header and URL changes, mirrors, forward.

CR, LF and NUL never get from a request into a header value that is written here: a Location percent-encodes them, a CORS
answer echoes only what has the form of an origin, a method or a list of header names, an appended header has spaces in
their place (RFC 9110 5.5). Lines that no filter touches are handed on byte for byte.
"""

from .backends import backend_shares, pick, shares
from .cors import is_preflight, preflight_response
from .grpc import grpc_response, grpc_status
from .messages import forwarded, response_headers
from .mirrors import sampled
from .redirects import location, redirect_response

__all__ = [
    "backend_shares",
    "forwarded",
    "grpc_response",
    "grpc_status",
    "is_preflight",
    "location",
    "pick",
    "preflight_response",
    "redirect_response",
    "response_headers",
    "sampled",
    "shares",
]
