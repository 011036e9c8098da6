"""match_many and match_list say what `match` says, request by request, whatever their columns are made of."""

from __future__ import annotations

import _thread
import doctest
import signal
import threading
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import reference
from gwmatch._core import PortTable, RouteTable
from gwmatch.ir import Request, Table
from gwmatch.testing.requests import requests_near
from gwmatch.testing.tables import tables

from . import arrow
from .columns import ARROW, NUMPY, PYTHON, kinds

many = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

SHOP = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public")
TEXTS = [
    b"/cart",
    None,
    b"",
    b"/caf\xc3\xa9",
    b"/caf\xe9",
    b"/a-path-of-more-than-twelve-bytes",
    b"/cart",
    b"/\xed\xa0\x80",
    b"/status",
]


def entries(port: PortTable, requests: list[tuple[Any, ...]]) -> list[int]:
    """What `match` says of each."""
    decided = [port.match(*request) for request in requests]
    return [-1 if decision.entry is None else decision.entry.id for decision in decided]


def with_columns(request: Request, names: list[bytes]) -> Request:
    """The request with only those header lines that columns can say: one for each name, in their order."""
    first: dict[bytes, bytes] = {}
    for name, value in request.headers:
        first.setdefault(name, value)
    lines = tuple((name, first[name]) for name in names if name in first)
    return Request(request.method, request.host, request.path, lines, request.sni)


# ------------------------------------------------------------------------------------------------------------- drawn tables


@many
@given(tables(), st.data())
def test_agree_with_the_reference(table: Table, data: st.DataObject) -> None:
    if not table.listeners:
        return
    by_port: dict[int, list[Request]] = {}
    for _ in range(20):
        number, request, _ = data.draw(requests_near(table))
        by_port.setdefault(number, []).append(request)
    compiled = RouteTable(table)
    for number, requests in by_port.items():
        port = compiled.port(number)
        listed = [(r.method, r.host, r.path, r.headers, r.sni) for r in requests]
        expected = [reference.match(table, number, request, 0.0) for request in requests]
        assert port.match_list(listed).tolist() == [-1 if v.entry is None else v.entry for v in expected]

        names = list(dict.fromkeys(name for request in requests for name, _ in request.headers))
        expected = [reference.match(table, number, with_columns(request, names), 0.0) for request in requests]
        headers = {name: column(data, [dict(reversed(r.headers)).get(name) for r in requests]) for name in names}
        ids, statuses = port.match_many(
            column(data, [request.host for request in requests]),
            column(data, [request.path for request in requests]),
            column(data, [request.method for request in requests]),
            headers,
            sni=column(data, [request.sni for request in requests]),
            statuses=True,
        )
        assert ids.tolist() == [-1 if verdict.entry is None else verdict.entry for verdict in expected]
        assert statuses.tolist() == [(verdict.entry is None and verdict.status) or 0 for verdict in expected]


def column(data: st.DataObject, texts: list[bytes | None]) -> Any:
    made = kinds(texts)
    return made[data.draw(st.sampled_from(sorted(made)))](texts)


# --------------------------------------------------------------------------------------------------- hosts of earlier rows


@pytest.mark.parametrize("kind", ["arrow u", "numpy S", "numpy U", "list"])
def test_hosts_that_were_there_before(kind: str) -> None:
    """More of them than are kept, in an order in which they take each other's place, and some that are too long to keep."""
    labels = [f"{number}-x" for number in range(600)] + ["y" * size for size in range(1, 64)]
    hosts = ["shop.example.com", "SHOP.example.com:443", "", *(f"{label}.example.com" for label in labels), "bad..host"]
    hosts += [f"{'z' * 60}.{'z' * size}.example.com" for size in range(1, 60)]
    hosts = [host for _ in range(3) for host in hosts] + ["shop.example.com"] * 200
    texts = [host.encode() for host in hosts]
    names = ["shop.example.com" if number % 3 else "a.example.com" for number in range(len(hosts))]
    paths = [("/cart", "/status", "/%2e/status", "no path")[number % 4] for number in range(len(hosts))]
    methods = [("GET", "POST", "a b", "PROPPATCH", "OPTIONS")[number % 5] for number in range(len(hosts))]
    for port, sni in ((SHOP.port(80), None), (SHOP.port(443), names)):
        ids, statuses = port.match_many(kinds(texts)[kind](texts), paths, methods, sni=sni, statuses=True)
        rows = zip(methods, hosts, paths, sni or [None] * len(hosts), strict=True)
        decided = [port.match(method, host, path, sni=name) for method, host, path, name in rows]
        assert ids.tolist() == [-1 if each.entry is None else each.entry.id for each in decided]
        assert statuses.tolist() == [(each.entry is None and each.status) or 0 for each in decided]
    assert {0, 400, 404, 421} <= set(statuses.tolist())


