//! Any patterns and any text. In: bytes, in which 0xFF (no byte of any UTF-8) parts the patterns and, last, the text.
//!
//! Whatever is taken is matched by the set, by each pattern alone, and by another engine over the same expression.
#![no_main]
use gwmatch_native::pattern;
use gwmatch_native::set::Set;
use libfuzzer_sys::fuzz_target;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Compiler, Config};
use regex_automata::util::syntax;

const LIMIT: usize = 65_536;
const MOST: usize = 8;

fuzz_target!(|data: &[u8]| {
    let parts: Vec<&[u8]> = data.splitn(MOST + 1, |&byte| byte == 0xFF).collect();
    let (text, patterns) = parts.split_last().expect("there is always one part");
    let whole = match Set::new(patterns, LIMIT, 1 << 20) {
        Ok(whole) => whole,
        Err(refused) => {
            assert!(refused.index < patterns.len());
            assert!(!refused.reason.0.is_empty() && !refused.reason.0.contains('\n'));
            assert!(refused.reason.0.len() < 400, "{}", refused.reason.0);
            return;
        }
    };
    let mut found = vec![u64::MAX; whole.words()];
    let count = whole.matches(text, &mut found);
    for budget in [4_096, 0] {
        let narrow = Set::new(patterns, LIMIT, budget).expect("a budget refuses nothing");
        let mut apart = vec![u64::MAX; whole.words()];
        assert_eq!(narrow.matches(text, &mut apart), count);
        assert_eq!(found, apart);
    }
    assert!(whole.automata() <= patterns.len());
    for (index, one) in patterns.iter().enumerate() {
        let alone = Set::new(&[one], LIMIT, 0).expect("it was taken before");
        let mut bit = [0];
        let takes = alone.matches(text, &mut bit) == 1;
        assert_eq!(takes, found[index / 64] >> (index % 64) & 1 == 1, "pattern {index}");
        assert_eq!(takes, bit[0] == 1);
        if one.len() < 200 && text.len() < 200 {
            assert_eq!(takes, by_another_engine(one, text), "pattern {index} by another engine");
        }
    }
});

fn by_another_engine(one: &[u8], text: &[u8]) -> bool {
    let expression = pattern::parse(one).expect("it was taken before");
    let nfa = Compiler::new()
        .configure(Config::new().utf8(false))
        .syntax(syntax::Config::new().utf8(false).unicode(false))
        .build_from_hir(&expression)
        .expect("it was built before");
    let engine = PikeVM::new_from_nfa(nfa).expect("an engine without limits");
    engine.is_match(&mut engine.create_cache(), text)
}
