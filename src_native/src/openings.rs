//! How texts begin that a pattern can match, so that most automata are not walked at all, and the others from there on.
//!
//! In: expressions, and the automata that they went into. Out: for a text, automata that may match it, each in the state that it
//! is in behind the opening. What may begin in many ways, or is short, has no opening: its automaton is walked from the start,
//! by every text.
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::mem::size_of_val;
use std::ops::ControlFlow;

use regex_syntax::hir::{literal::Extractor, Hir};

use crate::automaton::Automaton;
use crate::rows::DEAD;

/// Openings are cut to a multiple of this many bytes, so that a text has few beginnings to look up.
const STEP: usize = 4;

/// No opening has more steps.
const STEPS: usize = 8;

/// Ways in which the matches of one pattern may begin, before nothing is made of them.
const MOST: usize = 16;

/// Slots of a table with one opening, which is compared and not looked up.
const SLOTS_OF_ONE: usize = 2;

/// Places of the filter for each opening: what a text begins with that is no opening is mostly told by a look into one.
const PLACES: usize = 16;

/// The beginnings of all that an expression matches, all of one length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// In steps; 0 where nothing is known.
    steps: usize,
    texts: Vec<Vec<u8>>,
}

impl Opening {
    /// That of an expression.
    pub fn of(expression: &Hir) -> Opening {
        let literals = Extractor::new().limit_literal_len(STEPS * STEP).limit_total(MOST).extract(expression);
        let steps = literals.min_literal_len().unwrap_or(0).min(STEPS * STEP) / STEP;
        let mut texts: Vec<Vec<u8>> = Vec::new();
        if steps > 0 {
            let whole = literals.literals().unwrap_or_default().iter();
            texts.extend(whole.map(|text| text.as_bytes()[..steps * STEP].to_vec()));
            texts.sort();
            texts.dedup();
        }
        Opening { steps, texts }
    }

    /// Its length; 0 where there is none.
    pub fn steps(&self) -> usize {
        self.steps
    }
}

/// An automaton and the state that it is in.
#[derive(Clone, Copy)]
pub struct Begun {
    pub automaton: u32,
    pub state: u32,
}

/// One place of the table.
#[derive(Clone, Copy, Default)]
struct Slot {
    key: u32,
    /// Where the opening stands in `texts`, and how long it is: zeros add nothing to a key.
    text: u32,
    size: u32,
    /// Where its automata stand in `begun`, and how many they are; 0 in a free place.
    first: u32,
    count: u32,
}

/// Automata by the openings of their patterns; immutable.
pub struct Openings {
    factors: [u64; STEPS],
    /// Bit n: some opening has n + 1 steps.
    lengths: u32,
    /// A bit for each key of an opening, and for what else falls together with one.
    filter: Box<[u64]>,
    slots: Box<[Slot]>,
    texts: Box<[u8]>,
    begun: Box<[Begun]>,
    /// How many of `begun`, from the first on, are of patterns without an opening.
    always: usize,
}

