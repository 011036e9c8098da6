//! Patterns that would cost too much are refused, quickly, and say why (HI-X2, HI-X3).
use std::time::{Duration, Instant};

use gwmatch_native::set::Set;

const LIMIT: usize = 65_536;
const TOO_LARGE: &str =
    "the automaton of this pattern needs more than 65536 bytes; raise Options.regex_automaton_limit or make the pattern simpler";
const TOO_LONG: &str =
    "building the automaton of this pattern takes too long for 65536 bytes; raise Options.regex_automaton_limit or make the pattern simpler";

fn refusal(pattern: &str) -> Option<String> {
    let begin = Instant::now();
    let refused = Set::new(&[pattern], LIMIT, 1 << 20).err();
    // Milliseconds in a release build; the bound is for slow machines and debug builds.
    assert!(begin.elapsed() < Duration::from_secs(20), "{pattern:.60}");
    refused.map(|refused| refused.reason.0)
}

#[test]
fn a_limit_names_itself() {
    // Overrun is told from the wording of regex-automata's error: this holds it.
    for pattern in ["/.*x.{5000}y", "/[xy]*x[xy]{400}", "/[xy]*x[xy]{20}", "(?u)\\w+"] {
        assert_eq!(refusal(pattern).as_deref(), Some(TOO_LARGE), "{pattern}");
    }
    for pattern in ["(?:x{1000}){1000}", "(?:(?:x{100}){100}){100}", "(?:[ab]?){16000}c"] {
        assert_eq!(refusal(pattern).as_deref(), Some(TOO_LONG), "{pattern}");
    }
}

#[test]
fn bounded_patterns_are_taken() {
    for pattern in [
        "/(x+x+)+y",
        "/v[0-9]+(/.*)?",
        "/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}",
        "/[a-z0-9]{1,1000}",
        "(?u)/\\p{Greek}+",
        "(?:){4294967295}",
        "(?:\\b){4294967295}",
    ] {
        assert_eq!(refusal(pattern), None, "{pattern}");
    }
}

#[test]
fn much_text_is_refused_quickly() {
    let bars = "|".repeat(2_000);
    assert!(refusal(&format!("(?:(?:a{bars}){{25}}[xy])*x[xy]{{11}}")).is_some());
    assert!(refusal(&format!("(?iu){}", "[\\w--a]".repeat(100))).is_some());
    assert!(refusal(&"(".repeat(100_000)).is_some());
    assert!(refusal(&"[".repeat(100_000)).is_some());
    assert_eq!(refusal(&format!("/{}", "a".repeat(1_000))), None);
}

#[test]
fn the_limit_is_the_callers() {
    let pattern = ["/[xy]*x[xy]{9}"];
    let refused = Set::new(&pattern, 4_096, 0).err().expect("refused");
    assert!(refused.reason.0.contains("needs more than 4096 bytes"), "{}", refused.reason.0);
    assert!(Set::new(&pattern, 1 << 20, 0).is_ok());
    assert!(Set::new(&[""], 0, 0).is_err());
    assert!(Set::new(&["a"], usize::MAX, usize::MAX).is_ok());
}

#[test]
fn the_kept_automaton_is_within_the_limit() {
    // Of many classes, of one and of two; where every state may be the last, and where few are.
    for pattern in
        ["/[a-z0-9]{1,1000}", "(?s).{0,4000}", "[a-z]{0,4000}", ".{0,4000}", "abcdefghijklmnopqrstuvwxyz.{0,20}"]
    {
        let set = Set::new(&[pattern], LIMIT, 0).unwrap_or_else(|no| panic!("{pattern}: {no:?}"));
        // Beyond the limit is the set itself.
        assert!(set.memory() < LIMIT + 2_048, "{pattern:.40}: {}", set.memory());
    }
}

#[test]
fn the_bad_pattern_is_named() {
    let refused = Set::new(&["/a", "/b(", "/c)"], LIMIT, 1 << 20).err().expect("refused");
    assert_eq!((refused.index, refused.reason.0.as_str()), (1, "unclosed group at offset 2"));
}
