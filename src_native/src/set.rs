//! Many patterns at once. In: patterns. Out: as few joint automata as the budget allows, usually one.
use std::ops::{ControlFlow, Range};

use regex_syntax::hir::Hir;

use crate::automaton::{Automaton, Limits, Overrun};
use crate::openings::{Opening, Openings};
use crate::pattern::{self, Refusal};
use crate::walk::for_each_match;

/// Notes on each state of a single pattern's automaton: several hundred places at once.
const SINGLE_NOTES: usize = 1024;

/// The same for a joint automaton: few places on average, since a join that fails is time lost.
const JOINT_NOTES: usize = 160;

/// An immutable set of patterns.
pub struct Set {
    automata: Vec<Automaton>,
    openings: Openings,
    count: usize,
}

/// A pattern that a set cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub index: usize,
    pub reason: Refusal,
}

impl Set {
    /// The set over `patterns`; the first one that cannot be taken refuses it.
    pub fn new<P: AsRef<[u8]>>(patterns: &[P], automaton_limit: usize, set_budget: usize) -> Result<Set, Refused> {
        let limits = Limits { automaton: automaton_limit, notes: SINGLE_NOTES };
        let mut read = Vec::with_capacity(patterns.len());
        for (index, text) in patterns.iter().enumerate() {
            let refused = |reason| Refused { index, reason };
            let expression = pattern::parse(text.as_ref()).map_err(refused)?;
            let single = Automaton::new(std::slice::from_ref(&expression), &[index], limits)
                .map_err(|overrun| refused(too_large(overrun, limits)))?;
            read.push(Pattern { index, opening: Opening::of(&expression), expression, single: Some(single) });
        }
        Ok(Joining::new(read, set_budget).join())
    }

    /// Sets bit i of `bits` for each pattern i that matches all of `text`; returns how many do.
    ///
    /// `bits` holds `self.words()` words.
    pub fn matches(&self, text: &[u8], bits: &mut [u64]) -> usize {
        bits.fill(0);
        self.mark(text, bits)
    }