impl Openings {
    /// For `openings`, each with the number of the automaton that its pattern went into, in the order of `automata`.
    pub fn new<'a>(openings: impl Iterator<Item = (&'a Opening, usize)>, automata: &[Automaton]) -> Openings {
        let mut by_text: HashMap<&[u8], Vec<Begun>> = HashMap::new();
        let (mut lengths, mut begun) = (0, Vec::new());
        for (opening, number) in openings {
            if opening.steps == 0 {
                note(&mut begun, number, automata[number].start());
            }
            for text in &opening.texts {
                lengths |= 1 << (opening.steps - 1);
                note(by_text.entry(text).or_default(), number, automata[number].behind(text));
            }
        }
        let always = begun.len();
        let room = if by_text.is_empty() { 0 } else { (2 * by_text.len()).next_power_of_two() };
        let mut made = Openings {
            factors: factors(),
            lengths,
            filter: vec![0; (room * PLACES / 2).div_ceil(64)].into(),
            slots: vec![Slot::default(); room].into(),
            texts: Box::default(),
            begun: Box::default(),
            always,
        };
        let mut texts = Vec::new();
        for (text, list) in by_text {
            let key = made.keys(text)[text.len() / STEP - 1];
            let mut place = key as usize & (room - 1);
            while made.slots[place].count != 0 {
                place = (place + 1) & (room - 1);
            }
            let (first, count) = (begun.len() as u32, list.len() as u32);
            made.slots[place] = Slot { key, text: texts.len() as u32, size: text.len() as u32, first, count };
            made.filter[key as usize / 64 % made.filter.len()] |= 1 << (key % 64);
            texts.extend(text);
            begun.extend(list);
        }
        (made.texts, made.begun) = (texts.into(), begun.into());
        made
    }

    /// Calls `found` with automata of which a pattern may match all of `text`, and with what is left to be read by them, until it
    /// breaks. All of one call have openings of one length, or none.
    ///
    /// PERF(bench_match::bench_patterns): most texts begin like no pattern of their virtual host. The keys of all their beginnings
    /// are made side by side, and one branch tells that none is in the filter.
    #[inline(always)]
    pub fn for_each(&self, text: &[u8], mut found: impl FnMut(&[Begun], &[u8]) -> ControlFlow<()>) {
        if self.always > 0 && found(&self.begun[..self.always], text).is_break() {
            return;
        }
        if self.slots.len() <= SLOTS_OF_ONE {
            if let Some(rest) = text.strip_prefix(&*self.texts).filter(|_| self.lengths != 0) {
                let _ = found(&self.begun[self.always..], rest);
            }
            return;
        }
        let keys = self.keys(text);
        let mut possible = 0;
        for (steps, &key) in keys.iter().enumerate() {
            let word = self.filter[(key as usize / 64) & (self.filter.len() - 1)];
            possible |= ((word >> (key % 64) & 1) as u32) << steps;
        }
        possible &= self.lengths;
        while possible != 0 {
            let steps = possible.trailing_zeros() as usize;
            possible &= possible - 1;
            let Some((opening, rest)) = text.split_at_checked((steps + 1) * STEP) else { return };
            let begun = self.begun(keys[steps], opening);
            if !begun.is_empty() && found(begun, rest).is_break() {
                return;
            }
        }
    }

    /// Heap bytes.
    pub fn memory(&self) -> usize {
        size_of_val(&*self.filter) + size_of_val(&*self.slots) + self.texts.len() + size_of_val(&*self.begun)
    }

    /// The automata of an opening; none where it is no pattern's.
    fn begun(&self, key: u32, opening: &[u8]) -> &[Begun] {
        let mut place = key as usize & (self.slots.len() - 1);
        loop {
            let slot = self.slots[place];
            if slot.count == 0 {
                return &[];
            }
            if slot.key == key && self.texts[slot.text as usize..][..slot.size as usize] == *opening {
                return &self.begun[slot.first as usize..][..slot.count as usize];
            }
            place = (place + 1) & (self.slots.len() - 1);
        }
    }

    /// What the text's first steps are looked up by, one and more of them. Behind its end they mean nothing.
    ///
    /// Multilinear hashing: nobody who does not know the factors can write patterns that crowd the table.
    #[inline(always)]
    fn keys(&self, text: &[u8]) -> [u32; STEPS] {
        let (mut keys, mut sum) = ([0; STEPS], 0u64);
        for (nth, step) in text.chunks_exact(STEP).take(STEPS).enumerate() {
            let word = u32::from_le_bytes(step.try_into().expect("a step"));
            sum = sum.wrapping_add(u64::from(word).wrapping_mul(self.factors[nth]));
            keys[nth] = (sum >> 32) as u32;
        }
        keys
    }
}

/// Others for each set.
fn factors() -> [u64; STEPS] {
    let random = RandomState::new();
    std::array::from_fn(|nth| random.hash_one(nth))
}

/// Adds an automaton, unless it leads nowhere, or is the last one already: those of a list come in order.
fn note(list: &mut Vec<Begun>, automaton: usize, state: u32) {
    let automaton = automaton as u32;
    if state != DEAD && list.last().map(|last| last.automaton) != Some(automaton) {
        list.push(Begun { automaton, state });
    }
}
