"""RequestRedirect: the whole table of section 3, and what a hostile request must not get into a Location."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.actions import location, redirect_response
from gwmatch.ir import Cors, PathEdit, Redirect, Request

HTTP_80, HTTP_8080, HTTPS_443 = ("http", 80), ("http", 8080), ("https", 443)

PORT_ROWS = [
    (HTTP_80, None, None, b"http://example.org"),
    (HTTP_80, None, 80, b"http://example.org"),
    (HTTP_80, None, 8080, b"http://example.org:8080"),
    (HTTP_80, "https", None, b"https://example.org"),
    (HTTP_80, "https", 443, b"https://example.org"),
    (HTTP_80, "https", 8443, b"https://example.org:8443"),
    (HTTP_8080, None, None, b"http://example.org:8080"),
    (HTTP_8080, None, 80, b"http://example.org"),
    (HTTP_8080, "https", None, b"https://example.org"),
    (HTTPS_443, None, None, b"https://example.org"),
    (HTTPS_443, None, 443, b"https://example.org"),
    (HTTPS_443, None, 8443, b"https://example.org:8443"),
    (HTTPS_443, "http", None, b"http://example.org"),
    (HTTPS_443, "http", 80, b"http://example.org"),
    (HTTPS_443, "http", 8080, b"http://example.org:8080"),
    # By the same rules, without a test of the standard's.
    (HTTP_8080, "http", None, b"http://example.org"),
    (HTTP_80, None, 443, b"http://example.org:443"),
    (HTTPS_443, None, 80, b"https://example.org:80"),
    (("https", 8443), None, None, b"https://example.org:8443"),
]

REQUESTS = st.builds(
    Request,
    st.sampled_from([b"GET", b"OPTIONS", b"CONNECT"]),
    st.none()
    | st.sampled_from([b"a.test", b"a.test:8080", b"[::1]:80", b"me@a.test", b"a.test\r\nx: y", b":80"])
    | st.binary(max_size=8),
    st.sampled_from([b"*", b"", b"//evil.test/x", b"/\\evil.test", b"/a?b#c", b"/\r\nx: y"]) | st.binary(max_size=12),
    st.lists(st.tuples(st.sampled_from([b"Origin", b"host", b"x"]), st.binary(max_size=8)), max_size=3).map(tuple),
)
PATH_EDITS = st.none() | st.builds(PathEdit, st.binary(max_size=8), st.none() | st.binary(max_size=4))
REDIRECTS = st.builds(
    Redirect,
    st.sampled_from([None, "http", "https"]),
    st.none() | st.sampled_from(["b.test", ""]) | st.text(max_size=4),
    st.none() | st.integers(1, 65535),
    PATH_EDITS,
    st.sampled_from([301, 302, 303, 307, 308]),
)
LISTENERS = st.sampled_from([HTTP_80, HTTP_8080, HTTPS_443])


def sent_to(path=b"/", host=b"a.test", listener=HTTP_80, *, target=None, **redirect):
    listener_scheme, listener_port = listener
    request = Request(b"GET", host, path)
    return location(request, Redirect(**redirect), scheme=listener_scheme, port=listener_port, target=target)


@pytest.mark.parametrize(("listener", "scheme", "port", "url"), PORT_ROWS)
def test_scheme_and_port(listener, scheme, port, url):
    # The port that the client wrote into Host has no say.
    for host in (b"a.test", b"a.test:80", b"a.test:9999"):
        assert sent_to(b"/x?y=z", host, listener, hostname="example.org", scheme=scheme, port=port) == url + b"/x?y=z"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        (b"a.test", b"a.test"),
        (b"a.test:8080", b"a.test"),
        (b"a.test:", b"a.test"),
        (b"A.test.", b"A.test."),
        (b"192.0.2.1:80", b"192.0.2.1"),
        (b"[2001:db8::7]", b"[2001:db8::7]"),
        (b"[2001:db8::7]:8080", b"[2001:db8::7]"),
    ],
)
def test_host_of_the_request_without_its_port(host, shown):
    assert sent_to(b"/x", host) == b"http://" + shown + b"/x"


@pytest.mark.parametrize(
    "host", [None, b"", b":80", b"me@a.test", b"a.test/x", b"a.test, b.test", b"a.test\r\nx: y", b"[::1", b"::1", b"a\xff.test"]
)
def test_without_a_usable_host_the_location_is_a_path(host):
    assert sent_to(b"/old?v=2", host, scheme="https", port=8443) == b"/old?v=2"
    # RFC 3986 4.2: `//evil.test/` would name another host.
    assert sent_to(b"//evil.test/x", host) == b"/.//evil.test/x"
    assert sent_to(b"/x", host, hostname="example.org") == b"http://example.org/x"


@pytest.mark.parametrize(
    ("target", "edit", "shown"),
    [
        (b"/x/y?q=1", None, b"/x/y?q=1"),
        (b"/x/y?q=1", PathEdit(b"/full"), b"/full?q=1"),
        (b"/x/y?q=1", PathEdit(b""), b"/?q=1"),
        (b"/x/y?q=1", PathEdit(b"full"), b"/full?q=1"),
        (b"/x/y?q=1", PathEdit(b"/z", prefix=b"/x"), b"/z/y?q=1"),
        (b"/x?", PathEdit(b"/z", prefix=b"/x"), b"/z?"),
        (b"/x?q#f", None, b"/x?q"),
        (b"/x#f?q", None, b"/x"),
        (b"*", None, b"/"),
        (b"", None, b"/"),
        (b"?q", None, b"/?q"),
        (b"x", None, b"/x"),
        (b"//x", None, b"//x"),
        (b"/a%2Fb%zz", None, b"/a%2Fb%zz"),
        (b"/caf\xc3\xa9 \x7f?\xff", None, b"/caf%C3%A9%20%7F?%FF"),
        (b"/\r\nx: y?\r\nx: y\0", None, b"/%0D%0Ax:%20y?%0D%0Ax:%20y%00"),
        (b"/\\evil.test", None, b"/%5Cevil.test"),
    ],
)
def test_path_and_query(target, edit, shown):
    assert location(Request(b"GET", b"a.test", target), Redirect(path=edit), scheme="http", port=80) == b"http://a.test" + shown


def test_target_stands_in_for_the_path():
    assert sent_to(b"/a/../b", target=b"/b") == b"http://a.test/b"


def test_a_redirect_to_itself_is_still_sent():
    assert sent_to(b"/x") == b"http://a.test/x"


@given(REQUESTS, REDIRECTS, LISTENERS)
def test_every_location_is_a_url_of_visible_characters(request_, redirect, listener):
    scheme, port = listener
    url = location(request_, redirect, scheme=scheme, port=port)
    assert re.fullmatch(rb"[\x21-\x5b\x5d-\x7e]+", url)
    # The CRD lets a hostname hold letters, digits, `-` and `.` only; the rest of the URL owes nothing to what it holds.
    if re.fullmatch(r"[a-z.]*", redirect.hostname or ""):
        assert re.match(rb"https?://[^/#]+/|/(?!/)", url)
        assert b"#" not in url


@given(REQUESTS, LISTENERS)
def test_a_request_cannot_choose_another_host(request_, listener):
    scheme, port = listener
    url = location(request_, Redirect(hostname="b.test"), scheme=scheme, port=port)
    assert re.match(rb"https?://b\.test(:8080)?/", url)


@given(REQUESTS, REDIRECTS, LISTENERS)
def test_the_response_carries_status_and_location(request_, redirect, listener):
    scheme, port = listener
    response = redirect_response(request_, redirect, scheme=scheme, port=port)
    assert response.status == redirect.status
    assert response.headers == ((b"location", location(request_, redirect, scheme=scheme, port=port)),)


def test_oq_43_cors_headers_on_a_redirect():
    request = Request.of("GET", "a.test", "/", [("Origin", "https://c.test")])
    cors = Cors(allow_origins=("https://c.test",), allow_credentials=True)
    response = redirect_response(request, Redirect(scheme="https"), scheme="http", port=80, cors=cors)
    assert response.headers == (
        (b"location", b"https://a.test/"),
        (b"access-control-allow-origin", b"https://c.test"),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


@pytest.mark.parametrize("headers", [[], [("Origin", "https://other.test")]])
def test_no_cors_headers_on_a_redirect_without_an_allowed_origin(headers):
    cors = Cors(allow_origins=("https://c.test",))
    request = Request.of("GET", "a.test", "/", headers)
    assert redirect_response(request, Redirect(), scheme="http", port=80, cors=cors).headers == (
        (b"location", b"http://a.test/"),
    )


def test_the_response_leads_where_the_target_says():
    """Under `rewrite` the path that was matched stands in for the one that was sent."""
    given = redirect_response(Request.of("GET", "a.test", "/b/../a"), Redirect(), scheme="http", port=80, target=b"/a")
    assert given.headers == ((b"location", b"http://a.test/a"),)
