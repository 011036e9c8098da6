//! Many patterns at once. In: patterns. Out: as few joint automata as the budget allows, usually one.
use std::ops::Range;

use regex_syntax::hir::Hir;

use crate::automaton::{Automaton, Limits, Overrun};
use crate::pattern::{self, Refusal};
use crate::walk::for_each_match;

/// Notes on each state of a single pattern's automaton: several hundred places at once.
const SINGLE_NOTES: usize = 1024;

/// The same for a joint automaton: few places on average, since a join that fails is time lost.
const JOINT_NOTES: usize = 160;

/// An immutable set of patterns.
pub struct Set {
    automata: Vec<Automaton>,
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
        let mut expressions = Vec::with_capacity(patterns.len());
        let mut singles = Vec::with_capacity(patterns.len());
        let limits = Limits { automaton: automaton_limit, notes: SINGLE_NOTES };
        for (index, text) in patterns.iter().enumerate() {
            let refused = |reason| Refused { index, reason };
            let expression = pattern::parse(text.as_ref()).map_err(refused)?;
            let single = Automaton::new(std::slice::from_ref(&expression), index..index + 1, limits)
                .map_err(|overrun| refused(too_large(overrun, limits)))?;
            expressions.push(expression);
            singles.push(Some(single));
        }
        let sizes = singles.iter().flatten().map(Automaton::built).collect();
        let mut joining = Joining { expressions, singles, sizes, budget: set_budget, automata: Vec::new() };
        joining.join();
        joining.automata.shrink_to_fit();
        Ok(Set { automata: joining.automata, count: patterns.len() })
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
        for_each_match(&self.automata, text, |pattern| {
            bits[pattern / 64] |= 1 << (pattern % 64);
            matching += 1;
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
        own + self.automata.iter().map(Automaton::memory).sum::<usize>()
    }
}

/// Groups of one size before a larger one is tried again.
const PATIENCE: usize = 8;

/// A set on its way from single patterns to joint automata.
struct Joining {
    expressions: Vec<Hir>,
    singles: Vec<Option<Automaton>>,
    /// What the builder made of each, in bytes.
    sizes: Vec<usize>,
    budget: usize,
    automata: Vec<Automaton>,
}

impl Joining {
    /// One automaton over all patterns when it fits the budget, else automata over groups of neighbours.
    ///
    /// A group is about as large as the one before it, and now and then twice that is tried. So the time grows with the
    /// patterns also where they multiply each other: halving from the top would fail at every level.
    fn join(&mut self) {
        let count = self.singles.len();
        if count > 1 {
            if let Some(all) = self.joint(0..count, self.budget) {
                return self.automata.push(all);
            }
        }
        let (mut start, mut size, mut patience) = (0, 1, 0);
        while start < count {
            let mut group = None;
            while group.is_none() {
                size = size.min(count - start);
                group = self.group(start..start + size);
                if group.is_none() {
                    (size, patience) = (size / 2, PATIENCE);
                }
            }
            while patience == 0 && start + size < count {
                let larger = (size * 2).min(count - start);
                match self.group(start..start + larger) {
                    None => patience = PATIENCE,
                    joint => (group, size) = (joint, larger),
                }
            }
            self.automata.extend(group);
            (start, patience) = (start + size, patience.saturating_sub(1));
        }
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
        Automaton::new(&self.expressions[patterns.clone()], patterns, limits).ok()
    }
}

fn too_large(overrun: Overrun, limits: Limits) -> Refusal {
    let (limit, remedy) = (limits.automaton, "raise Options.regex_automaton_limit or make the pattern simpler");
    Refusal(match overrun {
        Overrun::Automaton => format!("the automaton of this pattern needs more than {limit} bytes; {remedy}"),
        Overrun::Work => format!("building the automaton of this pattern takes too long for {limit} bytes; {remedy}"),
    })
}
