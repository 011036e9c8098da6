//! What one pattern says. In: its text. Out: an expression over bytes that only a whole value can match.
//!
//! The anchors are put around the parsed expression, so nothing in the text can reach past them.
use regex_syntax::ast;
use regex_syntax::hir::{self, Hir, Look};
use regex_syntax::ParserBuilder;

/// How deep groups, repetitions and classes may nest, counted as regex-syntax counts (HI-X3).
pub const NEST_LIMIT: u32 = 50;

/// Why a pattern cannot be taken: one line, without the pattern's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

/// The expression that matches all of a value or nothing of it.
///
/// Bytes, ASCII classes and case-sensitive, unless the pattern itself says `(?u)` or `(?i)`.
pub fn parse(pattern: &[u8]) -> Result<Hir, Refusal> {
    let text = std::str::from_utf8(pattern)
        .map_err(|error| Refusal(format!("the pattern is not UTF-8 at offset {}", error.valid_up_to())))?;
    let parsed = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(NEST_LIMIT)
        .build()
        .parse(text)
        .map_err(|error| syntax_refusal(&error))?;
    if parsed.properties().look_set().contains_word_unicode() {
        // A dense automaton would have to give up at the first byte above 0x7F.
        return Err(Refusal("Unicode word boundaries are not supported; write (?-u:\\b)".to_owned()));
    }
    Ok(Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]))
}

fn syntax_refusal(error: &regex_syntax::Error) -> Refusal {
    match error {
        regex_syntax::Error::Parse(error) => at_offset(ast_reason(error.kind()), error.span().start.offset),
        regex_syntax::Error::Translate(error) => at_offset(hir_reason(error.kind()), error.span().start.offset),
        // The enum is open; its Display draws the pattern over several lines.
        _ => Refusal("the pattern is not a regular expression".to_owned()),
    }
}

fn ast_reason(kind: &ast::ErrorKind) -> String {
    match kind {
        ast::ErrorKind::NestLimitExceeded(limit) => format!("nested more than {limit} deep"),
        other => other.to_string(),
    }
}

fn hir_reason(kind: &hir::ErrorKind) -> String {
    match kind {
        hir::ErrorKind::UnicodeNotAllowed => "Unicode needs (?u) here".to_owned(),
        other => other.to_string(),
    }
}

fn at_offset(reason: String, offset: usize) -> Refusal {
    Refusal(format!("{reason} at offset {offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pattern: &[u8]) -> String {
        parse(pattern).expect_err("refused").0
    }

    #[test]
    fn a_refusal_is_one_line_and_names_the_offset() {
        for (pattern, reason) in [
            (&b"/a(b"[..], "unclosed group at offset 2"),
            (b"a)|(b", "unopened group at offset 1"),
            (b"a{2,1}", "invalid repetition count range, the start must be <= the end at offset 1"),
            (b"x(?=y)", "look-around, including look-ahead and look-behind, is not supported at offset 1"),
            (b"(x)\\1", "backreferences are not supported at offset 3"),
            (b"(?k)x", "unrecognized flag at offset 2"),
            (b"/\xff", "the pattern is not UTF-8 at offset 1"),
            (b"\\pL", "Unicode needs (?u) here at offset 0"),
            (b"[\xc3\xa9]", "Unicode needs (?u) here at offset 1"),
            (b"(?u)\\b", "Unicode word boundaries are not supported; write (?-u:\\b)"),
        ] {
            assert_eq!(refusal(pattern), reason, "{}", String::from_utf8_lossy(pattern));
        }
    }

    #[test]
    fn groups_nest_to_the_limit() {
        let nested = |depth: usize| [b"(".repeat(depth), b"a".to_vec(), b")".repeat(depth)].concat();
        assert!(parse(&nested(50)).is_ok());
        assert_eq!(refusal(&nested(51)), "nested more than 50 deep at offset 50");
        assert!(refusal(&nested(100_000)).starts_with("nested more than 50 deep"));
    }
}
