//! A set answers what its patterns answer one by one, however it falls apart (HI-X6).
use gwmatch_native::automaton::{Automaton, Limits};
use gwmatch_native::pattern;
use gwmatch_native::set::Set;

const LIMIT: usize = 65_536;

/// Pseudo-random numbers, the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn pattern(&mut self) -> String {
        let pieces =
            ["a", "b", "ab", "/", "[ab]", ".", "a|b", "(?:ab|a)", "(?i:A)", "\\xff", "(?s:.)", "$", "^", "\\b", ""];
        let (mut pattern, flags) = (String::new(), self.pick(&["", "", "(?i)", "(?s)", "(?m)"]));
        for _ in 0..self.below(6) {
            pattern += &format!("(?:{}){}", self.pick(&pieces), self.pick(&["", "", "*", "+", "?", "{2}", "{0,3}"]));
        }
        format!("{flags}{pattern}")
    }

    fn text(&mut self) -> Vec<u8> {
        (0..self.below(8)).map(|_| b"aabbA/\n\0\xff"[self.below(9)]).collect()
    }
}

fn answer(set: &Set, text: &[u8]) -> Vec<bool> {
    let mut bits = vec![u64::MAX; set.words()];
    let count = set.matches(text, &mut bits);
    assert_eq!(bits.iter().map(|word| word.count_ones()).sum::<u32>() as usize, count);
    (0..set.count()).map(|pattern| bits[pattern / 64] >> (pattern % 64) & 1 == 1).collect()
}

#[test]
fn sets_agree_with_singles() {
    let mut dice = Dice(20_261_101);
    let mut fell_apart = 0;
    for round in 0..60 {
        let patterns: Vec<String> = (0..1 + dice.below(150)).map(|_| dice.pattern()).collect();
        let single = |pattern: &String| Set::new(&[pattern], LIMIT, 0).unwrap_or_else(|no| panic!("{pattern}: {no:?}"));
        let singles: Vec<Set> = patterns.iter().map(single).collect();
        let sets = [0, 8_192, 1 << 20].map(|budget| Set::new(&patterns, LIMIT, budget).expect("singles were accepted"));
        fell_apart += usize::from(sets[1].automata() > 1);
        assert_eq!(sets[0].automata(), patterns.len());
        for _ in 0..40 {
            let text = dice.text();
            let expected: Vec<bool> = singles.iter().map(|set| answer(set, &text)[0]).collect();
            for set in &sets {
                assert_eq!(answer(set, &text), expected, "round {round}, {} automata, {text:?}", set.automata());
            }
        }
    }
    assert!(fell_apart > 10, "{fell_apart}");
}

/// Whether an automaton of its own, walked from its start, takes all of a text.
fn takes(automaton: &Automaton, text: &[u8]) -> bool {
    let mut found = false;
    // SAFETY: states are the automaton's own, from its start on.
    unsafe {
        let state = text.iter().fold(automaton.start(), |state, &byte| automaton.next(state, byte));
        automaton.report(state, &mut |_| found = true);
    }
    found
}

/// What a word of `opened` stands for.
fn plain(word: &str) -> String {
    word.replace("\\x00", "\0").replace('\\', "")
}

/// A pattern that begins with up to 40 bytes of literals and alternatives of them, and a text that it may well match.
fn opened(dice: &mut Dice) -> (String, String) {
    let words = [
        "/",
        "/a",
        "/api",
        "/api/v1",
        "/catalog/items",
        "/x\\.y",
        "\u{e9}",
        "/labels-and-stores",
        "\\x00\\x00\\x00\\x00",
    ];
    let (mut pattern, mut text) = (String::new(), String::new());
    if dice.below(8) == 0 {
        pattern += "(?i)";
    }
    for _ in 0..dice.below(5) {
        let (one, other) = (dice.pick(&words), dice.pick(&words));
        let taken = match dice.below(8) {
            0 => {
                pattern += &format!("(?:{one}|{other})");
                [one, other][dice.below(2)]
            }
            1 => {
                pattern += &format!("(?:{one})?");
                [one, ""][dice.below(2)]
            }
            2 => {
                pattern += &format!("{one}[b-d]");
                text += &plain(one);
                dice.pick(&["b", "c", "d", "e"])
            }
            _ => {
                pattern += one;
                one
            }
        };
        text += &plain(taken);
    }
    pattern += dice.pick(&["", "/[0-9]+", "(/.*)?", ".", "$", "(?:)"]);
    text += dice.pick(&["", "/17", "/z", "!", "/x.y"]);
    (pattern, text)
}

#[test]
fn openings_hide_no_match() {
    let mut dice = Dice(20_261_129);
    let (mut matched, mut fell_apart) = (0, 0);
    for round in 0..60 {
        let (patterns, mut texts): (Vec<String>, Vec<String>) =
            (0..1 + dice.below(120)).map(|_| opened(&mut dice)).unzip();
        texts.extend((0..40).map(|_| opened(&mut dice).1.to_uppercase()));
        let limits = Limits { automaton: LIMIT, notes: 1_024 };
        let alone = |text: &String| {
            let expression = pattern::parse(text.as_bytes()).unwrap_or_else(|no| panic!("{text}: {no:?}"));
            Automaton::new(&[expression], &[0], limits).expect("small")
        };
        let singles: Vec<Automaton> = patterns.iter().map(alone).collect();
        let sets = [0, 8_192, 1 << 20].map(|budget| Set::new(&patterns, LIMIT, budget).expect("accepted"));
        fell_apart += usize::from(sets[1].automata() > 1);
        for text in &texts {
            let expected: Vec<bool> = singles.iter().map(|single| takes(single, text.as_bytes())).collect();
            matched += usize::from(expected.contains(&true));
            for set in &sets {
                assert_eq!(
                    answer(set, text.as_bytes()),
                    expected,
                    "round {round}, {} automata, {text}",
                    set.automata()
                );
            }
        }
    }
    assert!(matched > 1_000 && fell_apart > 30, "{matched} {fell_apart}");
}

