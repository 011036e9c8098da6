"""Patterns by cffi: what they match (HI-X1), what is refused and why (HI-X2, HI-X3), how long they live."""

import copy
import gc
import importlib.metadata
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gwmatch_native
import pytest

from gwmatch import patterns
from gwmatch.patterns import Pattern, PatternError, check_pattern, compile_pattern

REMEDY = "raise Options.regex_automaton_limit or make the pattern simpler"


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("a|ab", [b"a", b"ab"], [b"", b"b", b"abb", b"xab"]),
        ("/v[0-9]+(/.*)?", [b"/v1", b"/v12/x"], [b"/v", b"/v1x", b"x/v1", b"/v1\n"]),
        ("/(x+x+)+y", [b"/xxy"], [b"/xy", b"/" + b"x" * 5000]),
        ("/x|/y", [b"/x", b"/y"], [b"/x/z", b"z/y"]),
        ("(?x)a # comment", [b"a"], [b"ab"]),
        ("(?m)^a$", [b"a"], [b"a\nb", b"b\na"]),
        ("", [b""], [b"a"]),
        (b"/\\xff.", [b"/\xff\x00"], [b"/\xff\n", b"/\xff"]),
        ("/é", ["/é".encode()], [b"/\xe9"]),
        (r"\d", [b"1"], ["٣".encode()]),
        (r"(?u)\d", [b"1", "٣".encode()], [b"x"]),
        ("k", [b"k"], [b"K"]),
        ("(?i)k", [b"k", b"K"], ["\u212a".encode()]),
    ],
)
def test_the_whole_value_matches(text: str | bytes, yes: list[bytes], no: list[bytes]) -> None:
    pattern = Pattern(text)
    assert [value for value in yes if not pattern.matches(value)] == []
    assert [value for value in no if pattern.matches(value)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a)|(b", "unopened group at offset 1"),
        ("(?=a)", "look-around, including look-ahead and look-behind, is not supported at offset 0"),
        (r"(a)\1", "backreferences are not supported at offset 3"),
        ("(" * 51 + ")" * 51, "nested more than 50 deep at offset 50"),
        (b"/\xff", "the pattern is not UTF-8 at offset 1"),
        ("/\udcff", "the pattern is not UTF-8 at offset 1"),
        ("/.*x.{5000}y", f"the automaton of this pattern needs more than 65536 bytes; {REMEDY}"),
        ("/[xy]*x[xy]{400}", f"the automaton of this pattern needs more than 65536 bytes; {REMEDY}"),
        ("(?:x{1000}){1000}", f"building the automaton of this pattern takes too long for 65536 bytes; {REMEDY}"),
    ],
)
def test_a_refusal_says_why(text: str | bytes, reason: str) -> None:
    assert check_pattern(text) == reason
    with pytest.raises(PatternError) as caught:
        Pattern(text)
    assert caught.value.message == reason
    assert isinstance(caught.value, ValueError)


def test_a_surrogate_that_stands_for_no_byte_is_a_pattern_error() -> None:
    assert check_pattern("/\ud800") == "the pattern is not UTF-8 at offset 1"


def test_the_limit_is_the_callers() -> None:
    text = "/[xy]*x[xy]{9}"
    assert check_pattern(text, 4096) == f"the automaton of this pattern needs more than 4096 bytes; {REMEDY}"
    assert check_pattern(text, 1 << 20) is None


def test_a_pattern_is_a_value() -> None:
    pattern = Pattern("/é")
    assert pattern == Pattern("/é".encode())
    assert hash(pattern) == hash(Pattern("/é".encode()))
    assert pattern != Pattern("/é", 1 << 20)
    assert pattern != "/é"
    assert repr(Pattern("a")) == "Pattern(b'a')"
    for twin in (pickle.loads(pickle.dumps(pattern)), copy.deepcopy(pattern)):
        assert twin == pattern
        assert twin.matches("/é".encode())
    with pytest.raises(AttributeError, match="never changes"):
        pattern.text = b"x"
    with pytest.raises(AttributeError, match="never changes"):
        del pattern.text


def test_compiling_is_cached_within_bounds() -> None:
    assert compile_pattern("/cached") is compile_pattern("/cached")
    assert compile_pattern.cache_info().maxsize is not None


def test_the_native_set_is_freed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    real, freed = patterns._table, []

    def set_free(native: object) -> None:
        freed.append(native)
        real.set_free(native)

    counting = SimpleNamespace(set_new=real.set_new, set_memory=real.set_memory, set_free=set_free)
    monkeypatch.setattr(patterns, "_table", counting)
    native = patterns._native_set(b"a", 65536)
    gone = weakref.ref(native)
    del native
    gc.collect()
    assert gone() is None
    assert len(freed) == 1


def test_a_value_of_another_type_is_the_callers_fault() -> None:
    with pytest.raises(TypeError):
        Pattern("a").matches("a")  # type: ignore[arg-type]


def test_a_pattern_serves_many_threads() -> None:
    pattern = Pattern("/v[0-9]+/[a-z]*")
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(pattern.matches, [b"/v%d/x" % number for number in range(2000)]))


def test_another_version_of_the_compiled_half_is_refused() -> None:
    assert importlib.metadata.version("gwmatch-native") == patterns.NATIVE_VERSION
    with pytest.raises(ImportError, match=r"found 0\.2\.0; .*: pip install gwmatch-native==0\.1\.0$"):
        patterns._native_table(SimpleNamespace(__version__="0.2.0"))
    table = SimpleNamespace(abi=2)
    native = SimpleNamespace(__version__=patterns.NATIVE_VERSION, lib=SimpleNamespace(gwm_api=lambda: table))
    with pytest.raises(ImportError, match="needs ABI 1 of gwmatch-native, found 2"):
        patterns._native_table(native)


def test_the_binding_is_made_from_the_handwritten_header() -> None:
    # Without target/header.h maturin generates one from the Rust sources, with other names, and says nothing.
    assert gwmatch_native.lib.GWM_ABI == patterns.NATIVE_ABI
    assert gwmatch_native.ffi.typeof("GwmSet *").item.cname == "struct GwmSet"
