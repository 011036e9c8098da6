"""CORS: section 7 of the standard's table, row by row, and origins made to slip past an entry."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gwmatch.actions import is_preflight, preflight_response, response_headers
from gwmatch.actions.cors import actual_headers, allows
from gwmatch.ir import Cors, Filters, Request

ORIGIN = "https://www.foo.com"

COVERED = [
    ("*", "https://any.test:1"),
    ("*", "null"),
    ("*", "chrome-extension://abcdef"),
    ("https://www.foo.com", "https://www.foo.com"),
    ("https://www.foo.com", "HTTPS://WWW.Foo.COM"),
    ("HTTPS://WWW.FOO.COM", "https://www.foo.com"),
    ("https://www.foo.com", "https://www.foo.com:443"),
    ("https://www.foo.com:443", "https://www.foo.com"),
    ("http://www.foo.com:80", "http://www.foo.com"),
    ("http://www.foo.com:8080", "http://www.foo.com:8080"),
    ("https://*.bar.com", "https://www.bar.com"),
    ("https://*.bar.com", "https://xpto.www.bar.com"),
    ("https://*.bar.com:8443", "https://www.bar.com:8443"),
    ("https://*", "https://any.test"),
    ("https://*", "https://[2001:db8::7]"),
    ("https://*:8443", "https://any.test:8443"),
]

NOT_COVERED = [
    ("https://www.foo.com", "http://www.foo.com"),
    ("https://www.foo.com", "https://www.foo.com:8443"),
    ("https://www.foo.com:8443", "https://www.foo.com"),
    ("http://www.foo.com:443", "https://www.foo.com"),
    ("https://www.foo.com", "https://foobar.com"),
    ("https://www.foo.com", "https://wwwxfoo.com"),
    ("https://www.foo.com", "https://www.foo.com."),
    ("https://www.foo.com", "https://www.foo.com/"),
    ("https://www.foo.com", "null"),
    ("https://www.foo.com", ""),
    ("https://*.bar.com", "https://bar.com"),
    ("https://*.bar.com", "https://.bar.com"),
    ("https://*.bar.com", "https://xbar.com"),
    ("https://*.bar.com", "https://www.bar.com.evil.test"),
    ("https://*.bar.com", "https://evil.test,https://www.bar.com"),
    ("https://*.bar.com", "https://evil.test/.bar.com"),
    ("https://*.bar.com", "https://evil.test#.bar.com"),
    ("https://*.bar.com", "https://me@www.bar.com"),
    ("https://*.bar.com", "https://evil.test\r\n.bar.com"),
    ("https://*.bar.com", "https://*.bar.com"),
    ("https://*", "http://any.test"),
    ("https://*", "https://any.test:8443"),
    ("https://*", "null"),
    ("https://*", "https://*"),
]

PREFLIGHTS = [
    # the filter, and the headers of the answer to a preflight from ORIGIN that asks for PUT and X-A, X-B
    (Cors(("*",)), {"allow-origin": "*", "max-age": "5"}),
    (
        Cors(("*",), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "max-age": "5", "vary": "Origin"},
    ),
    (Cors((ORIGIN,)), {"allow-origin": ORIGIN, "max-age": "5", "vary": "Origin"}),
    (Cors((ORIGIN, "*")), {"allow-origin": "*", "max-age": "5"}),
    (Cors(("*",), ("GET", "OPTIONS")), {"allow-origin": "*", "allow-methods": "GET, OPTIONS", "max-age": "5"}),
    (Cors(("*",), ("*",)), {"allow-origin": "*", "allow-methods": "*", "max-age": "5"}),
    (
        Cors((ORIGIN,), ("GET", "OPTIONS"), allow_credentials=True),
        {
            "allow-origin": ORIGIN,
            "allow-credentials": "true",
            "allow-methods": "GET, OPTIONS",
            "max-age": "5",
            "vary": "Origin",
        },
    ),
    (
        Cors((ORIGIN,), ("*",), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "allow-methods": "PUT", "max-age": "5", "vary": "Origin"},
    ),
    (Cors(("*",), (), ("x-1", "x-2")), {"allow-origin": "*", "allow-headers": "x-1, x-2", "max-age": "5"}),
    (Cors(("*",), (), ("*",)), {"allow-origin": "*", "allow-headers": "*", "max-age": "5"}),
    (
        Cors((ORIGIN,), (), ("x-1",), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "allow-headers": "x-1", "max-age": "5", "vary": "Origin"},
    ),
    (
        Cors((ORIGIN,), (), ("*",), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "allow-headers": "X-A, X-B", "max-age": "5", "vary": "Origin"},
    ),
    (Cors(("*",), expose_headers=("x-3", "x-4")), {"allow-origin": "*", "expose-headers": "x-3, x-4", "max-age": "5"}),
    (Cors(("*",), expose_headers=("*",)), {"allow-origin": "*", "expose-headers": "*", "max-age": "5"}),
    (
        Cors((ORIGIN,), expose_headers=("*",), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "max-age": "5", "vary": "Origin"},
    ),
    (
        Cors((ORIGIN,), expose_headers=("x-3", "*"), allow_credentials=True),
        {"allow-origin": ORIGIN, "allow-credentials": "true", "expose-headers": "x-3", "max-age": "5", "vary": "Origin"},
    ),
    (Cors(("*",), max_age=3600), {"allow-origin": "*", "max-age": "3600"}),
]


def asked(method="OPTIONS", **headers):
    return Request.of(method, "b.test", "/", [(name.replace("_", "-"), value) for name, value in headers.items()])


def preflight(origin=ORIGIN, method="PUT", names="X-A, X-B"):
    return asked(origin=origin, access_control_request_method=method, access_control_request_headers=names)


def short(headers):
    return {name.decode().removeprefix("access-control-"): value.decode() for name, value in headers}


@pytest.mark.parametrize(("entry", "origin"), COVERED)
def test_covered(entry, origin):
    assert allows(entry, origin.encode())


@pytest.mark.parametrize(("entry", "origin"), NOT_COVERED)
def test_not_covered(entry, origin):
    assert not allows(entry, origin.encode())


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (asked(Origin=ORIGIN, Access_Control_Request_Method="PUT"), True),
        (asked(origin=ORIGIN, ACCESS_CONTROL_REQUEST_METHOD="PUT"), True),
        (asked(origin="https://not-allowed.test", access_control_request_method="PUT"), True),
        (asked(origin=ORIGIN), False),
        (asked(access_control_request_method="PUT"), False),
        (asked("GET", origin=ORIGIN, access_control_request_method="PUT"), False),
        (asked("options", origin=ORIGIN, access_control_request_method="PUT"), False),
    ],
)
def test_c_2_what_a_preflight_is(request_, answer):
    assert is_preflight(request_) is answer


@pytest.mark.parametrize("cors", [Cors((ORIGIN,), ("*",), ("*",), ("x",), allow_credentials=True), Cors()])
def test_c_3_c_7_preflight_of_an_origin_that_is_not_allowed(cors):
    response = preflight_response(preflight("https://foobar.com"), cors)
    assert (response.status, response.headers) == (204, ())


@pytest.mark.parametrize(("cors", "headers"), PREFLIGHTS)
def test_c_4_preflight_of_an_allowed_origin(cors, headers):
    response = preflight_response(preflight(), cors)
    assert response.status == 204
    assert short(response.headers) == headers
    assert len(response.headers) == len(headers)


def test_c_4_what_is_asked_for_is_not_checked():
    cors = Cors((ORIGIN,), ("GET",), ("x-1",))
    assert preflight_response(preflight(method="DELETE", names="x-9"), cors) == preflight_response(preflight(), cors)


@pytest.mark.parametrize("asked_for", ["*", "", "PUT\r\nx: y", "P\0T", "x-\xff"])
def test_with_credentials_only_a_method_and_names_are_echoed(asked_for):
    cors = Cors((ORIGIN,), ("*",), ("*",), allow_credentials=True)
    headers = short(preflight_response(preflight(method=asked_for, names=asked_for), cors).headers)
    assert headers.keys() == {"allow-origin", "allow-credentials", "max-age", "vary"}


def test_with_credentials_nothing_is_echoed_that_was_not_sent():
    cors = Cors((ORIGIN,), ("*",), ("*",), allow_credentials=True)
    headers = short(preflight_response(asked(origin=ORIGIN), cors).headers)
    assert headers.keys() == {"allow-origin", "allow-credentials", "max-age", "vary"}


@pytest.mark.parametrize("origin", ["https://a.test\r\nx: y", "a b", "\x7f", "caf\xe9", "", "*"])
@pytest.mark.parametrize("credentials", [False, True])
def test_what_is_no_origin_is_not_allowed_by_a_star_either(origin, credentials):
    assert actual_headers(asked(origin=origin), Cors(("*",), allow_credentials=credentials)) == ()


# ------------------------------------------------------------------------------------------------------ on the backend's answer


def passed_on(request, headers, cors):
    return response_headers(request, headers, Filters(cors=cors), Filters())


BACKENDS_OWN = ((b"Access-Control-Allow-Origin", b"*"), (b"ETag", b"1"), (b"access-control-allow-credentials", b"true"))


def test_c_1_without_an_origin_nothing_happens():
    assert passed_on(asked("GET"), BACKENDS_OWN, Cors((ORIGIN,))) == BACKENDS_OWN


def test_c_5_an_origin_that_is_not_allowed_gets_no_permission_from_the_backend_either():
    assert passed_on(asked("GET", origin="https://foobar.com"), BACKENDS_OWN, Cors((ORIGIN,))) == ((b"ETag", b"1"),)


def test_c_6_an_allowed_origin():
    cors = Cors((ORIGIN,), ("GET",), ("x-1",), ("x-3",), allow_credentials=True)
    assert passed_on(asked("GET", origin=ORIGIN), BACKENDS_OWN, cors) == (
        (b"ETag", b"1"),
        (b"access-control-allow-origin", b"https://www.foo.com"),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"x-3"),
        (b"vary", b"Origin"),
    )


def test_c_6_without_credentials_the_backend_cannot_grant_them():
    headers = short(passed_on(asked("GET", origin=ORIGIN), BACKENDS_OWN, Cors(("*",))))
    assert headers == {"ETag": "1", "allow-origin": "*"}


@pytest.mark.parametrize(
    ("varies", "gained"),
    [(b"Accept-Encoding", True), (b"accept, ORIGIN", False), (b"*", False), (b"x-origin", True), (b"XOrigin", True)],
)
def test_vary_is_said_once(varies, gained):
    headers = passed_on(asked("GET", origin=ORIGIN), [(b"Vary", varies)], Cors((ORIGIN,)))
    assert headers[0] == (b"Vary", varies)
    assert ((b"vary", b"Origin") in headers) is gained


# ----------------------------------------------------------------------------------------------------------------- any request

HOSTILE = st.binary(max_size=12) | st.sampled_from(
    [b"null", b"https://a.test", b"https://a.test\r\nx: y", b"PUT", b"x-a, x-b", b"*"]
)
HEADER_NAMES = st.sampled_from(
    [b"Origin", b"ORIGIN", b"Access-Control-Request-Method", b"access-control-request-headers", b"x"]
)
REQUESTS = st.builds(
    Request,
    st.sampled_from([b"OPTIONS", b"GET"]),
    st.none(),
    st.just(b"/"),
    st.lists(st.tuples(HEADER_NAMES, HOSTILE), max_size=5).map(tuple),
)
ENTRIES = st.sampled_from(["*", "https://*", "https://a.test", "https://*.test", "\ud800", "caf\xe9"]) | st.text(max_size=6)
LISTS = st.lists(st.sampled_from(["*", "PUT", "x-a"]), max_size=3).map(tuple)
FILTERS = st.builds(Cors, st.lists(ENTRIES, max_size=3).map(tuple), LISTS, LISTS, LISTS, st.booleans(), st.integers(1, 1 << 31))


@given(REQUESTS, FILTERS)
def test_nothing_breaks_out_of_a_line(request_, cors):
    for headers in (preflight_response(request_, cors).headers, actual_headers(request_, cors)):
        assert not any(byte in value for _, value in headers for byte in b"\r\n\0")


@given(REQUESTS, FILTERS)
@example(asked(origin="*"), Cors(("*",), allow_credentials=True))
def test_a_star_is_never_said_beside_credentials(request_, cors):
    headers = dict(preflight_response(request_, cors).headers)
    if b"access-control-allow-credentials" in headers:
        assert not any(
            b"*" in headers.get(b"access-control-" + name, b"")
            for name in (b"allow-methods", b"allow-headers", b"expose-headers")
        )
        assert headers[b"access-control-allow-origin"] != b"*"


@given(REQUESTS, FILTERS)
def test_vary_stands_exactly_where_the_origin_is_echoed(request_, cors):
    headers = dict(actual_headers(request_, cors))
    assert (b"vary" in headers) == (headers.get(b"access-control-allow-origin", b"*") != b"*")


@given(ENTRIES, st.binary(max_size=12))
def test_allows_never_raises(entry, origin):
    assert allows(entry, origin) in (True, False)