def test_a_host_and_a_server_name_are_told_apart() -> None:
    """One text could be either way of two."""
    hosts = ["a.example.com", "a.example.co", "a.example.com", "", "a.example.coma.example.com"]
    names = ["a.example.com", "ma.example.com", "", "a.example.coma.example.com", ""]
    ids, statuses = SHOP.port(443).match_many(hosts, ["/status"] * 5, sni=names, statuses=True)
    decided = [SHOP.port(443).match("GET", host, "/status", sni=name) for host, name in zip(hosts, names, strict=True)]
    assert ids.tolist() == [-1 if each.entry is None else each.entry.id for each in decided]
    assert statuses.tolist() == [(each.entry is None and each.status) or 0 for each in decided]


@pytest.mark.parametrize("policy", ["guard", "none", "rewrite"])
def test_every_policy(policy: Literal["guard", "none", "rewrite"]) -> None:
    router = gwmatch.compile(gwmatch.load("examples/shop"), gateway="infra/public", options=gwmatch.Options(normalize=policy))
    paths = [
        "/cart",
        "/cart/../status",
        "//cart",
        "/%63art",
        "/a%2fb",
        "/cart#x",
        "/a b",
        "/cart?a=b",
        "/cart/./checkout",
        "*",
        "",
    ]
    for host in ("shop.example.com", "api.example.com"):
        port = router.port(443)
        ids, statuses = port.match_many(host, paths, sni=host, statuses=True)
        decided = [port.match("GET", host, path, sni=host) for path in paths]
        assert ids.tolist() == [-1 if each.entry is None else each.entry.id for each in decided]
        assert statuses.tolist() == [(each.entry is None and each.status) or 0 for each in decided]


# -------------------------------------------------------------------------------------------------------------- every column


@pytest.mark.parametrize("kind", [*ARROW, *PYTHON, *NUMPY])
def test_every_kind_of_column(kind: str) -> None:
    texts = TEXTS if kind not in NUMPY else [text for text in TEXTS if text is not None]
    make = kinds(texts)[kind]
    port = SHOP.port(443)
    for start, stop in ((0, len(texts)), (2, 5), (3, 3), (0, 0)):
        rows = texts[start:stop]
        paths = [b"" if text is None else text for text in rows]
        asked = [("GET", "shop.example.com", path, None) for path in paths]
        expected = [
            -1 if decision.entry is None or text is None else decision.entry.id
            for text, decision in zip(rows, (port.match(*each, sni="shop.example.com") for each in asked), strict=True)
        ]
        found = port.match_many("shop.example.com", make(rows), sni="shop.example.com")
        assert (found.dtype, found.tolist()) == (np.dtype(np.int32), expected)


@pytest.mark.parametrize("kind", [*ARROW, *PYTHON, *NUMPY])
def test_every_kind_of_column_for_hosts(kind: str) -> None:
    hosts = [b"account.example.com", b"api.example.com:443", b"API.example.COM", b"x", b"bad..host"]
    port = SHOP.port(443)
    names = ["account.example.com", "api.example.com", "api.example.com", "a.example.com", "a.example.com"]
    paths = ["/login", "/catalogue/v1", "/catalogue/v1/x", "/", "/"]
    found = port.match_many(kinds(hosts)[kind](hosts), paths, sni=names)
    decided = [port.match("GET", host, path, sni=name) for host, path, name in zip(hosts, paths, names, strict=True)]
    assert found.tolist() == [-1 if decision.entry is None else decision.entry.id for decision in decided]
    assert -1 in found
    assert max(found) > 0


