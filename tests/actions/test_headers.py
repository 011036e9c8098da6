"""RequestHeaderModifier and ResponseHeaderModifier: section 2 of the standard's table, and what it leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.actions.headers import edited, joined
from gwmatch.ir import HeaderEdit

ROWS = [
    (
        "set replaces every value",
        [(b"x", b"1"), (b"y", b"2"), (b"x", b"3")],
        {"set": ((b"x", b"n"),)},
        [(b"x", b"n"), (b"y", b"2")],
    ),
    ("set adds what is absent", [(b"y", b"2")], {"set": ((b"x", b"n"),)}, [(b"y", b"2"), (b"x", b"n")]),
    ("set ignores case", [(b"x-a", b"1")], {"set": ((b"X-A", b"n"),)}, [(b"X-A", b"n")]),
    (
        "add appends with a comma and no space",
        [(b"X-Header-Add-Append", b"append-val-1")],
        {"add": ((b"X-Header-Add-Append", b"header-val-2"),)},
        [(b"X-Header-Add-Append", b"append-val-1,header-val-2")],
    ),
    ("add adds what is absent", [(b"y", b"2")], {"add": ((b"x", b"n"),)}, [(b"y", b"2"), (b"x", b"n")]),
    ("add ignores case and keeps the spelling", [(b"x-a", b"1")], {"add": ((b"X-A", b"2"),)}, [(b"x-a", b"1,2")]),
    (
        "add makes one line of several",
        [(b"x", b"1"), (b"y", b"2"), (b"X", b"3")],
        {"add": ((b"x", b"4"),)},
        [(b"x", b"1,3,4"), (b"y", b"2")],
    ),
    ("add twice", [(b"x", b"1")], {"add": ((b"x", b"2"), (b"X", b"3"))}, [(b"x", b"1,2,3")]),
    ("an empty value takes no comma", [(b"x", b" ")], {"add": ((b"x", b"2"),)}, [(b"x", b"2")]),
    ("remove deletes every value", [(b"x", b"1"), (b"y", b"2"), (b"X", b"3")], {"remove": (b"x",)}, [(b"y", b"2")]),
    ("remove what is absent", [(b"y", b"2")], {"remove": (b"x",)}, [(b"y", b"2")]),
    (
        "OQ-27: remove, then set, then add",
        [(b"x", b"1"), (b"y", b"2")],
        {"add": ((b"X", b"4"),), "set": ((b"x", b"3"),), "remove": (b"x",)},
        [(b"y", b"2"), (b"x", b"3,4")],
    ),
    ("no variables", [], {"set": ((b"x", b"$host %REQ(:path)%"),)}, [(b"x", b"$host %REQ(:path)%")]),
    ("HI-F1: _ is not -", [(b"x_a", b"1")], {"remove": (b"x-a",)}, [(b"x_a", b"1")]),
    ("HI-F5: nothing is trimmed into a name", [(b"x ", b"1")], {"set": ((b"x", b"2"),)}, [(b"x ", b"1"), (b"x", b"2")]),
    (
        "HI-F2: cookies are joined their own way",
        [(b"cookie", b"a=1")],
        {"add": ((b"Cookie", b"b=2"),)},
        [(b"cookie", b"a=1; b=2")],
    ),
    (
        "RFC 9110 5.3: Set-Cookie is never joined",
        [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
        {"add": ((b"Set-Cookie", b"c=3"), (b"Set-Cookie", b"d=4"))},
        [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"Set-Cookie", b"c=3"), (b"Set-Cookie", b"d=4")],
    ),
]

NAMES = st.sampled_from([b"a", b"A", b"b", b"B", b"c", b"Set-Cookie", b"set-cookie", b"cookie"]) | st.binary(max_size=3)
LINES = st.lists(st.tuples(NAMES, st.binary(max_size=6) | st.sampled_from([b"v", b"1\r\nx: y", b"", b"a,b"])), max_size=8)
EDITS = st.builds(HeaderEdit, set=LINES.map(tuple), add=LINES.map(tuple), remove=st.lists(NAMES, max_size=3).map(tuple))


@pytest.mark.parametrize(("lines", "edit", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_rows(lines, edit, expected):
    assert edited(lines, HeaderEdit(**edit)) == tuple(expected)


@given(LINES)
def test_no_edit_changes_nothing(lines):
    assert edited(lines, HeaderEdit()) == tuple(lines)


@given(LINES, EDITS)
def test_untouched_lines_keep_order_and_bytes(lines, edit):
    named = {name.lower() for name in (*dict(edit.set), *dict(edit.add), *edit.remove)}
    untouched = [line for line in lines if line[0].lower() not in named]
    assert [line for line in edited(lines, edit) if line[0].lower() not in named] == untouched


@given(LINES, EDITS)
def test_an_edited_name_has_one_unbroken_line(lines, edit):
    result = edited(lines, edit)
    for name in {name.lower() for name in (*dict(edit.set), *dict(edit.add))}:
        values = [value for spelling, value in result if spelling.lower() == name]
        assert len(values) == 1 or name == b"set-cookie"
    if not any({b"\r", b"\n", b"\0"} & {bytes([byte]) for byte in value} for _, value in lines):
        assert not any(byte in value for _, value in result for byte in b"\r\n\0")


@given(LINES, st.lists(NAMES, max_size=3))
def test_removed_names_are_gone(lines, names):
    result = edited(lines, HeaderEdit(remove=tuple(names)))
    assert not {name.lower() for name, _ in result} & {name.lower() for name in names}


def test_what_a_request_holds_cannot_break_out_of_an_appended_line():
    lines = ((b"x", b"1\r\nx-role: admin\0"), (b"y", b"\r\n"))
    assert edited(lines, HeaderEdit(add=((b"x", b"2"),))) == ((b"x", b"1  x-role: admin ,2"), (b"y", b"\r\n"))


@pytest.mark.parametrize(
    ("lines", "name", "value"),
    [
        ([], b"x", None),
        ([(b"X", b" 1\t")], b"x", b"1"),
        ([(b"x", b"1"), (b"X", b"2")], b"x", b"1,2"),
        ([(b"x", b"")], b"x", b""),
        ([(b"Cookie", b"a=1"), (b"cookie", b"b=2")], b"cookie", b"a=1; b=2"),
    ],
)
def test_joined(lines, name, value):
    assert joined(lines, name) == value


def test_many_lines_of_one_name_are_one_value():
    lines = [(b"X", b"v")] * 5000
    ((_, value),) = edited(lines, HeaderEdit(add=((b"x", b"w"),)))
    assert value == b",".join([b"v"] * 5000 + [b"w"])


def test_joined_takes_the_lines_of_one_name_and_no_byte_of_them_but_blanks():
    lines = ((b"X-A", b" Xa\t"), (b"x-b", b"other"), (b"x-a", b"bX"))
    assert joined(lines, b"x-a") == b"Xa,bX"
    assert joined(lines, b"x-c") is None


@pytest.mark.parametrize(("value", "whole"), [(b"X", b"1,X"), (b" \t", b"1"), (b"", b"1")])
def test_only_what_is_blank_is_appended_without_a_comma(value, whole):
    assert edited(((b"a", b"1"),), HeaderEdit(add=((b"a", value),))) == ((b"a", whole),)
