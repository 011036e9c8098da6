//! One anchored, fully determinised automaton over one or more patterns.
//!
//! Building is bounded in memory and by that in time; matching is one table load for each byte.
use std::mem::size_of;
use std::ops::Range;

use regex_automata::dfa::{dense, Automaton as _, StartKind};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

/// What an automaton may cost, in bytes of heap.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The automaton itself.
    pub automaton: usize,
    /// What the builder notes on a state, on average over as many states as fit: about 60 bytes, and one or two for
    /// each place in the patterns where the state may be. This bounds the time, since each transition costs its notes.
    pub notes: usize,
}

/// The nondeterministic automaton that building starts from, in automata.
const NFA: usize = 8;

/// Why an automaton was not built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// The automaton itself would be larger than its limit.
    Automaton,
    /// Building it would take too long, whatever its own size.
    Work,
}

/// An automaton over patterns `patterns` of a set.
pub struct Automaton {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    patterns: Range<usize>,
}

impl Automaton {
    /// The automaton over `expressions`, which stand for `patterns`.
    pub fn new(expressions: &[Hir], patterns: Range<usize>, limits: Limits) -> Result<Automaton, Overrun> {
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(limits.automaton.saturating_mul(NFA))),
            )
            .build_many_from_hir(expressions)
            .map_err(|_| Overrun::Work)?;
        let state = size_of::<u32>() << nfa.byte_classes().stride2();
        let notes = (limits.automaton / state).saturating_mul(limits.notes);
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .accelerate(false) // serves searches that skip; a walk reads every byte
                    .dfa_size_limit(Some(limits.automaton))
                    .determinize_size_limit(Some(notes)),
            )
            .build_from_nfa(&nfa)
            .map_err(|error| overrun(&error))?;
        // The lists of matching patterns come after the last check of the builder.
        if dfa.memory_usage() > limits.automaton {
            return Err(Overrun::Automaton);
        }
        let start = dfa
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .expect("an automaton without quit bytes has its anchored start");
        Ok(Automaton { dfa, start, patterns })
    }

    /// Calls `found` with each pattern that matches all of `text`, smallest first.
    #[inline]
    pub fn for_each_match(&self, text: &[u8], mut found: impl FnMut(usize)) {
        let mut state = self.start;
        for &byte in text {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_dead_state(state) {
                return;
            }
        }
        state = self.dfa.next_eoi_state(state);
        if self.dfa.is_match_state(state) {
            for nth in 0..self.dfa.match_len(state) {
                found(self.patterns.start + self.dfa.match_pattern(state, nth).as_usize());
            }
        }
    }

    /// Heap bytes of the automaton: what its limit bounds.
    pub fn memory(&self) -> usize {
        self.dfa.memory_usage()
    }
}

fn overrun(error: &dense::BuildError) -> Overrun {
    // The kind is private. `a_limit_names_itself` in tests/hostile.rs holds the wording of the locked version.
    if error.to_string().starts_with("DFA exceeded") {
        Overrun::Automaton
    } else {
        Overrun::Work
    }
}