def test_strings_of_numpy_2() -> None:
    strings = getattr(np.dtypes, "StringDType", None)
    if strings is None:
        assert np.__version__.startswith("1."), "NumPy 2 has StringDType"
        return
    port = SHOP.port(80)
    texts = ["/cart", "/é", "x" * 30, ""]
    expected = port.match_many("a.test", texts).tolist()
    assert port.match_many("a.test", np.array(texts, dtype=strings())).tolist() == expected
    for missing in (None, float("nan")):
        array = np.array([*texts, missing], dtype=strings(na_object=missing))
        assert port.match_many("a.test", array).tolist() == [*expected, -1]


def test_fields_of_records() -> None:
    """Texts that lie between others, and not where their type would want them."""
    records = np.zeros(3, dtype=[("number", "i1"), ("path", "S9"), ("host", "U7")])
    records["path"], records["host"] = [b"/cart", b"x", b"/x"], ["a.test", "a..b", "ä"]
    assert SHOP.port(80).match_many(records["host"], records["path"]).tolist() == [4, -1, -1]
    assert SHOP.port(80).match_many("a.test", np.zeros(2, dtype="S0")).tolist() == [-1, -1]
    assert SHOP.port(80).match_many("a.test", np.zeros(2, dtype="U0")).tolist() == [-1, -1]


def test_masked_texts_are_nulls() -> None:
    array = np.ma.masked_array(np.array(["/a", "/b", "/c"]), mask=[False, True, False])
    assert SHOP.port(80).match_many("a.test", array).tolist() == [4, -1, 4]


def test_columns_of_other_libraries() -> None:
    pa = pytest.importorskip("pyarrow", reason="pip install '.[test]'")
    port = SHOP.port(80)
    texts = ["/cart", None, "/é", "a path of many bytes", "/cart", "", None]
    expected = port.match_many("a.test", texts).tolist()
    array = pa.array(texts)
    made = [
        array,
        pa.array(texts, pa.large_string()),
        pa.array(texts, pa.string_view()),
        pa.array([text if text is None else text.encode() for text in texts], pa.binary()),
        array.dictionary_encode(),
        pa.chunked_array([array[:3], array[3:3], array[3:]]),
        pa.concat_arrays([pa.array(["/x", None, "/y"]), array]).slice(3),
        pa.table({"path": array}),
        pa.RecordBatchReader.from_batches(pa.schema({"path": pa.string()}), pa.table({"path": array}).to_batches(2)),
    ]
    for each in made:
        assert port.match_many("a.test", each).tolist() == expected, each
    assert port.match_many("a.test", pa.nulls(3)).tolist() == [-1] * 3
    held = pa.total_allocated_bytes()
    for _ in range(3):
        port.match_many("a.test", pa.chunked_array([pa.array(["/a-path-that-takes-memory"] * 1000)] * 3))
    with pytest.raises(ValueError, match="columns of one length"):
        port.match_many(pa.array(["a.test"] * 1000), pa.array(["/"]))
    assert pa.total_allocated_bytes() == held
    assert port.match_many("a.test", pa.array([], pa.string())).tolist() == []
    assert port.match_many("a.test", pa.chunked_array([], pa.string())).tolist() == []


def test_nulls() -> None:
    port = SHOP.port(80)
    ids, statuses = port.match_many(
        [None, "a.test", "a.test", "a..test"], ["/", None, "/", "/"], ["GET", "GET", None, "GET"], statuses=True
    )
    assert ids.tolist() == [4, -1, -1, -1]
    assert (statuses.dtype, statuses.tolist()) == (np.dtype(np.int16), [0, 0, 0, 400])


def test_header_columns_are_lines() -> None:
    port = SHOP.port(443)
    name = "shop.example.com"
    headers = {"X-Canary": arrow.strings([b"always", None, b"never"]), "accept": "*/*"}
    found = port.match_many(name, ["/cart"] * 3, headers=headers, sni=name)
    lines = ([("x-canary", "always")], [], [("x-canary", "never")])
    decided = [port.match("GET", name, "/cart", line, sni=name) for line in lines]
    assert found.tolist() == [decision.entry.id for decision in decided if decision.entry is not None]
    assert found[0] != found[1] == found[2]
    assert port.match_many(name, ["/cart"], headers={b"host": ["other.example.com"]}, sni=name).tolist() == [-1]


# -------------------------------------------------------------------------------------------------------------- many threads


def endless(rows: int) -> Any:
    """One text in many rows, which take no memory."""
    return np.broadcast_to(np.array([b"/cart/checkout/with/a/longer/path"]), (rows,))


