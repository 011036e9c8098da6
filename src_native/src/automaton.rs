//! One anchored, fully determinised automaton over one or more patterns.
//!
//! Building is bounded in memory and by that in time; matching is a byte's class and one way of `rows` for each byte.
use std::collections::HashMap;
use std::mem::{size_of, size_of_val};

use regex_automata::dfa::{dense, Automaton as _, StartKind};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

use crate::rows::{Laying, Rows, DEAD, TARGETS};

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

/// An automaton over some patterns of a set.
pub struct Automaton {
    classes: [u8; 256],
    /// The class that the end of a text has, behind those of bytes.
    end: u16,
    rows: Rows,
    start: u32,
    /// For each set of patterns that match where a text ends, how many and which; first that of none.
    matching: Box<[u32]>,
    built: usize,
}

impl Automaton {
    /// The automaton over `expressions`, which stand for the `patterns` of these numbers.
    pub fn new(expressions: &[Hir], patterns: &[usize], limits: Limits) -> Result<Automaton, Overrun> {
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
        Reading::of(&dfa).lay(patterns).ok_or(Overrun::Automaton)
    }

    /// Where a walk begins.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The state behind a text.
    pub fn behind(&self, text: &[u8]) -> u32 {
        // SAFETY: states are this automaton's own, from its start on.
        text.iter().fold(self.start, |state, &byte| unsafe { self.next(state, byte) })
    }

    /// The state after `byte`, from `start` or from a state that this function returned.
    ///
    /// # Safety
    /// `state` is one of this automaton's.
    #[inline(always)]
    pub unsafe fn next(&self, state: u32, byte: u8) -> u32 {
        // SAFETY: the caller's promise; `classes` names no other class.
        unsafe { self.rows.next(state, u16::from(self.classes[usize::from(byte)])) }
    }

    /// Calls `found` with each pattern that matches where a text ends in `state`.
    ///
    /// # Safety
    /// `state` is one of this automaton's.
    pub unsafe fn report(&self, state: u32, found: &mut impl FnMut(usize)) {
        // SAFETY: the caller's promise; rows have a place for the class of the end.
        let list = unsafe { self.rows.next(state, self.end) } as usize;
        let count = self.matching[list] as usize;
        self.matching[list + 1..][..count].iter().for_each(|&pattern| found(pattern as usize));
    }

    /// Bytes of the automaton that it was read from, which its limit bounds.
    pub fn built(&self) -> usize {
        self.built
    }

    /// Heap bytes of the automaton, no more than its limit: it has a place for each state, and for each class of bytes and
    /// of the end, as the one it was read from, which also has those that its rows are rounded up to.
    pub fn memory(&self) -> usize {
        self.rows.memory() + size_of_val(&*self.matching)
    }
}

/// A builder's automaton that is read from its start on, as deep as possible first: what a text passes lies together.
struct Reading<'a> {
    dfa: &'a dense::DFA<Vec<u32>>,
    classes: [u8; 256],
    /// A byte of each class.
    representatives: Vec<u8>,
    /// Of the states that were met, in the order of `order`.
    numbers: HashMap<StateID, usize>,
}

impl Reading<'_> {
    fn of(dfa: &dense::DFA<Vec<u32>>) -> Reading<'_> {
        let mut classes = [0; 256];
        let mut representatives: Vec<u8> = Vec::new();
        for byte in 0..=255u8 {
            let class = dfa.byte_classes().get(byte);
            if usize::from(class) == representatives.len() {
                representatives.push(byte); // classes are numbered in the order of their first bytes
            }
            classes[usize::from(byte)] = class;
        }
        Reading { dfa, classes, representatives, numbers: HashMap::new() }
    }

    /// None where there are more states or lists than can be numbered.
    fn lay(mut self, patterns: &[usize]) -> Option<Automaton> {
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let start = self.dfa.start_state(&anchored).expect("an automaton without quit bytes has its anchored start");
        let end = self.representatives.len() as u16;
        let order = self.order(start);
        let mut laying = Laying::new(usize::from(end) + 1);
        for &state in &order {
            let ends = self.dfa.is_match_state(self.dfa.next_eoi_state(state)).then_some(end);
            laying.put(&self.ways(state).map(|(class, _)| class).chain(ends).collect::<Vec<_>>())?;
        }
        let mut laid = laying.finish();
        let (mut matching, mut lists) = (vec![0], HashMap::new());
        for (row, &state) in order.iter().enumerate() {
            for (class, to) in self.ways(state) {
                laid.lead(row, class, laid.state(self.numbers[&to]));
            }
            let ended = self.dfa.next_eoi_state(state);
            if self.dfa.is_match_state(ended) {
                // States share the one that they end in.
                let list = *lists.entry(ended).or_insert_with(|| self.list(ended, patterns, &mut matching));
                laid.lead(row, end, list);
            }
        }
        if matching.len() > TARGETS {
            return None;
        }
        let start = if order.is_empty() { DEAD } else { laid.state(0) };
        let (classes, built) = (self.classes, self.dfa.memory_usage());
        Some(Automaton { classes, end, rows: laid.rows(), start, matching: matching.into(), built })
    }

    /// Where in `matching` the patterns of a state behind the end stand now.
    fn list(&self, ended: StateID, patterns: &[usize], matching: &mut Vec<u32>) -> u32 {
        let (at, count) = (matching.len(), self.dfa.match_len(ended));
        matching.push(count as u32);
        matching.extend((0..count).map(|nth| patterns[self.dfa.match_pattern(ended, nth).as_usize()] as u32));
        at as u32
    }

    /// The states but the dead one, the start first.
    fn order(&mut self, start: StateID) -> Vec<StateID> {
        let mut order = Vec::new();
        let mut waiting = vec![start];
        while let Some(state) = waiting.pop() {
            if !self.dfa.is_dead_state(state) && !self.numbers.contains_key(&state) {
                self.numbers.insert(state, order.len());
                order.push(state);
                waiting.extend(self.ways(state).map(|(_, to)| to));
            }
        }
        order
    }

    /// The classes for which a state leads to one that is not dead, and to which.
    fn ways(&self, state: StateID) -> impl Iterator<Item = (u16, StateID)> + '_ {
        let targets = self.representatives.iter().map(move |&byte| self.dfa.next_state(state, byte));
        (0..).zip(targets).filter(|&(_, to)| !self.dfa.is_dead_state(to))
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
