"""ReplaceFullPath and ReplacePrefixMatch: the whole table of section 5, and the targets that are no paths."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gwmatch.actions.paths import replaced, rewritten, rooted, split
from gwmatch.ir import PathEdit

PREFIX_ROWS = [
    (b"/foo/bar", b"/foo", b"/xyz", b"/xyz/bar"),
    (b"/foo/bar", b"/foo", b"/xyz/", b"/xyz/bar"),
    (b"/foo/bar", b"/foo/", b"/xyz", b"/xyz/bar"),
    (b"/foo/bar", b"/foo/", b"/xyz/", b"/xyz/bar"),
    (b"/foo", b"/foo", b"/xyz", b"/xyz"),
    (b"/foo/", b"/foo", b"/xyz", b"/xyz/"),
    (b"/foo/bar", b"/foo", b"", b"/bar"),
    (b"/foo/", b"/foo", b"", b"/"),
    (b"/foo", b"/foo", b"", b"/"),
    (b"/foo/", b"/foo", b"/", b"/"),
    (b"/foo", b"/foo", b"/", b"/"),
    (b"/foo/bar", b"/foo", b"/", b"/bar"),
    # OQ-26
    (b"/foo", b"/foo", b"/xyz/", b"/xyz/"),
    (b"/foo/", b"/foo", b"/xyz/", b"/xyz/"),
    (b"/foo", b"/foo/", b"/xyz", b"/xyz"),
    (b"/bar", b"/", b"/xyz", b"/xyz/bar"),
    (b"/", b"/", b"/xyz", b"/xyz/"),
    (b"/foo//a", b"/foo", b"/xyz", b"/xyz//a"),
]

SEGMENTS = st.lists(st.sampled_from([b"a", b"b", b"foo", b"", b"..", b"%2F", b"*"]), max_size=4)
PATHS = SEGMENTS.map(lambda segments: b"/" + b"/".join(segments)) | st.binary(max_size=6).map(lambda tail: b"/" + tail)
# As the CRD lets them be: no slash twice (V-HM-1), and without the one at the end, as ir has them.
PREFIXES = st.lists(st.sampled_from([b"a", b"foo", b"b"]), max_size=3).map(
    lambda segments: b"".join(b"/" + s for s in segments)
)
TEXTS = PATHS | st.binary(max_size=6)


@pytest.mark.parametrize(("path", "prefix", "replacement", "result"), PREFIX_ROWS)
def test_replace_prefix_match(path, prefix, replacement, result):
    # The slash at the end of a prefix goes on the way into ir, and it does no harm if it does not.
    assert replaced(path, PathEdit(replacement, prefix=prefix.removesuffix(b"/"))) == result
    assert replaced(path, PathEdit(replacement, prefix=prefix)) == result


@pytest.mark.parametrize(
    ("replacement", "result"), [(b"/one", b"/one"), (b"", b"/"), (b"one", b"/one"), (b"/one/", b"/one/"), (b"/", b"/")]
)
@pytest.mark.parametrize("path", [b"/full/one/two", b"/", b"*", b""])
def test_replace_full_path(path, replacement, result):
    assert replaced(path, PathEdit(replacement)) == result


@pytest.mark.parametrize(
    ("path", "prefix", "replacement", "result"),
    [
        (b"/foo/bar", b"/foo", b"xyz", b"/xyz/bar"),
        (b"/food", b"/foo", b"/xyz", b"/food"),
        (b"*", b"", b"/xyz", b"/xyz/"),
        (b"", b"", b"/xyz", b"/xyz/"),
        (b"*", b"/foo", b"/xyz", b"/"),
        (b"foo", b"/foo", b"/xyz", b"/xyz"),
    ],
)
def test_what_the_table_leaves_open(path, prefix, replacement, result):
    assert replaced(path, PathEdit(replacement, prefix=prefix)) == result


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        (b"/a?b?c", (b"/a", b"?b?c")),
        (b"/a#b?c", (b"/a", b"#b?c")),
        (b"/a?b#c", (b"/a", b"?b#c")),
        (b"/a%3Fb", (b"/a%3Fb", b"")),
        (b"?", (b"", b"?")),
        (b"*", (b"*", b"")),
        (b"", (b"", b"")),
    ],
)
def test_split(target, parts):
    assert split(target) == parts


@given(TEXTS)
def test_split_loses_nothing(target):
    path, rest = split(target)
    assert path + rest == target
    assert b"?" not in path
    assert b"#" not in path


@given(TEXTS, st.none() | TEXTS, TEXTS)
def test_the_result_always_starts_with_a_slash(path, prefix, replacement):
    assert replaced(path, PathEdit(replacement, prefix=prefix)).startswith(b"/")


@given(PATHS, PREFIXES)
@example(b"", b"/foo")
def test_a_prefix_replaced_by_itself_changes_nothing(rest, prefix):
    path = prefix + rest
    assert replaced(path, PathEdit(prefix, prefix=prefix)) == path


@given(PATHS, PREFIXES, PREFIXES.filter(bool))
def test_replacing_back_and_forth_changes_nothing(rest, prefix, other):
    path = prefix + rest
    assert replaced(replaced(path, PathEdit(other, prefix=prefix)), PathEdit(prefix, prefix=other)) == path


@given(PATHS, PREFIXES, TEXTS)
def test_what_follows_the_prefix_is_kept(rest, prefix, replacement):
    result = replaced(prefix + rest, PathEdit(replacement, prefix=prefix))
    assert result.endswith(rest)
    assert result.removesuffix(rest).lstrip(b"/") == replacement.removesuffix(b"/").lstrip(b"/")


@given(TEXTS, st.binary(max_size=8), st.none() | PREFIXES, TEXTS)
def test_the_query_is_kept(path, query, prefix, replacement):
    path = split(path)[0]
    edit = PathEdit(replacement, prefix=prefix)
    assert rewritten(path + b"?" + query, edit) == replaced(path, edit) + b"?" + query


@given(TEXTS)
def test_without_an_edit_the_target_is_the_same(target):
    assert rewritten(target, None) is target


@given(TEXTS)
def test_rooted_is_settled_at_once(path):
    assert rooted(rooted(path)) == rooted(path)


@pytest.mark.parametrize(
    ("target", "parts"),
    [(b"/a#b#c", (b"/a", b"#b#c")), (b"/a?b?c", (b"/a", b"?b?c")), (b"/a#b?c#d", (b"/a", b"#b?c#d")), (b"?#", (b"", b"?#"))],
)
def test_a_target_is_split_at_the_first_mark(target, parts):
    assert split(target) == parts
