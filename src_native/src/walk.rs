//! Automata walked over one text, side by side.
use crate::automaton::Automaton;
use crate::openings::Begun;
use crate::rows::DEAD;

/// How many bytes all of a group read before it is asked which are left.
const STRIDE: usize = 8;

/// Calls `found` with each pattern of any of `begun`, which are some of `automata`, that matches where all of `text` is read.
///
/// PERF(bench_match::bench_patterns): a step waits for the one before it, and each automaton has steps of its own: two side by side
/// take as long as one, and eight less than half of what they take one after the other.
#[inline(always)]
pub fn for_each_match(automata: &[Automaton], begun: &[Begun], text: &[u8], found: &mut impl FnMut(usize)) {
    let rest = in_groups_of::<8>(automata, begun, text, found);
    let rest = in_groups_of::<4>(automata, rest, text, found);
    let rest = in_groups_of::<2>(automata, rest, text, found);
    in_groups_of::<1>(automata, rest, text, found);
}

/// What is left of `begun` when groups of `N` have been walked.
#[inline(always)]
fn in_groups_of<'a, const N: usize>(
    automata: &[Automaton],
    begun: &'a [Begun],
    text: &[u8],
    found: &mut impl FnMut(usize),
) -> &'a [Begun] {
    let groups = begun.chunks_exact(N);
    let rest = groups.remainder();
    for group in groups {
        let lanes = std::array::from_fn(|lane| &automata[group[lane].automaton as usize]);
        side_by_side::<N>(lanes, std::array::from_fn(|lane| group[lane].state), text, found);
    }
    rest
}

#[inline(always)]
fn side_by_side<const N: usize>(
    group: [&Automaton; N],
    mut states: [u32; N],
    text: &[u8],
    found: &mut impl FnMut(usize),
) {
    let mut rest = text;
    while !rest.is_empty() {
        let (stride, behind) = rest.split_at(STRIDE.min(rest.len()));
        rest = behind;
        for &byte in stride {
            for lane in 0..N {
                // SAFETY: the state of a lane is its automaton's own.
                states[lane] = unsafe { group[lane].next(states[lane], byte) };
            }
        }
        let mut alive = (0..N).filter(|&lane| states[lane] != DEAD);
        let Some(first) = alive.next() else { return };
        if alive.next().is_none() {
            return alone(group[first], states[first], rest, found);
        }
    }
    for (automaton, state) in group.iter().zip(states) {
        // SAFETY: as above.
        unsafe { automaton.report(state, found) };
    }
}

/// The rest of the way for the only one that is left.
fn alone(automaton: &Automaton, mut state: u32, text: &[u8], found: &mut impl FnMut(usize)) {
    for &byte in text {
        // SAFETY: the state is the automaton's own.
        state = unsafe { automaton.next(state, byte) };
        if state == DEAD {
            return;
        }
    }
    // SAFETY: as above.
    unsafe { automaton.report(state, found) };
}
