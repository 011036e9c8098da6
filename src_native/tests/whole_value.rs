//! What a pattern means: all of the value, bytes, ASCII unless it says otherwise (HI-X1).
use gwmatch_native::set::Set;

const LIMIT: usize = 65_536;

fn matches(pattern: &str, text: &[u8]) -> bool {
    let set = Set::new(&[pattern], LIMIT, 1 << 20).expect("accepted");
    let mut bits = [u64::MAX];
    let count = set.matches(text, &mut bits);
    assert_eq!(bits[0], count as u64, "one pattern, one bit");
    count == 1
}

#[track_caller]
fn check(pattern: &str, yes: &[&[u8]], no: &[&[u8]]) {
    for text in yes {
        assert!(matches(pattern, text), "{pattern} must match {text:?}");
    }
    for text in no {
        assert!(!matches(pattern, text), "{pattern} must not match {text:?}");
    }
}

#[test]
fn all_of_the_value_matches() {
    check("a|ab", &[b"a", b"ab"], &[b"", b"b", b"abb", b"xab"]);
    check("ab|a", &[b"a", b"ab"], &[b"aab"]);
    check("a*?", &[b"", b"a", b"aaa"], &[b"b"]);
    check("/v[0-9]+(/.*)?", &[b"/v1", b"/v12/", b"/v1/x/y"], &[b"/v", b"/v1x", b"x/v1", b"/v1\n"]);
    check("(x+x+)+y", &[b"xxy", b"xxxxxxxxxxxy"], &[b"xy", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", b"xxyy"]);
    check("", &[b""], &[b"a", b"\n"]);
    check("()|(?:)", &[b""], &[b"a"]);
}

#[test]
fn nothing_escapes_the_anchors() {
    check("/x|/y", &[b"/x", b"/y"], &[b"/x/z", b"z/y", b"/xx", b"//y"]);
    check("(?x)a # comment", &[b"a"], &[b"ab", b"ba", b"a # comment"]);
    check("(?m)^a$", &[b"a"], &[b"a\nb", b"b\na", b"a\n"]);
    check("(?m)a$\n^b", &[b"a\nb"], &[b"a", b"a\nb\n"]);
    check("(?m:^)a|b(?m:$)", &[b"a", b"b"], &[b"\na", b"b\n", b"ab"]);
    check("^/a$", &[b"/a"], &[b"/a\n"]);
    check("\\A/a\\z|/b", &[b"/a", b"/b"], &[b"/a/b"]);
    check("(?R)(?m)^a$", &[b"a"], &[b"a\r\n"]);
    check("(?U)a+", &[b"a", b"aa"], &[b"aab"]);
}

#[test]
#[should_panic(expected = "unopened group at offset 1")]
fn a_parenthesis_does_not_close_ours() {
    check("a)|(b", &[b"a"], &[]);
}

#[test]
fn bytes_are_opaque() {
    check("/.*", &[b"/\xff\x00\x80", b"/", b"/\r"], &[b"/\n", b"/a\nb"]);
    check("(?s)/.*", &[b"/\n", b"/a\0\nb"], &[b"\n/"]);
    check("\\x00[\\x80-\\xff]", &[b"\0\x80", b"\0\xff"], &[b"\0\x7f", b"\0", b"0\x80"]);
    check("/\u{e9}", &["/\u{e9}".as_bytes()], &[b"/\xe9", "/\u{c9}".as_bytes()]);
    check("[^a]", &[b"\xff", b"\n", b"\0"], &[b"a", "\u{e9}".as_bytes()]);
}

#[test]
fn classes_are_ascii_unless_the_pattern_says_so() {
    check("\\d+", &[b"7"], &["\u{663}".as_bytes()]);
    check("(?u)\\d+", &[b"7", "\u{663}".as_bytes()], &[b"x", b"\xd9"]);
    check("(?u).", &["\u{e9}".as_bytes(), b"a"], &[b"\xff", b"\n"]);
    check("(?u:\\p{Greek})[a-z]", &["\u{3b1}a".as_bytes()], &[b"aa"]);
    check("k", &[b"k"], &[b"K", "\u{212a}".as_bytes()]);
    check("(?i)k", &[b"k", b"K"], &["\u{212a}".as_bytes()]);
    check("(?iu)k", &[b"k", b"K", "\u{212a}".as_bytes()], &[]);
    check("\\bfoo\\b.*", &[b"foo", b"foo bar", b"foo\xc3\xa9"], &[b"foobar"]);
    check("a\\B.", &[b"ab"], &[b"a-"]);
}
