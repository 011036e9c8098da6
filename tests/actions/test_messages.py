"""What the backend sees, and what the client gets: section 4, F-1, and nothing but what the filters name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.actions import forwarded, response_headers
from gwmatch.ir import Cors, Filters, HeaderEdit, PathEdit, Request, Rewrite

NOTHING = Filters()
REQUEST = Request.of(
    "GET", "Shop.Example.com:8080", "/cart/1?v=2", [("X-A", "1"), ("Host", "Shop.Example.com:8080")], sni="s.test"
)


def rewrite(hostname=None, path=None):
    return Filters(rewrite=Rewrite(hostname, path))


def test_without_filters_it_is_the_same_request():
    assert forwarded(REQUEST, NOTHING, NOTHING) is REQUEST


@pytest.mark.parametrize(
    ("rule", "backend"), [("one.internal", None), (None, "one.internal"), ("two.internal", "one.internal")]
)
def test_hostname(rule, backend):
    seen = forwarded(REQUEST, rewrite(rule), rewrite(backend))
    assert seen.host == b"one.internal"
    assert seen.headers == ((b"X-A", b"1"), (b"Host", b"one.internal"))
    assert (seen.method, seen.path, seen.sni) == (REQUEST.method, REQUEST.path, REQUEST.sni)


def test_hostname_for_a_request_without_one():
    seen = forwarded(Request(b"GET", None, b"/"), rewrite("one.internal"), NOTHING)
    assert (seen.host, seen.headers) == (b"one.internal", ())


@pytest.mark.parametrize(
    ("rule", "backend", "path"),
    [
        (PathEdit(b"/one"), None, b"/one?v=2"),
        (PathEdit(b"/one", prefix=b"/cart"), None, b"/one/1?v=2"),
        (None, PathEdit(b"/one", prefix=b"/cart"), b"/one/1?v=2"),
        # The backend's edit means the prefix that was matched, whatever the rule made of it.
        (PathEdit(b"/one", prefix=b"/cart"), PathEdit(b"/two", prefix=b"/cart"), b"/two/1?v=2"),
        (PathEdit(b"/one"), PathEdit(b"/two", prefix=b"/cart"), b"/two/1?v=2"),
        (PathEdit(b"/one", prefix=b"/cart"), PathEdit(b"/two"), b"/two?v=2"),
    ],
)
def test_path(rule, backend, path):
    seen = forwarded(REQUEST, rewrite(path=rule), rewrite(path=backend))
    assert seen.path == path
    assert (seen.host, seen.headers) == (REQUEST.host, REQUEST.headers)


@pytest.mark.parametrize(("target", "seen"), [(b"*", b"*"), (b"", b""), (b"/a%2fb//?#", b"/a%2fb//?#")])
def test_a_target_is_left_alone_without_a_path_edit(target, seen):
    assert forwarded(Request(b"OPTIONS", b"a.test", target), rewrite("b.test"), NOTHING).path == seen


def test_target_stands_in_for_the_path():
    assert forwarded(REQUEST, NOTHING, NOTHING, target=b"/normal?v=2").path == b"/normal?v=2"
    edited = forwarded(REQUEST, rewrite(path=PathEdit(b"/x", prefix=b"/normal")), NOTHING, target=b"/normal/1?v=2")
    assert edited.path == b"/x/1?v=2"


def test_f_1_the_backends_edits_come_after_the_rules():
    rule = Filters(request_headers=HeaderEdit(set=((b"x-a", b"rule"),), add=((b"x-b", b"rule"),)))
    backend = Filters(request_headers=HeaderEdit(add=((b"x-a", b"backend"),), remove=(b"x-b",)))
    assert forwarded(REQUEST, rule, backend).headers == ((b"x-a", b"rule,backend"), (b"Host", b"Shop.Example.com:8080"))


def test_header_edits_and_rewrites_together():
    # CONF httproute-rewrite-path, with header modifiers in the same rule.
    request = Request.of(
        "GET",
        "a.test",
        "/prefix/rewrite-path-and-modify-headers/one",
        [("X-Header-Remove", "remove-val"), ("X-Header-Add-Append", "append-val-1"), ("X-Header-Set", "set-val")],
    )
    rule = Filters(
        rewrite=Rewrite(path=PathEdit(b"/prefix", prefix=b"/prefix/rewrite-path-and-modify-headers")),
        request_headers=HeaderEdit(
            set=((b"X-Header-Set", b"set-overwrites-values"),),
            add=((b"X-Header-Add", b"header-val-1"), (b"X-Header-Add-Append", b"header-val-2")),
            remove=(b"X-Header-Remove",),
        ),
    )
    seen = forwarded(request, rule, NOTHING)
    assert seen.path == b"/prefix/one"
    assert seen.headers == (
        (b"X-Header-Add-Append", b"append-val-1,header-val-2"),
        (b"X-Header-Set", b"set-overwrites-values"),
        (b"X-Header-Add", b"header-val-1"),
    )


def test_responses_meet_the_backends_edits_first():
    rule = Filters(response_headers=HeaderEdit(add=((b"x-by", b"rule"),), remove=(b"server",)))
    backend = Filters(response_headers=HeaderEdit(set=((b"X-By", b"backend"), (b"Server", b"b"))))
    assert response_headers(REQUEST, [(b"ETag", b"1")], rule, backend) == ((b"ETag", b"1"), (b"X-By", b"backend,rule"))


def test_cors_has_the_last_word_over_edits():
    request = Request.of("GET", "a.test", "/", [("Origin", "https://c.test")])
    rule = Filters(response_headers=HeaderEdit(set=((b"Access-Control-Allow-Origin", b"*"),)), cors=Cors(("https://d.test",)))
    assert response_headers(request, [], rule, NOTHING) == ()


@pytest.mark.parametrize(("rule", "backend", "shown"), [(None, "*", b"*"), ("https://c.test", "*", b"https://c.test")])
def test_the_rules_cors_filter_counts_before_the_backends(rule, backend, shown):
    request = Request.of("GET", "a.test", "/", [("Origin", "https://c.test")])
    outer, inner = (Filters(cors=entry and Cors((entry,))) for entry in (rule, backend))
    assert dict(response_headers(request, [], outer, inner))[b"access-control-allow-origin"] == shown


LINES = st.lists(
    st.tuples(st.sampled_from([b"x", b"X", b"host", b"origin", b"vary"]) | st.binary(max_size=3), st.binary(max_size=6)),
    max_size=5,
)
REQUESTS = st.builds(Request, st.binary(max_size=4), st.none() | st.binary(max_size=8), st.binary(max_size=8), LINES.map(tuple))
HEADER_EDITS = st.none() | st.builds(HeaderEdit, LINES.map(tuple), LINES.map(tuple), st.lists(st.binary(max_size=3)).map(tuple))
REWRITES = st.none() | st.builds(
    Rewrite,
    st.none() | st.text(max_size=4),
    st.none() | st.builds(PathEdit, st.binary(max_size=4), st.none() | st.binary(max_size=3)),
)
FILTERS = st.builds(
    Filters,
    request_headers=HEADER_EDITS,
    response_headers=HEADER_EDITS,
    rewrite=REWRITES,
    cors=st.none() | st.builds(Cors, st.sampled_from([(), ("*",)])),
)


@given(REQUESTS, FILTERS, FILTERS, st.none() | st.binary(max_size=6))
def test_any_request_and_any_filters(request_, rule, backend, target):
    seen = forwarded(request_, rule, backend, target=target)
    assert (seen.method, seen.sni) == (request_.method, request_.sni)
    if rule.rewrite is None and backend.rewrite is None:
        assert seen.host == request_.host
        assert seen.path == (request_.path if target is None else target)
    response_headers(request_, request_.headers, rule, backend)


def test_without_a_cors_filter_an_origin_changes_nothing():
    request = Request.of("GET", "a.test", "/", [("Origin", "https://b.test")])
    lines = ((b"access-control-allow-origin", b"*"), (b"etag", b"1"))
    assert response_headers(request, lines, Filters(), Filters()) == lines