    /// The same for `bits` that are zeros already.
    pub fn mark(&self, text: &[u8], bits: &mut [u64]) -> usize {
        let mut matching = 0;
        let mut found = |pattern: usize| {
            bits[pattern / 64] |= 1 << (pattern % 64);
            matching += 1;
        };
        // An only automaton may have openings of more than one length. Whichever leads to it, it knows all patterns.
        let whole = self.automata.len() == 1;
        self.openings.for_each(text, |begun, rest| {
            for_each_match(&self.automata, begun, rest, &mut found);
            if whole {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        matching
    }

    /// Patterns in the set.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Words that `matches` fills.
    pub fn words(&self) -> usize {
        self.count.div_ceil(64)
    }

    /// Joint automata.
    pub fn automata(&self) -> usize {
        self.automata.len()
    }

    /// Heap bytes kept, the set's own box included.
    pub fn memory(&self) -> usize {
        let own = std::mem::size_of::<Set>() + self.automata.capacity() * std::mem::size_of::<Automaton>();
        own + self.openings.memory() + self.automata.iter().map(Automaton::memory).sum::<usize>()
    }
}

/// Groups of one size before a larger one is tried again.
const PATIENCE: usize = 8;

/// A pattern that was read.
struct Pattern {
    index: usize,
    opening: Opening,
    expression: Hir,
    /// Until it is joined with others.
    single: Option<Automaton>,
}

/// A set on its way from single patterns to joint automata.
struct Joining {
    /// Those that begin alike are neighbours.
    expressions: Vec<Hir>,
    indexes: Vec<usize>,
    openings: Vec<Opening>,
    singles: Vec<Option<Automaton>>,
    /// What the builder made of each, in bytes.
    sizes: Vec<usize>,
    budget: usize,
    automata: Vec<Automaton>,
    /// The automaton of each pattern.
    joined: Vec<usize>,
}

impl Joining {
    fn new(mut patterns: Vec<Pattern>, budget: usize) -> Joining {
        patterns.sort_by(|a, b| a.opening.cmp(&b.opening));
        let sizes = patterns.iter().flat_map(|pattern| &pattern.single).map(Automaton::built).collect();
        let mut joining = Joining {
            expressions: Vec::with_capacity(patterns.len()),
            indexes: Vec::with_capacity(patterns.len()),
            openings: Vec::with_capacity(patterns.len()),
            singles: Vec::with_capacity(patterns.len()),
            sizes,
            budget,
            automata: Vec::new(),
            joined: Vec::with_capacity(patterns.len()),
        };
        for pattern in patterns {
            joining.expressions.push(pattern.expression);
            joining.indexes.push(pattern.index);
            joining.openings.push(pattern.opening);
            joining.singles.push(pattern.single);
        }
        joining
    }

    /// One automaton over all patterns when it fits the budget, else automata over groups of neighbours, whose openings have
    /// one length, so that no text is led to an automaton twice.
    fn join(mut self) -> Set {
        let count = self.singles.len();
        let all = if count > 1 { self.joint(0..count, self.budget) } else { None };
        match all {
            Some(all) => self.add(all, count),
            None => {
                while self.joined.len() < count {
                    let start = self.joined.len();
                    let steps = self.openings[start].steps();
                    let alike = self.openings[start..].iter().take_while(|opening| opening.steps() == steps);
                    self.join_neighbours(start..start + alike.count());
                }
            }
        }
        self.automata.shrink_to_fit();
        let openings = Openings::new(self.openings.iter().zip(self.joined), &self.automata);
        Set { automata: self.automata, openings, count }
    }

    /// A group is about as large as the one before it, and now and then twice that is tried. So the time grows with the
    /// patterns also where they multiply each other: halving from the top would fail at every level.
    fn join_neighbours(&mut self, patterns: Range<usize>) {
        let Range { mut start, end } = patterns;
        let (mut size, mut patience) = (1, 0);
        while start < end {
            let mut group = None;
            while group.is_none() {
                size = size.min(end - start);
                group = self.group(start..start + size);
                if group.is_none() {
                    (size, patience) = (size / 2, PATIENCE);
                }
            }
            while patience == 0 && start + size < end {
                let larger = (size * 2).min(end - start);
                match self.group(start..start + larger) {
                    None => patience = PATIENCE,
                    joint => (group, size) = (joint, larger),
                }
            }
            self.add(group.expect("one pattern always fits"), size);
            (start, patience) = (start + size, patience.saturating_sub(1));
        }
    }

    /// The automaton over the next `count` patterns.
    fn add(&mut self, automaton: Automaton, count: usize) {
        self.joined.extend(std::iter::repeat(self.automata.len()).take(count));
        self.automata.push(automaton);
    }

    /// The automaton over a group, when it fits. One pattern always does.
    fn group(&mut self, patterns: Range<usize>) -> Option<Automaton> {
        if patterns.len() == 1 {
            return self.singles[patterns.start].take();
        }
        let apart: usize = self.sizes[patterns.clone()].iter().sum();
        // Patterns that add up always fit this, those that multiply each other as long as they are few.
        let worth = apart.saturating_mul(4).max(self.budget / 64);
        self.joint(patterns, worth.min(self.budget))
    }

    fn joint(&self, patterns: Range<usize>, automaton: usize) -> Option<Automaton> {
        let limits = Limits { automaton, notes: JOINT_NOTES };
        Automaton::new(&self.expressions[patterns.clone()], &self.indexes[patterns], limits).ok()
    }
}

fn too_large(overrun: Overrun, limits: Limits) -> Refusal {
    let (limit, remedy) = (limits.automaton, "raise Options.regex_automaton_limit or make the pattern simpler");
    Refusal(match overrun {
        Overrun::Automaton => format!("the automaton of this pattern needs more than {limit} bytes; {remedy}"),
        Overrun::Work => format!("building the automaton of this pattern takes too long for {limit} bytes; {remedy}"),
    })
}