def test_two_threads_at_once() -> None:
    port = SHOP.port(80)
    rows = 200_000
    found: list[Any] = [None, None]

    def decide(number: int) -> None:
        found[number] = port.match_many("a.test", endless(rows) if number else ["/cart"] * rows)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ids in found:
        assert ids.tolist() == [4] * rows


def test_others_run_meanwhile() -> None:
    begin, done = threading.Event(), threading.Event()
    steps = 0

    def decide() -> None:
        begin.wait()
        SHOP.port(80).match_many("a.test", endless(5_000_000))
        done.set()

    thread = threading.Thread(target=decide)
    thread.start()
    begin.set()
    while not done.is_set():
        steps += 1
    thread.join()
    assert steps > 1000  # with the interpreter held all the time it would be a handful


@pytest.mark.thread_unsafe(reason="only the main thread is interrupted")
def test_an_interrupt_ends_it() -> None:
    rows = 100_000_000  # seconds of work
    seen = [0]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it
    try:
        threading.Timer(0.2, _thread.interrupt_main).start()
        with pytest.raises(KeyboardInterrupt):
            SHOP.port(80).match_many("a.test", endless(rows), progress=lambda done, total: seen.append(done))
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen[-1] < rows


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    rows = 20_000_000  # more than a tenth of a second of work
    SHOP.port(80).match_many("a.test", endless(rows), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (rows, rows)
    assert len(seen) > 1
    assert sorted(seen) == seen
    with pytest.raises(ZeroDivisionError):
        SHOP.port(80).match_many("a.test", ["/"], progress=lambda done, total: 1 // 0)


# ------------------------------------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], ["/", "/"]), "paths has 2 rows, hosts has 1"),
        (("a", "/"), "paths has to be a column"),
        (("a", None), "paths has to be"),
        (("a", [1]), r"paths\[0\] must be str, bytes or None, not int"),
        (("a", np.array([1])), "array of texts, not of int64"),
        (("a", np.array([["/"]])), "one dimension"),
        (("a", np.array(b"/")), "one dimension"),
        ((1, ["/"]), "hosts has to be"),
        (("a", {"/": 1}), "paths has to be"),
        (("a", ["/"], ["GET", "GET"]), "methods has 2"),
        (("a", ["/"], None, [("a", "b")]), "headers has to be a mapping"),
        (("a", ["/"], None, {"x-a": ["1", "2"]}), r"headers\['x-a'\] has 2"),
        (("a", ["/"], None, {1: ["1"]}), "a header's name must be str or bytes"),
        (("a", arrow.Column("i", 1, [None, b"\0\0\0\0"])), "not of format 'i'"),
        (("a", arrow.Column("+l", 1, [None, b""])), "not of format"),
        (("a", arrow.Column("+s", 1, [None], children=[arrow.strings([b"/"]), arrow.strings([b"/"])])), "2 Arrow columns"),
        (("a", arrow.Column("+s", 1, [b"\0"], children=[arrow.strings([b"/"])])), "struct with nulls"),
    ],
)
def test_wrong_arguments(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        SHOP.port(80).match_many(*arguments)


def ints(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little", signed=True) for number in numbers)


def view(size: int, buffer: int, offset: int) -> bytes:
    return ints(size) + b"/abc" + ints(buffer, offset)


SIZES = (20).to_bytes(8, "little")
DAMAGED = {
    "offsets go backwards": arrow.Column("u", 2, [None, ints(0, 5, 3), b"/cart"]),
    "offsets begin before the data": arrow.Column("u", 1, [None, ints(-4, 5), b"/cart"]),
    "large offsets go backwards": arrow.Column("U", 1, [None, (9).to_bytes(8, "little") + bytes(8), b"/cart"]),
    "no offsets": arrow.Column("u", 1, [None, None, b""]),
    "rows before the first": arrow.Column("u", 1, [None, ints(0, 1), b"/"], offset=-1),
    "fewer than no rows": arrow.Column("u", -1, [None, ints(0, 1), b"/"]),
    "too few buffers": arrow.Column("u", 1, [None, ints(0, 1)]),
    "a view into no buffer": arrow.Column("vu", 1, [None, view(20, 1, 0), b"/" * 20, SIZES]),
    "a view behind its buffer": arrow.Column("vu", 1, [None, view(20, 0, 1), b"/" * 20, SIZES]),
    "a view before its buffer": arrow.Column("vu", 1, [None, view(20, 0, -1), b"/" * 20, SIZES]),
    "a view of less than nothing": arrow.Column("vu", 1, [None, view(-1, 0, 0), b"/" * 20, SIZES]),
    "views without sizes": arrow.Column("vu", 1, [None, view(20, 0, 0), b"/" * 20, None]),
    "an index out of the dictionary": arrow.Column("C", 1, [None, b"\x01"], dictionary=arrow.strings([b"/"])),
    "an index before the dictionary": arrow.Column("c", 1, [None, b"\xff"], dictionary=arrow.strings([b"/"])),
    "indexes into no dictionary's rows": arrow.Column("L", 1, [None, b"\xff" * 8], dictionary=arrow.strings([b"/"])),
    "a struct that is longer than its column": arrow.table(arrow.strings([b"/"]), 0, 2),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damaged_arrow_data(damage: str) -> None:
    with pytest.raises(ValueError, match="damaged"):
        SHOP.port(80).match_many("a.test", DAMAGED[damage])


def test_what_nobody_may_read_is_not_checked() -> None:
    """A null's view and index may be anything."""
    port = SHOP.port(80)
    views = arrow.Column("vu", 2, [b"\x01", view(4, 0, 0) + view(99, 9, 9), b"", SIZES])
    assert port.match_many("a.test", views).tolist() == [4, -1]
    indexes = arrow.Column("C", 2, [b"\x01", b"\x00\xff"], dictionary=arrow.strings([b"/"]))
    assert port.match_many("a.test", indexes).tolist() == [4, -1]


def test_arrow_data_is_given_back() -> None:
    one, other = arrow.strings([b"/a"]), arrow.strings([b"/b"])
    stream = arrow.Chunks([one, other])
    assert SHOP.port(80).match_many("a.test", stream).tolist() == [4, 4]
    assert (one.released, other.released) == (1, 1)
    assert SHOP.port(80).match_many(stream, stream).tolist() == [-1, -1]
    assert (one.released, other.released) == (3, 3)


def test_a_stream_that_fails() -> None:
    with pytest.raises(ValueError, match="paths could not be read from its Arrow stream: the disk is gone"):
        SHOP.port(80).match_many("a.test", arrow.Chunks([arrow.strings([b"/"])], error=b"the disk is gone"))


def test_capsules_of_another_kind() -> None:
    class Wrong:
        def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
            return gwmatch.C_API_1, gwmatch.C_API_1

    with pytest.raises(TypeError, match="arrow_schema"):
        SHOP.port(80).match_many("a.test", Wrong())


def test_list_of_requests() -> None:
    port = SHOP.port(443)
    name = "shop.example.com"
    requests = [
        ("GET", name, "/cart", [("x-canary", "always")], name),
        (b"GET", name.encode(), b"/cart", {"x-canary": "always"}, name.encode()),
        ("GET", name, "/caf\udce9", (), name),
        ["GET", name, "/cart", None, name],
        ("GET", name, "/cart"),
        ("GET", None, "/cart", [(b"a", b"b")] * 100),
    ]
    decided = [port.match(*request[:4], sni=(*request, None, None)[4]) for request in requests]
    expected = [-1 if decision.entry is None else decision.entry.id for decision in decided]
    assert expected[0] == expected[1] != expected[3]
    found = port.match_list(requests)
    assert (found.dtype, found.tolist()) == (np.dtype(np.int32), expected)
    assert port.match_list(iter(requests)).tolist() == expected
    assert port.match_list([]).tolist() == []


@pytest.mark.parametrize(
    "request_",
    [
        *("GET / a", 7, ("GET", "a"), ("GET", "a", 1), (None, "a", "/")),
        *(("GET", "a", "/", ["x"]), ("GET", "a", "/", (), "b", 1), ("GET", "a", "/", (), 1)),
    ],
)
def test_items_that_are_no_requests(request_: Any) -> None:
    with pytest.raises(TypeError):
        SHOP.port(80).match_list([request_])


@pytest.mark.thread_unsafe(reason="doctest takes standard output for itself")
def test_the_example_of_the_docstring_runs() -> None:
    text = (PortTable.match_many.__doc__ or "").partition("--\n")[2] or PortTable.match_many.__doc__ or ""
    example = doctest.DocTestParser().get_doctest(text, {}, "match_many", None, None)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