/// Zeros add nothing to the sum that an opening is looked up by.
#[test]
fn openings_of_different_lengths_are_different() {
    let cases: [(&[&str], &[u8], &[usize]); 4] = [
        (&["/api[0-9]+", "/api\\x00{4}x"], b"/api12", &[0]),
        (&["wxyz1", "/api\\x00{4}x"], b"/apix", &[]),
        (&["wxyz1", "/api(?:\\x00{4}/usr|/usr)(?s:.)*"], b"/api/usrx", &[1]),
        (&["/api!", "\\x00{4}zz", "12345678"], b"/api\0\0\0\0!", &[]),
    ];
    for (patterns, text, expected) in cases {
        for budget in [0, 1 << 20] {
            for _ in 0..40 {
                let set = Set::new(patterns, LIMIT, budget).expect("accepted");
                let found = answer(&set, text);
                let matching: Vec<usize> = (0..patterns.len()).filter(|&pattern| found[pattern]).collect();
                assert_eq!(matching, expected, "{patterns:?}, budget {budget}");
            }
        }
    }
}

#[test]
fn patterns_that_add_up_stay_together() {
    let patterns: Vec<String> = (0..1_000).map(|i| format!("/api/v[0-9]+/users{i}/[a-z]+")).collect();
    let whole = Set::new(&patterns, LIMIT, 1 << 20).expect("accepted");
    assert_eq!((whole.count(), whole.words(), whole.automata()), (1_000, 16, 1));
    assert!(whole.memory() <= 1 << 20);
    let parts = Set::new(&patterns, LIMIT, 1 << 17).expect("accepted");
    assert!((2..20).contains(&parts.automata()), "{}", parts.automata());
    for set in [&whole, &parts] {
        for wanted in [0, 63, 64, 512, 999] {
            let found = answer(set, format!("/api/v2/users{wanted}/me").as_bytes());
            assert_eq!(found.iter().filter(|yes| **yes).count(), 1);
            assert!(found[wanted]);
        }
        assert!(!answer(set, b"/api/v2/users1000/me").contains(&true));
    }
}

#[test]
fn patterns_that_multiply_fall_apart() {
    let patterns: Vec<String> = (0..100).map(|i| format!("/.*x{i}z.*y")).collect();
    let set = Set::new(&patterns, LIMIT, 1 << 17).expect("accepted");
    assert!((2..=100).contains(&set.automata()));
    assert!(set.memory() < 100 * LIMIT);
    let found = answer(&set, b"/ x7z x42z y");
    let matching: Vec<usize> = (0..100).filter(|&pattern| found[pattern]).collect();
    assert_eq!(matching, [7, 42]);
}

#[test]
fn many_states_that_many_patterns_end_in_stay_within_the_budget() {
    let mut patterns: Vec<String> = (0..999).map(|i| format!("(?sx).*#{i}")).collect();
    patterns.push("(?s).{0,3900}".to_owned());
    let set = Set::new(&patterns, LIMIT, 1 << 20).expect("accepted");
    assert!(set.memory() <= 1 << 20, "{}", set.memory());
    assert_eq!(answer(&set, b"ab").iter().filter(|yes| **yes).count(), 1_000);
    assert_eq!(answer(&set, &[b'a'; 3_901]).iter().filter(|yes| **yes).count(), 999);
}

#[test]
fn the_same_patterns_build_the_same_set() {
    let patterns: Vec<String> = (0..300).map(|i| format!("/.*x{}z.*y{i}", i % 7)).collect();
    let shape = || Set::new(&patterns, LIMIT, 1 << 16).map(|set| (set.automata(), set.memory())).expect("accepted");
    assert_eq!(shape(), shape());
}

#[test]
fn equal_patterns_all_answer() {
    let set = Set::new(&["a+"; 130], LIMIT, 1 << 20).expect("accepted");
    assert!(answer(&set, b"aa").iter().all(|yes| *yes));
    assert!(!answer(&set, b"").contains(&true));
}

#[test]
fn no_patterns_are_a_set() {
    let set = Set::new::<&str>(&[], LIMIT, 1 << 20).expect("accepted");
    assert_eq!((set.count(), set.words(), set.automata(), set.matches(b"a", &mut [])), (0, 0, 0, 0));
}

#[test]
fn threads_share_a_set() {
    let patterns: Vec<String> = (0..70).map(|i| format!("/{i}/[a-z]*")).collect();
    let set = Set::new(&patterns, LIMIT, 1 << 20).expect("accepted");
    std::thread::scope(|scope| {
        for wanted in 0..4 {
            let set = &set;
            scope.spawn(move || {
                (0..1_000).for_each(|_| assert!(answer(set, format!("/{wanted}/x").as_bytes())[wanted]))
            });
        }
    });
}
